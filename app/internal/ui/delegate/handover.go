package delegate

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// handOver records whom a key was given to (M-87). It unfolds below its button:
// the vendor stands there already, who received it is asked.
type handOver struct {
	content *fyne.Container
	open    *kit.Button
	asking  *fyne.Container
	vendor  *kit.Entry
	person  *kit.Entry
	fields  map[string]*kit.Field
	confirm *kit.Button

	do     func(to wire.HandOver, done func(error))
	known  string // the vendor of the request
	isOpen bool
}

func newHandOver(env access.Environment, do func(to wire.HandOver, done func(error))) *handOver {
	h := &handOver{do: do, vendor: kit.NewEntry("Proveedor S.A.S."), person: kit.NewEntry("Nombre y apellido")}
	h.fields = map[string]*kit.Field{
		"vendor": kit.NewField("Proveedor tecnológico", true, h.vendor, ""),
		"person": kit.NewField("Quién recibe", true, h.person, "Queda en el registro de la llave con su nombre, el de quien entrega y la hora."),
	}
	h.open = kit.NewButton("Registrar entrega al proveedor…", h.start)
	h.confirm = kit.NewButton("Registrar entrega de "+strings.ToLower(es.Environment(env)), h.finish)
	h.vendor.OnSubmitted = func(string) { h.fields["person"].Focus() }
	h.person.OnSubmitted = func(string) { h.finish() }
	for name, e := range map[string]*kit.Entry{"vendor": h.vendor, "person": h.person} {
		e.OnEscape = h.fold
		e.OnText(func(string) { h.fields[name].SetError("") })
	}
	h.asking = kit.NewPanel(kit.NewStack(
		kit.NewNote("Registre la entrega cuando le dé la llave a su proveedor. El programa no envía nada: solo deja constancia."),
		h.fields["vendor"], h.fields["person"], kit.NewRow(kit.NewQuiet(es.Back, nil, h.fold), h.confirm)))
	h.asking.Hide()
	h.content = kit.NewStack(tell.Inset(kit.NewRow(h.open)), h.asking)
	return h
}

func (h *handOver) render(vendor string, online bool) {
	h.known = vendor
	h.open.SetEnabled(online)
	h.confirm.SetEnabled(online)
}

func (h *handOver) start() {
	h.isOpen = true
	h.vendor.Put(h.known)
	h.asking.Show()
	h.content.Refresh()
	if h.known == "" {
		h.fields["vendor"].Focus()
	} else {
		h.fields["person"].Focus()
	}
}

func (h *handOver) finish() {
	if h.confirm.Disabled() {
		return
	}
	to := wire.HandOver{Vendor: strings.TrimSpace(h.vendor.Text), Person: strings.TrimSpace(h.person.Text)}
	ok := true
	for _, f := range []struct{ name, value string }{{"person", to.Person}, {"vendor", to.Vendor}} {
		if f.value == "" {
			ok = false
			h.fields[f.name].SetError(es.Required)
			h.fields[f.name].Focus()
		}
	}
	if ok {
		h.do(to, h.done)
	}
}

// done shows what was refused below its field; the rest stands in the screen's
// banner.
func (h *handOver) done(err error) {
	if err == nil {
		h.fold()
		return
	}
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return
	}
	for _, f := range e.Fields {
		if field := h.fields[f.Field]; field != nil {
			field.SetError(es.FieldMessage(f.Field, f.Hint))
			field.Focus()
		}
	}
}

// fold takes the question away.
func (h *handOver) fold() {
	if !h.isOpen {
		return
	}
	h.isOpen = false
	h.person.Put("")
	for _, f := range h.fields {
		f.SetError("")
	}
	h.asking.Hide()
	h.content.Refresh()
	kit.Focus(h.open)
}
