package ministry

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

var driftNow = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

func oneDrift(kind access.DriftKind) state.Drifts {
	return state.Drifts{
		Link: state.Link{Phase: state.LinkOnline, DataAt: driftNow}, Now: driftNow,
		Rows: []access.Drift{{ID: "d-1", Kind: kind, State: access.DriftOpen, Environment: access.Production, Name: "IHCE-PROD-0500199001", FoundAt: driftNow}},
	}
}

var driftKinds = []access.DriftKind{
	access.DriftMissingApp, access.DriftDeletedApp, access.DriftMissingPrincipal, access.DriftMissingSecret, access.DriftUnknownSecret,
	access.DriftExtraRole, access.DriftMissingRole, access.DriftOrphanApp, access.DriftExpiry, access.DriftName,
}

// TestDriftForm_everyFix: each kind offers its fixes, each is named and says what
// it does, and what is confirmed is sent as it was chosen.
func TestDriftForm_everyFix(t *testing.T) {
	for _, kind := range driftKinds {
		t.Run(string(kind), func(t *testing.T) {
			w := show(t, NewDrift())
			f := NewDriftForm()
			var sent []wire.FixDrift
			f.OnFix = func(id string, body wire.FixDrift) { sent = append(sent, body) }
			f.Open(w.Canvas(), "d-1", oneDrift(kind))
			if es.DriftKind(kind) == string(kind) || es.DriftMeans(kind) == "" {
				t.Error("the kind has no words")
			}
			fixes := kind.Fixes()
			if len(f.acts) != len(fixes) || fixes[len(fixes)-1] != access.FixDismiss {
				t.Fatalf("%d buttons for %v", len(f.acts), fixes)
			}
			for i, fix := range fixes {
				if es.DriftFix(kind, fix) == string(fix) || es.DriftConsequence(kind, fix) == "" {
					t.Errorf("%s has no words", fix)
				}
				test.Tap(f.acts[i])
				before := len(sent)
				if needsReason(fix) {
					why := w.Canvas().Focused()
					press(why, fyne.KeyReturn)
					if len(sent) != before {
						t.Errorf("%s was sent without a reason", fix)
					}
					test.Type(why, "Lo pidió el prestador")
					press(why, fyne.KeyReturn)
				} else {
					answer(w)
				}
				want := wire.FixDrift{Fix: fix}
				if needsReason(fix) {
					want.Why = "Lo pidió el prestador"
				}
				if len(sent) != before+1 || sent[before] != want {
					t.Errorf("%s: sent %+v, want %+v", fix, sent[before:], want)
				}
			}
		})
	}
}

// TestDriftForm_follows what becomes of a difference, and leaves with it.
func TestDriftForm_follows(t *testing.T) {
	w := test.NewWindow(nil)
	defer w.Close()
	f := NewDriftForm()
	s := oneDrift(access.DriftExtraRole)
	f.Open(w.Canvas(), "d-1", s)
	offline := s
	offline.Link.Phase = state.LinkOffline
	f.Render(offline)
	if !f.acts[0].Disabled() {
		t.Error("a fix can be asked for without connection")
	}
	fixing := s
	fixing.Rows = slices.Clone(s.Rows)
	fixing.Rows[0].State = access.DriftFixing
	f.Render(fixing)
	if len(f.acts) != 0 || f.what.Visible() {
		t.Error("what is being fixed can be fixed again")
	}
	f.Render(state.Drifts{Link: s.Link, Now: driftNow})
	if f.IsOpen() {
		t.Error("a difference that is no more stays on screen")
	}
}

func TestDrift_standing(t *testing.T) {
	dir := &wire.Directory{Items: []wire.DirectoryOf{
		{Environment: access.Preproduction, Configured: true},
		{Environment: access.Production, Configured: true, Missing: []string{"Application.Read.All"}, Excess: []string{"Directory.Read.All"}},
	}}
	m := standing(dir, nil)
	if !strings.Contains(m.Text, "falta en Microsoft Graph: Application.Read.All") || !strings.Contains(m.Text, "sobra en Microsoft Graph: Directory.Read.All") || m.Title != "Producción" {
		t.Errorf("%+v", m)
	}
	dir.Items[1].Missing, dir.Items[1].Excess = nil, nil
	if !standing(dir, nil).IsEmpty() || !standing(nil, nil).IsEmpty() {
		t.Error("all is well, and something is said")
	}
}
