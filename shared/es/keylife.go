package es

import (
	"math"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Words of the end of a key or of a secret.
const (
	ReportCompromised = "Reportar llave comprometida"
	RevokeKey         = "Revocar llave"
	EarlierSecrets    = "Secretos anteriores"

	// LastDigitsAsk is the typed check before what cannot be taken back.
	LastDigitsAsk = "Escriba los 4 últimos dígitos del código de habilitación."
)

// ReplaceKey is the act that answers a compromise: «Reemplazar llave de
// producción».
func ReplaceKey(e access.Environment) string {
	return "Reemplazar llave de " + strings.ToLower(Environment(e))
}

// RevokeKeyOf is the act: «Revocar llave de preproducción».
func RevokeKeyOf(e access.Environment) string {
	return RevokeKey + " de " + strings.ToLower(Environment(e))
}

// TokensLive says until when tokens that were issued still work, and how long
// that is; empty once none does.
func TokensLive(until, now time.Time) string {
	left := until.Sub(now)
	if left <= 0 {
		return ""
	}
	return "Los tokens ya emitidos sirven hasta las " + Clock(until) + " (quedan " + strconv.Itoa(int(math.Ceil(left.Minutes()))) + " min)."
}

// SecretEnd says how a secret of the history ended, or until when it works.
func SecretEnd(state access.KeyState, endsAt, endedAt, expiresAt time.Time) string {
	switch {
	case !endedAt.IsZero():
		return "dejó de servir el " + DateTime(endedAt)
	case state == access.KeyExpired:
		return "venció el " + DateTime(expiresAt)
	case !endsAt.IsZero():
		return "sirve hasta el " + DateTime(endsAt)
	case state == access.KeyRevoked || state == access.KeyReplaced:
		return "ya no sirve"
	default:
		return "está en uso"
	}
}

// Incident says what became of a report of a compromised key.
func Incident(number, by string, at, removedAt time.Time) string {
	text := "Incidente " + number + " · la reportó " + by + " el " + DateTime(at) + "."
	if removedAt.IsZero() {
		return text + " El secreto comprometido aún sirve: lo estamos reemplazando."
	}
	return text + " Entra dejó de aceptar el secreto comprometido el " + DateTime(removedAt) + "."
}

// About says which of a code's keys a request is about, when it is only one.
func About(only access.Environment) string {
	if !only.IsValid() {
		return ""
	}
	return "Solo " + strings.ToLower(Environment(only))
}
