package ui

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/wire"
)

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

// desk is the whole shell in a window without a display, used by keys alone.
type desk struct {
	t      *testing.T
	shell  *Shell
	canvas fyne.Canvas
}

// sit runs the shell on a server. It must be called in a synctest bubble.
func sit(t *testing.T, s *server) *desk {
	t.Helper()
	issuer, err := puzzle.NewIssuer(1, 2*time.Minute, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.issuer, s.down = issuer, make(chan wire.Change, 8)
	model := state.New(state.Deps{API: s, Rows: forgetful{}, Keeper: forgetful{}, Clock: time.Now, Rand: rand.Reader})
	s.facts = model.Facts()
	w := test.NewTempWindow(t, nil)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1180, 720))
	shell := New(Deps{Window: w, Clipboard: noBoard{}, Model: model, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	var one sync.Mutex // the UI goroutine
	shell.do = func(f func()) { one.Lock(); defer one.Unlock(); f() }
	shell.doAndWait = shell.do
	usual := kit.OnUI
	kit.OnUI = shell.do
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	shell.do(func() { shell.Run(ctx) })
	go func() { done <- model.Run(ctx, s) }()
	t.Cleanup(func() {
		shell.do(func() { shell.Close(nil) })
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		synctest.Wait()
		kit.OnUI = usual
	})
	synctest.Wait()
	return &desk{t: t, shell: shell, canvas: w.Canvas()}
}

type noBoard struct{}

func (noBoard) Read() (string, error) { return "", nil }
func (noBoard) Write(string) error    { return nil }
func (noBoard) IsSlow() bool          { return false }

// name is what a person calls the thing that has the keyboard.
func (d *desk) name() string {
	switch f := d.canvas.Focused().(type) {
	case nil:
		return "nothing"
	case *kit.Button:
		return f.AccessibilityLabel()
	case *kit.Entry:
		return f.Name
	case fyne.Accessible:
		return f.AccessibilityLabel()
	default:
		return fmt.Sprintf("%T", f)
	}
}

// tabTo presses Tab until the keyboard is at something of this name.
func (d *desk) tabTo(name string) {
	d.t.Helper()
	var seen []string
	for range 60 {
		if at := d.name(); strings.Contains(at, name) {
			return
		}
		seen = append(seen, d.name())
		d.shell.do(func() { d.canvas.FocusNext() })
		synctest.Wait()
	}
	d.t.Fatalf("Tab never comes to %q; it passes %q", name, seen)
}

// write types into what has the keyboard.
func (d *desk) write(text string) {
	d.t.Helper()
	d.shell.do(func() { test.Type(d.canvas.Focused(), text) })
	synctest.Wait()
}

// press sends a key where a window would.
func (d *desk) press(keys ...fyne.KeyName) {
	d.t.Helper()
	for _, k := range keys {
		e := &fyne.KeyEvent{Name: k}
		d.shell.do(func() {
			if f := d.canvas.Focused(); f != nil {
				f.TypedKey(e)
			} else {
				d.canvas.OnTypedKey()(e)
			}
		})
		synctest.Wait()
	}
}

// at waits until a screen is shown.
func (d *desk) at(r route) {
	d.t.Helper()
	synctest.Wait()
	time.Sleep(2 * time.Second) // the keyboard settles
	synctest.Wait()
	if d.shell.at != r {
		d.t.Fatalf("at %q, want %q; the form lacks %+v", d.shell.at.title(), r.title(), d.shell.model.Enroll().Fields)
	}
}

func (d *desk) signIn(login string) {
	d.t.Helper()
	d.tabTo("Usuario")
	d.write(login)
	d.tabTo("Contraseña")
	d.write("una clave larga")
	d.tabTo("No soy un robot")
	d.press(fyne.KeySpace)
	time.Sleep(time.Second)
	synctest.Wait()
	d.tabTo("Ingresar")
	d.press(fyne.KeyReturn)
}

// fillForm writes the fields after the entity and ticks both boxes.
func (d *desk) fillForm() {
	d.t.Helper()
	for _, f := range []struct{ name, text string }{
		{"Proveedor", "Proveedor S.A.S."},
		{"Software", "Sistema"},
		{"Nombre Líder", "Íngrid Muñoz"},
		{"Correo Líder", "lider@clinica.example"},
		{"Teléfono Líder", "3001234567"},
		{"Nombre Responsable", "Raúl Peña"},
		{"Correo Responsable", "datos@clinica.example"},
		{"Teléfono Responsable", "3109876543"},
	} {
		d.tabTo(f.name)
		d.write(f.text)
	}
	d.tabTo("Acepto los términos")
	d.press(fyne.KeySpace)
	d.tabTo("Autorizo los datos")
	d.press(fyne.KeySpace)
}

func TestKeyboard_delegateFromSignInToSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: wire.Session{
			Account: "d-1", Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Entity: "NI-999100005",
			Person: access.Person{Name: "Delegada de Prueba"},
		}}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.tabTo("Solicitar llave")
		d.press(fyne.KeyReturn)
		d.at(routeEnroll)
		d.press(fyne.KeyReturn) // the picker has the keyboard: Enter opens it
		d.press(fyne.KeyReturn) // and chooses
		d.fillForm()
		d.tabTo("Generar llave")
		d.press(fyne.KeyReturn)
		d.at(routeConfirm)
		d.press(fyne.KeyEscape) // back, and nothing is lost
		d.at(routeEnroll)
		d.tabTo("Generar llave")
		d.press(fyne.KeyReturn)
		d.at(routeConfirm)
		d.tabTo("Enviar código")
		d.press(fyne.KeyReturn)
		d.tabTo("Código de 6 dígitos")
		d.write("123456")
		d.press(fyne.KeyReturn)
		d.at(routeProgress)
		d.press(fyne.KeyF1)
		if d.canvas.Overlays().Top() == nil {
			t.Error("F1 shows no help")
		}
		d.press(fyne.KeyEscape)
		if d.canvas.Overlays().Top() != nil {
			t.Error("Escape does not close the help")
		}
		d.press(fyne.KeyEscape)
		d.at(routeDelegateMenu)
		got := strings.Join(s.log, ", ")
		if !strings.Contains(got, "create Proveedor S.A.S.") || !strings.HasSuffix(got, "code, sign 123456") {
			t.Errorf("the server heard %s", got)
		}
	})
}

func TestKeyboard_officerFromQueueToForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: wire.Session{
			Account: "o-1", Login: "CC9999000101", Role: access.RoleOfficer, Person: access.Person{Name: "Funcionaria de Prueba"},
		}}
		s.row = wire.RequestRow{
			ID: "r-1", Number: "SOL-1", Kind: access.KindEnroll, Code: theCode, Status: access.StatusPending, Version: 1,
			NIT: "999100005", Provider: "Clínica Ñandú", Failure: &access.Failure{Environment: access.Production, Step: access.StepSecret, Status: 503},
		}
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Solicitudes pendientes")
		d.press(fyne.KeyReturn)
		d.at(routeQueue)
		d.press(fyne.KeyF3)
		if !strings.Contains(d.name(), "uscar") {
			t.Errorf("F3 goes to %q", d.name())
		}
		d.write("ñandú")
		d.press(fyne.KeyReturn) // to the rows
		d.press(fyne.KeyReturn) // «Ingresar Info»
		d.at(routeAttend)
		d.tabTo("ClientID")
		d.press(fyne.KeyF5) // asks anew, keeps the place
		if !strings.Contains(d.name(), "ClientID") {
			t.Errorf("after F5 the keyboard is at %q", d.name())
		}
		d.tabTo("Volver a la lista")
		d.press(fyne.KeyReturn)
		d.at(routeQueue)
		d.press(fyne.KeyEscape)
		d.at(routeOfficerMenu)
		if got := strings.Join(s.log, ", "); !strings.Contains(got, "take") {
			t.Errorf("the server heard %s", got)
		}
	})
}
