package logbook

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// form is what is searched for.
type form struct {
	from, to, document, about, text *kit.Entry
	group                           *kit.Picker
	each                            *kit.Check
	fields                          map[string]*kit.Field // by the server's name
	rows                            [][]fyne.CanvasObject
	groups                          []trail.Group
}

func newForm(isOwn bool, submit func()) form {
	f := form{
		from: kit.NewEntry("01/11/2026"), to: kit.NewEntry("30/11/2026"), document: kit.NewEntry("9999000001"),
		about: kit.NewEntry("NIT o código"), text: kit.NewEntry("Palabra o número"),
		group: kit.NewPicker("Todos los actos"), each: kit.NewCheck("Mostrar cada intento", func(bool) { submit() }),
		groups: groupsOf(isOwn),
	}
	f.group.SetItems(len(f.groups)+1, func(i int) kit.PickItem {
		if i == 0 {
			return kit.PickItem{Title: "Todos los actos"}
		}
		return kit.PickItem{Title: es.TrailGroup(f.groups[i-1])}
	})
	f.group.OnChosen = func(int) { submit() }
	for _, e := range []*kit.Entry{f.from, f.to, f.document, f.about, f.text} {
		e.OnSubmitted = func(string) { submit() }
	}
	field := func(label string, input fyne.CanvasObject) *kit.Field { return kit.NewField(label, false, input, "") }
	from, to, group, text := field("Desde", f.from), field("Hasta", f.to), field("Acto", f.group), field("Texto", f.text)
	f.fields = map[string]*kit.Field{wire.TrailFrom: from, wire.TrailTo: to, wire.TrailText: text}
	if isOwn {
		code := field("Código de habilitación", f.about)
		f.about.SetPlaceHolder("0500199001")
		f.fields[wire.TrailCode], f.fields[wire.TrailEntity] = code, code
		f.rows = [][]fyne.CanvasObject{{from, to, group}, {code, text}}
		return f
	}
	document, about := field("Documento de la persona", f.document), field("NIT o código", f.about)
	f.fields[wire.TrailDocument], f.fields[wire.TrailEntity], f.fields[wire.TrailCode] = document, about, about
	f.rows = [][]fyne.CanvasObject{{from, to, document, about}, {group, text}}
	return f
}

// box is the form with its buttons below.
func (f form) box(acts fyne.CanvasObject) fyne.CanvasObject {
	lines := make([]fyne.CanvasObject, 0, len(f.rows))
	for i, row := range f.rows {
		if i == len(f.rows)-1 { // boxes have their names above them
			row = append(row, container.New(layout.NewCustomPaddedLayout(underName, 0, 0, 0), container.NewVBox(f.each)),
				container.New(layout.NewCustomPaddedLayout(underName, 0, 0, 0), container.NewVBox(container.NewBorder(nil, nil, nil, acts))))
		}
		lines = append(lines, container.NewGridWithColumns(len(row), row...))
	}
	return kit.NewTight(lines...)
}

// underName is how far below the top of a field its box begins.
const underName = 26

// read is the form as it is written.
func (f form) read() state.TrailForm {
	s := state.TrailForm{
		From: f.from.Text, To: f.to.Text, Document: f.document.Text, About: f.about.Text, Text: f.text.Text, Each: f.each.IsOn(),
	}
	if i := f.group.Chosen(); i > 0 {
		s.Group = f.groups[i-1]
	}
	return s
}

// put writes a form, as when filters are taken away.
func (f form) put(s state.TrailForm) {
	if f.read() == s {
		return
	}
	f.from.SetText(s.From)
	f.to.SetText(s.To)
	f.document.SetText(s.Document)
	f.about.SetText(s.About)
	f.text.SetText(s.Text)
	f.each.Set(s.Each)
	f.group.SetChosen(-1)
	for i, g := range f.groups {
		if g == s.Group {
			f.group.SetChosen(i + 1)
		}
	}
}

// complain puts each complaint below its field.
func (f form) complain(wrong []access.FieldError) {
	words := map[*kit.Field]string{}
	for _, w := range wrong {
		if field, ok := f.fields[w.Field]; ok {
			words[field] = es.TrailComplaint(w.Field, w.Hint)
		}
	}
	for _, field := range f.fields {
		field.SetError(words[field])
	}
}
