package ministry

import (
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// afterRevoking is what there is to do to use a revoked key again.
const afterRevoking = "Para volver a usarla, el delegado tendrá que pedir un cambio de llave."

// unverifiedMeans explains «Sin verificar».
const unverifiedMeans = "Mientras esté sin verificar no recibe permisos de producción."

// checkMessage says where the check of a typed key stands: on its way, or what
// Entra says against it and what comes next.
func checkMessage(k wire.KeyRow) kit.Message {
	switch c := k.Check; {
	case k.State == access.KeyRevoked:
		return kit.Message{Level: look.Neutral, Text: tell.Revoked(k) + " " + afterRevoking}
	case k.State != access.KeyUnverified:
		return kit.Message{}
	case c != nil && c.State == access.CheckFailed:
		m := kit.Message{
			Level: look.Danger, Title: "Entra no confirmó la llave",
			Text: es.CheckProblem(c.Problem) + " Corríjala abajo y guarde, o pruébela de nuevo. " + unverifiedMeans,
		}
		if !c.At.IsZero() {
			m.Note = "Última consulta: " + es.DateTime(c.At) + "."
		}
		if c.Code != "" {
			m.Detail = "código: " + c.Code + "\nhora: " + es.DateTimeZone(c.At)
		}
		return m
	case c != nil && c.State == access.CheckWaiting:
		m := kit.Message{Level: look.Info, Title: "Verificando en Entra…", Text: "La llave se escribió a mano y se comprueba sola. " + unverifiedMeans}
		if c.Code != "" {
			m.Note = "Entra aún no responde; se le pregunta de nuevo."
		}
		return m
	default:
		return kit.Message{Level: look.Warning, Title: es.KeyState(access.KeyUnverified), Text: "La llave se escribió a mano. Pruébela para verificarla en Entra. " + unverifiedMeans}
	}
}

// isBeingReplaced reports that the secret of a compromised key is on its way out.
func isBeingReplaced(k wire.KeyRow) bool { return k.Incident != nil && k.Incident.RemovedAt.IsZero() }

// incidentMessage tells of the last report of a compromised key.
func incidentMessage(k wire.KeyRow) kit.Message {
	i := k.Incident
	if i == nil {
		return kit.Message{}
	}
	m := kit.Message{Level: look.Info, Text: es.Incident(i.Number, i.By, i.At, i.RemovedAt), Note: "Qué pasó: " + i.What}
	if isBeingReplaced(k) {
		m.Level, m.Title = look.Danger, "Llave comprometida"
	}
	return m
}

// reminderMessage tells which reminder was sent, and whether anybody answered.
func reminderMessage(k wire.KeyRow, now time.Time) kit.Message {
	r := k.Reminder
	if r == nil || k.State == access.KeyRevoked {
		return kit.Message{}
	}
	if r.EscalatedAt.IsZero() {
		return kit.Message{Level: look.Info, Text: es.ReminderText(r, now)}
	}
	return kit.Message{Level: look.Warning, Title: "Aviso sin respuesta", Text: es.Escalated(r)}
}

// want is what a key wants of an officer, worst first.
type want int

const (
	wantsReplacing want = iota
	wantsRevoked
	wantsExpired
	wantsCheck
	wantsAnswer
	wantsRenewal
	wantsLook
	wantsNothing
)

// wantChips are the words of «Llave».
var wantChips = [...]kit.Chip{
	wantsReplacing: {Word: "Comprometida", Level: look.Danger},
	wantsRevoked:   {Word: "Revocada", Level: look.Danger},
	wantsExpired:   {Word: "Vencida", Level: look.Danger},
	wantsCheck:     {Word: "Sin verificar", Level: look.Warning},
	wantsAnswer:    {Word: "Aviso escalado", Level: look.Warning},
	wantsRenewal:   {Word: "Por vencer", Level: look.Warning},
	wantsLook:      {Word: "Diferencias", Level: look.Info},
	wantsNothing:   {Word: "Al día", Level: look.Success},
}

// wantOf is what a key wants first.
func wantOf(k *wire.KeyRow, now time.Time) want {
	switch state := tell.KeyState(*k, now); {
	case isBeingReplaced(*k):
		return wantsReplacing
	case state == access.KeyRevoked:
		return wantsRevoked
	case state == access.KeyExpired:
		return wantsExpired
	case state == access.KeyUnverified:
		return wantsCheck
	case k.Reminder != nil && !k.Reminder.EscalatedAt.IsZero():
		return wantsAnswer
	case !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(now.AddDate(0, 0, nearExpiry+1)) && es.DaysLeft(k.ExpiresAt, now) <= nearExpiry:
		return wantsRenewal
	case k.Drift > 0:
		return wantsLook
	default:
		return wantsNothing
	}
}
