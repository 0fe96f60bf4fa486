package es

import "llavero/shared/access"

// GrantState is the manual's word of the roles list: by the production
// permissions in Entra, some or none.
func GrantState(has bool) string {
	if has {
		return "Asignados"
	}
	return "Pendientes"
}

// GrantObstacle says what keeps permissions from being granted to a production
// key, and what to do; empty for none.
func GrantObstacle(h access.Hint) string {
	switch h {
	case access.HintNoKey:
		return "No hay llave de producción."
	case access.HintFormat:
		return "El AppId Prod no es un GUID. Corríjalo en «Llaves asignadas»."
	case access.HintNotInEntra:
		return "Entra no tiene una aplicación con ese AppId. Corríjalo en «Llaves asignadas»."
	case access.HintUnverified:
		return "La llave de producción está sin verificar: pruébela en «Llaves asignadas» y vuelva."
	case access.HintNoEvidence:
		return "Falta la prueba de sandbox: agregue un archivo o el registro de una prueba."
	default:
		return ""
	}
}

// Revoked is said before a permission is taken away.
const Revoked = "Los tokens ya emitidos siguen activos hasta 90 minutos."

// PermissionTask words a change of a permission that is on its way, or why it
// failed by Graph's code.
func PermissionTask(act access.PermissionAct, failed string) string {
	switch {
	case failed == "" && act == access.PermissionRemove:
		return "Retiro en camino"
	case failed == "":
		return "En camino"
	case act == access.PermissionRemove:
		return "No se retiró"
	default:
		return "No se asignó"
	}
}

// PermissionFailure says why Entra did not change a permission, by Graph's code.
func PermissionFailure(code string) string {
	switch code {
	case "":
		return ""
	case "Authorization_RequestDenied":
		return "El servidor no tiene permiso en Entra. Avise al administrador del directorio."
	case "NotInEntra":
		return GrantObstacle(access.HintNotInEntra)
	case "Request_ResourceNotFound", "ResourceNotFound":
		return "Entra no encontró la aplicación o el rol. Pulse «Actualizar» e intente de nuevo."
	case "TooManyRequests":
		return "Entra pidió esperar y no alcanzó. Intente de nuevo en unos minutos."
	default:
		return "Entra no hizo el cambio. Intente de nuevo; si continúa, avise a la mesa de ayuda."
	}
}

// EvidenceKind words what proves the sandbox tests.
func EvidenceKind(k access.EvidenceKind) string {
	if k == access.EvidenceTest {
		return "Registro de una prueba"
	}
	return "Archivo"
}
