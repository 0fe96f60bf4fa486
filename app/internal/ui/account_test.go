package ui

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/help"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func (s *server) NewImage(context.Context, wire.NewImage) (wire.Image, error) {
	s.note("image")
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 250, 80)))
	return wire.Image{ID: "i1", PNG: b.Bytes(), ExpiresAt: time.Now().Add(5 * time.Minute)}, err
}

func (s *server) RegistrationInfo(context.Context) (wire.RegistrationInfo, error) {
	return wire.RegistrationInfo{Pledge: wire.ConsentText{ID: "pledge", Version: "1", Label: "Me comprometo", Body: "Texto.", Hash: "p1"}}, nil
}

func (s *server) CheckPrerequisites(_ context.Context, b wire.CheckPrerequisites) (wire.Prerequisites, error) {
	s.note("check " + b.Image.Code)
	return wire.Prerequisites{
		Items: []access.Prerequisite{{ID: access.PrerequisiteDelegation, Verdict: access.VerdictMet}}, Met: true, Pass: "pase", PassExpiresAt: time.Now().Add(10 * time.Minute),
	}, nil
}

func (s *server) Register(_ context.Context, b wire.Register) (wire.Registered, error) {
	s.note("register " + string(b.Form.NIT) + " " + b.Form.Document.Number + " " + b.Pass + " " + b.Pledge.Hash)
	return wire.Registered{Login: "ADMIHCEIPS999100005", Form: b.Form, MaskedEmail: "d•••@example.org"}, nil
}

func (s *server) Recover(_ context.Context, b wire.Recover) (wire.Recovering, error) {
	s.note("recover " + b.Login)
	return wire.Recovering{Sender: "llaves@example.org"}, nil
}

func (s *server) AccountLink(_ context.Context, b wire.AccountLink) (wire.AccountLinkInfo, error) {
	s.note("link " + b.Token)
	return wire.AccountLinkInfo{Login: "ADMIHCEIPS999100005", Purpose: wire.LinkFinish}, nil
}

func (s *server) SetPassword(context.Context, wire.SetPassword) (wire.PasswordSet, error) {
	s.note("set")
	return wire.PasswordSet{Login: "ADMIHCEIPS999100005"}, nil
}

func (s *server) ChangePassword(context.Context, string, wire.ChangePassword) error {
	s.note("change")
	return nil
}

// A delegate registers, sets the password with the code of the mail, signs in and
// changes it, by keys alone.
func TestKeyboard_registration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: wire.Session{
			Account: "d-1", Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Entity: "NI-999100005",
			Person: access.Person{Name: "Delegada de Prueba"},
		}}
		d := sit(t, s)
		d.at(routeSignIn)
		d.tabTo("Registro de usuarios")
		d.press(fyne.KeyReturn)
		d.at(routeRegister)
		d.press(fyne.KeyReturn) // IHCE
		d.tabTo("Delegado Administrativo")
		d.press(fyne.KeyReturn)
		d.at(routeRegisterForm)
		d.press(fyne.KeyReturn, fyne.KeyReturn) // the one type of entity
		d.tabTo("Nit")
		d.write("999.100.005")
		d.press(fyne.KeyEscape) // back, and nothing is lost
		d.at(routeRegister)
		if d.name() != "Delegado Administrativo" {
			t.Errorf("back, the keyboard is at %q", d.name())
		}
		d.press(fyne.KeyReturn)
		d.at(routeRegisterForm)
		d.press(fyne.KeyReturn, fyne.KeyReturn) // the first type of document
		d.write("9999000011")
		d.tabTo("Código de la imagen")
		d.write("k7mxw")
		d.press(fyne.KeyReturn) // «Verificar requisitos»
		d.press(fyne.KeyReturn)
		d.tabTo("Me comprometo")
		d.press(fyne.KeySpace)
		d.tabTo("Registrar")
		d.press(fyne.KeyReturn)
		d.at(routeRegistered)
		d.tabTo("Aceptar")
		d.press(fyne.KeyReturn)
		d.at(routeSignIn)
		if got := d.shell.model.SignIn().Login; got != "ADMIHCEIPS999100005" {
			t.Errorf("the sign-in has the login %q", got)
		}
		d.tabTo("Tengo un código")
		d.press(fyne.KeyReturn)
		d.at(routeUnlock)
		d.write("abc def")
		d.press(fyne.KeyReturn)
		d.write("grapa verde con nueve ranas")
		d.press(fyne.KeyReturn)
		d.write("grapa verde con nueve ranas")
		d.press(fyne.KeyReturn, fyne.KeyReturn) // set, and on to the sign-in
		d.at(routeSignIn)
		d.tabTo("Contraseña")
		d.write("grapa verde con nueve ranas")
		d.tabTo("No soy un robot")
		d.press(fyne.KeySpace)
		time.Sleep(time.Second)
		synctest.Wait()
		d.tabTo("Ingresar")
		d.press(fyne.KeyReturn)
		d.at(routeDelegateMenu)
		d.tabTo("Mi cuenta")
		d.press(fyne.KeyReturn)
		d.at(routeAccount)
		for _, word := range []string{"grapa verde con nueve ranas", "otra grapa con diez ranas", "otra grapa con diez ranas"} {
			d.write(word)
			d.press(fyne.KeyReturn)
		}
		d.press(fyne.KeyEscape)
		d.at(routeDelegateMenu)
		want := "image, check k7mxw, register 999100005 9999000011 pase p1, link abcdef, set, sign in ADMIHCEIPS999100005, change"
		if got := strings.Join(s.log, ", "); got != want {
			t.Errorf("the server heard %s", got)
		}
	})
}

func TestKeyboard_recovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		d := sit(t, s)
		d.tabTo("Usuario")
		d.write("CC9999000011")
		d.tabTo("Olvidé mi contraseña")
		d.press(fyne.KeyReturn)
		d.at(routeRecover)
		d.tabTo("Usuario")
		d.write("CC9999000011")
		d.press(fyne.KeyReturn, fyne.KeyReturn, fyne.KeyReturn)
		d.write("9999000011")
		d.press(fyne.KeyReturn)
		d.write("abc34")
		d.press(fyne.KeyReturn)
		d.tabTo("Tengo el código del correo")
		d.press(fyne.KeyReturn)
		d.at(routeUnlock)
		d.press(fyne.KeyEscape)
		d.at(routeSignIn)
		if got := strings.Join(s.log, ", "); got != "image, recover CC9999000011" {
			t.Errorf("the server heard %s", got)
		}
	})
}

// Cancelling forgets the form here; for a while it can be taken up again.
func TestKeyboard_cancelledRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		d := sit(t, s)
		d.tabTo("Registro de usuarios")
		d.press(fyne.KeyReturn)
		d.at(routeRegister)
		d.press(fyne.KeyReturn)
		d.tabTo("Otro usuario")
		d.press(fyne.KeyReturn)
		d.at(routeRegisterForm)
		d.press(fyne.KeyReturn, fyne.KeyReturn)
		d.write("9999000011")
		d.tabTo("Cancelar")
		d.press(fyne.KeyReturn)
		if d.shell.at != routeSignIn { // and no second passes: the notice counts them off this goroutine
			t.Errorf("at %q", d.shell.at.title())
		}
		if f := d.shell.model.Register().Form; f.Document.Number != "" {
			t.Errorf("kept %+v", f)
		}
		d.shell.do(func() { d.shell.notices.Undo() })
		d.at(routeRegisterForm)
		if f := d.shell.model.Register().Form; f.Document.Number != "9999000011" {
			t.Errorf("the undone form holds %+v", f)
		}
		if got := strings.Join(s.log, ", "); got != "image, image" {
			t.Errorf("the server heard %s", got)
		}
	})
}

// F1 opens the help at the screen's section, signed in or not; Ctrl+/ at the
// keyboard.
func TestHelp_opensAtTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := sit(t, &server{})
		at := func(want help.ID) {
			t.Helper()
			d.press(fyne.KeyF1)
			if !d.shell.help.IsOpen() || d.shell.helpAt != want {
				t.Errorf("open %v, at %s, want %s", d.shell.help.IsOpen(), d.shell.helpAt, want)
			}
			d.press(fyne.KeyEscape)
			if d.shell.help.IsOpen() {
				t.Error("Escape does not close it")
			}
		}
		d.at(routeSignIn)
		at(help.SignIn)
		d.at(routeSignIn)
		d.tabTo("Registro de usuarios")
		d.press(fyne.KeyReturn)
		d.at(routeRegister)
		at(help.Register)
		d.at(routeRegister) // Escape closed the help alone
		d.shell.do(func() { d.shell.toggleHelpAt(help.Keyboard) })
		if d.shell.helpAt != help.Keyboard {
			t.Error("the keyboard's list does not open")
		}
		d.press(fyne.KeyF1)
		if d.shell.help.IsOpen() {
			t.Error("F1 does not close it")
		}
	})
}

// Every screen has a section that speaks of it.
func TestHelp_everyScreenHasASection(t *testing.T) {
	known := map[help.ID]bool{}
	for _, s := range help.Sections() {
		known[s.ID] = true
	}
	for r := routeNone + 1; r.title() != ""; r++ {
		if !known[r.help()] {
			t.Errorf("%q has none", r.title())
		}
		if r != routeSignIn && r.help() == help.SignIn {
			t.Errorf("%q opens the help of the sign-in", r.title())
		}
	}
}
