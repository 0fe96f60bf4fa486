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
