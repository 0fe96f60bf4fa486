package ministry

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
)

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

func show(t testing.TB, screen fyne.CanvasObject) fyne.Window {
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

func TestRender_idempotent(t *testing.T) {
	same := func(t *testing.T, w fyne.Window, render func()) {
		t.Helper()
		before := test.RenderToMarkup(w.Canvas())
		render()
		if after := test.RenderToMarkup(w.Canvas()); after != before {
			t.Error("a second Render of the same snapshot changed the screen")
		}
	}
	t.Run("menu", func(t *testing.T) {
		m, s := NewMenu(), state.Menu{Role: access.RoleOfficer, Pending: 3}
		m.Render(s)
		same(t, show(t, m), func() { m.Render(s) })
	})
	t.Run("queue", func(t *testing.T) {
		q, s := NewQueue(), queueOf(rowsOf(30))
		q.Render(s)
		same(t, show(t, q), func() { q.Render(s) })
	})
	t.Run("attend", func(t *testing.T) {
		a, s := NewAttend(), attendSnapshot()
		s.Fields = []access.FieldError{{Field: "production.secret", Hint: access.HintRequired}}
		s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeConflict, access.HintStale), RequestID: "r"}
		a.Render(s)
		same(t, show(t, a), func() { a.Render(s) })
	})
}
