package ministry

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// amendBlock is one environment of «Actualizar Keys»: a keyBlock that knows what
// it was filled in with, and what is in force by now.
type amendBlock struct {
	*keyBlock
	head       *keyHead
	onValidity func()
	onTyped    func()
	onSettled  func() // the card was answered

	card     *kit.Banner // «Su valor», «Valor actual»
	missing  *kit.Text
	validity *kit.Text
	change   *kit.Button

	base *wire.KeyRow // what the fields were filled in with; nil: there is no key
	now  *wire.KeyRow // what is in force
}

func newAmendBlock(b *keyBlock, head *keyHead) *amendBlock {
	a := &amendBlock{keyBlock: b, head: head, card: kit.NewBanner(), missing: kit.NewNote("Este código no tiene llave de " + lower(es.Environment(b.env)) + "."), validity: kit.NewNote("").Natural()}
	b.secret.SetPlaceHolder(secret.Mask)
	b.fields[1].SetHelp("Vacío: se conserva el secreto actual. Si lo cambia, escriba el Valor, no su Id.")
	for _, e := range []*kit.Entry{b.clientID, b.secret, b.expires} {
		e.OnText(func(string) { kit.Call0(a.onTyped) })
	}
	a.change = kit.NewQuiet("Cambiar vigencia…", nil, func() { kit.Call0(a.onValidity) })
	b.stack.Objects = append(b.stack.Objects[:1:1], append([]fyne.CanvasObject{head.content, a.card, a.missing}, b.stack.Objects[1:]...)...)
	b.stack.Add(container.NewHBox(container.NewCenter(a.validity), a.change))
	return a
}

// take puts in what is in force. Fields that nobody touched follow it; others
// keep what was typed, and the card tells of both.
func (b *amendBlock) take(k *wire.KeyRow, saved bool) {
	b.now = k
	switch {
	case k == nil:
		b.base = nil
	case saved, b.base == nil, b.base.ID != k.ID, sameKey(b.base, k) || !b.isTouched():
		untouched := saved || b.base == nil || b.base.ID != k.ID || !b.isTouched()
		b.base = k
		if untouched {
			b.fill()
		}
	}
}

// sameKey reports that two versions of a key differ in nothing that the form
// changes.
func sameKey(a, b *wire.KeyRow) bool {
	return a.ClientID == b.ClientID && a.ExpiresAt.Equal(b.ExpiresAt) && a.IssuedAt.Equal(b.IssuedAt)
}

// fill shows what the fields were filled in with.
func (b *amendBlock) fill() {
	b.clientID.Put(b.base.ClientID)
	b.secret.Put("")
	b.expires.Put(expiryText(b.base.ExpiresAt))
}

func expiryText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return es.DateTime(t)
}

// forget empties the fields, and what they were filled in with.
func (b *amendBlock) forget() {
	b.base, b.now = nil, nil
	b.clear()
}

func (b *amendBlock) isTouched() bool {
	return b.base != nil && (b.clientID.Text != b.base.ClientID || b.secret.Text != "" || b.expires.Text != expiryText(b.base.ExpiresAt))
}

// isStale reports that the key changed under what was typed.
func (b *amendBlock) isStale() bool { return b.base != nil && b.now != nil && !sameKey(b.base, b.now) }

// changes is what is to be sent, and what it changes in words; nil for nothing.
func (b *amendBlock) changes() (*wire.AmendKey, []kit.Fact) {
	if !b.isTouched() {
		return nil, nil
	}
	typed := b.read()
	if b.expires.Text == expiryText(b.base.ExpiresAt) {
		typed.ExpiresAt = b.base.ExpiresAt // the field shows no seconds
	}
	env := es.EnvironmentLong(b.env)
	var facts []kit.Fact
	if typed.ClientID != b.base.ClientID {
		facts = append(facts, kit.Fact{Label: env + ": ClientID", Value: b.base.ClientID + " → " + typed.ClientID})
	}
	if typed.Secret != "" {
		facts = append(facts, kit.Fact{Label: env + ": ClientSecret", Value: "Se reemplaza por el que escribió. El anterior sirve hasta que termine su relevo."})
	}
	if !typed.ExpiresAt.Equal(b.base.ExpiresAt) {
		facts = append(facts, kit.Fact{Label: env + ": Fecha Expiración", Value: es.DateTime(b.base.ExpiresAt) + " → " + es.DateTime(typed.ExpiresAt)})
	}
	if len(facts) == 0 {
		return nil, nil
	}
	return &wire.AmendKey{Version: b.base.Version, ClientID: typed.ClientID, Secret: typed.Secret, ExpiresAt: typed.ExpiresAt}, facts
}

// show draws it; longest is how long a new secret may live, zero when unknown.
func (b *amendBlock) show(on bool, longest time.Duration) {
	has := b.base != nil
	kit.SetVisible(b.missing, !has)
	name := "—"
	if has {
		name = b.base.Name
	}
	b.render(name, on && has)
	b.card.Set(b.staleCard())
	kit.Put(b.validity, b.validityLine(longest))
	kit.SetVisible(b.change, has)
	b.change.SetEnabled(on && has)
}

func (b *amendBlock) validityLine(longest time.Duration) string {
	days := int(longest / (24 * time.Hour))
	switch {
	case b.base == nil || days == 0:
		return ""
	case b.now != nil && b.now.ValidityDays > 0:
		return "Vigencia de esta llave: " + es.Count(days, "día", "días") + "."
	default:
		return "Vigencia del ambiente: " + es.Count(days, "día", "días") + "."
	}
}

// staleCard tells, field by field, what was typed and what is in force.
func (b *amendBlock) staleCard() kit.Message {
	if !b.isStale() {
		return kit.Message{}
	}
	var lines []string
	both := func(field, mine, current string) {
		if mine != current {
			lines = append(lines, field+"\n   Su valor: "+mine+"\n   Valor actual: "+current)
		}
	}
	both("ClientID", b.clientID.Text, b.now.ClientID)
	both("Fecha Expiración", b.expires.Text, expiryText(b.now.ExpiresAt))
	switch isNew := !b.base.IssuedAt.Equal(b.now.IssuedAt); {
	case isNew && b.secret.Text != "":
		both("ClientSecret", "el que usted escribió", "otro, guardado el "+es.DateTime(b.now.IssuedAt))
	case isNew:
		both("ClientSecret", "el que estaba", "otro, guardado el "+es.DateTime(b.now.IssuedAt))
	}
	return kit.Message{
		Level: look.Warning, Title: "Esta llave cambió mientras usted la revisaba.", Text: strings.Join(lines, "\n"),
		Actions: []kit.Action{{Text: "Usar el valor actual", Do: b.useCurrent}, {Text: "Conservar el mío", Do: b.keepMine}},
	}
}

// useCurrent drops what was typed.
func (b *amendBlock) useCurrent() {
	b.base = b.now
	b.fill()
	kit.Call0(b.onSettled)
}

// keepMine leaves what was typed, to be saved over what is in force.
func (b *amendBlock) keepMine() {
	b.base = b.now
	kit.Call0(b.onSettled)
}

// lower writes a word as it stands within a sentence.
func lower(word string) string { return strings.ToLower(word) }
