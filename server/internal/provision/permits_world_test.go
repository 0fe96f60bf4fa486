package provision

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// mortalPermits is what a Permitter records through, seen from a life.
type mortalPermits struct {
	*workflow.Flow
	*life
}

func (m mortalPermits) RecordPermissionsSeen(ctx context.Context, id access.KeyID, seen workflow.PermissionsSeen) ([]store.PermissionTask, error) {
	return record(m.life, "seen", func() ([]store.PermissionTask, error) { return m.Flow.RecordPermissionsSeen(ctx, id, seen) })
}

func (m mortalPermits) RecordPermission(ctx context.Context, id access.KeyID, clientID string, task store.PermissionTask, failed string, tried ...workflow.Attempt) ([]store.PermissionTask, error) {
	return record(m.life, "result", func() ([]store.PermissionTask, error) {
		return m.Flow.RecordPermission(ctx, id, clientID, task, failed, tried...)
	})
}

func (m mortalPermits) FailPermissions(ctx context.Context, id access.KeyID, code string) error {
	_, err := record(m.life, "fail", func() (nothing, error) { return only(m.Flow.FailPermissions(ctx, id, code)) })
	return err
}

// permit runs one life of the worker of permissions, as spend does.
func (w *world) permit(l *life) (died string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	db, flow := w.open()
	defer func() { _ = db.Close() }()
	l.end = func() {
		cancel()
		_ = db.Close()
	}
	hc := &http.Client{Transport: mortalWire{w.dir.wire.Transport, l}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := entra.New(w.entraConfig(hc))
	if err != nil {
		w.t.Fatal(err)
	}
	p := NewPermitter(PermitConfig{
		Flow: mortalPermits{flow, l},
		Base: Base{
			Clock: w.dir.clock.Now, Sleep: w.dir.clock.Sleep,
			Entra: map[access.Environment]*entra.Client{access.Preproduction: client, access.Production: client},
		},
	})
	kinds := []string{store.JobPermissions, store.JobCatalogue}
	work := worker.New(db, map[string]worker.Runner{kinds[0]: p, kinds[1]: p}, worker.Config{Clock: w.dir.clock.Now, Lease: lease})
	for ctx.Err() == nil {
		if _, err := work.RunDue(ctx); err != nil && ctx.Err() == nil {
			w.t.Fatal(err)
		}
		var next time.Time
		left := false
		err := w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
			next, left, err = tx.NextJobAt(kinds)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
		if !left {
			break
		}
		_ = w.dir.clock.Sleep(w.t.Context(), next.Sub(w.dir.clock.Now()))
	}
	return l.where
}

func (w *world) production() *store.Key {
	w.t.Helper()
	for _, k := range w.keys() {
		if k.Environment == access.Production {
			return k.Key
		}
	}
	w.t.Fatal("no production key")
	return nil
}

// newPermits is a world whose code has its keys, production with two roles, and
// a proof of its tests; what can be granted is known.
func newPermits(t *testing.T, dir *directory) *world {
	t.Helper()
	w := newWorld(t, dir)
	w.live(-1)
	act := workflow.Act{Who: w.officer}
	if _, err := w.flow.Permissions(t.Context(), act); access.CodeOf(err) != access.CodeUnavailable {
		t.Fatalf("before the catalogue was read: %v", err)
	}
	w.permit(&life{left: -1})
	got, err := w.flow.Permissions(t.Context(), act)
	if err != nil || len(got.Items) != len(entraemu.CareRoles) || got.Application != "APP-IHCE-PROD" || got.Items[0] != (wire.Permission{Value: "ConsultaExterna", Label: "Consulta Externa"}) {
		t.Fatalf("catalogue %+v, %v", got, err)
	}
	if _, err := w.flow.AddEvidence(t.Context(), act, code, wire.NewEvidence{Kind: access.EvidenceTest, Note: "Prueba"}); err != nil {
		t.Fatal(err)
	}
	dir.Journal().Clear()
	return w
}

// change asks for the change of most cases: two roles more, one less, and one
// that is held already.
func (w *world) change() {
	w.t.Helper()
	_, err := w.flow.ChangePermissions(w.t.Context(), workflow.Act{Who: w.officer}, w.production().ID, w.production().Version, wire.ChangePermissions{
		Grant: []string{"Hospitalizacion", "Consultas", twoRoles[1]}, Remove: []string{twoRoles[0]}, Why: "Cambió de servicios",
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// held are the production roles that the directory has of the key, sorted.
func (w *world) held() []string {
	w.t.Helper()
	app, ok := w.dir.State().ByClientID(w.production().ClientID)
	if !ok {
		w.t.Fatal("the application is gone")
	}
	var all []string
	for _, r := range app.Roles {
		all = append(all, r.Role)
	}
	slices.Sort(all)
	return all
}

var changedRoles = []string{"Consultas", "Hospitalizacion", "Urgencias"} // sorted

// mustBePermitted checks that a change came about once: in the directory, in the
// row, and in a trail that tells of each result once.
func (w *world) mustBePermitted() {
	w.t.Helper()
	if got := w.held(); !slices.Equal(got, changedRoles) {
		w.t.Errorf("the directory has %v", got)
	}
	k := w.production()
	if !slices.Equal(k.Permissions, changedRoles) || len(k.Tasks) != 0 || k.IsMissing {
		w.t.Errorf("the row has %v, %+v", k.Permissions, k.Tasks)
	}
	if n := len(w.dir.State().Issued()); n != 2 {
		w.t.Errorf("%d applications", n)
	}
	if _, err := audit.Verify(w.t.Context(), w.db); err != nil {
		w.t.Errorf("audit: %v", err)
	}
	told := map[string]int{}
	for _, r := range w.trailOf(string(k.ID)) {
		told[string(r.Kind)+" "+r.DetailOf("permission")]++
	}
	for _, want := range []string{"key.permission_granted Hospitalizacion", "key.permission_granted Consultas", "key.permission_granted Urgencias", "key.permission_removed ConsultaExterna"} {
		if told[want] != 1 {
			w.t.Errorf("%s: %d entries", want, told[want])
		}
	}
}

func (w *world) trailOf(subject string) []audit.Record {
	w.t.Helper()
	var all []audit.Record
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.AuditOf(subject, "", 10_000)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}
