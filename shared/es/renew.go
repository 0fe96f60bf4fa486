package es

import (
	"strings"
	"time"

	"llavero/shared/access"
)

// Words of a change of key: what becomes of the secret before.
const (
	// AlreadyIssued stands before any revocation.
	AlreadyIssued = "Los tokens ya emitidos siguen activos hasta 90 minutos."
	// ShownOnce stands before a secret that can be seen a single time.
	ShownOnce = "Este secreto se muestra una sola vez."

	EndOverlap = "Terminar relevo"
)

// OldSecret says, before a change of key is signed, until when the secret in
// force works: the zero time is as soon as the new one exists.
func OldSecret(reason access.Reason, until, expiresAt time.Time, byHand bool, now time.Time) string {
	switch {
	case !expiresAt.IsZero() && !expiresAt.After(now):
		return "El secreto anterior ya venció el " + DateTimeZone(expiresAt) + "."
	case byHand:
		return "El Ministerio escribió el secreto anterior a mano y el sistema no puede retirarlo: sirve hasta el " +
			DateTimeZone(until) + " si no lo retiran antes en Microsoft Entra."
	case until.IsZero():
		return "El secreto anterior deja de servir en cuanto exista el nuevo."
	case reason == access.ReasonVendor:
		return "Los dos secretos sirven hasta el " + DateTimeZone(until) + ". Puede terminar el relevo antes."
	default:
		return "El secreto anterior sirve hasta el " + DateTimeZone(until) + "."
	}
}

// Overlap says of a key whose secret was changed until when the one before
// works; empty when none does.
func Overlap(until time.Time, byHand bool, now time.Time) string {
	switch {
	case until.IsZero():
		return ""
	case byHand:
		return "El secreto anterior, escrito a mano por el Ministerio, sirve hasta el " + DateTimeZone(until) +
			" si no lo retiran antes en Microsoft Entra."
	case !until.After(now):
		return "Se está retirando el secreto anterior de Microsoft Entra."
	default:
		return "Los dos secretos sirven hasta el " + DateTimeZone(until) + "."
	}
}

// ShownAlready stands where a secret was that is shown a single time.
func ShownAlready(at time.Time) string {
	return "Ya se mostró el " + DateTime(at) + ". Si lo perdió, cambie la llave."
}

// HandedOver is the notice after a hand-over was written down.
func HandedOver(person, clock string) string {
	return "Quedó registrado: usted entregó la llave a " + person + " a las " + clock + "."
}

// permissionNames are the permissions of the IHCE API as the manual writes them.
var permissionNames = map[string]string{
	"ConsultaExterna": "Consulta Externa", "Urgencias": "Urgencias", "Hospitalizacion": "Hospitalización",
	"Consultas": "Consultas", "Prestadores": "Prestadores",
}

// ProductionPermissions says what a production key may do: what Entra showed at
// an instant; zero: it was never asked.
func ProductionPermissions(values []string, at time.Time) string {
	if len(values) == 0 {
		return "Aún no tiene permisos de producción. El Ministerio los otorga después de las pruebas."
	}
	names := make([]string, 0, len(values))
	for _, v := range values {
		if n, ok := permissionNames[v]; ok {
			v = n
		}
		names = append(names, v)
	}
	text := "Permisos de producción: " + strings.Join(names, ", ")
	if !at.IsZero() {
		text += ", según Entra el " + DateTime(at)
	}
	return text + "."
}
