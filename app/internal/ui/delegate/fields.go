package delegate

import (
	"slices"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
)

// formField ties one value of the form to its place on screen.
type formField struct {
	name  string // dotted path, as in complaints
	value func(*access.RequestForm) *string
	entry *kit.Entry
	field *kit.Field
}

// requestFields are the fields of the form, in its order.
type requestFields struct {
	sections []fyne.CanvasObject
	fields   []*formField

	tell func(access.RequestForm)
	// shown is the form as the last snapshot had it; told are the forms handed
	// over since, that a snapshot may still echo.
	shown access.RequestForm
	told  []access.RequestForm
}

// newRequestFields makes the fields; tell is called after each change.
func newRequestFields(tell func(access.RequestForm)) *requestFields {
	f := &requestFields{tell: tell}
	add := func(name, example string, value func(*access.RequestForm) *string) *kit.Field {
		entry := kit.NewEntry(example)
		if isPhone := name == "lead.phone" || name == "privacy.phone"; isPhone {
			entry = kit.NewCodeLine(example)
			entry.Clean = access.DigitsOnly
		}
		field := &formField{name: name, value: value, entry: entry, field: kit.NewField(es.FieldLabel(name), true, entry, "")}
		at := len(f.fields)
		entry.OnText(func(string) { f.changed() })
		entry.OnSubmitted = func(string) { f.next(at) }
		f.fields = append(f.fields, field)
		return field.field
	}
	f.sections = []fyne.CanvasObject{
		kit.NewSection("Proveedor tecnológico", "Quien desarrolla o mantiene su Sistema de Información Hospitalario.",
			add("vendor", "Proveedor S.A.S.", func(f *access.RequestForm) *string { return &f.Vendor }),
			add("software", "Sistema de Información Hospitalario", func(f *access.RequestForm) *string { return &f.Software })),
		kit.NewSection("Líder técnico", "Responsable de la implementación de IHCE en el prestador.",
			add("lead.name", "Nombre y apellido", func(f *access.RequestForm) *string { return &f.Lead.Name }),
			kit.NewPairs(
				add("lead.email", "lider@empresa.com", func(f *access.RequestForm) *string { return &f.Lead.Email }),
				add("lead.phone", "3001234567", func(f *access.RequestForm) *string { return &f.Lead.Phone }))),
		kit.NewSection("Protección de datos", "Responsable de la protección de datos en el prestador.",
			add("privacy.name", "Nombre y apellido", func(f *access.RequestForm) *string { return &f.Privacy.Name }),
			kit.NewPairs(
				add("privacy.email", "responsable@empresa.com", func(f *access.RequestForm) *string { return &f.Privacy.Email }),
				add("privacy.phone", "3109876543", func(f *access.RequestForm) *string { return &f.Privacy.Phone }))),
	}
	return f
}

// read is the form as it stands on screen.
func (f *requestFields) read() access.RequestForm {
	var form access.RequestForm
	for _, x := range f.fields {
		*x.value(&form) = x.entry.Text
	}
	return form
}

// changed tells the form after a change of the person's.
func (f *requestFields) changed() {
	form := f.read()
	f.told = append(f.told, form)
	f.tell(form)
}

// next moves the keyboard to the following field: Intro inside a form.
func (f *requestFields) next(at int) {
	if at+1 < len(f.fields) {
		f.fields[at+1].field.Focus()
	}
}

// render puts a snapshot's form into the fields. A snapshot that only echoes
// what was typed here, perhaps some keystrokes ago, leaves the fields alone:
// typing is never undone by a late answer.
func (f *requestFields) render(form access.RequestForm, on bool) {
	if form != f.shown {
		f.shown = form
		if echo := slices.Index(f.told, form); echo >= 0 {
			f.told = slices.Delete(f.told, 0, echo+1)
		} else if form != f.read() {
			f.told = nil
			for _, x := range f.fields {
				x.entry.Put(*x.value(&form))
			}
		}
	}
	for _, x := range f.fields {
		x.field.SetEnabled(on)
	}
}

// complain shows what is wrong below each field.
func (f *requestFields) complain(errs, warns map[string]string) {
	for _, x := range f.fields {
		x.field.SetError(errs[x.name])
		x.field.SetWarning(warns[x.name])
	}
}
