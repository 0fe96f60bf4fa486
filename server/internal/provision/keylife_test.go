package provision

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// danger is the key of these tests.
const danger = access.Production

// newOverlap is a world whose keys were changed for another vendor, so that two
// secrets work, and whose application of danger has a third that somebody made in
// the portal.
func newOverlap(t *testing.T, dir *directory) *world {
	t.Helper()
	w := newRenewal(t, dir, access.ReasonVendor)
	w.live(-1)
	if r := w.request(); r.Status != access.StatusDone {
		t.Fatalf("the change is %s, %+v", r.Status, r.Failure)
	}
	if _, err := w.client().AddPassword(t.Context(), w.keyIn(danger).ObjectID, "By hand", dir.clock.Now().Add(time.Hour), false); err != nil {
		t.Fatal(err)
	}
	_ = dir.clock.Sleep(t.Context(), time.Minute)
	w.before = w.keys()
	return w
}

// newCompromise is newOverlap with danger reported.
func newCompromise(t *testing.T, dir *directory) *world {
	t.Helper()
	w := newOverlap(t, dir)
	k := w.keyIn(danger)
	done, err := w.flow.Compromise(t.Context(), workflow.Act{Who: w.delegate}, k.ID, k.Version,
		wire.Compromise{LastDigits: access.LastDigits(code), What: "Se publicó en un correo"})
	if err != nil {
		t.Fatal(err)
	}
	w.id = done.Request
	dir.Journal().Clear()
	return w
}

// newRevoke is newOverlap with danger to be revoked.
func newRevoke(t *testing.T, dir *directory) *world {
	t.Helper()
	w := newOverlap(t, dir)
	k := w.keyIn(danger)
	_, err := w.flow.Revoke(t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version,
		wire.Revoke{LastDigits: access.LastDigits(code), Why: "Se cerró la sede"})
	if err != nil {
		t.Fatal(err)
	}
	dir.Journal().Clear()
	return w
}

func (w *world) keyIn(env access.Environment) issuedKey {
	w.t.Helper()
	for _, k := range w.keys() {
		if k.Environment == env {
			return k
		}
	}
	w.t.Fatalf("no key in %s", env)
	return issuedKey{}
}

func (w *world) rowIn(env access.Environment) (row wire.KeyRow) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		row, err = tx.KeyRow(w.officer, w.keyIn(env).ID)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return row
}

// appIn is the application of an environment, and the ids of its live secrets.
func (w *world) appIn(env access.Environment) (app entraemu.AppState, live []string) {
	w.t.Helper()
	app = w.byClientID(w.keyIn(env).ClientID)
	for _, s := range app.Live() {
		live = append(live, s.KeyID)
	}
	return app, live
}

// mustBeSafe checks a compromised key whose request is done: one secret lives,
// the new one, and the key of the other environment is as it was.
func (w *world) mustBeSafe() {
	w.t.Helper()
	if r := w.request(); r.Status != access.StatusDone {
		w.t.Fatalf("the request is %s at %s, %+v", r.Status, r.Step, r.Failure)
	}
	k, old := w.keyIn(danger), w.before[w.keyIn(danger).UniqueName]
	_, live := w.appIn(danger)
	if k.active.Request != w.id || k.active.ID == old.active.ID || !slices.Equal(live, []string{k.active.EntraKeyID}) {
		w.t.Errorf("live %v, in force %+v", live, k.active)
	}
	row := w.rowIn(danger)
	if row.State != access.KeyActive || row.Incident == nil || row.Incident.RemovedAt.IsZero() {
		w.t.Errorf("row %+v, incident %+v", row, row.Incident)
	}
	w.mustLeaveOther()
	if _, left := w.nextJob(); left {
		w.t.Error("a job is left")
	}
}

// mustLeaveOther checks that the other environment is as it was.
func (w *world) mustLeaveOther() {
	w.t.Helper()
	k := w.keyIn(access.Preproduction)
	old := w.before[k.UniqueName]
	if _, live := w.appIn(access.Preproduction); len(live) != 2 || k.active.ID != old.active.ID || k.Version != old.Version {
		w.t.Errorf("the other environment: live %v, %+v, was %+v", live, k.Key, old.Key)
	}
}

// mustBeRevoked checks a revoked key: no secret lives, the application does.
func (w *world) mustBeRevoked() {
	w.t.Helper()
	app, live := w.appIn(danger)
	row := w.rowIn(danger)
	if len(live) != 0 || app.ObjectID == "" || row.State != access.KeyRevoked || row.RevokedAt.IsZero() || row.RevokeFailed != "" {
		w.t.Errorf("live %v, row %+v", live, row)
	}
	w.mustLeaveOther()
}

// laterIfFailed lets hours pass until a removal that failed is tried again.
func (w *world) laterIfFailed() bool {
	w.t.Helper()
	if w.rowIn(danger).RevokeFailed == "" {
		return false
	}
	_ = w.dir.clock.Sleep(w.t.Context(), 6*time.Hour)
	return true
}

func TestCompromise(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newCompromise(t, dir)
	w.live(-1)
	w.mustBeSafe()
	var writes []string
	for _, c := range dir.Journal().Calls() {
		if c.Wrote {
			writes = append(writes, callName(c.Method, c.Path))
		}
	}
	if len(writes) != 4 || writes[0] != "POST applications/{id}/addPassword" { // never before the new one is there
		t.Errorf("writes %q", writes)
	}
}

// TestCompromise_killedAnywhere kills the server at every boundary.
func TestCompromise_killedAnywhere(t *testing.T) {
	t.Parallel()
	killedAnywhere(t, newCompromise, (*world).mustBeSafe)
}

// TestRevoke_killedAnywhere kills the server at every boundary.
func TestRevoke_killedAnywhere(t *testing.T) {
	t.Parallel()
	killedAnywhere(t, newRevoke, (*world).mustBeRevoked)
}

// killedAnywhere kills an act at every boundary, and has another life finish it.
func killedAnywhere(t *testing.T, begin func(*testing.T, *directory) *world, whole func(*world)) {
	t.Helper()
	dir := newDirectory(t)
	n := 0
	for ; ; n++ {
		where := ""
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := begin(t, dir)
			where = w.live(n)
			w.live(-1)
			whole(w)
			if t.Failed() {
				t.Logf("died %s", where)
			}
		})
		if where == "" || t.Failed() {
			break
		}
	}
	if n < 10 {
		t.Errorf("only %d boundaries were walked", n)
	}
}

// TestCompromise_faultForEver parks an emergency at each call that never works:
// while the new secret is not made, the old ones stay, and the pending list says
// why; resumed, it ends well.
func TestCompromise_faultForEver(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	for _, c := range []struct {
		path string
		live int // secrets that work meanwhile
	}{{"addPassword", 3}, {"removePassword", 4}} {
		t.Run(c.path, func(t *testing.T) {
			w := newCompromise(t, dir)
			w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: c.path, Count: entraemu.Forever})
			got := w.request()
			if got.Status != access.StatusPending || got.Failure.Status != 403 || got.Failure.Environment != danger {
				t.Fatalf("the request is %s, %+v", got.Status, got.Failure)
			}
			if _, live := w.appIn(danger); len(live) != c.live {
				t.Errorf("%d secrets live, want %d", len(live), c.live)
			}
			if row := w.rowIn(danger); !row.Incident.RemovedAt.IsZero() {
				t.Errorf("the incident is over: %+v", row.Incident)
			}
			dir.Faults().Clear()
			w.resume()
			w.live(-1)
			w.mustBeSafe()
		})
	}
}

// TestCompromise_revokedInstead is an officer who gives up on a new secret.
func TestCompromise_revokedInstead(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newCompromise(t, dir)
	w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: "addPassword", Count: entraemu.Forever})
	dir.Faults().Clear()
	k := w.keyIn(danger)
	_, err := w.flow.Revoke(t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version, wire.Revoke{LastDigits: access.LastDigits(code), Why: "x"})
	if err != nil {
		t.Fatal(err)
	}
	w.live(-1)
	w.mustBeRevoked()
	if row := w.rowIn(danger); row.Incident.RemovedAt.IsZero() {
		t.Errorf("the incident stays open: %+v", row.Incident)
	}
}

// TestRevoke_faultForEver tells officers, and goes on trying.
func TestRevoke_faultForEver(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRevoke(t, dir)
	w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: "removePassword", Count: entraemu.Forever})
	if row := w.rowIn(danger); row.State == access.KeyRevoked || row.RevokeFailed == "" || row.RevokeAskedAt.IsZero() {
		t.Errorf("row %+v", row)
	}
	dir.Faults().Clear()
	if !w.laterIfFailed() {
		t.Fatal("it did not fail")
	}
	w.live(-1)
	w.mustBeRevoked()
}

// TestRetirer_newSecretLostInEntra keeps the old one: it is the last.
func TestRetirer_newSecretLostInEntra(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRenewal(t, dir, access.ReasonVendor)
	w.live(-1)
	k := w.keyIn(danger)
	if err := w.client().RemovePassword(t.Context(), k.ObjectID, k.active.EntraKeyID); err != nil {
		t.Fatal(err)
	}
	_ = dir.clock.Sleep(t.Context(), 7*24*time.Hour)
	w.live(-1)
	if _, live := w.appIn(danger); len(live) != 1 {
		t.Errorf("live %v, want the one before", live)
	}
	if _, live := w.appIn(access.Preproduction); len(live) != 1 {
		t.Errorf("of the other, live %v", live)
	}
}
