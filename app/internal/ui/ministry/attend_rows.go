package ministry

import (
	"cmp"
	"strings"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// wish is the act an officer pressed last, for the card that says what they
// wanted and what there is now.
type wish string

const (
	wishNone    wish = ""
	wishSave    wish = "guardar las llaves"
	wishResume  wish = "reanudar la emisión automática"
	wishRelease wish = "liberar la solicitud"
	wishTake    wish = "tomar la solicitud"
)

// requestFacts are entity, NIT and code, read only, and where the request
// stands.
func requestFacts(r wire.RequestRow, me access.AccountID) []kit.Fact {
	facts := []kit.Fact{
		{Label: "Solicitud", Value: r.Number, IsCode: true},
		{Label: "Entidad", Value: r.Provider},
		{Label: "NIT", Value: nitText(r.NIT), IsCode: true},
		{Label: "Código de habilitación", Value: string(r.Code), IsCode: true},
		{Label: "Sede", Value: r.Place},
		{Label: "Trámite", Value: es.Kind(r.Kind)},
	}
	if r.Reason != "" {
		facts = append(facts, kit.Fact{Label: "Motivo del cambio", Value: es.Reason(r.Reason)})
	}
	facts = append(facts,
		kit.Fact{Label: "Fecha de la solicitud", Value: es.DateTime(r.RequestedAt)},
		kit.Fact{Label: "Estado token", Value: cmp.Or(es.Status(r.Kind, r.Status), "—")},
		kit.Fact{Label: "Situación", Value: situation(r, me)})
	return facts
}

// contactFacts are whom to call, as a delegate may have corrected them, and
// what they said of it.
func contactFacts(d *wire.RequestDetail) []kit.Fact {
	facts := []kit.Fact{
		{Label: es.FieldLabel("vendor"), Value: d.Form.Vendor},
		{Label: es.FieldLabel("software"), Value: d.Form.Software},
	}
	for _, role := range access.ContactRoles() {
		c, field := d.Form.ContactOf(role), string(role)
		var said string
		for _, n := range d.Contacts {
			if n.Role == role {
				c, said = n.Contact, es.NoticeState(n.State)
				if n.State == access.NoticeObjected {
					said += ": «" + n.Why + "»"
				}
			}
		}
		facts = append(facts, kit.Fact{Label: es.FieldLabel(field + ".name"), Value: c.Name},
			kit.Fact{Label: es.FieldLabel(field + ".email"), Value: c.Email},
			kit.Fact{Label: es.FieldLabel(field + ".phone"), Value: c.Phone, IsCode: true})
		if said != "" {
			facts = append(facts, kit.Fact{Label: "Aviso al " + es.ContactRole(role), Value: said})
		}
	}
	return facts
}

// contactsLine stands in place of the contacts while they are not there.
func contactsLine(s state.Attend) string {
	switch {
	case s.Detail != nil:
		return ""
	case !s.Link.IsOnline():
		return "Los datos de contacto no se guardan en este computador."
	default:
		return "Cargando datos de contacto…"
	}
}

func nitText(n access.NIT) string {
	if n == "" {
		return "—"
	}
	return n.Display()
}

// canAttend reports that this officer can decide the request now.
func canAttend(s state.Attend) bool {
	return s.Mine && s.Row.Status == access.StatusPending && s.Link.IsOnline() && !s.Saved
}

// presence says who attends a request that this officer does not.
func presence(s state.Attend) kit.Message {
	r := s.Row
	switch {
	case s.Saved || s.Mine && r.Status == access.StatusPending:
		return kit.Message{}
	case r.Status != access.StatusPending:
		return kit.Message{
			Level: look.Info, Title: "Esta solicitud ya no está pendiente",
			Text: "Situación: " + es.Situation(r.Kind, r.Status, "") + ".",
		}
	case r.TakenBy != "":
		return kit.Message{
			Level: look.Warning,
			Text:  r.TakenName + " atiende esta solicitud desde las " + es.Clock(r.TakenAt) + ".",
			Note:  "Puede verla. Para atenderla usted, tómela.",
		}
	default:
		return kit.Message{Level: look.Info, Text: "Esta solicitud está libre. Tómela para atenderla."}
	}
}

// staleMessage is the card of a refused act: what the officer wanted, and what
// there is now.
func staleMessage(t *state.Trouble, r wire.RequestRow, wanted wish) kit.Message {
	text := "Lo que hay ahora: " + es.Situation(r.Kind, r.Status, r.TakenName) + "."
	if wanted != wishNone {
		text = "Lo que usted quiso: " + string(wanted) + ".\n" + text
	}
	return kit.Message{
		Level: look.Warning, Title: "Esta solicitud cambió mientras usted la revisaba.", Text: text,
		Note: es.Reference(t.RequestID, t.At), Detail: es.Detail(t.Err, t.RequestID, t.At),
	}
}

// savedMessage is M-96.
func savedMessage(r wire.RequestRow) kit.Message {
	return kit.Message{
		Level: look.Success, Title: "El registro se guardó correctamente.",
		Text: r.Provider + " · código " + string(r.Code) + ". El delegado ya puede consultar las llaves.",
	}
}

// compromised says of a request that it replaces a compromised key.
func compromised(r wire.RequestRow) kit.Message {
	if r.Reason != access.ReasonCompromise || r.Status != access.StatusPending {
		return kit.Message{}
	}
	m := kit.Message{
		Level: look.Danger, Title: es.Reason(r.Reason),
		Text: "El secreto comprometido sigue sirviendo hasta que exista el nuevo. Atiéndala primero.",
	}
	if r.Only.IsValid() {
		m.Text += " Es solo de " + lower(es.Environment(r.Only)) + ": la llave del otro ambiente no cambia."
	}
	return m
}

// failureMessage says why automatic issue gave up, who acts, and the detail.
func failureMessage(r wire.RequestRow) kit.Message {
	if r.Failure == nil {
		return kit.Message{}
	}
	return kit.Message{
		Level: look.Warning, Title: es.Failure(*r.Failure), Text: es.FailureAdvice(*r.Failure),
		Detail: es.FailureDetail(*r.Failure),
	}
}

// expiryLayouts are the ways a date is taken: ours, without the hour, and what
// Entra's portal copies.
var expiryLayouts = []string{"2/1/2006 15:04", "2/1/2006"}

// parseExpiry reads an expiry in Colombian time. A date without its hour is
// midnight, the earlier reading.
func parseExpiry(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), " ")
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), true
	}
	for _, l := range expiryLayouts {
		if t, err := time.ParseInLocation(l, text, es.Colombia); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// complaints words each complaint of the form by its field. A date that could
// not be read went up empty: it is wrong, not missing.
func complaints(fields []access.FieldError, text func(field string) string) map[string]string {
	m := make(map[string]string, len(fields))
	for _, f := range fields {
		if m[f.Field] != "" {
			continue
		}
		hint := f.Hint
		if hint == access.HintRequired && strings.TrimSpace(text(f.Field)) != "" {
			hint = access.HintFormat
		}
		m[f.Field] = es.FieldMessage(f.Field, hint)
	}
	return m
}
