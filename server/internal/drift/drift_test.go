package drift

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// plant is one way to make Entra and the records differ.
type plant struct {
	kind   access.DriftKind
	detail string // "" = any
	do     func(w *world, k *store.Key)
	fixes  []access.DriftFix // those that mend it; each is tried on a world of its own
}

func plants() []plant {
	return []plant{
		{access.DriftMissingPrincipal, "", func(w *world, k *store.Key) {
			w.planted(http.MethodDelete, "servicePrincipals/"+k.PrincipalID, nil)
		}, []access.DriftFix{access.FixRecreate}},
		{access.DriftMissingPrincipal, "disabled", func(w *world, k *store.Key) {
			w.planted(http.MethodPatch, "servicePrincipals/"+k.PrincipalID, map[string]any{"accountEnabled": false})
		}, []access.DriftFix{access.FixRecreate}},
		{access.DriftUnknownSecret, "", func(w *world, k *store.Key) {
			w.planted(http.MethodPost, "applications/"+k.ObjectID+"/addPassword", map[string]any{"passwordCredential": map[string]any{"displayName": "a mano"}})
		}, []access.DriftFix{access.FixRemove}},
		{access.DriftExtraRole, entraemu.CareRoles[1], func(w *world, k *store.Key) {
			w.planted(http.MethodPost, "servicePrincipals/"+w.api.ID+"/appRoleAssignedTo", map[string]any{
				"principalId": k.PrincipalID, "resourceId": w.api.ID, "appRoleId": w.roleID(entraemu.CareRoles[1]),
			})
		}, []access.DriftFix{access.FixRemove, access.FixAdopt}},
		{access.DriftMissingRole, role, func(w *world, k *store.Key) {
			all, err := w.client.RoleAssignments(w.t.Context(), k.PrincipalID, false)
			must(w.t, err)
			w.planted(http.MethodDelete, "servicePrincipals/"+k.PrincipalID+"/appRoleAssignments/"+all[0].ID, nil)
		}, []access.DriftFix{access.FixGrant, access.FixAdopt}},
		{access.DriftOrphanApp, "1/1", func(w *world, _ *store.Key) {
			w.application("0500199999")
			_ = w.clock.Sleep(w.t.Context(), time.Hour)
		}, []access.DriftFix{access.FixRetireApp}},
		{access.DriftExpiry, "", func(w *world, k *store.Key) {
			w.write(func(tx *store.Tx) error {
				s, err := tx.SecretInForce(k.ID)
				if err != nil {
					return err
				}
				s.ExpiresAt = s.ExpiresAt.AddDate(0, 1, 0)
				return tx.SaveSecret(*s)
			})
		}, []access.DriftFix{access.FixAdopt}},
		{access.DriftName, "Otro nombre", func(w *world, k *store.Key) {
			w.planted(http.MethodPatch, "applications/"+k.ObjectID, map[string]any{"displayName": "Otro nombre"})
		}, []access.DriftFix{access.FixRename}},
		{access.DriftMissingSecret, "", func(w *world, k *store.Key) {
			app, err := w.client.Application(w.t.Context(), k.ObjectID, false)
			must(w.t, err)
			w.planted(http.MethodPost, "applications/"+k.ObjectID+"/removePassword", map[string]any{"keyId": app.Passwords[0].KeyID})
		}, []access.DriftFix{access.FixReplace, access.FixDismiss}},
		{access.DriftDeletedApp, "", func(w *world, k *store.Key) {
			w.planted(http.MethodDelete, "applications/"+k.ObjectID, nil)
		}, []access.DriftFix{access.FixRestore}},
		{access.DriftMissingApp, "", func(w *world, k *store.Key) {
			w.planted(http.MethodDelete, "applications/"+k.ObjectID, nil)
			w.graph(http.MethodDelete, "directory/deletedItems/"+k.ObjectID, nil)
		}, []access.DriftFix{access.FixRecreate, access.FixDismiss}},
	}
}

// Each kind is found, by the comparison of all and by that of one key, told
// once, and each of its fixes leaves a world in which nothing differs.
func TestPlanted(t *testing.T) {
	for _, p := range plants() {
		fixes := p.fixes
		if fixes == nil {
			fixes = []access.DriftFix{access.FixDismiss}
		}
		for _, fix := range fixes {
			t.Run(string(p.kind)+" "+p.detail+"/"+string(fix), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, 2)
				if found := w.compare(); len(found) != 0 {
					t.Fatalf("before: %+v", found)
				}
				k := w.keys[0]
				p.do(w, k)
				found := w.compare()
				if len(found) != 1 || found[0].Kind != p.kind || p.detail != "" && found[0].Detail != p.detail {
					t.Fatalf("found %+v, want one %s %s", found, p.kind, p.detail)
				}
				if p.kind != access.DriftOrphanApp {
					if found[0].Key != k.ID || w.count(k.ID) != 1 || w.count(w.keys[1].ID) != 0 {
						t.Errorf("%+v; the key's row counts %d", found[0], w.count(k.ID))
					}
					if again := w.compare(k.ID); len(again) != 1 || again[0].ID != found[0].ID {
						t.Errorf("by the key: %+v", again)
					}
				}
				w.fix(found[0], fix)
				w.afterFix(k, found[0], fix)
			})
		}
	}
}

func (w *world) afterFix(k *store.Key, d access.Drift, fix access.DriftFix) {
	w.t.Helper()
	if fix == access.FixDismiss {
		if left := w.compare(); len(left) != 0 || len(w.differences(access.DriftDismissed)) != 1 {
			w.t.Errorf("dismissed, and open again: %+v", left)
		}
		return
	}
	if fixed := w.differences(access.DriftFixed); len(fixed) != 1 || fixed[0].ID != d.ID || fixed[0].Failed != "" {
		w.t.Errorf("after the fix: %+v; open %+v", fixed, w.differences(access.DriftOpen, access.DriftFixing))
	}
	_ = w.clock.Sleep(w.t.Context(), time.Hour)
	if left := w.compare(); len(left) != 0 || w.count(k.ID) != 0 {
		w.t.Errorf("a later comparison finds %+v", left)
	}
	kinds := w.trail()
	if kinds[audit.DriftFound] != 1 || kinds[audit.DriftAsked] != 1 || kinds[audit.DriftFixed] != 1 || kinds[audit.DriftAttempt]+kinds[audit.IssueAttempt] == 0 {
		w.t.Errorf("the trail has %v", kinds)
	}
	if log := w.log.String(); strings.Contains(log, w.emu.ClientSecret()) {
		w.t.Error("a secret is in the log")
	}
}

// The directory lags by up to ten minutes and its servers disagree: over a world
// in order nothing is ever told, whenever it is compared.
func TestCompare_cleanWorldWithLag(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, 2)
	upTo := entraemu.Span{Max: entraemu.Duration(10 * time.Minute)}
	knobs, err := entraemu.KnobsOf(entraemu.ProfileInstant)
	must(t, err)
	knobs.Replicas, knobs.Lag = 3, entraemu.Lag{Application: upTo, Principal: upTo, Secret: upTo, Role: upTo, Delete: upTo}
	must(t, w.emu.SetKnobs(knobs))
	for i := range 4 {
		if i < 2 {
			w.keys = append(w.keys, w.issue(licenseOf(len(w.keys)+1)))
		}
		for range 4 {
			_ = w.clock.Sleep(t.Context(), time.Duration(rng.Int64N(int64(9*time.Minute))))
			if found := w.compare(); len(found) != 0 {
				t.Fatalf("seed %d, round %d: %+v", seed, i, found)
			}
		}
	}
	if kinds := w.trail(); kinds[audit.DriftFound] != 0 || kinds[audit.DriftCompared] == 0 {
		t.Errorf("seed %d: the trail has %v", seed, kinds)
	}
}

// Keys by the thousand are compared by pages of the lists, with no call a key.
func TestAll_byPages(t *testing.T) {
	const keys = 1100
	w := newWorld(t, keys)
	w.planted(http.MethodPatch, "applications/"+w.keys[1050].ObjectID, map[string]any{"displayName": "Otro nombre"})
	w.emu.Journal().Clear()
	must(t, NewComparer(w.cfg).all(t.Context(), access.Production))
	if n := w.emu.Journal().Count("GET", ""); n > 20 {
		t.Errorf("%d calls for %d keys", n, keys)
	}
	suspects, err := w.flow.Suspects(t.Context(), access.Production, 10)
	if err != nil || len(suspects) != 1 || suspects[0].Key != w.keys[1050].ID {
		t.Errorf("suspects %+v, %v", suspects, err)
	}
	if d, err := w.flow.Directory(t.Context(), workflow.Act{Who: w.officer}); err != nil || d.Compared != keys || d.ComparedAt.IsZero() {
		t.Errorf("told: %+v, %v", d, err)
	}
}

// A server killed between pages goes on at the page where it was.
func TestAll_goesOnAfterACrash(t *testing.T) {
	w := newWorld(t, 3)
	w.planted(http.MethodPatch, "applications/"+w.keys[1].ObjectID, map[string]any{"displayName": "Otro nombre"})
	c := NewComparer(w.cfg)
	at, err := w.flow.DriftSweep(t.Context(), access.Production, phases[0])
	must(t, err)
	s := &sweep{Comparer: c, client: w.client, env: access.Production, at: at}
	s.api = w.api
	must(t, s.page(t.Context())) // applications
	must(t, s.page(t.Context())) // deleted
	listed := w.emu.Journal().Count("GET", "/applications?")
	must(t, w.db.Close())
	w.open()
	must(t, NewComparer(w.cfg).all(t.Context(), access.Production))
	if n := w.emu.Journal().Count("GET", "/applications?"); n != listed {
		t.Errorf("the applications were listed %d times more", n-listed)
	}
	w.work() // the second look
	if found := w.differences(access.DriftOpen); len(found) != 1 || found[0].Kind != access.DriftName {
		t.Errorf("found %+v", found)
	}
}

// A secret that should work is never taken away, nor the last one of an
// application.
func TestFix_keepsTheLastSecret(t *testing.T) {
	w := newWorld(t, 1)
	k := w.keys[0]
	w.planted(http.MethodPost, "applications/"+k.ObjectID+"/addPassword", map[string]any{"passwordCredential": map[string]any{"displayName": "a mano"}})
	found := w.compare()
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	app, err := w.client.Application(t.Context(), k.ObjectID, false)
	must(t, err)
	must(t, w.client.RemovePassword(t.Context(), k.ObjectID, app.Passwords[0].KeyID))
	w.fix(found[0], access.FixRemove)
	open := w.differences(access.DriftOpen)
	if len(open) == 0 || open[0].Failed != CodeLastSecret && (len(open) < 2 || open[1].Failed != CodeLastSecret) {
		t.Errorf("after: %+v", open)
	}
	if app, err = w.client.Application(t.Context(), k.ObjectID, false); err != nil || len(app.Passwords) != 1 {
		t.Errorf("left %+v, %v", app.Passwords, err)
	}
}

// Of two officers the second is told that it is under way; a delegate sees and
// does nothing.
func TestFixDrift_twoOfficers(t *testing.T) {
	w := newWorld(t, 1)
	w.planted(http.MethodPatch, "applications/"+w.keys[0].ObjectID, map[string]any{"displayName": "Otro nombre"})
	found := w.compare(w.keys[0].ID)
	if len(found) != 1 {
		t.Fatalf("found %+v", found)
	}
	answers := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := w.flow.FixDrift(t.Context(), workflow.Act{Who: w.officer}, found[0].ID, wire.FixDrift{Fix: access.FixRename})
			answers <- err
		}()
	}
	first, second := <-answers, <-answers
	if first != nil {
		first, second = second, first
	}
	if first != nil || access.HintOf(second) != access.HintUnderWay {
		t.Errorf("answers %v and %v", first, second)
	}
	delegate := access.Viewer{Account: "d", Role: access.RoleDelegate, Entity: entity}
	must(t, w.db.Read(t.Context(), func(tx *store.Tx) error {
		return tx.VisibleRows(delegate, func(c wire.Change) error {
			if c.Kind == wire.RowDrift || strings.Contains(string(c.Body), `"drift"`) {
				t.Errorf("a delegate sees %s", c.Body)
			}
			return nil
		})
	}))
	_, err := w.flow.FixDrift(t.Context(), workflow.Act{Who: delegate}, found[0].ID, wire.FixDrift{Fix: access.FixRename})
	if access.CodeOf(err) != access.CodeForbidden {
		t.Errorf("a delegate: %v", err)
	}
}

// A difference that is gone is forgotten after 90 days, and who shows it is told;
// an open one never is.
func TestSweep_forgetsFixed(t *testing.T) {
	w := newWorld(t, 2)
	for _, k := range w.keys[:2] {
		w.planted(http.MethodPatch, "applications/"+k.ObjectID, map[string]any{"displayName": "Otro nombre"})
	}
	found := w.compare()
	if len(found) != 2 {
		t.Fatalf("found %+v", found)
	}
	w.fix(found[0], access.FixRename)
	left := func() (fixed, open int) {
		return len(w.differences(access.DriftFixed)), len(w.differences(access.DriftOpen))
	}
	for days, want := range []int{1, 0} {
		_ = w.clock.Sleep(t.Context(), []time.Duration{89, 2}[days]*24*time.Hour)
		must(t, w.flow.Sweep(t.Context()))
		if fixed, open := left(); fixed != want || open != 1 {
			t.Errorf("sweep %d: %d fixed, want %d; %d open", days, fixed, want, open)
		}
	}
}

// All keys are compared once a night, from an hour of Colombia on: not before,
// not twice, and not on a server's first night, when there is nothing yet.
func TestCompareNightly(t *testing.T) {
	w := newWorld(t, 1)
	const hour = 3
	at := func(day, h int) { // moves the clock on to an hour of a day from now
		now := w.clock.Now().In(es.Colombia)
		to := time.Date(now.Year(), now.Month(), now.Day()+day, h, 0, 0, 0, es.Colombia)
		_ = w.clock.Sleep(t.Context(), to.Sub(now))
	}
	asked := func() (jobs int, again time.Time) {
		t.Helper()
		again, err := w.flow.CompareNightly(t.Context(), hour)
		must(t, err)
		must(t, w.db.Read(t.Context(), func(tx *store.Tx) (err error) {
			jobs, err = tx.LiveJobs(store.JobDrift)
			return err
		}))
		return jobs, again
	}
	at(1, 4)
	if jobs, again := asked(); jobs != 0 || again.In(es.Colombia).Hour() != hour || again.Sub(w.clock.Now()) != 23*time.Hour {
		t.Errorf("first night: %d jobs, again %v", jobs, again)
	}
	at(1, 2)
	if jobs, again := asked(); jobs != 0 || again.Sub(w.clock.Now()) != time.Hour {
		t.Errorf("before the hour: %d jobs, again %v", jobs, again)
	}
	at(0, 3)
	if jobs, _ := asked(); jobs != len(access.Environments()) {
		t.Errorf("at the hour: %d jobs", jobs)
	}
	w.work()
	if jobs, _ := asked(); jobs != 0 {
		t.Errorf("twice in a night: %d jobs", jobs)
	}
	at(1, 23)
	if jobs, _ := asked(); jobs != len(access.Environments()) {
		t.Errorf("a server that was off at the hour: %d jobs", jobs)
	}
}
