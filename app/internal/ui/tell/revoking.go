package tell

import (
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Revoking tells of a key whose secrets are being taken away; nothing when none
// is. Officers also see why it failed: it is tried again by itself.
func Revoking(k wire.KeyRow) kit.Message {
	switch {
	case k.RevokeAskedAt.IsZero():
		return kit.Message{}
	case k.RevokeFailed == "":
		return kit.Message{Level: look.Info, Text: "Revocando: Microsoft Entra está retirando los secretos de esta llave."}
	default:
		why := access.Failure{Environment: k.Environment, Step: access.StepRetire, Code: k.RevokeFailed}
		return kit.Message{
			Level: look.Danger, Title: "La llave aún no está revocada.",
			Text:   es.FailureCause(why) + " Lo intentamos de nuevo cada 6 horas. Avise al administrador del directorio.",
			Detail: es.FailureDetail(why),
		}
	}
}
