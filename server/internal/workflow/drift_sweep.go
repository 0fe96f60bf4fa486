package workflow

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Subjects of jobs of kind store.JobDrift beside a key's id.
const (
	driftAll   = "all/"   // and an environment: compare every key
	driftAgain = "again/" // and an environment: look a second time at what was seen once
)

// DriftJob takes the subject of a job apart: a key, or an environment whose keys
// are all compared, or looked at again.
func DriftJob(subject string) (key access.KeyID, env access.Environment, isAgain bool) {
	if rest, ok := strings.CutPrefix(subject, driftAll); ok {
		return "", access.Environment(rest), false
	}
	if rest, ok := strings.CutPrefix(subject, driftAgain); ok {
		return "", access.Environment(rest), true
	}
	return access.KeyID(subject), "", false
}

// The marks of comparisons in the table meta.
const (
	metaNight    = "drift.night"    // the day of the last nightly comparison, in Colombia
	metaCompared = "drift.compared" // RFC 3339 and the number of keys: the last comparison of all, by environment
)

// SweepPhaseKeys is the last phase of a comparison of all keys.
const SweepPhaseKeys = "keys"

// DriftSweep reads the comparison of an environment that is under way, or begins
// one at a phase.
func (f *Flow) DriftSweep(ctx context.Context, env access.Environment, phase string) (s store.Sweep, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		known, err := tx.Sweep(env)
		if err != nil || known != nil && tx.Now().Sub(known.StartedAt) < staleSweep {
			if known != nil {
				s = *known
			}
			return err
		}
		if err := tx.EndSweep(env); err != nil {
			return err
		}
		s = store.Sweep{Environment: env, Phase: phase, StartedAt: tx.Now()}
		return tx.SaveSweep(s)
	})
	return s, refused(err)
}

// staleSweep is how old a comparison may be to be gone on with: what its lists
// showed is not so any more.
const staleSweep = 6 * time.Hour

// KeepSeen keeps what a page showed, with the place where the list goes on.
func (f *Flow) KeepSeen(ctx context.Context, s store.Sweep, seen []store.Seen) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSeen(s.Environment, seen); err != nil {
			return err
		}
		return tx.SaveSweep(s)
	}))
}

// KnownApplications says which of these client ids are a key's, or were seen to
// be ours.
func (f *Flow) KnownApplications(ctx context.Context, env access.Environment, apps []AppName) (known map[string]bool, err error) {
	known = map[string]bool{}
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		for _, a := range apps {
			is, err := tx.KnowsApplication(a.UniqueName, a.ClientID)
			if err == nil && !is {
				is, err = tx.HasSeen(env, store.SeenApplication, strings.ToLower(a.ClientID))
			}
			if err != nil {
				return err
			}
			known[a.ClientID] = is
		}
		return nil
	})
	return known, refused(err)
}

// Resource is the client id of the API of IHCE in an environment.
func (f *Flow) Resource(env access.Environment) string { return f.params.Of(env).ResourceAppID }

// AppName is what tells an application.
type AppName struct{ UniqueName, ClientID string }

// IsOurName reports a unique name that this installation gives in an
// environment: another one's prefix may begin like ours.
func (f *Flow) IsOurName(env access.Environment, uniqueName string) bool {
	return strings.HasPrefix(uniqueName, f.policy.Prefix+"-"+string(env)+"-")
}

// DriftPage is some keys with what the lists showed of them.
type DriftPage struct {
	Keys []DriftKey
	Seen map[access.KeyID]SeenOfKey
}

// SeenOfKey is what the lists showed of one key's application.
type SeenOfKey struct {
	Applications, Principals, Assignments, Deleted []store.Seen
}

// DriftPage reads the next keys of a comparison, at most limit.
func (f *Flow) DriftPage(ctx context.Context, env access.Environment, after access.KeyID, limit int) (p DriftPage, err error) {
	p.Seen = map[access.KeyID]SeenOfKey{}
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		keys, err := tx.KeysAfter(env, after, limit)
		if err != nil {
			return err
		}
		for _, k := range keys {
			d, err := f.driftKey(tx, k)
			if err != nil {
				return err
			}
			seen, err := seenOf(tx, k)
			if err != nil {
				return err
			}
			p.Keys, p.Seen[k.ID] = append(p.Keys, *d), seen
		}
		return nil
	})
	return p, refused(err)
}

func seenOf(tx *store.Tx, k *store.Key) (s SeenOfKey, err error) {
	owner := strings.ToLower(k.ClientID)
	read := func(kind store.SeenKind, owner string) []store.Seen {
		if err != nil {
			return nil
		}
		var all []store.Seen
		all, err = tx.SeenOf(k.Environment, kind, owner)
		return all
	}
	s.Applications = read(store.SeenApplication, owner)
	s.Deleted = read(store.SeenDeleted, owner)
	s.Principals = read(store.SeenPrincipal, owner)
	for _, p := range s.Principals {
		s.Assignments = append(s.Assignments, read(store.SeenAssignment, p.ID)...)
	}
	return s, err
}

// RecordPage writes down what the comparison of a page of keys found, and how
// far it has got.
func (f *Flow) RecordPage(ctx context.Context, s store.Sweep, all []Compared) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := recordAll(tx, all, false); err != nil {
			return err
		}
		return tx.SaveSweep(s)
	}))
}

// SeenApplications lists what a comparison saw of our applications that no key
// knows, a few at a time, by object id after one; with what they hold.
func (f *Flow) SeenApplications(ctx context.Context, env access.Environment, after string, limit int) (page []Stray, last string, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		apps, err := tx.SeenAfter(env, store.SeenApplication, after, limit)
		if err != nil || len(apps) == 0 {
			return err
		}
		last = apps[len(apps)-1].ID
		for _, a := range apps {
			s := Stray{Application: a}
			if s.Principals, err = tx.SeenOf(env, store.SeenPrincipal, a.Owner); err != nil {
				return err
			}
			for _, p := range s.Principals {
				held, err := tx.SeenOf(env, store.SeenAssignment, p.ID)
				if err != nil {
					return err
				}
				s.Assignments += len(held)
			}
			page = append(page, s)
		}
		return nil
	})
	return page, last, refused(err)
}

// Stray is an application as the lists showed it.
type Stray struct {
	Application store.Seen
	Principals  []store.Seen
	Assignments int
}

// IsStray reports an application that no key knows.
func (f *Flow) IsStray(ctx context.Context, a AppName) (is bool, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		known, err := tx.KnowsApplication(a.UniqueName, a.ClientID)
		is = !known
		return err
	})
	return is, refused(err)
}

// EndDriftSweep closes a comparison of all keys: orphans that were not seen any
// more are gone, what was seen once is looked at again a while later.
func (f *Flow) EndDriftSweep(ctx context.Context, s store.Sweep, strays map[string]bool) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		orphans, err := tx.LiveOrphans(s.Environment)
		if err != nil {
			return err
		}
		for _, d := range orphans {
			if !strays[d.Subject] {
				if _, err := gone(tx, &d, nil); err != nil {
					return err
				}
			}
		}
		suspected, err := tx.SuspectedSubjects(s.Environment, 1)
		if err != nil {
			return err
		}
		if len(suspected) > 0 {
			if err := enqueueLater(tx, driftAgain+string(s.Environment)); err != nil {
				return err
			}
		}
		if err := tx.SetMeta(metaCompared+"."+string(s.Environment), tx.Now().Format(time.RFC3339)+" "+strconv.Itoa(s.Keys)); err != nil {
			return err
		}
		e := audit.ByServer(audit.DriftCompared, "drift", "")
		e.Detail = audit.Details(audit.Environment(s.Environment), audit.Count("keys", int64(s.Keys)), audit.Count("pages", int64(s.Pages)),
			audit.Time("startedAt", s.StartedAt))
		return errors.Join(tx.Audit(e), tx.EndSweep(s.Environment))
	}))
}

// enqueueLater has a job run after a while, unless one waits already.
func enqueueLater(tx *store.Tx, subject string) error {
	live, err := tx.LiveJobsOf(store.JobDrift, subject)
	if err != nil || live > 0 {
		return err
	}
	return tx.Enqueue(store.Job{Kind: store.JobDrift, Subject: subject, RunAfter: tx.Now().Add(lookAgain)})
}

// Suspects lists what was seen once and is to be looked at again, at most limit:
// keys, and applications without one.
func (f *Flow) Suspects(ctx context.Context, env access.Environment, limit int) (all []store.Drift, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.SuspectedSubjects(env, limit)
		return err
	})
	return all, refused(err)
}

// compareAll has every key of both environments compared.
func compareAll(tx *store.Tx) (keys int, err error) {
	for _, env := range access.Environments() {
		n, err := tx.ComparableKeys(env)
		if err != nil {
			return 0, err
		}
		if err := tx.EnqueueOnce(store.JobDrift, driftAll+string(env)); err != nil {
			return 0, err
		}
		keys += n
	}
	return keys, nil
}

// CompareNightly has all keys compared once a night, from an hour of Colombia on
// (0 to 23). It answers when to ask again.
func (f *Flow) CompareNightly(ctx context.Context, hour int) (again time.Time, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		now := tx.Now().In(es.Colombia)
		due := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, es.Colombia)
		if again = due; now.Before(due) {
			return nil
		}
		again = due.AddDate(0, 0, 1)
		night := due.Format(time.DateOnly)
		last, err := tx.Meta(metaNight)
		isFirst := errors.Is(err, store.ErrNotFound) // a new server has nothing to compare
		if err != nil && !isFirst || last == night {
			return err
		}
		if err := tx.SetMeta(metaNight, night); err != nil || isFirst {
			return err
		}
		_, err = compareAll(tx)
		return err
	})
	return again, refused(err)
}
