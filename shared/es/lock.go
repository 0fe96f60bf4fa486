package es

import (
	"strconv"
	"strings"
	"time"
)

// Labels of a locked session. «Bloquear» is another act than «Cerrar sesión».
const (
	LockTitle    = "Sesión bloqueada"
	Lock         = "Bloquear"
	Unlock       = "Desbloquear"
	LockAfter    = "Bloquear después de"
	LockSettings = "Bloqueo"
	// UnlockOffline is said while the server is out of reach.
	UnlockOffline = "Sin conexión: comprobamos la contraseña en este computador."
)

// LockedBecause says what locked a session, by its reason in package state.
func LockedBecause(why string, at, now time.Time) string {
	switch why {
	case "idle":
		return "Se bloqueó por inactividad " + dataAt(at, now) + "."
	case "system":
		return "Se bloqueó con la pantalla del computador " + dataAt(at, now) + "."
	case "kept":
		return "Estaba bloqueada cuando se cerró el programa."
	default:
		return "La bloqueó usted " + dataAt(at, now) + "."
	}
}

// dataAt is an instant within a sentence: «a las 09:14», «ayer a las 09:14».
func dataAt(at, now time.Time) string {
	age := DataAge(at, now)
	if strings.HasPrefix(age, "las ") {
		return "a " + age
	}
	return age
}

// UnlockWrong answers a wrong password while locked.
func UnlockWrong(left int) string {
	if left == 1 {
		return "La contraseña no coincide. Le queda 1 intento; después cerramos la sesión."
	}
	return "La contraseña no coincide. Le quedan " + strconv.Itoa(left) + " intentos; después cerramos la sesión."
}

// LockSoon warns before the lock for want of use, counting down.
func LockSoon(seconds int) string {
	return "Por inactividad bloqueamos la sesión en " + strconv.Itoa(seconds) + " s. Mueva el ratón o pulse una tecla para seguir."
}

// Minutes is a length of time: «5 minutos».
func Minutes(n int) string { return Count(n, "minuto", "minutos") }
