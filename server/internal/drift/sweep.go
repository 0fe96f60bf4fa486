package drift

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// phases are the lists in the order they are read: an application is known
// before what belongs to it.
var phases = []string{"applications", "deleted", "principals", "assignments", workflow.SweepPhaseKeys}

// batch is how many keys are compared in one transaction.
const batch = 500

// tag marks what the server makes.
const tag = "llavero"

// sweep is the comparison of all keys of an environment.
type sweep struct {
	*Comparer
	client *entra.Client
	env    access.Environment
	api    entra.Principal
	at     store.Sweep
}

// all compares every key of an environment, from where it was.
func (c *Comparer) all(ctx context.Context, env access.Environment) error {
	at, err := c.cfg.Flow.DriftSweep(ctx, env, phases[0])
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w := &sweep{Comparer: c, client: c.cfg.Entra[env], env: env, at: at}
	if w.api, err = c.api(ctx, env); err != nil {
		return err
	}
	for w.at.Phase != workflow.SweepPhaseKeys {
		if err := w.page(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.at.Phase, err)
		}
	}
	if err := w.keys(ctx); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	strays, err := w.strays(ctx)
	if err != nil {
		return fmt.Errorf("strays: %w", err)
	}
	return c.cfg.Flow.EndDriftSweep(ctx, w.at, strays)
}

// page reads one page of the list under way and keeps what is ours.
func (w *sweep) page(ctx context.Context) error {
	read := map[string]func(context.Context) ([]store.Seen, string, error){
		"applications": w.applications, "deleted": w.deleted, "principals": w.principals, "assignments": w.assignments,
	}[w.at.Phase]
	seen, next, err := read(ctx)
	if w.at.Next != "" && isRefused(err) { // the mark of the page is too old: the list anew
		w.at.Next = ""
		seen, next, err = read(ctx)
	}
	if err != nil {
		return err
	}
	w.at.Pages++
	if w.at.Next = next; next == "" {
		w.at.Phase = phases[slices.Index(phases, w.at.Phase)+1]
	}
	return w.cfg.Flow.KeepSeen(ctx, w.at, seen)
}

// seenApp is an application as it is kept.
type seenApp struct {
	entra.Application
	IsOurs  bool      `json:"isOurs"`
	Created time.Time `json:"created"`
}

func (w *sweep) applications(ctx context.Context) ([]store.Seen, string, error) {
	page, err := w.client.ListApplications(ctx, w.at.Next)
	if err != nil {
		return nil, "", err
	}
	known, err := known(ctx, w, page.Items, func(a entra.Listed) workflow.AppName { return workflow.AppName{ClientID: a.ClientID} })
	if err != nil {
		return nil, "", err
	}
	var seen []store.Seen
	for _, a := range page.Items {
		isOurs := w.cfg.Flow.IsOurName(w.env, a.UniqueName) && slices.Contains(a.Tags, tag)
		if isOurs || known[a.ClientID] {
			seen = append(seen, keep(store.SeenApplication, a.ID, a.ClientID, seenApp{a.Application, isOurs, a.Created}))
		}
	}
	return seen, page.Next, nil
}

func (w *sweep) deleted(ctx context.Context) ([]store.Seen, string, error) {
	page, err := w.client.ListDeleted(ctx, w.at.Next)
	if isRefused(err) && w.at.Next == "" { // not allowed to see them: what is deleted counts as missing
		w.cfg.Log.WarnContext(ctx, "deleted applications cannot be read", slog.Any("error", err))
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	known, err := known(ctx, w, page.Items, func(a entra.Application) workflow.AppName { return workflow.AppName{ClientID: a.ClientID} })
	if err != nil {
		return nil, "", err
	}
	var seen []store.Seen
	for _, a := range page.Items {
		if known[a.ClientID] {
			seen = append(seen, keep(store.SeenDeleted, a.ID, a.ClientID, struct{}{}))
		}
	}
	return seen, page.Next, nil
}

func (w *sweep) principals(ctx context.Context) ([]store.Seen, string, error) {
	page, err := w.client.ListPrincipals(ctx, w.at.Next)
	if err != nil {
		return nil, "", err
	}
	known, err := known(ctx, w, page.Items, func(p entra.Principal) workflow.AppName { return workflow.AppName{ClientID: p.ClientID} })
	if err != nil {
		return nil, "", err
	}
	var seen []store.Seen
	for _, p := range page.Items {
		if known[p.ClientID] {
			seen = append(seen, keep(store.SeenPrincipal, p.ID, p.ClientID, entra.Principal{ID: p.ID, ClientID: p.ClientID, Enabled: p.Enabled}))
		}
	}
	return seen, page.Next, nil
}

func (w *sweep) assignments(ctx context.Context) ([]store.Seen, string, error) {
	page, err := w.client.ListAssigned(ctx, w.api.ID, w.at.Next)
	if err != nil {
		return nil, "", err
	}
	var seen []store.Seen
	for _, a := range page.Items {
		seen = append(seen, store.Seen{Kind: store.SeenAssignment, ID: a.ID, Owner: a.Principal, Body: body(a)})
	}
	return seen, page.Next, nil
}

// known asks which of a page's applications are a key's, or were seen to be ours.
func known[T any](ctx context.Context, w *sweep, page []T, name func(T) workflow.AppName) (map[string]bool, error) {
	names := make([]workflow.AppName, len(page))
	for i, item := range page {
		names[i] = name(item)
	}
	return w.cfg.Flow.KnownApplications(ctx, w.env, names)
}

func keep(kind store.SeenKind, id, clientID string, v any) store.Seen {
	return store.Seen{Kind: kind, ID: id, Owner: strings.ToLower(clientID), Body: body(v)}
}

func body(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own structs
	}
	return string(b)
}

// keys compares the keys with what the lists showed, a batch at a time.
func (w *sweep) keys(ctx context.Context) error {
	for {
		page, err := w.cfg.Flow.DriftPage(ctx, w.env, access.KeyID(w.at.Next), batch)
		if err != nil || len(page.Keys) == 0 {
			return err
		}
		var all []workflow.Compared
		for _, rec := range page.Keys {
			w.at.Keys++
			w.at.Next = string(rec.Key.ID)
			if rec.IsBusy || rec.IsYoung || rec.Key.IssuedAt.After(w.at.StartedAt) {
				continue
			}
			rec.RolesKnown = rec.RolesKnown && !rec.Key.PermissionsAt.After(w.at.StartedAt)
			seen, err := w.observed(page.Seen[rec.Key.ID])
			if err != nil {
				return err
			}
			all = append(all, compare(rec, seen, w.cfg.Clock()))
		}
		if err := w.cfg.Flow.RecordPage(ctx, w.at, all); err != nil {
			return err
		}
	}
}

// observed is what the lists showed of a key's application.
func (w *sweep) observed(seen workflow.SeenOfKey) (o observed, err error) {
	if o.deleted = len(seen.Deleted) > 0; len(seen.Applications) == 0 {
		return o, nil
	}
	var app seenApp
	if err := json.Unmarshal([]byte(seen.Applications[0].Body), &app); err != nil {
		return o, err
	}
	o.app = &app.Application
	if len(seen.Principals) == 0 {
		return o, nil
	}
	o.principal = &entra.Principal{}
	if err := json.Unmarshal([]byte(seen.Principals[0].Body), o.principal); err != nil {
		return o, err
	}
	assigned := make([]entra.Assignment, len(seen.Assignments))
	for i, a := range seen.Assignments {
		if err := json.Unmarshal([]byte(a.Body), &assigned[i]); err != nil {
			return o, err
		}
	}
	o.held, o.rolesRead = values(w.api, assigned), true
	return o, nil
}

// young is how long after its creation an application is nobody's orphan.
const young = 15 * time.Minute

// strays records the applications of ours that no key knows and that hold a
// secret or a permission, and answers their ids.
func (w *sweep) strays(ctx context.Context) (map[string]bool, error) {
	strays, after := map[string]bool{}, ""
	for {
		page, last, err := w.cfg.Flow.SeenApplications(ctx, w.env, after, batch)
		if err != nil || len(page) == 0 {
			return strays, err
		}
		after = last
		var all []workflow.Compared
		for _, s := range page {
			var app seenApp
			if err := json.Unmarshal([]byte(s.Application.Body), &app); err != nil {
				return nil, err
			}
			h := holding{secrets: len(app.Passwords), roles: s.Assignments}
			if !app.IsOurs || h.isEmpty() || w.cfg.Clock().Sub(app.Created) < young {
				continue
			}
			is, err := w.cfg.Flow.IsStray(ctx, workflow.AppName{UniqueName: app.UniqueName, ClientID: app.ClientID})
			if err != nil {
				return nil, err
			}
			if !is {
				continue
			}
			strays[app.ID] = true
			all = append(all, workflow.Compared{
				Environment: w.env, Name: app.Name, ObjectID: app.ID, ClientID: app.ClientID,
				Differences: []workflow.Difference{{Kind: access.DriftOrphanApp, Detail: h.String()}},
			})
		}
		if _, err := w.cfg.Flow.RecordCompared(ctx, all, false); err != nil {
			return nil, err
		}
	}
}
