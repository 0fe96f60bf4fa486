package ministry

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// keyBlock is one environment of an officer's form: ClientID, ClientSecret, the
// key's name and its expiry.
type keyBlock struct {
	env      access.Environment
	content  fyne.CanvasObject
	stack    *fyne.Container // what stands on its card
	clientID *kit.Entry
	secret   *kit.Entry
	expires  *kit.Entry
	name     *kit.Text
	fields   []*kit.Field // in the order of the complaints
}

// newKeyBlocks makes both: production first, as in the manual. Intro goes on to
// the next field.
func newKeyBlocks() []*keyBlock {
	var blocks []*keyBlock
	var entries []*kit.Entry
	for _, env := range []access.Environment{access.Production, access.Preproduction} {
		b := newKeyBlock(env)
		blocks = append(blocks, b)
		entries = append(entries, b.clientID, b.secret, b.expires)
	}
	for i, e := range entries[:len(entries)-1] {
		e.OnSubmitted = func(string) { kit.Focus(entries[i+1]) }
	}
	return blocks
}

func newKeyBlock(env access.Environment) *keyBlock {
	b := &keyBlock{
		env:      env,
		clientID: kit.NewCodeLine("00000000-0000-0000-0000-000000000000"), secret: kit.NewPasswordEntry(),
		expires: kit.NewCodeLine("dd/mm/aaaa HH:mm"), name: kit.NewCode(""),
	}
	b.clientID.Clean, b.secret.Clean = strings.TrimSpace, strings.TrimSpace
	title, name := "Ambiente Productivo", "Nombre de la llave (productivo) *"
	if env == access.Preproduction {
		title, name = "Ambiente PreProducción", "Nombre de la llave (preproducción) *"
	}
	id := kit.NewField("ClientID (alfanumérico)", true, b.clientID, "")
	sec := kit.NewField("ClientSecret (alfanumérico)", true, b.secret, "El Valor del secreto, no su Id.")
	exp := kit.NewField("Fecha Expiración", true, b.expires, "Hora de Colombia.")
	b.fields = []*kit.Field{id, sec, exp}
	tag := container.NewHBox(kit.NewSubheading(title).Natural(),
		container.NewCenter(kit.NewEnvironmentTag(env == access.Production, es.Environment(env))))
	b.stack = kit.NewStack(tag, id, sec, kit.NewTight(kit.NewStrong(name), b.name, kit.NewNote("La construye el programa.")), exp)
	b.content = kit.NewPanel(b.stack)
	return b
}

func (b *keyBlock) read() wire.TypedKey {
	at, _ := parseExpiry(b.expires.Text) // a date that cannot be read goes up zero and comes back as a complaint
	return wire.TypedKey{ClientID: b.clientID.Text, Secret: b.secret.Text, ExpiresAt: at}
}

func (b *keyBlock) render(name string, on bool) {
	b.name.SetText(name)
	for _, f := range b.fields {
		f.SetEnabled(on)
	}
}

func (b *keyBlock) complain(wrong map[string]string) {
	for i, name := range []string{"clientId", "secret", "expiresAt"} {
		b.fields[i].SetError(wrong[string(b.env)+"."+name])
	}
}

func (b *keyBlock) clear() {
	for _, e := range []*kit.Entry{b.clientID, b.secret, b.expires} {
		e.Put("")
	}
}

// typedIn tells what stands in a date's field, by its dotted path.
func typedIn(blocks []*keyBlock) func(field string) string {
	return func(field string) string {
		for _, b := range blocks {
			if field == string(b.env)+".expiresAt" {
				return b.expires.Text
			}
		}
		return ""
	}
}

// focusWrong brings the first complaint into sight and gives it the keyboard.
func focusWrong(page *kit.Page, blocks []*keyBlock) {
	for _, b := range blocks {
		for _, f := range b.fields {
			if f.HasError() {
				page.ScrollTo(f)
				f.Focus()
				return
			}
		}
	}
}
