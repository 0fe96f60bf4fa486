package delegate

import (
	"strings"
	"time"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/es"
)

// line is one value read only: what it is, and what it says.
type line struct {
	Label string
	Value string
	Code  bool // codes, numbers and hashes are drawn in monospace
}

// group is a titled block of lines.
type group struct {
	Title string
	Lines []line
}

// formGroups is everything a person wrote, in the form's order.
func formGroups(f access.RequestForm) []group {
	return []group{
		{Title: "Proveedor tecnológico", Lines: []line{
			{Label: es.FieldLabel("vendor"), Value: f.Vendor},
			{Label: es.FieldLabel("software"), Value: f.Software},
		}},
		{Title: "Líder técnico", Lines: []line{
			{Label: es.FieldLabel("lead.name"), Value: f.Lead.Name},
			{Label: es.FieldLabel("lead.email"), Value: f.Lead.Email},
			{Label: es.FieldLabel("lead.phone"), Value: f.Lead.Phone, Code: true},
		}},
		{Title: "Responsable de la protección de datos", Lines: []line{
			{Label: es.FieldLabel("privacy.name"), Value: f.Privacy.Name},
			{Label: es.FieldLabel("privacy.email"), Value: f.Privacy.Email},
			{Label: es.FieldLabel("privacy.phone"), Value: f.Privacy.Phone, Code: true},
		}},
	}
}

// signedGroup is what the signature is on: entity, code, act, reason, hash.
func signedGroup(s state.Confirm) group {
	g := group{Title: "Lo que va a firmar", Lines: []line{
		{Label: "Solicitud", Value: s.Number, Code: true},
		{Label: "Entidad", Value: s.Entity.Provider.Name},
		{Label: "NIT", Value: nitText(s.Entity.Provider.NIT), Code: true},
		{Label: "Código de habilitación", Value: string(s.Entity.Provider.Code), Code: true},
		{Label: "Municipio", Value: place(s.Entity.Provider)},
		{Label: "Trámite", Value: es.Kind(s.Kind)},
	}}
	if s.Reason != "" {
		g.Lines = append(g.Lines, line{Label: "Motivo", Value: es.Reason(s.Reason)})
	}
	g.Lines = append(g.Lines, line{Label: "Ambientes", Value: "Preproducción (pruebas) y Producción (real)"})
	if s.ContentHash != "" {
		g.Lines = append(g.Lines, line{Label: "Huella del contenido", Value: shortHash(s.ContentHash), Code: true})
	}
	return g
}

// oldSecretGroup says until when the secrets in force work, by environment; no
// lines for an enrolment.
func oldSecretGroup(s state.Confirm, now time.Time) group {
	g := group{Title: "El secreto anterior"}
	for _, old := range s.OldSecrets {
		g.Lines = append(g.Lines, line{
			Label: es.EnvironmentLong(old.Environment), Value: es.OldSecret(s.Reason, old.Until, old.ExpiresAt, old.ByHand, now),
		})
	}
	return g
}

// issuedNote says, where a secret goes at once, that what was obtained with it
// lives on for a while.
func issuedNote(s state.Confirm) string {
	for _, old := range s.OldSecrets {
		if old.Until.IsZero() {
			return es.AlreadyIssued
		}
	}
	return ""
}

// nitText writes a NIT with points and check digit, or a dash.
func nitText(n access.NIT) string {
	if n == "" {
		return "—"
	}
	return n.Display()
}

// shortHash is the part of a hash that people compare: four groups of four.
func shortHash(h string) string {
	if len(h) < 16 {
		return h
	}
	return strings.ToUpper(h[0:4] + " " + h[4:8] + " " + h[8:12] + " " + h[12:16])
}

// codeLook is what the section of the code shows at an instant.
type codeLook struct {
	Sent      string // where the code went and when; empty: none yet
	Left      string // how long it serves
	Expired   bool
	Sends     string
	Send      string // the label of the button that asks for a code
	CanSend   bool
	From      string // where to look for it
	CanType   bool   // a code can be typed
	TriesLeft string
}

// codeLookAt says what the section shows at now. It counts from the snapshot
// alone: the same snapshot and instant always look the same.
func codeLookAt(s state.Confirm, now time.Time) codeLook {
	busy := s.Sending || s.Signing
	online := s.Link.IsOnline()
	if s.Code == nil {
		l := codeLook{Send: "Enviar código", CanSend: online && !busy}
		if s.Sending {
			l.Send = "Enviando código…"
		}
		return l
	}
	c := s.Code
	l := codeLook{
		Sent: "Enviamos un código de 6 dígitos a " + c.To + " a las " + es.Clock(c.SentAt) +
			". Con él firma esta solicitud.",
		Sends: es.Count(c.Sends, "código enviado", "códigos enviados") + " para este contenido.",
		Send:  "Reenviar código",
	}
	if c.From != "" {
		l.From = "¿No llegó? Revise el correo no deseado; el remitente es " + c.From + "."
	}
	if c.TriesLeft > 0 {
		l.TriesLeft = "Le quedan " + es.Count(c.TriesLeft, "intento", "intentos") + "."
		if c.TriesLeft == 1 {
			l.TriesLeft = "Le queda 1 intento."
		}
	}
	if left := c.ExpiresAt.Sub(now); left > 0 {
		l.Left = "El código sirve " + es.TimeLeft(left) + " min más."
	} else {
		l.Expired = true
		l.Left = "El código venció a las " + es.Clock(c.ExpiresAt) + ". Pida otro; su solicitud sigue guardada."
	}
	l.CanType = !l.Expired
	wait := c.ResendAt.Sub(now)
	switch {
	case s.Sending:
		l.Send = "Enviando código…"
	case wait > 0:
		l.Send = "Reenviar código (en " + waitText(wait) + ")"
	default:
		l.CanSend = online && !busy
	}
	return l
}

// waitText writes «45 s» below a minute and «2:05 min» above.
func waitText(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Second {
		d = time.Second
	}
	if d <= time.Minute {
		return es.Elapsed(d)
	}
	return es.TimeLeft(d) + " min"
}
