package ministry

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// validityForm asks for days and a reason.
type validityForm struct {
	content   fyne.CanvasObject
	daysEntry *kit.Entry
	whyEntry  *kit.Entry
	days, why *kit.Field
	onSubmit  func()
}

// newValidityForm makes it with the days in force; 0: none shown.
func newValidityForm(days int) *validityForm {
	f := &validityForm{daysEntry: kit.NewCodeLine("365"), whyEntry: kit.NewEntry("Ejemplo: lo pide la política de seguridad")}
	f.daysEntry.Put(digits(days))
	f.daysEntry.Clean = access.DigitsOnly
	f.days = kit.NewField("Días de vigencia", true, f.daysEntry, "De 1 a "+strconv.Itoa(access.MaxValidityDays)+".")
	f.why = kit.NewField("Motivo", true, f.whyEntry, "Queda en el historial.")
	f.daysEntry.OnSubmitted = func(string) { kit.Focus(f.whyEntry) }
	f.whyEntry.OnSubmitted = func(string) { kit.Call0(f.onSubmit) }
	f.daysEntry.OnText(func(string) { f.days.SetError("") })
	f.whyEntry.OnText(func(string) { f.why.SetError("") })
	f.content = kit.NewStack(f.days, f.why)
	return f
}

// read gathers the form; least is the fewest days it takes, and 0 an empty
// field. False: it says what is wrong, and the first wrong field has the
// keyboard.
func (f *validityForm) read(least int) (wire.SetValidity, bool) {
	in := wire.SetValidity{Why: strings.TrimSpace(f.whyEntry.Text)}
	text := strings.TrimSpace(f.daysEntry.Text)
	days, err := strconv.Atoi(text)
	var fields []access.FieldError
	switch {
	case text == "" && least == 0:
	case text == "":
		fields = append(fields, access.FieldError{Field: "days", Hint: access.HintRequired})
	case err != nil, days < 1:
		fields = append(fields, access.FieldError{Field: "days", Hint: access.HintFormat})
	case days > access.MaxValidityDays:
		fields = append(fields, access.FieldError{Field: "days", Hint: access.HintTooFar})
	}
	if hint := access.LineHint(in.Why); hint != "" {
		fields = append(fields, access.FieldError{Field: "why", Hint: hint})
	}
	in.Days = days
	f.complain(fields)
	return in, len(fields) == 0
}

// complain shows what is wrong.
func (f *validityForm) complain(fields []access.FieldError) {
	words := map[string]string{}
	for _, e := range fields {
		words[e.Field] = es.FieldMessage(e.Field, e.Hint)
	}
	f.days.SetError(words["days"])
	f.why.SetError(words["why"])
	kit.FocusFirst(f.days, f.why)
}

// digits writes days as they are typed; nothing for none.
func digits(days int) string {
	if days == 0 {
		return ""
	}
	return strconv.Itoa(days)
}
