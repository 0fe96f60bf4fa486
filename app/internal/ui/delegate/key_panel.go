package delegate

import (
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// keyPanel is one environment of «Consultar Token»: the key, its parameters, and
// who saw what.
type keyPanel struct {
	screen *Keys
	env    access.Environment

	content  fyne.CanvasObject
	standing *keyStanding
	once     *kit.Text // the secret can be seen a single time
	name     *kit.CopyField
	masked   []*maskedField // client id, secret, expiry
	sites    *kit.Text
	params   *fyne.Container
	loading  *kit.Text
	secrets  []*maskedField // sensitive parameters
	copyAll  *kit.Button
	include  *kit.Check
	hand     *handOver
	history  *tell.Secrets
	audit    *kit.Fold

	key   access.KeyID
	drawn []wire.Parameter
}

// maskedField is one masked value and which one it is.
type maskedField struct {
	*kit.MaskedSecret
	field access.Field
}

func newKeyPanel(screen *Keys, env access.Environment) *keyPanel {
	p := &keyPanel{
		screen: screen, env: env,
		standing: newKeyStanding(screen),
		once:     kit.NewNote(""),
		name:     kit.NewCopyField("Nombre de llave", "", true),
		sites:    kit.NewNote(""), params: kit.NewStack(), loading: kit.NewNote("Cargando parámetros…"),
	}
	p.name.OnCopy = func(s string) { kit.Call(screen.OnCopyText, s) }
	values := []fyne.CanvasObject{p.name}
	for _, f := range []access.Field{access.FieldClientID, access.FieldSecret, access.FieldExpiresAt} {
		m := p.newMasked(f, revealTitle(f))
		p.masked = append(p.masked, m)
		if f == access.FieldSecret {
			values = append(values, kit.NewTight(m.MaskedSecret, p.once))
			continue
		}
		values = append(values, m.MaskedSecret)
	}
	p.once.Hide()
	p.history = tell.NewSecrets(func(id access.KeyID) { kit.Call(screen.OnSecrets, id) })
	p.hand = newHandOver(env, func(to wire.HandOver, done func(error)) {
		if screen.OnHandOver != nil {
			screen.OnHandOver(p.key, to, done)
		}
	})
	p.include = kit.NewCheck(es.IncludeSecret, nil)
	p.copyAll = kit.NewIconButton(es.CopyAll, look.IconCopy, func() {
		if screen.OnCopyAll != nil {
			screen.OnCopyAll(p.key, p.include.IsOn())
		}
		p.include.Set(false) // each copy with the secret is a choice of its own
	})
	p.audit = kit.NewFold("Quién vio, copió, exportó o entregó esta llave", "Copiar registro", func(s string) { kit.Call(screen.OnCopyText, s) })
	head := container.NewHBox(kit.NewHeading(panelTitle(env)).Natural(), container.NewCenter(tell.EnvironmentTag(env)))
	parameters := kit.NewStack(kit.NewTight(
		kit.NewSubheading("Parámetros de conexión · "+es.Environment(env)),
		kit.NewNote("Señor usuario por favor tenga en cuenta la siguiente información para el proceso de integración:")),
		p.loading, p.params,
		container.NewBorder(nil, nil, nil, container.NewCenter(p.copyAll), p.include))
	p.content = kit.NewPanel(kit.NewStack(kit.NewTight(head, p.standing.content), kit.NewStack(values...), p.sites,
		container.New(layout.NewCustomPaddedLayout(look.Gap, 0, 0, 0), parameters), p.hand.content, p.history.Drawer, p.audit))
	return p
}

func (p *keyPanel) newMasked(f access.Field, title string) *maskedField {
	m := &maskedField{MaskedSecret: kit.NewMaskedSecret(title), field: f}
	m.OnReveal = func() { p.reveal(m) }
	m.OnShow = func() { p.screen.sighted(m, true) }
	m.OnConceal = func() { p.screen.sighted(m, false) }
	m.OnCopy = func() {
		if p.screen.OnCopy != nil {
			p.screen.OnCopy(p.key, m.field)
		}
	}
	return m
}

// reveal asks for a value. An answer for a key that is no longer shown is
// dropped.
func (p *keyPanel) reveal(m *maskedField) {
	if p.screen.OnReveal == nil {
		m.Fail(es.NeedsLink)
		return
	}
	key := p.key
	p.screen.OnReveal(key, m.field, access.PurposeShow, func(value secret.Text, err error) {
		switch {
		case p.key != key:
			m.SetBusy(false)
		case err != nil:
			m.Fail(errorText(err))
		case m.field == access.FieldExpiresAt:
			m.Reveal(expiryText(value))
		default:
			m.Reveal(value)
		}
	})
}

// expiryText writes an instant as people read it; the server sends RFC 3339.
func expiryText(value secret.Text) secret.Text {
	t, err := time.Parse(time.RFC3339, value.Reveal())
	if err != nil {
		return value
	}
	return secret.New(es.DateTimeZone(t))
}

// errorText words what came back instead of a value.
func errorText(err error) string {
	if e, ok := errors.AsType[*access.Error](err); ok {
		return es.Error(e)
	}
	return es.ErrorText(access.CodeInternal, "", nil)
}

func (p *keyPanel) render(s state.Keys, chosen bool) {
	var key wire.KeyRow
	ok := false
	if chosen {
		key, ok = keyOf(s.Entity.Keys, p.env)
	}
	kit.SetVisible(p.content, ok)
	if !ok {
		p.setKey("")
		return
	}
	p.setKey(key.ID)
	p.standing.render(s, key)
	secrets, loaded := s.Secrets[key.ID]
	p.history.Render(s.Link, secrets, loaded, key)
	p.name.SetValue(key.Name)
	kit.Put(p.sites, "Sedes de este código: "+sitesText(s.Entity.Provider)+".")

	online := s.Link.IsOnline()
	params, hasParams := s.Parameters[p.env]
	p.renderParams(params)
	switch {
	case hasParams:
		kit.Put(p.loading, "")
	case online:
		kit.Put(p.loading, "Cargando parámetros…")
	default:
		kit.Put(p.loading, "Los parámetros se ven con conexión.")
	}
	policy := s.Policies[p.env]
	spent := policy.Once && !policy.RevealedAt.IsZero()
	kit.Put(p.once, onceText(policy))
	for _, m := range slices.Concat(p.masked, p.secrets) {
		m.SetEnabled(online && (m.field != access.FieldSecret || !spent))
	}
	p.copyAll.SetEnabled(online && hasParams)
	p.include.SetEnabled(online && hasParams && !spent)
	p.hand.render(policy.Vendor, online)
	p.audit.Set(auditText(s.Audit, key.ID))
}

// setKey changes which key the panel is about, hiding the one before.
func (p *keyPanel) setKey(id access.KeyID) {
	if p.key == id {
		return
	}
	p.conceal()
	p.hand.fold()
	p.key = id
	for _, m := range slices.Concat(p.masked, p.secrets) {
		m.Fail("")
	}
}

func (p *keyPanel) conceal() {
	for _, m := range slices.Concat(p.masked, p.secrets) {
		m.Conceal()
	}
	p.include.Set(false)
}

// renderParams makes the rows of the parameters anew when they change.
func (p *keyPanel) renderParams(params []wire.Parameter) {
	if slices.Equal(p.drawn, params) {
		return
	}
	for _, m := range p.secrets {
		m.Conceal()
	}
	p.drawn, p.secrets = params, nil
	p.params.RemoveAll()
	for _, x := range params {
		if x.Sensitive {
			m := p.newMasked(access.ParamField(x.Name), x.Name)
			p.secrets = append(p.secrets, m)
			p.params.Add(m.MaskedSecret)
			continue
		}
		c := kit.NewCopyField(x.Name, x.Value, true)
		c.OnCopy = func(s string) { kit.Call(p.screen.OnCopyText, s) }
		p.params.Add(c)
	}
}

// sitesText names every site of a code.
func sitesText(p wire.ProviderRow) string {
	if len(p.Sites) == 0 {
		return "ninguna en REPS"
	}
	names := make([]string, 0, len(p.Sites))
	for _, s := range p.Sites {
		names = append(names, siteTitle(s))
	}
	return strings.Join(names, " · ")
}

func auditText(all map[access.KeyID][]wire.KeyAuditEntry, key access.KeyID) string {
	entries, loaded := all[key]
	if !loaded {
		return ""
	}
	if len(entries) == 0 {
		return "Nadie ha visto, copiado, exportado ni entregado esta llave."
	}
	lines := make([]string, 0, len(entries))
	for _, a := range entries {
		lines = append(lines, auditLine(a))
	}
	return strings.Join(lines, "\n")
}
