package kit

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
	"llavero/shared/secret"
)

// TestMain gives all tests one application of the software driver, there before
// the first widget is made.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	OnUI = func(f func()) {
		uiLock.Lock()
		defer uiLock.Unlock()
		f()
	}
	os.Exit(m.Run())
}

// uiLock stands for the one UI goroutine: timers take it, tests hand it over
// when they pause.
var uiLock sync.Mutex

// pause lets timers do what is due within a time; virtual in a bubble.
func pause(d time.Duration) {
	uiLock.Lock()
	uiLock.Unlock() //nolint:staticcheck // what was done so far happens before what the timers do
	time.Sleep(d)
}

// window shows an object on a window of the software driver.
func window(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.Resize(fyne.NewSize(900, 600))
	return w
}

func press(f fyne.Focusable, key fyne.KeyName) { f.TypedKey(&fyne.KeyEvent{Name: key}) }

func TestButton_firesOnEnterAndSpace(t *testing.T) {
	n := 0
	b := NewPrimary("Firmar", func() { n++ })
	window(t, b)
	press(b, fyne.KeyReturn)
	press(b, fyne.KeyEnter)
	press(b, fyne.KeySpace)
	test.Tap(b)
	if n != 4 {
		t.Errorf("fired %d times, want 4", n)
	}
	b.SetBusy(true, "Firmando…")
	press(b, fyne.KeyReturn)
	test.Tap(b)
	if n != 4 || b.Text != "Firmando…" {
		t.Errorf("a busy button fired, or says %q", b.Text)
	}
	b.SetEnabled(false)
	b.SetBusy(false, "")
	if !b.Disabled() || b.Text != "Firmar" {
		t.Errorf("after being busy: disabled %v, text %q", b.Disabled(), b.Text)
	}
}

func TestMaskedSecret_holdsNothingUntilShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		value := secret.New(fmt.Sprintf("value-%d", time.Now().UnixNano()))
		m := NewMaskedSecret("Secreto")
		w := window(t, m)
		asked, concealed := 0, 0
		m.OnReveal = func() { asked++ }
		m.OnConceal = func() { concealed++ }
		if !drawn(w, secret.Mask) {
			t.Error("no dots")
		}
		test.Tap(&m.eye.Button)
		m.Toggle()
		if asked != 1 {
			t.Errorf("asked %d times while the value is on its way, want 1", asked)
		}
		m.Reveal(value)
		if !m.IsShown() || m.dots.Text() != value.Reveal() {
			t.Fatal("the value is not shown")
		}
		if m.dots.AccessibilityLabel() != secret.Mask || strings.Contains(m.AccessibilityLabel(), "value-") {
			t.Error("the value is told to readers")
		}
		pause(HideAfter*time.Second - time.Millisecond)
		synctest.Wait()
		if !m.IsShown() {
			t.Error("hidden too early")
		}
		pause(2 * time.Millisecond)
		synctest.Wait()
		if m.IsShown() || m.dots.Text() != secret.Mask || !m.value.IsEmpty() || concealed != 1 {
			t.Errorf("after %d s: shown %v, %q, told %d times", HideAfter, m.IsShown(), m.dots.Text(), concealed)
		}
	})
}

func TestMaskedSecret_hidesOnBlur(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMaskedSecret("Secreto")
		other := NewEntry("")
		w := window(t, container.NewVBox(m, other))
		w.Canvas().Focus(m.eye)
		m.Reveal(secret.New("x"))
		w.Canvas().Focus(other)
		if m.IsShown() {
			t.Error("still shown after the keyboard left")
		}
		m.Reveal(secret.New("x"))
		m.Fail("No se pudo.")
		m.Conceal()
		if m.IsShown() || m.err.Text() != "No se pudo." {
			t.Error("conceal or fail")
		}
	})
}

// drawn reports whether words stand somewhere on a window.
func drawn(w fyne.Window, words string) bool {
	for _, o := range test.LaidOutObjects(w.Content()) {
		if x, ok := o.(*Text); ok && x.Text() == words {
			return true
		}
	}
	return false
}

func TestCodeEntry_dropsWhatIsNoDigit(t *testing.T) {
	c := NewCodeEntry(6)
	w := window(t, c)
	var got, sent string
	c.OnChanged = func(s string) { got = s }
	c.OnSubmitted = func(s string) { sent = s }
	w.Canvas().Focus(c.entry)
	test.Type(c.entry, "12-3 4")
	if c.Text() != "1234" || got != "1234" || c.IsWhole() {
		t.Errorf("typed: %q, told %q", c.Text(), got)
	}
	press(c.entry, fyne.KeyReturn)
	if sent != "" {
		t.Error("an unfinished code was sent")
	}
	clipboard := test.NewClipboard()
	clipboard.SetContent(" 987-654 32")
	c.entry.SetText("")
	c.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if c.Text() != "987654" {
		t.Errorf("pasted: %q", c.Text())
	}
	press(c.entry, fyne.KeyReturn)
	if sent != "987654" {
		t.Errorf("sent %q", sent)
	}
}

func TestField_showsOneComplaint(t *testing.T) {
	e := NewEntry("Ejemplo")
	f := NewField("Correo", true, e, "Ayuda.")
	w := window(t, f)
	if !drawn(w, "Ayuda.") || !drawn(w, "Correo *") || e.AccessibilityLabel() != "Correo" {
		t.Error("label or help")
	}
	f.SetWarning("Aviso.")
	f.SetError("Error.")
	if !drawn(w, "Error.") || drawn(w, "Aviso.") || drawn(w, "Ayuda.") || !f.HasError() {
		t.Error("the error does not stand alone")
	}
	other := NewField("Otro", false, NewEntry(""), "")
	if !FocusFirst(other, f) || w.Canvas().Focused() != e {
		t.Error("the keyboard is not on the first wrong field")
	}
	f.SetError("")
	if !drawn(w, "Aviso.") {
		t.Error("the warning is gone with the error")
	}
}

func TestCheck_byKeyboard(t *testing.T) {
	var told []bool
	c := NewCheck("Acepto", func(on bool) { told = append(told, on) })
	window(t, c)
	press(c, fyne.KeySpace)
	press(c, fyne.KeyReturn)
	c.SetEnabled(false)
	press(c, fyne.KeySpace)
	if len(told) != 2 || !told[0] || told[1] || c.IsOn() {
		t.Errorf("told %v", told)
	}
}

// board is a clipboard that may refuse to be emptied.
type board struct {
	text    string
	isStuck bool
}

func (b *board) Read() (string, error) { return b.text, nil }

func (b *board) Write(s string) error {
	if !b.isStuck || s != "" {
		b.text = s
	}
	return nil
}

func (b *board) IsSlow() bool { return false }

func TestKeeper_clearsOnlyWhatIsOurs(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(*board, *Keeper)
		want  string
		told  string
	}{
		{"untouched", func(*board, *Keeper) {}, "", "Portapapeles borrado."},
		{"copied over", func(b *board, _ *Keeper) { b.text = "de otro" }, "de otro", ""},
		{"on demand", func(_ *board, k *Keeper) { k.ClearNow() }, "", "Portapapeles borrado."},
		{"stuck", func(b *board, _ *Keeper) { b.isStuck = true }, "s3", "No pudimos borrar el portapapeles en este computador. Copie otro texto."},
		{"quitting", func(_ *board, k *Keeper) { k.Close(nil) }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := NewNotices()
				window(t, n)
				b := &board{}
				k := NewKeeper(b, n)
				k.CopySecret("Secreto copiado", "s3")
				if got := n.Texts(); len(got) != 1 || got[0] != "Secreto copiado. Se borra en 30 s." {
					t.Fatalf("told %q", got)
				}
				pause(10*time.Second + time.Millisecond)
				synctest.Wait()
				if got := n.Texts(); got[0] != "Secreto copiado. Se borra en 20 s." {
					t.Fatalf("after 10 s: %q", got)
				}
				c.after(b, k)
				pause(20 * time.Second)
				synctest.Wait()
				if b.text != c.want || k.HoldsSecret() {
					t.Errorf("the clipboard holds %q, want %q", b.text, c.want)
				}
				if got := strings.Join(n.Texts(), "|"); c.told != "" && c.name != "on demand" && got != c.told {
					t.Errorf("told %q, want %q", got, c.told)
				}
				n.Clear()
			})
		})
	}
}

func TestNotices_undoAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNotices()
		window(t, n)
		undone := 0
		n.Notify(Notice{Text: "Liberó la solicitud.", Action: Action{Text: "Deshacer", Do: func() { undone++ }}})
		n.Notify(Notice{Text: "Otra cosa."})
		if !n.Undo() || undone != 1 || len(n.Texts()) != 1 {
			t.Errorf("undone %d, left %q", undone, n.Texts())
		}
		if n.Undo() {
			t.Error("there was nothing more to undo")
		}
		pause(NoticeTime * time.Second)
		synctest.Wait()
		if len(n.Texts()) != 0 {
			t.Errorf("still there: %q", n.Texts())
		}
		for i := range 5 {
			n.Notify(Notice{Text: fmt.Sprint(i)})
		}
		if got := n.Texts(); len(got) != 3 || got[2] != "4" {
			t.Errorf("shown %q", got)
		}
		n.Clear()
	})
}

func TestDialog_escapeIsTheSafeAnswer(t *testing.T) {
	field := NewEntry("")
	w := window(t, field)
	w.Canvas().Focus(field)
	did, back := 0, 0
	ask := Ask{Title: "Revocar", Do: "Revocar llave", OnDo: func() bool { did++; return true }, OnBack: func() { back++ }}
	d := ShowAsk(w.Canvas(), ask)
	if w.Canvas().Focused() != d.back {
		t.Error("the safe button has not the keyboard")
	}
	press(d.back, fyne.KeyEscape)
	if d.IsOpen() || back != 1 || did != 0 || w.Canvas().Focused() != field {
		t.Errorf("open %v, back %d, did %d", d.IsOpen(), back, did)
	}
	d = ShowAsk(w.Canvas(), ask)
	press(d.do, fyne.KeyReturn)
	d.Answer()
	if d.IsOpen() || did != 1 {
		t.Errorf("did %d times, want once", did)
	}
}

func TestBanner_takesNoRoomWhenSilent(t *testing.T) {
	b := NewBanner()
	window(t, b)
	if b.Visible() {
		t.Error("silent but there")
	}
	copied := ""
	b.OnCopy = func(s string) { copied = s }
	did := 0
	b.Set(Message{Level: look.Danger, Text: "Falló.", Detail: "código: x", Actions: []Action{{Text: "Reintentar", Do: func() { did++ }}}})
	test.Tap(b.acts[0])
	b.fold.SetOpen(true)
	test.Tap(b.fold.inside.Objects[1].(*fyne.Container).Objects[0].(*Button))
	if !b.Visible() || did != 1 || copied != "código: x" {
		t.Errorf("did %d, copied %q", did, copied)
	}
	b.Clear()
	if b.Visible() {
		t.Error("cleared but there")
	}
}
