package delegate

import (
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// contacts shows the people named in the last signed request of a code and where
// the notices to them stand. Who they are is read when it is unfolded.
type contacts struct {
	screen *Keys

	content *fyne.Container
	summary *kit.StatusChip
	drawer  *kit.Drawer
	note    *kit.Text
	banner  *kit.Banner
	blocks  []*contactBlock

	last  state.Contacts
	asked string // what was read last: the request and its state
	on    bool
}

func newContacts(screen *Keys) *contacts {
	c := &contacts{screen: screen, summary: kit.NewStatusChip(kit.Chip{}), note: kit.NewNote(""), banner: kit.NewBanner()}
	c.banner.OnCopy = func(s string) { kit.Call(screen.OnCopyText, s) }
	inside := []fyne.CanvasObject{c.note, c.banner}
	for _, role := range access.ContactRoles() {
		b := newContactBlock(c, role)
		c.blocks = append(c.blocks, b)
		inside = append(inside, b.content)
	}
	c.drawer = kit.NewDrawer("Ver contactos", kit.NewStack(inside...))
	c.drawer.OnOpen = c.ask
	c.content = container.NewStack(kit.NewPanel(kit.NewStack(
		kit.NewRow(kit.NewStrong("Contactos de la solicitud").Natural(), c.summary), c.drawer)))
	return c
}

// render shows a snapshot; a code without a signed request has no contacts.
func (c *contacts) render(s state.Keys, visible bool) {
	if c.last.Request != s.Contacts.Request {
		c.asked = ""
		c.drawer.SetOpen(false)
		for _, b := range c.blocks {
			b.fold()
		}
	}
	c.last, c.on = s.Contacts, s.Link.IsOnline()
	kit.SetVisible(c.content, visible && c.last.Request != "" && c.last.State != "")
	c.summary.Set(noticeChip(c.last.State))
	switch {
	case !c.last.Loaded && !c.on:
		kit.Put(c.note, "Los datos de contacto no se guardan en este computador. Se ven con conexión.")
	case !c.last.Loaded:
		kit.Put(c.note, "Cargando contactos…")
	default:
		kit.Put(c.note, "")
	}
	c.banner.Set(tell.Trouble(wholeTrouble(c.last.Trouble), tell.Retry(nil)))
	for _, b := range c.blocks {
		b.render(c.last, c.on)
	}
	if c.drawer.IsOpen() {
		c.ask()
	}
}

// wholeTrouble leaves out what stands below its field.
func wholeTrouble(t *state.Trouble) *state.Trouble {
	if t != nil && len(t.Err.Fields) > 0 {
		return nil
	}
	return t
}

// ask has the contacts read, once for each state of the request's row.
func (c *contacts) ask() {
	now := string(c.last.Request) + " " + string(c.last.State)
	if c.on && c.asked != now {
		c.asked = now
		kit.Call0(c.screen.OnContacts)
	}
}

// noticeChip is a notice's state in a word.
func noticeChip(s access.NoticeState) kit.Chip {
	chip := kit.Chip{Word: es.NoticeState(s)}
	switch s {
	case access.NoticeConfirmed:
		chip.Level = look.Success
	case access.NoticeWaiting:
		chip.Level = look.Warning
	case access.NoticeBounced, access.NoticeObjected:
		chip.Level, chip.Icon = look.Danger, look.IconAlert
	}
	return chip
}

// contactBlock is one contact: who, how the notice stands, and what can be done.
type contactBlock struct {
	of   *contacts
	role access.ContactRole

	content fyne.CanvasObject
	chip    *kit.StatusChip
	who     *kit.Text
	when    *kit.Text
	next    *kit.Text
	again   *kit.Button
	correct *kit.Button
	acts    fyne.CanvasObject

	asking  *fyne.Container
	entries map[string]*kit.Entry
	fields  map[string]*kit.Field
	save    *kit.Button

	last wire.ContactNotice
}

func newContactBlock(of *contacts, role access.ContactRole) *contactBlock {
	b := &contactBlock{
		of: of, role: role, chip: kit.NewStatusChip(kit.Chip{}),
		who: kit.NewText(""), when: kit.NewNote(""), next: kit.NewText(""),
		entries: map[string]*kit.Entry{
			"name": kit.NewEntry("Nombre y apellido"), "email": kit.NewEntry("lider@empresa.com"), "phone": kit.NewEntry("3001234567"),
		},
	}
	b.fields = map[string]*kit.Field{
		"name":  kit.NewField("Nombre y apellido", true, b.entries["name"], ""),
		"email": kit.NewField("Correo", true, b.entries["email"], ""),
		"phone": kit.NewField("Teléfono", true, b.entries["phone"], ""),
	}
	b.again = kit.NewButton("Reenviar aviso", func() {
		if of.screen.OnTellContact != nil {
			of.screen.OnTellContact(role)
		}
	})
	b.correct = kit.NewButton("Corregir datos…", b.start)
	b.save = kit.NewButton("Guardar y enviar aviso", b.finish)
	order := []string{"name", "email", "phone"}
	for i, name := range order {
		e := b.entries[name]
		e.OnEscape = b.fold
		e.OnText(func(string) { b.fields[name].SetError("") })
		if i+1 < len(order) {
			e.OnSubmitted = func(string) { b.fields[order[i+1]].Focus() }
		} else {
			e.OnSubmitted = func(string) { b.finish() }
		}
	}
	b.asking = container.NewStack(kit.NewStack(
		kit.NewNote("La solicitud firmada no cambia. Se le escribe a la persona para contarle quién dio sus datos."),
		b.fields["name"], kit.NewPairs(b.fields["email"], b.fields["phone"]), kit.NewRow(kit.NewQuiet(es.Back, nil, b.fold), b.save)))
	b.asking.Hide()
	b.acts = tell.Inset(kit.NewRow(b.again, b.correct))
	title := kit.NewRow(kit.NewStrong(upperFirst(es.ContactRole(role))).Natural(), b.chip)
	b.content = kit.NewPanel(kit.NewStack(kit.NewTight(title, b.who, b.when, b.next), b.acts, b.asking))
	return b
}

func upperFirst(s string) string {
	first, rest := s[:1], s[1:]
	return strings.ToUpper(first) + rest
}

func (b *contactBlock) render(s state.Contacts, on bool) {
	found := false
	for _, n := range s.Items {
		if n.Role == b.role {
			b.last, found = n, true
		}
	}
	kit.SetVisible(b.content, found)
	if !found {
		return
	}
	b.chip.Set(noticeChip(b.last.State))
	b.who.SetText(strings.Join([]string{b.last.Contact.Name, b.last.Contact.Email, b.last.Contact.Phone}, " · "))
	kit.Put(b.when, noticeWhen(b.last))
	kit.Put(b.next, es.NoticeNext(b.last.State))
	can := on && s.Busy == ""
	kit.SetVisible(b.again, !b.last.AgainAt.IsZero())
	b.again.SetEnabled(can)
	b.correct.SetEnabled(can)
	b.save.SetEnabled(can)
}

// noticeWhen tells what happened to a notice, and what was answered.
func noticeWhen(n wire.ContactNotice) string {
	text := "Aviso enviado el " + es.DateTime(n.SentAt)
	if n.Sends > 1 {
		text += " (" + strconv.Itoa(n.Sends) + " veces)"
	}
	if n.At.IsZero() {
		return text + "."
	}
	switch n.State {
	case access.NoticeConfirmed:
		text += " · Confirmado el " + es.DateTime(n.At)
	case access.NoticeBounced:
		text += " · Devuelto el " + es.DateTime(n.At)
		if n.Why != "" {
			text += " (código " + n.Why + ")"
		}
	case access.NoticeObjected:
		text += " · Se opuso el " + es.DateTime(n.At) + ": «" + strings.TrimSuffix(n.Why, ".") + "»"
	}
	return text + "."
}

func (b *contactBlock) start() {
	b.entries["name"].Put(b.last.Contact.Name)
	b.entries["email"].Put(b.last.Contact.Email)
	b.entries["phone"].Put(b.last.Contact.Phone)
	b.asking.Show()
	b.content.Refresh()
	b.fields["name"].Focus()
}

func (b *contactBlock) finish() {
	if b.save.Disabled() || b.of.screen.OnCorrectContact == nil {
		return
	}
	c := access.Contact{Name: b.entries["name"].Text, Email: b.entries["email"].Text, Phone: b.entries["phone"].Text}
	b.of.screen.OnCorrectContact(b.role, c, b.done)
}

// done shows what was refused below its field; the rest stands in the banner.
func (b *contactBlock) done(err error) {
	if err == nil {
		b.fold()
		return
	}
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return
	}
	for i := len(e.Fields) - 1; i >= 0; i-- { // the first one gets the keyboard
		name := strings.TrimPrefix(e.Fields[i].Field, "contact.")
		if field := b.fields[name]; field != nil {
			field.SetError(es.FieldMessage(e.Fields[i].Field, e.Fields[i].Hint))
			field.Focus()
		}
	}
}

// fold takes the question away.
func (b *contactBlock) fold() {
	if !b.asking.Visible() {
		return
	}
	for name, f := range b.fields {
		f.SetError("")
		b.entries[name].Put("")
	}
	b.asking.Hide()
	b.content.Refresh()
	kit.Focus(b.correct)
}
