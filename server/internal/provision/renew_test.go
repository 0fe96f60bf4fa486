package provision

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// reasons are why keys are changed, and how many secrets then work beside the
// new one.
var reasons = []struct {
	reason  access.Reason
	overlap int
	until   time.Duration
}{
	{access.ReasonSecurity, 0, 0},
	{access.ReasonVendor, 1, 7 * 24 * time.Hour},
	{access.ReasonExpiry, 1, 30 * 24 * time.Hour},
}

// newRenewal is a world whose code has its keys, and a change of them signed.
func newRenewal(t *testing.T, dir *directory, reason access.Reason) *world {
	t.Helper()
	w := newWorld(t, dir)
	w.live(-1)
	w.mustBeWhole()
	if t.Failed() {
		t.FailNow()
	}
	_ = dir.clock.Sleep(t.Context(), time.Hour)
	w.ask(access.KindRenew, reason)
	dir.Journal().Clear()
	return w
}

// mustBeRenewed is mustBeWhole of a change of key: the applications are those
// that there were, and the secrets before end when they were said to.
func (w *world) mustBeRenewed(before map[string]issuedKey, overlap int) {
	w.t.Helper()
	w.overlap = overlap
	w.mustBeWhole()
	for name, key := range w.keys() {
		old := before[name]
		if key.ClientID != old.ClientID || key.ObjectID != old.ObjectID || key.PrincipalID != old.PrincipalID {
			w.t.Errorf("%s: another application: %+v, was %+v", key.Environment, key.Key, old.Key)
		}
		if key.active.ID == old.active.ID || key.active.Request != w.id {
			w.t.Errorf("%s: no new secret is in force: %+v", key.Environment, key.active)
		}
	}
	w.mustTell(before)
}

// mustTell checks that the trail tells of each old secret as it is: replaced
// once, and removed once if it is gone.
func (w *world) mustTell(before map[string]issuedKey) {
	w.t.Helper()
	told := map[string]map[audit.Kind]int{}
	err := w.db.EachAuditRecord(w.t.Context(), func(r audit.Record) error {
		id := r.DetailOf("secret")
		if told[id] == nil {
			told[id] = map[audit.Kind]int{}
		}
		told[id][r.Kind]++
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, app := range w.dir.State().Issued() {
		old := before[app.UniqueName]
		lives := slices.ContainsFunc(app.Live(), func(s entraemu.SecretState) bool { return s.KeyID == old.active.EntraKeyID })
		removed := 1
		if lives {
			removed = 0
		}
		if k := told[old.active.ID]; k[audit.SecretReplaced] != 1 || k[audit.SecretRetired] != removed {
			w.t.Errorf("%s: the trail tells of the old secret %v; it lives: %v", app.UniqueName, k, lives)
		}
	}
}

func TestRenew_bothEnvironments(t *testing.T) {
	t.Parallel()
	for _, r := range reasons {
		t.Run(string(r.reason), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			w := newRenewal(t, dir, r.reason)
			before := w.keys()
			w.live(-1)
			w.mustBeRenewed(before, r.overlap)
			writes := 0
			for _, c := range dir.Journal().Calls() {
				if c.Wrote {
					writes++
				}
			}
			if want := 2 * (2 - r.overlap); writes != want {
				t.Errorf("%d writes, want %d: a secret made, and with security one removed, in each environment", writes, want)
			}
			if r.overlap == 0 {
				return
			}
			_ = dir.clock.Sleep(t.Context(), r.until-time.Minute)
			w.live(-1) // not yet, though it is soon
			w.mustBeRenewed(before, 0)
			if late := dir.clock.Now().Sub(w.request().UpdatedAt); late < r.until-time.Hour || late > r.until+time.Hour {
				t.Errorf("removed %s after the change, want %s", late, r.until)
			}
		})
	}
}

// TestRenew_killedAnywhere kills the server at every boundary of a change of
// key, and again at every boundary of the removal at the overlap's end.
func TestRenew_killedAnywhere(t *testing.T) {
	t.Parallel()
	for _, r := range reasons {
		t.Run(string(r.reason), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			n := 0
			for ; ; n++ {
				where := ""
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					w := newRenewal(t, dir, r.reason)
					before := w.keys()
					where = w.live(n)
					w.live(-1)
					w.mustBeRenewed(before, r.overlap)
					if t.Failed() {
						t.Logf("died %s", where)
					}
				})
				if where == "" {
					break
				}
			}
			if n < 45 {
				t.Errorf("only %d boundaries were walked", n)
			}
		})
	}
	t.Run("at the end", func(t *testing.T) {
		t.Parallel()
		dir := newDirectory(t)
		n := 0
		for ; ; n++ {
			where := ""
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				w := newRenewal(t, dir, access.ReasonVendor)
				before := w.keys()
				w.live(-1)
				_ = dir.clock.Sleep(t.Context(), 7*24*time.Hour)
				where = w.live(n)
				w.live(-1)
				w.mustBeRenewed(before, 0)
				if t.Failed() {
					t.Logf("died %s", where)
				}
			})
			if where == "" {
				break
			}
		}
		if n < 10 {
			t.Errorf("only %d boundaries were walked", n)
		}
	})
}

// TestRenew_faultForEver parks a change of key, for each call that never works,
// and resumes it.
func TestRenew_faultForEver(t *testing.T) {
	t.Parallel()
	for _, r := range reasons {
		t.Run(string(r.reason), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			for _, path := range []string{"/applications(", "addPassword", "removePassword", "/token"} {
				if path == "removePassword" && r.overlap > 0 {
					continue // it comes days later
				}
				t.Run(path, func(t *testing.T) {
					w := newRenewal(t, dir, r.reason)
					before := w.keys()
					w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 500, Path: path, Count: entraemu.Forever})
					got := w.request()
					if got.Status != access.StatusPending || got.Failure.Status != 500 {
						t.Fatalf("the request is %s, %+v", got.Status, got.Failure)
					}
					if path == "removePassword" && got.Failure.Step != access.StepRetire {
						t.Errorf("parked at %s", got.Failure.Step)
					}
					for _, app := range dir.State().Issued() {
						if len(app.Live()) == 0 {
							t.Errorf("%s has no secret that works", app.UniqueName)
						}
					}
					dir.Faults().Clear()
					w.resume()
					w.live(-1)
					w.mustBeRenewed(before, r.overlap)
				})
			}
		})
	}
}

// TestRenew_secretGoneAlready counts a secret that somebody removed in Entra as
// removed.
func TestRenew_secretGoneAlready(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRenewal(t, dir, access.ReasonVendor)
	before := w.keys()
	w.live(-1)
	client := w.client()
	for _, old := range before {
		if err := client.RemovePassword(t.Context(), old.ObjectID, old.active.EntraKeyID); err != nil {
			t.Fatal(err)
		}
	}
	_ = dir.clock.Sleep(t.Context(), 7*24*time.Hour)
	w.live(-1)
	w.mustBeRenewed(before, 0)
}

// TestRenew_typedKey changes keys that an officer typed: their applications are
// found by their client ids, and what was typed works on, since nobody knows
// which of their secrets it is.
func TestRenew_typedKey(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: "addPassword", Count: entraemu.Forever})
	dir.Faults().Clear()
	client := w.client()
	typed := map[access.Environment]wire.TypedKey{}
	for _, env := range access.Environments() { // made by hand, in the portal
		app, _, err := client.EnsureApplication(t.Context(), "by-hand-"+string(env), "By hand", nil)
		if err != nil {
			t.Fatal(err)
		}
		end := dir.clock.Now().Add(300 * 24 * time.Hour)
		made, err := client.AddPassword(t.Context(), app.ID, "By hand", end, true)
		if err != nil {
			t.Fatal(err)
		}
		typed[env] = wire.TypedKey{ClientID: app.ClientID, Secret: made.Text.Reveal(), ExpiresAt: end}
	}
	act := workflow.Act{Who: w.officer}
	taken, err := w.flow.Take(t.Context(), act, w.id, wire.Take{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.flow.Assign(t.Context(), act, w.id, taken.Version, wire.Assign{
		Production: typed[access.Production], Preproduction: typed[access.Preproduction],
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ask(access.KindRenew, access.ReasonSecurity)
	w.live(-1)
	if r := w.request(); r.Status != access.StatusDone {
		t.Fatalf("the request is %s, %+v", r.Status, r.Failure)
	}
	for _, key := range w.keys() {
		app := w.byClientID(key.ClientID)
		if key.ClientID != typed[key.Environment].ClientID || app.ObjectID != key.ObjectID || len(app.Live()) != 2 || key.State != access.KeyOverlap {
			t.Errorf("%s: %+v in %+v", key.Environment, key.Key, app)
		}
	}
	_ = dir.clock.Sleep(t.Context(), 300*24*time.Hour)
	w.live(-1)
	for _, key := range w.keys() {
		if key.State != access.KeyActive {
			t.Errorf("%s: after what was typed expired the key is %s", key.Environment, key.State)
		}
	}
}

// TestRenew_applicationGone parks: another application would have another
// client id.
func TestRenew_applicationGone(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRenewal(t, dir, access.ReasonVendor)
	w.write(func(tx *store.Tx) error {
		k, err := tx.KeyOf(code, access.Preproduction)
		if err != nil {
			return err
		}
		k.ClientID = "00000000-0000-4000-8000-0000000000ff"
		return tx.SaveKey(k)
	})
	w.live(-1)
	if r := w.request(); r.Status != access.StatusPending || r.Failure.Step != access.StepApplication || r.Failure.Status != 404 {
		t.Errorf("the request is %s, %+v", r.Status, r.Failure)
	}
	if n := len(dir.State().Issued()); n != 2 {
		t.Errorf("%d applications, want the two there were", n)
	}
}

// TestRenew_permissionsStay neither grants again what was taken away since the
// enrolment nor takes away what was granted.
func TestRenew_permissionsStay(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRenewal(t, dir, access.ReasonVendor)
	client := w.client()
	left := map[string]string{}
	for _, key := range w.keys() {
		all, err := client.RoleAssignments(t.Context(), key.PrincipalID, false)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		if err := client.RevokeRole(t.Context(), key.PrincipalID, all[0].ID); err != nil {
			t.Fatal(err)
		}
		left[key.ClientID] = all[1].RoleID
	}
	w.live(-1)
	if r := w.request(); r.Status != access.StatusDone {
		t.Fatalf("the request is %s, %+v", r.Status, r.Failure)
	}
	for _, key := range w.keys() {
		all, err := client.RoleAssignments(t.Context(), key.PrincipalID, false)
		if err != nil || len(all) != 1 || all[0].RoleID != left[key.ClientID] {
			t.Errorf("%s: %+v, %v", key.Environment, all, err)
		}
	}
}

// client works in the directory beside the server.
func (w *world) client() *entra.Client {
	w.t.Helper()
	client, err := entra.New(w.entraConfig(w.dir.wire))
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func (w *world) byClientID(id string) entraemu.AppState {
	for _, a := range w.dir.State().Applications {
		if strings.EqualFold(a.ClientID, id) {
			return a
		}
	}
	return entraemu.AppState{}
}
