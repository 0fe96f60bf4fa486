package account

import (
	"strings"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
)

// documentFields are type and number of an identity document.
type documentFields struct {
	kind    *kit.Picker
	number  *kit.Entry
	kindF   *kit.Field
	numberF *kit.Field
	chosen  access.DocumentType
}

// newDocumentFields makes them; changed is called after each change, next on
// Enter in the number.
func newDocumentFields(kindLabel, numberLabel string, changed, next func()) *documentFields {
	d := &documentFields{number: kit.NewCodeLine("9999000011")}
	d.kind = picker("Seleccione el tipo de identificación", access.FormDocuments(), documentItem, func(t access.DocumentType) {
		d.chosen = t
		changed()
		d.numberF.Focus()
	})
	d.number.Clean = func(s string) string { return strings.ToUpper(access.DigitsOnly(s)) }
	d.number.OnText(func(string) { changed() })
	d.number.OnSubmitted = func(string) { next() }
	d.kindF = kit.NewField(kindLabel, true, d.kind, "")
	d.numberF = kit.NewField(numberLabel, true, d.number, "Sin espacios, comas, puntos ni guiones.")
	return d
}

func documentItem(t access.DocumentType) kit.PickItem {
	return kit.PickItem{Title: documentName(t), Detail: string(t)}
}

// documentName tells apart the two types that share a name.
func documentName(t access.DocumentType) string {
	name := es.DocumentType(t)
	if t == access.DocumentPT || t == access.DocumentPPT {
		name += " (" + string(t) + ")"
	}
	return name
}

func (d *documentFields) read() access.Document {
	return access.Document{Type: d.chosen, Number: d.number.Text}
}

func (d *documentFields) render(v access.Document, on bool) {
	d.chosen = v.Type
	choose(d.kind, access.FormDocuments(), v.Type)
	d.number.Put(v.Number)
	d.kindF.SetEnabled(on)
	d.numberF.SetEnabled(on)
}

func (d *documentFields) complain(errs map[string]string) {
	d.kindF.SetError(errs["document.type"])
	d.numberF.SetError(errs["document.number"])
}
