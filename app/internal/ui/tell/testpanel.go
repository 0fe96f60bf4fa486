package tell

import (
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// TestPanel is the test of a key: a line that sums it up, and its four lights.
type TestPanel struct {
	// OnTest has the key tested; OnRenew opens the form of a change of key, nil
	// where there is none; OnCopy copies the detail of a light.
	OnTest  func(access.KeyID)
	OnRenew func(access.LicenseCode)
	OnCopy  func(string)

	Drawer *kit.Drawer
	chip   *kit.StatusChip
	line   *kit.Text
	lights *kit.Lights
	began  time.Time // of the test that was shown last
}

// NewTestPanel makes it folded.
func NewTestPanel() *TestPanel {
	t := &TestPanel{chip: kit.NewStatusChip(kit.Chip{}), line: kit.NewNote("").Natural(), lights: kit.NewLights()}
	t.lights.OnCopy = func(s string) { kit.Call(t.OnCopy, s) }
	t.Drawer = kit.NewDrawer(es.TestTitle, kit.NewStack(kit.NewRow(Inset(t.chip), t.line), t.lights))
	return t
}

// Render shows a test; one that runs or failed unfolds by itself, once.
func (t *TestPanel) Render(link state.Link, busy state.KeyAct, k wire.KeyRow, now time.Time) {
	kit.SetVisible(t.Drawer, k.Test != nil)
	if k.Test == nil {
		return
	}
	chip := TestChip(k.Test)
	t.chip.Set(chip)
	t.line.SetText(es.TestLine(k.Test, now))
	canTest := link.IsOnline() && busy == "" && !k.Test.IsRunning() && k.State != access.KeyRevoked
	t.lights.Set(Lights(k.Test, k.ExpiresAt, func(r es.Remedy) *kit.Action {
		switch {
		case r == es.RemedyAgain && canTest:
			return &kit.Action{Text: es.TestAgain, Do: func() { kit.Call(t.OnTest, k.ID) }}
		case r == es.RemedyRenew && t.OnRenew != nil:
			return &kit.Action{Text: es.RenewTitle, Do: func() { kit.Call(t.OnRenew, k.Code) }}
		}
		return nil
	}))
	if !t.began.Equal(k.Test.StartedAt) {
		t.began = k.Test.StartedAt
		t.Drawer.SetOpen(k.Test.IsRunning() || chip.Level == look.Danger)
	}
}
