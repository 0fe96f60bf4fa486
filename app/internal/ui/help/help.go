package help

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Help is the help: its sections at the left, the open one at the right.
type Help struct {
	widget.BaseWidget

	// OnClose takes it away; OnVerify is «Verificar documento…».
	OnClose, OnVerify func()

	at     ID
	desk   wire.HelpDesk
	reader *kit.Reader
	title  *kit.Text
	list   []*kit.Button
	ids    []ID
	box    fyne.CanvasObject
}

// New makes the help. About is what the server says, nil until it answered;
// version is the program's.
func New(about *wire.About, version string) *Help {
	h := &Help{title: kit.NewHeading("").Natural(), reader: kit.NewReader("Texto de la ayuda", kit.NewStack())}
	if about != nil {
		h.desk = about.Help
	}
	h.reader.OnKey = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape || e.Name == fyne.KeyF1 {
			kit.Call0(h.OnClose)
		}
	}
	menu := container.New(layout.NewCustomPaddedVBoxLayout(-2))
	for _, s := range contents() {
		b := kit.NewQuiet(s.Name, nil, func() {
			h.Open(ID(s.Text))
			kit.Focus(h.reader) // to be read on by keyboard
		})
		b.Alignment = widget.ButtonAlignLeading
		b.OnEscape = func() { kit.Call0(h.OnClose) }
		h.ids, h.list = append(h.ids, ID(s.Text)), append(h.list, b)
		menu.Add(b)
	}
	words := es.HelpTitle
	if version != "" {
		words += " · versión " + version
	}
	shut := kit.NewIconButton(es.Close, look.IconClose, func() { kit.Call0(h.OnClose) })
	shut.OnEscape = func() { kit.Call0(h.OnClose) }
	check := kit.NewButton(es.VerifyDocument+"…", func() { kit.Call0(h.OnVerify) })
	check.OnEscape = func() { kit.Call0(h.OnClose) }
	head := container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(check), container.NewCenter(shut)), kit.NewTitle(words))
	left := container.NewVScroll(menu)
	left.SetMinSize(fyne.NewSize(330, 0))
	right := container.NewBorder(kit.NewPadded(4, h.title), nil, nil, nil, h.reader)
	h.box = container.NewBorder(head, nil, left, nil, container.New(layout.NewCustomPaddedLayout(0, 0, look.GapWide, 0), right))
	h.ExtendBaseWidget(h)
	h.Open(SignIn)
	return h
}

// contents lists the sections: titles and ids.
func contents() []Entry {
	var list []Entry
	for _, s := range Sections() {
		list = append(list, Entry{s.Title, string(s.ID)})
	}
	return append(list, Entry{"Teclado", string(Keyboard)}, Entry{"Normas", string(Norms5)}, Entry{"Definiciones", string(Terms11)}, Entry{"A quién llamar", string(Call)})
}

// First is what takes the keyboard.
func (h *Help) First() fyne.Focusable { return h.reader }

// At returns the open section.
func (h *Help) At() ID { return h.at }

// CreateRenderer implements fyne.Widget.
func (h *Help) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.box) }

// Open shows a section from its top.
func (h *Help) Open(id ID) {
	h.at = id
	for i, b := range h.list {
		importance := widget.LowImportance
		if h.ids[i] == id {
			importance = widget.MediumImportance
		}
		if b.Importance != importance {
			b.Importance = importance
			b.Refresh()
		}
	}
	for _, e := range contents() {
		if e.Text == string(id) {
			h.title.SetText(e.Name)
		}
	}
	h.reader.SetContent(h.page(id))
}

func (h *Help) page(id ID) fyne.CanvasObject {
	switch id {
	case Keyboard:
		var facts []kit.Fact
		for _, k := range KeyLines() {
			facts = append(facts, kit.Fact{Label: k.Name, Value: k.Text})
		}
		return kit.NewFacts(facts...)
	case Norms5:
		return entries(Norms())
	case Terms11:
		return entries(Terms())
	case Call:
		return kit.NewFacts(
			kit.Fact{Label: "Teléfonos", Value: orNone(h.desk.Phones)},
			kit.Fact{Label: "Correo", Value: orNone(h.desk.Mail)},
			kit.Fact{Label: "Horario", Value: orNone(h.desk.Hours)})
	}
	for _, s := range Sections() {
		if s.ID == id {
			return steps(s)
		}
	}
	return kit.NewStack()
}

func orNone(s string) string {
	if s == "" {
		return "El servidor aún no lo dijo"
	}
	return s
}

// entries lists names and texts.
func entries(list []Entry) fyne.CanvasObject {
	box := kit.NewStack()
	for _, e := range list {
		box.Add(kit.NewTight(kit.NewStrong(e.Name), container.New(layout.NewCustomPaddedLayout(-10, 0, 0, 0), kit.NewText(e.Text))))
	}
	return box
}

// steps draws a section: its line, its numbered steps, what to know besides.
func steps(s Section) fyne.CanvasObject {
	box := kit.NewTight(kit.NewText(s.Intro))
	for i, text := range s.Steps {
		number := kit.NewStrong(strconv.Itoa(i+1) + ".").Natural()
		box.Add(container.NewBorder(nil, nil, kit.NewWidth(40, container.NewVBox(number)), nil, kit.NewText(text)))
	}
	if len(s.Notes) > 0 {
		box.Add(kit.NewSubheading("Tenga en cuenta"))
	}
	for _, text := range s.Notes {
		dot := kit.NewText("•").Natural()
		box.Add(container.NewBorder(nil, nil, kit.NewWidth(40, container.NewVBox(dot)), nil, kit.NewText(text)))
	}
	return box
}
