package provision

import (
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/shared/access"
)

// TestRetirer_faultForEver does not let a removal fall asleep: it comes again,
// hours later, and the trail says so.
func TestRetirer_faultForEver(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newRenewal(t, dir, access.ReasonVendor)
	before := w.keys()
	w.live(-1)
	_ = dir.clock.Sleep(t.Context(), 7*24*time.Hour)
	if n := w.liveWith(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: "removePassword", Count: entraemu.Forever}); n == 0 {
		t.Fatal("the fault did not strike")
	}
	w.mustBeRenewedLate(before)
	dir.Faults().Clear()
	_ = dir.clock.Sleep(t.Context(), 6*time.Hour)
	w.live(-1)
	w.mustBeRenewed(before, 0)
}

// mustBeRenewedLate checks keys whose old secret should be gone and still works.
func (w *world) mustBeRenewedLate(before map[string]issuedKey) {
	w.t.Helper()
	for _, app := range w.dir.State().Issued() {
		if len(app.Live()) != 2 {
			w.t.Errorf("%s: live %+v", app.UniqueName, app.Live())
		}
	}
	kept := 0
	err := w.db.EachAuditRecord(w.t.Context(), func(r audit.Record) error {
		for _, old := range before {
			if r.Kind == audit.SecretKept && r.DetailOf("secret") == old.active.ID && r.DetailOf("code") != "" {
				kept++
			}
		}
		return nil
	})
	if err != nil || kept != 2 {
		w.t.Errorf("the trail tells %d times that a secret is still there, want 2 (%v)", kept, err)
	}
}
