package delegate

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// What is no digit drops out of the code in sight; a short one does not sign.
func TestConfirm_badCodes(t *testing.T) {
	for pasted, want := range map[string]string{
		"": "", "   ": "", "abcdef": "", "12345": "12345", "12345a": "12345", "١٢٣٤٥٦": "", "-12.3 4": "1234", "1\x002\u202e3": "123",
		"123-456": "123456", "Código: 123 456.": "123456", "1234567": "123456",
	} {
		c := NewConfirm(func() time.Time { return noon })
		c.Beat = nil
		signed := ""
		c.OnSign = func(code secret.Text) { signed = code.Reveal() }
		c.Render(confirmSnapshot())
		show(t, c)
		c.code.Entry().SetText(pasted)
		if got := c.code.Text(); got != want {
			t.Errorf("%q shows %q, want %q", pasted, got, want)
		}
		c.Submit()
		if isWhole := len(want) == codeDigits; c.sign.Disabled() == isWhole || (signed == want) != isWhole && want != "" || !isWhole && signed != "" {
			t.Errorf("%q: can sign %t, signed %q", pasted, !c.sign.Disabled(), signed)
		}
	}
}

// A complaint about the code stands below it, with the keyboard there; the code
// that was typed stays to be put right.
func TestConfirm_complaintBelowTheCode(t *testing.T) {
	for _, hint := range []access.Hint{access.HintRequired, access.HintFormat, access.HintTooLong} {
		c := NewConfirm(func() time.Time { return noon })
		c.Beat = nil
		s := confirmSnapshot()
		c.Render(s)
		w := show(t, c)
		test.Type(c.code.Entry(), "123456")
		w.Canvas().Unfocus()
		s.Fields = []access.FieldError{{Field: "code", Hint: hint}}
		c.Render(s)
		if c.field.Error() != "Escriba los 6 dígitos del código." || !c.banner.Message().IsEmpty() || c.code.Text() != "123456" {
			t.Errorf("%s: below %q, above %q, the code is %q", hint, c.field.Error(), c.banner.Message().Text, c.code.Text())
		}
		if w.Canvas().Focused() != c.code.Entry() {
			t.Errorf("%s: the keyboard is at %T", hint, w.Canvas().Focused())
		}
		s.Fields, s.Trouble = nil, &state.Trouble{Err: access.Refuse(access.CodeUnavailable, access.HintNoAnswer)}
		c.Render(s)
		if c.field.HasError() || c.banner.Message().IsEmpty() {
			t.Errorf("%s: the complaint stays: %q", hint, c.field.Error())
		}
	}
}
