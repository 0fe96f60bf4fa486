package login

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// Each complaint stands below its field and what was typed stays; «Ingresar»
// brings the keyboard to the first; what has no field is told above.
func TestSignIn_complaintsBelowTheirFields(t *testing.T) {
	for _, tt := range []struct {
		field string
		hint  access.Hint
		says  string
	}{
		{"login", access.HintRequired, "Escriba su usuario."},
		{"password", access.HintRequired, "Escriba su contraseña."},
		{"login", access.HintTooLong, "Es demasiado largo. Use 200 caracteres como máximo."},
		{"login", access.HintFormat, ""},
		{"password", access.HintFormat, ""},
		{"password", access.HintTooLong, "Es demasiado larga. Use 128 caracteres como máximo."},
		{"server", access.HintRequired, "Escriba la dirección del servidor."},
		{"device", access.HintFormat, ""},
	} {
		t.Run(tt.field+" "+string(tt.hint), func(t *testing.T) {
			s := NewSignIn()
			s.OnSubmit = func(string, secret.Text) {}
			shown := state.SignIn{Server: "https://llavero.example", Phase: state.SignInIdle, Solved: true}
			s.Render(shown)
			w := test.NewTempWindow(t, s)
			w.Resize(fyne.NewSize(1180, 720))
			s.login.SetText("ñandú' OR 1=1")
			s.password.SetText("una frase larga")
			s.submit()
			shown.Trouble = &state.Trouble{Err: access.InvalidField(tt.field, tt.hint)}
			s.Render(shown)
			entries := map[string]fyne.Focusable{"server": s.server, "login": s.login, "password": s.password}
			fields := map[string]*kit.Field{"server": s.serverF, "login": s.loginF, "password": s.passF}
			for name, f := range fields {
				if (name == tt.field) != f.HasError() || name == tt.field && tt.says != "" && f.Error() != tt.says {
					t.Errorf("%s says %q", name, f.Error())
				}
			}
			_, isPlaced := fields[tt.field]
			if isPlaced && w.Canvas().Focused() != entries[tt.field] {
				t.Errorf("the keyboard is at %T", w.Canvas().Focused())
			}
			if m := s.banner.Message(); isPlaced != m.IsEmpty() || m.Text == "Revise los datos marcados." {
				t.Errorf("above: %q", m.Text)
			}
			if s.login.Text != "ñandú' OR 1=1" || s.password.Text != "una frase larga" {
				t.Error("what was typed is gone")
			}
		})
	}
}

// The same of the second factor's code; a short one is not sent.
func TestSecondFactor_complaintsBelowTheCode(t *testing.T) {
	for hint, says := range map[access.Hint]string{
		access.HintRequired: "Escriba los 6 dígitos del código.", access.HintFormat: "Escriba los 6 dígitos del código.",
		access.HintSecondFactor: "El código del autenticador no coincide. Revise la hora de su celular.",
	} {
		s := NewSignIn()
		sent := 0
		s.OnCode = func(string) { sent++ }
		shown := state.SignIn{Server: "https://llavero.example", Phase: state.SignInSecondFactor}
		s.Render(shown)
		w := test.NewTempWindow(t, s)
		w.Resize(fyne.NewSize(1180, 720))
		for _, code := range []string{"", "12345", "abcdef", "12345a"} {
			s.code.Entry().SetText(code)
			s.code.Entry().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			if sent != 0 || !s.verify.Disabled() {
				t.Errorf("%q can be sent", code)
			}
		}
		s.code.Entry().SetText("123 - 456")
		s.verify.OnTapped()
		w.Canvas().Unfocus()
		shown.Trouble = &state.Trouble{Err: access.InvalidField("code", hint)}
		s.Render(shown)
		if s.codeF.Error() != says || !s.banner.Message().IsEmpty() || sent != 1 || s.code.Text() != "123456" {
			t.Errorf("%s: below %q, above %q, sent %d", hint, s.codeF.Error(), s.banner.Message().Text, sent)
		}
		if w.Canvas().Focused() != s.code.Entry() {
			t.Errorf("%s: the keyboard is at %T", hint, w.Canvas().Focused())
		}
	}
}
