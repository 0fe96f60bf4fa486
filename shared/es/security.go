package es

import (
	"strings"

	"llavero/shared/wire"
)

// Labels of «Seguridad»: second factor, sessions, lock.
const (
	SecurityTitle   = "Seguridad"
	FactorTitle     = "Segundo factor"
	SessionsTitle   = "Sesiones abiertas"
	FactorBegin     = "Activar segundo factor…"
	FactorReplace   = "Cambiar de autenticador…"
	FactorCodes     = "Generar códigos nuevos…"
	FactorRemove    = "Quitar segundo factor…"
	ThisComputer    = "Este equipo"
	EndSession      = "Cerrar…"
	EndOthers       = "Cerrar las demás…"
	KeptCodes       = "Guardé los códigos en un lugar seguro"
	UseRecoveryCode = "Usar un código de recuperación"
	UseCode         = "Usar el código del autenticador"
	// RecoveryCodesHelp says what recovery codes are for.
	RecoveryCodesHelp = "Si pierde el celular, cada código reemplaza una vez al del autenticador. Se muestran solo ahora: guárdelos fuera de este computador."
)

// FewCodes is how few recovery codes are worth a warning.
const FewCodes = 3

// CodesLeft warns of few recovery codes; empty: there are enough, or no second
// factor.
func CodesLeft(f wire.SecondFactorState) string {
	switch n := f.RecoveryCodesLeft; {
	case !f.Enrolled || n > FewCodes:
		return ""
	case n == 0:
		return "No le quedan códigos de recuperación. Genere otros antes de necesitarlos."
	case n == 1:
		return "Le queda 1 código de recuperación. Genere otros antes de necesitarlos."
	default:
		return "Le quedan " + Number(n) + " códigos de recuperación. Genere otros antes de necesitarlos."
	}
}

// Device names a computer by what its program said of itself: "windows/amd64".
func Device(said string) string {
	system, _, _ := strings.Cut(said, "/")
	switch system {
	case "windows":
		return "Computador con Windows"
	case "linux":
		return "Computador con Linux"
	case "darwin":
		return "Computador con macOS"
	case "":
		return "Equipo sin nombre"
	default:
		return said
	}
}

// SessionsEnded says how many other sessions ended.
func SessionsEnded(n int64) string {
	switch n {
	case 0:
		return "No había otras sesiones abiertas."
	case 1:
		return "Cerramos 1 sesión."
	default:
		return "Cerramos " + Number(int(n)) + " sesiones."
	}
}

// SessionEndsSoon warns of the end of a session that comes whatever happens.
func SessionEndsSoon(clock string) string {
	return "Su sesión termina a las " + clock + ". Termine o envíe lo que escribe; al ingresar de nuevo, su solicitud sigue donde la dejó."
}
