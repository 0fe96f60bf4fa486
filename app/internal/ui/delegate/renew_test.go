package delegate

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

func renewSnapshot() state.Enroll {
	s := enrollSnapshot()
	s.Kind, s.Chosen = access.KindRenew, "0500199001"
	return s
}

// The reason is chosen by keyboard, complains below itself, and follows the
// snapshot.
func TestRenew_reason(t *testing.T) {
	e, s := NewEnroll(access.KindRenew), renewSnapshot()
	var chosen []access.Reason
	e.OnReason = func(r access.Reason) { chosen = append(chosen, r) }
	e.Render(s)
	show(t, e)
	entry := e.reason.input.Entry()
	e.Focus()
	press(entry, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	if !slices.Equal(chosen, []access.Reason{access.ReasonVendor}) {
		t.Errorf("chosen %q", chosen)
	}
	e.asked = true
	s.Fields = []access.FieldError{{Field: state.FieldReason, Hint: access.HintRequired}}
	e.Render(s)
	if got := e.reason.field.Error(); got != "Seleccione el motivo del cambio." {
		t.Errorf("below the reason: %q", got)
	}
	s.Fields, s.Reason = nil, access.ReasonExpiry
	e.Render(s)
	if entry.Text != "Pronta expiración" || e.reason.field.HasError() {
		t.Errorf("shows %q", entry.Text)
	}
	for i, r := range []access.Reason{access.ReasonSecurity, access.ReasonVendor, access.ReasonExpiry} {
		if reasons[i].reason != r {
			t.Errorf("reason %d is %s, the manual's is %s", i, reasons[i].reason, r)
		}
	}
	if NewEnroll(access.KindEnroll).reason != nil {
		t.Error("an enrolment has a reason")
	}
}

func TestRenew_blocked(t *testing.T) {
	open := &wire.RequestRow{ID: "r1", Kind: access.KindRenew, Status: access.StatusPending, RequestedAt: noon}
	key := []wire.KeyRow{{IssuedAt: noon, State: access.KeyActive}}
	cases := []struct {
		name    string
		entity  state.Entity
		by      access.Hint
		want    string
		actions []string
	}{
		{"no key", state.Entity{Provider: clinic()}, access.HintNoKey, "Esta entidad aún no tiene llave.", []string{"Ir a Solicitar llave (Inscripción Token)"}},
		{"open change", state.Entity{Provider: clinic(), Request: open, Keys: key}, access.HintOpenRequest, "Ya solicitada el 23/11/2026 12:00. Situación: Cambio solicitado.", []string{"Ver solicitud", "Ir a Mis llaves (Consultar Token)"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e, s := NewEnroll(access.KindRenew), renewSnapshot()
			var went []string
			e.OnOtherForm = func(code access.LicenseCode) { went = append(went, "form "+string(code)) }
			e.OnOpenRequest = func(id access.RequestID) { went = append(went, "request "+string(id)) }
			e.OnOpenKeys = func(code access.LicenseCode) { went = append(went, "keys "+string(code)) }
			s.Blocked, s.BlockedBy = &c.entity, c.by
			e.Render(s)
			m := e.blocked.Message()
			var actions []string
			for _, a := range m.Actions {
				actions = append(actions, a.Text)
				a.Do()
			}
			if m.Text != c.want || !slices.Equal(actions, c.actions) || len(went) != len(actions) {
				t.Errorf("got %q %q, went %q", m.Text, actions, went)
			}
			if !e.submit.Disabled() || !e.reason.input.Disabled() || !e.form.fields[0].entry.Disabled() {
				t.Error("it can be filled in and sent")
			}
			if e.picker.input.Disabled() {
				t.Error("no other entity can be chosen")
			}
		})
	}
}

// Whoever has one code has nothing to choose.
func TestSingleCode_isChosen(t *testing.T) {
	one := state.Entities{Rows: []state.Entity{{Provider: clinic()}}}
	for _, kind := range []access.Kind{access.KindEnroll, access.KindRenew} {
		e := NewEnroll(kind)
		var chosen []access.LicenseCode
		e.OnChoose = func(c access.LicenseCode) { chosen = append(chosen, c) }
		s := state.Enroll{Kind: kind, Link: online, Entities: one, Texts: consentTexts()}
		e.Render(s)
		s.Chosen = clinic().Code
		e.Render(s)
		if !slices.Equal(chosen, []access.LicenseCode{clinic().Code}) {
			t.Errorf("%s: chosen %q", kind, chosen)
		}
		s = enrollSnapshot()
		e.Render(s)
		if len(chosen) != 1 {
			t.Errorf("%s: chose one of two", kind)
		}
	}
	k := NewKeys()
	var chosen []access.LicenseCode
	k.OnChoose = func(c access.LicenseCode) { chosen = append(chosen, c) }
	k.Render(state.Keys{Link: online, Entities: state.Entities{Loading: true, Rows: one.Rows}, Now: noon})
	k.Render(state.Keys{Link: online, Entities: one, Now: noon})
	if !slices.Equal(chosen, []access.LicenseCode{clinic().Code}) {
		t.Errorf("keys: chosen %q", chosen)
	}
}

func TestConfirm_oldSecret(t *testing.T) {
	c := NewConfirm(func() time.Time { return noon })
	c.Beat = nil
	s := confirmSnapshot()
	c.Render(s)
	if c.old.content.Visible() {
		t.Error("an enrolment speaks of an old secret")
	}
	s.Kind, s.Reason = access.KindRenew, access.ReasonSecurity
	s.OldSecrets = []wire.OldSecret{
		{Environment: access.Preproduction, ExpiresAt: noon.AddDate(0, 3, 0)},
		{Environment: access.Production, ExpiresAt: noon.AddDate(0, 3, 0), Until: noon.AddDate(0, 3, 0), ByHand: true},
	}
	c.Render(s)
	if !c.old.content.Visible() || !c.issued.Visible() || c.issued.Text() != es.AlreadyIssued {
		t.Errorf("security: %q", c.issued.Text())
	}
	g := oldSecretGroup(s, noon)
	if len(g.Lines) != 2 || g.Lines[0].Value != "El secreto anterior deja de servir en cuanto exista el nuevo." || !strings.Contains(g.Lines[1].Value, "no puede retirarlo") {
		t.Errorf("%+v", g)
	}
	s.Reason, s.OldSecrets = access.ReasonVendor, []wire.OldSecret{{Environment: access.Production, Until: noon.AddDate(0, 0, 7), ExpiresAt: noon.AddDate(0, 3, 0)}}
	c.Render(s)
	if c.issued.Visible() {
		t.Error("with an overlap nothing ends at once")
	}
	if head := c.wizard.heads[access.KindRenew]; !head.Visible() || c.wizard.heads[access.KindEnroll].Visible() {
		t.Error("the wizard is the enrolment's")
	}
}

func TestKeys_overlap(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var asked kit.Ask
	var about access.KeyID
	k.OnEndOverlap = func(a kit.Ask, id access.KeyID) { asked, about = a, id }
	k.Render(s)
	show(t, k)
	p := k.panels[1]
	if p.standing.endRow.Visible() || p.standing.overlap.Visible() {
		t.Error("an overlap where there is none")
	}
	keys := slices.Clone(s.Entity.Keys)
	keys[1].State, keys[1].OverlapUntil = access.KeyOverlap, noon.AddDate(0, 0, 7)
	s.Entity = &state.Entity{Provider: s.Entity.Provider, Request: s.Entity.Request, Keys: keys}
	k.Render(s)
	if got := p.standing.overlap.Text(); got != "Los dos secretos sirven hasta el 30/11/2026 12:00 (hora de Colombia). Puede terminar el relevo antes." || !p.standing.endRow.Visible() {
		t.Errorf("says %q", got)
	}
	p.standing.end.OnTapped()
	if about != "k2" || asked.Do != "Terminar relevo de producción" || !asked.IsDangerous || !strings.Contains(asked.Text, string(clinic().Code)) || !strings.Contains(asked.Text, es.AlreadyIssued) {
		t.Errorf("asked %+v about %s", asked, about)
	}
	keys = slices.Clone(keys)
	keys[1].OverlapByHand = true
	s.Entity = &state.Entity{Provider: s.Entity.Provider, Keys: keys}
	k.Render(s)
	if p.standing.endRow.Visible() || !strings.Contains(p.standing.overlap.Text(), "escrito a mano") {
		t.Errorf("by hand: %q", p.standing.overlap.Text())
	}
	s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon}
	keys[1].OverlapByHand = false
	k.Render(s)
	if !p.standing.end.Disabled() {
		t.Error("an overlap can be ended without a connection")
	}
}

func TestKeys_once(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	s.Policies = map[access.Environment]state.Policy{
		access.Preproduction: {Once: true}, access.Production: {Once: true, RevealedAt: noon},
	}
	k.Render(s)
	show(t, k)
	if got := k.panels[0].once.Text(); got != "Este secreto se muestra una sola vez." || k.panels[0].include.Disabled() {
		t.Errorf("before: %q", got)
	}
	p := k.panels[1]
	if got := p.once.Text(); got != "Ya se mostró el 23/11/2026 12:00. Si lo perdió, cambie la llave." || !p.include.Disabled() {
		t.Errorf("after: %q", got)
	}
	if got := onceText(state.Policy{RevealedAt: noon}); got != "" {
		t.Errorf("always: %q", got)
	}
}

func TestKeys_handOver(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	s.Policies = map[access.Environment]state.Policy{access.Production: {Vendor: "Proveedor de Ejemplo"}}
	var told []wire.HandOver
	refusal := error(nil)
	k.OnHandOver = func(id access.KeyID, to wire.HandOver, done func(error)) {
		if id != "k2" {
			t.Errorf("of key %s", id)
		}
		told = append(told, to)
		done(refusal)
	}
	k.Render(s)
	show(t, k)
	if got := k.handing.Text(); got != "Entregue estos datos solo a su proveedor tecnológico, Proveedor de Ejemplo, para el sistema de información del prestador." {
		t.Errorf("says %q", got)
	}
	h := k.panels[1].hand
	h.open.OnTapped()
	if !h.asking.Visible() || h.vendor.Text != "Proveedor de Ejemplo" {
		t.Errorf("begins with %q", h.vendor.Text)
	}
	h.finish()
	if len(told) != 0 || h.fields["person"].Error() != es.Required {
		t.Errorf("told %+v of nobody: %q", told, h.fields["person"].Error())
	}
	h.person.SetText("Paula de Ejemplo")
	refusal = access.InvalidField("person", access.HintTooLong)
	h.finish()
	if h.fields["person"].Error() == "" || !h.asking.Visible() || h.person.Text == "" {
		t.Error("a refusal lost what was written")
	}
	refusal = nil
	h.finish()
	if len(told) != 2 || told[1] != (wire.HandOver{Vendor: "Proveedor de Ejemplo", Person: "Paula de Ejemplo"}) || h.asking.Visible() {
		t.Errorf("told %+v", told)
	}
	line := auditLine(wire.KeyAuditEntry{At: noon, Person: "Ana", Purpose: access.PurposeHandOver, To: "Paula, Proveedor", Device: "linux"})
	if line != "23/11/2026 12:00 · Ana entregó la llave a Paula, Proveedor · linux" {
		t.Errorf("the record says %q", line)
	}
}

func TestProgressRows_renew(t *testing.T) {
	rows := progressRows(wire.RequestRow{Kind: access.KindRenew, Status: access.StatusIssuing, Environment: access.Preproduction, Step: access.StepRetire})
	if rows[0].Steps[0].Text != "Encontrar la aplicación" || rows[0].Text != "Retirando el secreto anterior (2/5)" {
		t.Errorf("%+v", rows[0])
	}
	if m := doneMessage(wire.RequestRow{Kind: access.KindRenew}); m.Title != "La llave ha sido creada correctamente" {
		t.Errorf("%+v", m)
	}
}

// Another request is read from its beginning, not from where the one before was
// signed: what becomes of the old secret stands there.
func TestConfirm_beginsAtTheTop(t *testing.T) {
	c := NewConfirm(func() time.Time { return noon })
	c.Beat = nil
	first, second := confirmSnapshot(), confirmSnapshot()
	first.Request = "r1"
	second.Request, second.Code = "r2", nil
	blank := first
	blank.Code = nil
	c.Render(blank)
	w := show(t, c)
	c.Render(first) // goes to the code
	isDown := func() bool { return scrolledDown.MatchString(test.RenderToMarkup(w.Canvas())) }
	if !isDown() {
		t.Error("the code was not gone to: the test shows nothing")
	}
	c.Render(second)
	if isDown() {
		t.Error("another request is not read from its beginning")
	}
}

// scrolledDown finds the content of a form page that is not at its top.
var scrolledDown = regexp.MustCompile(`pos="0,-[1-9][0-9]{2}`)

func TestKeyLookOf_notes(t *testing.T) {
	k := wire.KeyRow{Environment: access.Production, State: access.KeyUnverified, ExpiresAt: noon.AddDate(0, 3, 0)}
	if l := keyLookOf(k, noon); l.Note != "El Ministerio la registró a mano; aún no se ha probado en Entra. Aún no tiene permisos de producción. El Ministerio los otorga después de las pruebas." {
		t.Errorf("typed: %q", l.Note)
	}
	k.State, k.Permissions, k.PermissionsAt = access.KeyActive, []string{"ConsultaExterna"}, noon
	if l := keyLookOf(k, noon); l.Note != "Permisos de producción: Consulta Externa, según Entra el 23/11/2026 12:00." {
		t.Errorf("granted: %q", l.Note)
	}
	k.Environment = access.Preproduction
	if l := keyLookOf(k, noon); l.Note != "" {
		t.Errorf("preproduction: %q", l.Note)
	}
	for _, s := range []access.KeyState{access.KeyActive, access.KeyOverlap, access.KeyUnverified} {
		k.State, k.ExpiresAt = s, noon
		if l := keyLookOf(k, noon); l.Chip.Word != "Vencida" {
			t.Errorf("%s past its end is %q", s, l.Chip.Word)
		}
	}
}
