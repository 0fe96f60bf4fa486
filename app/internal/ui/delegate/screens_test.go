package delegate

import (
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

// show puts a screen into a window of the usual size.
func show(t *testing.T, screen fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, screen)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1180, 720))
	return w
}

func press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

var online = state.Link{Phase: state.LinkOnline, DataAt: noon}

// sameAfter draws a window twice and complains when a second Render of the same
// snapshot changed anything.
func sameAfter(t *testing.T, w fyne.Window, render func()) {
	t.Helper()
	before := test.RenderToMarkup(w.Canvas())
	render()
	if after := test.RenderToMarkup(w.Canvas()); after != before {
		t.Error("a second Render of the same snapshot changed the screen")
	}
}

func TestRender_idempotent(t *testing.T) {
	for name, c := range map[string]func(t *testing.T){
		"menu": func(t *testing.T) {
			m := NewMenu()
			m.Render(state.Menu{Role: access.RoleDelegate})
			sameAfter(t, show(t, m), func() { m.Render(state.Menu{Role: access.RoleDelegate}) })
		},
		"enroll": func(t *testing.T) {
			e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
			s.Chosen, s.Form.Vendor = "0500199001", "Proveedor de Ejemplo"
			s.Fields = []access.FieldError{{Field: "software", Hint: access.HintRequired}}
			s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeInternal, ""), RequestID: "r"}
			e.Render(s)
			sameAfter(t, show(t, e), func() { e.Render(s) })
		},
		"renew": func(t *testing.T) {
			e, s := NewEnroll(access.KindRenew), enrollSnapshot()
			s.Kind, s.Chosen, s.Reason = access.KindRenew, "0500199001", access.ReasonExpiry
			e.Render(s)
			sameAfter(t, show(t, e), func() { e.Render(s) })
		},
		"confirm": func(t *testing.T) {
			c := NewConfirm(func() time.Time { return noon })
			c.Beat = nil
			s := confirmSnapshot()
			c.Render(s)
			sameAfter(t, show(t, c), func() { c.Render(s) })
		},
		"progress": func(t *testing.T) {
			p := NewProgress(func() time.Time { return noon })
			p.Beat = nil
			s := state.Progress{Link: online, Request: wire.RequestRow{Status: access.StatusIssuing, Step: access.StepSecret, Environment: access.Preproduction}}
			p.Render(s)
			sameAfter(t, show(t, p), func() { p.Render(s) })
		},
		"keys": func(t *testing.T) {
			k, s := NewKeys(), keysSnapshot()
			k.Render(s)
			sameAfter(t, show(t, k), func() { k.Render(s) })
		},
	} {
		t.Run(name, c)
	}
}

func TestMenu_roles(t *testing.T) {
	m := NewMenu()
	m.Render(state.Menu{Role: access.RoleDelegate})
	if m.enroll.IsOff() || m.keys.IsOff() || m.renew.IsOff() {
		t.Error("a delegate's cards")
	}
	m.Render(state.Menu{})
	if !m.enroll.IsOff() || !m.renew.IsOff() || !m.keys.IsOff() || m.noRole.Message().IsEmpty() {
		t.Error("somebody without a role")
	}
}
