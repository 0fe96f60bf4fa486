package httpapi

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// difference is one that a comparison found about a stranger of ours.
func (b *bench) difference() string {
	b.t.Helper()
	object := uuid.NewString()
	_, err := b.flow.RecordCompared(b.t.Context(), []workflow.Compared{{
		Environment: access.Production, Name: "production 0500199001", ObjectID: object, ClientID: uuid.NewString(),
		Differences: []workflow.Difference{{Kind: access.DriftOrphanApp, Detail: "1/2"}},
	}}, true)
	if err != nil {
		b.t.Fatal(err)
	}
	var id string
	err = b.db.Read(b.t.Context(), func(tx *store.Tx) error {
		all, err := tx.LiveDrifts(access.Production, object)
		if len(all) == 1 {
			id = all[0].ID
		}
		return err
	})
	if err != nil || id == "" {
		b.t.Fatalf("no difference: %v", err)
	}
	return id
}

// readyCompare names keys; with none all are compared.
func readyCompare(b *bench) ready {
	pro, pre := b.assigned()
	return ready{token: b.officer, path: "/v1/drift/compare", body: always(wire.CompareDrift{Keys: []access.KeyID{pro.ID, pre.ID}})}
}

func readyFix(b *bench) ready {
	return ready{
		token: b.officer, path: "/v1/drift/" + b.difference() + "/fix", unread: "the feed tells it",
		body: always(wire.FixDrift{Fix: access.FixDismiss, Why: "Es de otra oficina."}),
	}
}

// Two officers: the second one is told that it is under way, or was decided.
func TestFixDrift_once(t *testing.T) {
	b := newBench(t)
	path := "/v1/drift/" + b.difference() + "/fix"
	var done wire.FixingDrift
	b.good(b.post(b.officer, path, wire.FixDrift{Fix: access.FixRetireApp}), &done)
	if done.Seq == 0 || done.ID == "" {
		t.Errorf("answered %+v", done)
	}
	if p := b.bad(b.post(b.officer, path, wire.FixDrift{Fix: access.FixRetireApp}), http.StatusConflict); p.Hint != access.HintUnderWay {
		t.Errorf("the second is told %+v", p)
	}
	p := b.bad(b.post(b.officer, "/v1/drift/"+b.difference()+"/fix", wire.FixDrift{Fix: access.FixRestore}), http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Field != "fix" {
		t.Errorf("a fix of another kind: %+v", p)
	}
	b.bad(b.post(b.officer, "/v1/drift/"+uuid.NewString()+"/fix", wire.FixDrift{Fix: access.FixDismiss, Why: "No existe."}), http.StatusNotFound)
}

// The standing is there from the start, and after it was read.
func TestDirectory(t *testing.T) {
	b := newBench(t)
	var d wire.Directory
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/directory", token: b.officer}), &d)
	if len(d.Items) != 2 || d.Items[1].Configured || !d.ComparedAt.IsZero() {
		t.Errorf("at first %+v", d)
	}
	known := wire.DirectoryOf{Environment: access.Production, Configured: true, Missing: []string{"Application.Read.All"}, Objects: 7, Quota: 50}
	if err := b.flow.RecordDirectory(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/directory", token: b.officer}), &d)
	if got := d.Items[1]; got.Objects != 7 || len(got.Missing) != 1 {
		t.Errorf("then %+v", got)
	}
}
