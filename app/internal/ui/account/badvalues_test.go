package account

import (
	"testing"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// passwordComplaints are the complaints about passwords, and their words.
var passwordComplaints = []struct {
	field string
	hint  access.Hint
	says  string
}{
	{"current", access.HintRequired, "Escriba su contraseña actual."},
	{"current", access.HintCredentials, "La contraseña actual no coincide."},
	{state.FieldNew, access.HintRequired, "Escriba la contraseña nueva."},
	{state.FieldNew, access.HintTooLong, "Es demasiado larga. Use 128 caracteres como máximo."},
	{state.FieldNew, access.HintFormat, "Tiene caracteres que no se admiten."},
	{state.FieldNew, access.HintWeak, ""},
	{state.FieldNew, access.HintSamePassword, ""},
	{state.FieldAgain, access.HintRequired, "Escriba otra vez la contraseña nueva."},
	{state.FieldAgain, access.HintDifferent, "Las dos contraseñas no son iguales."},
}

// placed checks that one field alone complains, in these words, and has the
// keyboard.
func placed(t *testing.T, canvas fyne.Canvas, fields map[string]*kit.Field, entries map[string]fyne.Focusable, field, says string) {
	t.Helper()
	for name, f := range fields {
		if f.HasError() != (name == field) || name == field && says != "" && f.Error() != says {
			t.Errorf("%s: %s says %q", field, name, f.Error())
		}
	}
	if canvas.Focused() != entries[field] {
		t.Errorf("%s: the keyboard is at %T", field, canvas.Focused())
	}
}

func TestMine_complaintsBelowTheirFields(t *testing.T) {
	for _, tt := range passwordComplaints {
		m, s := NewMine(), state.Account{Link: state.Link{Phase: state.LinkOnline}}
		m.OnChange = func(_, _, _ secret.Text) {}
		m.Render(s)
		canvas := show(t, m)
		m.current.SetText("vieja")
		m.words.first.SetText("corta")
		m.words.again.SetText("otra")
		m.Submit()
		s.Fields = []access.FieldError{{Field: tt.field, Hint: tt.hint}}
		m.Render(s)
		placed(t, canvas, map[string]*kit.Field{"current": m.currentF, state.FieldNew: m.words.firstF, state.FieldAgain: m.words.againF},
			map[string]fyne.Focusable{"current": m.current, state.FieldNew: m.words.first, state.FieldAgain: m.words.again}, tt.field, tt.says)
		if m.current.Text != "vieja" || m.words.first.Text != "corta" || m.words.again.Text != "otra" || !m.banner.Message().IsEmpty() {
			t.Errorf("%s %s: what was typed is gone, or above stands %q", tt.field, tt.hint, m.banner.Message().Text)
		}
	}
}

func TestUnlock_complaintsBelowTheirFields(t *testing.T) {
	for _, tt := range passwordComplaints {
		if tt.field == "current" {
			continue
		}
		u, s := NewUnlock(), state.Unlock{Phase: state.UnlockPassword}
		u.OnPassword = func(_, _ secret.Text) {}
		u.Render(s)
		canvas := show(t, u)
		u.words.first.SetText("corta")
		u.words.again.SetText("otra")
		u.Submit()
		s.Fields = []access.FieldError{{Field: tt.field, Hint: tt.hint}}
		u.Render(s)
		placed(t, canvas, map[string]*kit.Field{state.FieldToken: u.tokenF, state.FieldNew: u.words.firstF, state.FieldAgain: u.words.againF},
			map[string]fyne.Focusable{state.FieldNew: u.words.first, state.FieldAgain: u.words.again}, tt.field, tt.says)
		if u.words.first.Text != "corta" || u.words.again.Text != "otra" || !u.banner.Message().IsEmpty() {
			t.Errorf("%s %s: what was typed is gone, or above stands %q", tt.field, tt.hint, u.banner.Message().Text)
		}
	}
}

// A short code of the authenticator is not sent; one without digits is asked for
// in its own words.
func TestEnrolment_badCodes(t *testing.T) {
	u, s := NewUnlock(), state.Unlock{Phase: state.UnlockEnrol, Enrolment: &wire.Enrolment{Seed: "ABCD", Address: "otpauth://totp/x?secret=ABCD"}}
	u.OnCode = func(code string) { t.Errorf("sent %q", code) }
	u.Render(s)
	canvas := show(t, u)
	for pasted, want := range map[string]string{"": "", "12345": "12345", "abcdef": "", "1-2 3": "123", "٣٤": ""} {
		u.enrol.code.Entry().SetText(pasted)
		u.Submit()
		if u.enrol.code.Text() != want {
			t.Errorf("%q shows %q", pasted, u.enrol.code.Text())
		}
	}
	for _, hint := range []access.Hint{access.HintRequired, access.HintFormat} {
		canvas.Unfocus()
		u.asked = true
		s.Fields = []access.FieldError{{Field: "code", Hint: hint}}
		u.Render(s)
		if u.enrol.codeF.Error() != "Escriba los 6 dígitos del código." || canvas.Focused() != u.enrol.code.Entry() {
			t.Errorf("%s: says %q, the keyboard is at %T", hint, u.enrol.codeF.Error(), canvas.Focused())
		}
	}
}

func TestRecover_complaintsBelowTheLogin(t *testing.T) {
	for hint, says := range map[access.Hint]string{
		access.HintRequired: "Escriba su usuario.", access.HintTooLong: "Es demasiado largo. Use 200 caracteres como máximo.",
		access.HintFormat: "Tiene caracteres que no se admiten.",
	} {
		r, s := NewRecover(), state.Recovery{Picture: state.Picture{ID: "i1", PNG: dot()}}
		r.OnSubmit = func() {}
		r.Render(s)
		canvas := show(t, r)
		r.asked = true
		s.Fields = []access.FieldError{{Field: "login", Hint: hint}}
		r.Render(s)
		if r.loginF.Error() != says || canvas.Focused() != r.login || !r.banner.Message().IsEmpty() {
			t.Errorf("%s: says %q, the keyboard is at %T", hint, r.loginF.Error(), canvas.Focused())
		}
	}
}
