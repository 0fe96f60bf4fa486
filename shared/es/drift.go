package es

import (
	"strings"
	"time"

	"llavero/shared/access"
)

// DriftTitle is the screen of differences between the records and Entra.
const DriftTitle = "Diferencias con Entra"

// DriftKind names what differs.
func DriftKind(k access.DriftKind) string {
	switch k {
	case access.DriftMissingApp:
		return "Falta la aplicación"
	case access.DriftDeletedApp:
		return "La aplicación está eliminada"
	case access.DriftMissingPrincipal:
		return "La aplicación no está registrada"
	case access.DriftMissingSecret:
		return "Falta el secreto en uso"
	case access.DriftUnknownSecret:
		return "Hay un secreto desconocido"
	case access.DriftExtraRole:
		return "Hay un permiso que nadie pidió aquí"
	case access.DriftMissingRole:
		return "Falta un permiso otorgado"
	case access.DriftOrphanApp:
		return "Hay una aplicación sin llave"
	case access.DriftExpiry:
		return "La fecha de expiración es otra"
	case access.DriftName:
		return "La aplicación tiene otro nombre"
	default:
		return string(k)
	}
}

// DriftMeans says what follows from a difference.
func DriftMeans(k access.DriftKind) string {
	switch k {
	case access.DriftMissingApp:
		return "La llave no sirve: su aplicación no está en el directorio ni entre las eliminadas."
	case access.DriftDeletedApp:
		return "La llave no sirve, y la aplicación se puede restaurar durante 30 días."
	case access.DriftMissingPrincipal:
		return "La llave no sirve: la aplicación no está registrada en el directorio, o está deshabilitada."
	case access.DriftMissingSecret:
		return "El secreto entregado al prestador ya no está en la aplicación: no obtiene tokens."
	case access.DriftUnknownSecret:
		return "Alguien puede ingresar con un secreto que este sistema no creó."
	case access.DriftExtraRole:
		return "La llave puede más de lo que se otorgó aquí."
	case access.DriftMissingRole:
		return "La llave puede menos de lo que se otorgó aquí."
	case access.DriftOrphanApp:
		return "Una aplicación con nuestra marca no corresponde a ninguna llave."
	case access.DriftExpiry:
		return "Los avisos de vencimiento saldrían en la fecha equivocada."
	case access.DriftName:
		return "Quien mire el directorio no encuentra la llave por su nombre."
	default:
		return ""
	}
}

// DriftState is where a difference stands.
func DriftState(d access.Drift) string {
	switch d.State {
	case access.DriftOpen:
		if d.Failed != "" {
			return "No corregida"
		}
		return "Por decidir"
	case access.DriftFixing:
		return "Corrigiendo"
	case access.DriftFixed:
		return "Corregida"
	case access.DriftDismissed:
		return "Dejada así"
	default:
		return string(d.State)
	}
}

// DriftFix is the button of a fix.
func DriftFix(k access.DriftKind, f access.DriftFix) string {
	switch f {
	case access.FixRestore:
		return "Restaurar la aplicación"
	case access.FixRecreate:
		if k == access.DriftMissingPrincipal {
			return "Registrar la aplicación"
		}
		return "Crear la llave de nuevo"
	case access.FixReplace:
		return "Crear un secreto nuevo"
	case access.FixRemove:
		if k == access.DriftExtraRole {
			return "Retirar el permiso"
		}
		return "Retirar el secreto"
	case access.FixGrant:
		return "Otorgar el permiso"
	case access.FixAdopt:
		return "Aceptar lo que dice Entra"
	case access.FixRename:
		return "Devolver el nombre"
	case access.FixRetireApp:
		return "Retirar secretos y permisos"
	case access.FixDismiss:
		return "Dejar así…"
	default:
		return string(f)
	}
}

// DriftConsequence is what a fix does, for its confirmation.
func DriftConsequence(k access.DriftKind, f access.DriftFix) string {
	switch f {
	case access.FixRestore:
		return "La aplicación vuelve con su identificador, sus permisos y sus secretos."
	case access.FixRecreate:
		if k == access.DriftMissingPrincipal {
			return "La aplicación vuelve a quedar registrada; el identificador y el secreto no cambian."
		}
		return "El prestador recibe un identificador y un secreto nuevos: debe entregarlos a su proveedor. Los permisos de producción se otorgan de nuevo."
	case access.FixReplace:
		return "El prestador recibe un secreto nuevo: debe entregarlo a su proveedor. El identificador no cambia."
	case access.FixRemove:
		if k == access.DriftExtraRole {
			return "La llave pierde el permiso en los tokens nuevos. " + Revoked
		}
		return "Quien use ese secreto deja de obtener tokens. " + Revoked
	case access.FixGrant:
		return "La llave recupera el permiso en los tokens nuevos."
	case access.FixAdopt:
		return "Este sistema toma lo que dice Entra; allá no cambia nada."
	case access.FixRename:
		return "La aplicación recupera el nombre que le dio este sistema."
	case access.FixRetireApp:
		return "La aplicación queda sin secretos y sin permisos. No se elimina. " + Revoked
	default:
		return "No se cambia nada, ni aquí ni en Entra. La diferencia deja de contarse."
	}
}

// Compared says when all keys were compared last; empty before the first time.
func Compared(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return "Comparadas " + Relative(at, now)
}

// DriftFailed says why a fix failed, by Graph's code or one of ours.
func DriftFailed(code string) string {
	if code == "Authorization_RequestDenied" {
		return "El servidor no tiene permiso para hacerlo. Avise al administrador del directorio; después, decida de nuevo."
	}
	return FailureCause(access.Failure{Code: code}) + " Decida de nuevo en unos minutos."
}

// DirectoryPermissions says which permissions of the server are missing or too
// many; empty when they are those it needs.
func DirectoryPermissions(missing, excess []string) string {
	var lines []string
	if len(missing) > 0 {
		lines = append(lines, "Al servidor le falta en Microsoft Graph: "+strings.Join(missing, ", ")+".")
	}
	if len(excess) > 0 {
		lines = append(lines, "Al servidor le sobra en Microsoft Graph: "+strings.Join(excess, ", ")+".")
	}
	return strings.Join(lines, " ")
}

// Credential names how the server proves itself to Entra.
func Credential(kind string) string {
	switch kind {
	case "certificate":
		return "Certificado"
	case "secret":
		return "Secreto"
	default:
		return "—"
	}
}
