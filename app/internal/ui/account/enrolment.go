package account

import (
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// enrolment shows how to set an authenticator up, and takes its first code.
type enrolment struct {
	content *fyne.Container
	qr      *fyne.Container
	seed    *kit.CopyField
	until   *kit.Text
	code    *kit.CodeEntry
	codeF   *kit.Field
	address string
}

func newEnrolment(typed, submit func(), copySeed func(string)) *enrolment {
	e := &enrolment{qr: kit.NewStack(), until: kit.NewNote(""), code: kit.NewCodeEntry(6)}
	e.seed = kit.NewCopyField("Clave para escribir a mano", "", true)
	e.seed.OnCopy = func(s string) { copySeed(strings.ReplaceAll(s, " ", "")) }
	e.code.OnChanged = func(string) { typed() }
	e.code.OnSubmitted = func(string) { submit() }
	e.codeF = kit.NewField("Código del autenticador", true, e.code, "Los 6 dígitos que muestra ahora su aplicación.")
	e.content = kit.NewSection("Autenticador", "Escanee el código con la aplicación de autenticación de su celular, o escriba la clave. Se muestra una sola vez.",
		e.qr, e.seed, e.until, e.codeF)
	return e
}

func (e *enrolment) render(v *wire.Enrolment, complaint string, on bool) {
	e.codeF.SetEnabled(on)
	e.codeF.SetError(complaint)
	if v == nil {
		if e.address != "" {
			e.clear()
		}
		return
	}
	if v.Address == e.address {
		return
	}
	e.address = v.Address
	e.qr.RemoveAll()
	if picture := newQR(v.Address); picture != nil {
		e.qr.Add(picture)
	}
	e.seed.SetValue(inFours(v.Seed))
	e.until.SetText("Actívelo antes del " + es.DateTimeZone(v.Expires) + ".")
	e.qr.Refresh()
}

// complaint is what is said of the code; empty: nothing.
func (e *enrolment) complaint(fields []access.FieldError) string {
	for _, f := range fields {
		switch {
		case f.Field != "code":
		case f.Hint == access.HintSecondFactor:
			return es.FieldMessage(f.Field, f.Hint)
		default:
			return e.code.Wanted()
		}
	}
	return ""
}

// clear forgets the seed.
func (e *enrolment) clear() {
	e.address = ""
	e.qr.RemoveAll()
	e.seed.SetValue("")
	e.code.SetText("")
}

// inFours sets a long word in groups of four.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range []rune(s) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
