package es

import (
	"fmt"

	"llavero/shared/access"
)

// Environment is the environment's short word, of titles and tags.
func Environment(e access.Environment) string {
	switch e {
	case access.Preproduction:
		return "Preproducción"
	case access.Production:
		return "Producción"
	default:
		return string(e)
	}
}

// EnvironmentLong says what it is for: «Preproducción (pruebas)».
func EnvironmentLong(e access.Environment) string {
	switch e {
	case access.Preproduction:
		return "Preproducción (pruebas)"
	case access.Production:
		return "Producción (real)"
	default:
		return string(e)
	}
}

// Status is the manual's word of the column «Estado token»; empty while the
// request is not listed.
func Status(k access.Kind, s access.Status) string {
	switch s {
	case access.StatusPending:
		if k == access.KindRenew {
			return "Resolicitado"
		}
		return "Pendiente"
	case access.StatusDone:
		if k == access.KindRenew {
			return "Reasignado"
		}
		return "Asignado"
	default:
		return ""
	}
}

// Situation is our word for where a request stands; takenBy is who holds it.
func Situation(k access.Kind, s access.Status, takenBy string) string {
	switch s {
	case access.StatusSigning:
		return "En firma"
	case access.StatusIssuing:
		return "En emisión"
	case access.StatusPending:
		switch {
		case takenBy != "":
			return "En revisión por " + takenBy
		case k == access.KindRenew:
			return "Cambio solicitado"
		default:
			return "Pendiente"
		}
	case access.StatusDone:
		if k == access.KindRenew {
			return "Llave cambiada"
		}
		return "Llave asignada"
	case access.StatusCancelled:
		return "Retirada"
	default:
		return string(s)
	}
}

// Inscription is the line «Estado de Inscripción» of «Consultar Token», in the
// manual's words.
func Inscription(k access.Kind, s access.Status) string {
	switch s {
	case access.StatusDone:
		if k == access.KindRenew {
			return "Reasignación de tokens"
		}
		return "Se ha asignado el token"
	case access.StatusPending:
		return "Solicitud enviada"
	default:
		return Situation(k, s, "")
	}
}

// KeyState is the word for what a key is worth.
func KeyState(s access.KeyState) string {
	switch s {
	case access.KeyCreating:
		return "En creación"
	case access.KeyActive:
		return "Activa"
	case access.KeyOverlap:
		return "En relevo"
	case access.KeyReplaced:
		return "Reemplazada"
	case access.KeyRevoked:
		return "Revocada"
	case access.KeyExpired:
		return "Vencida"
	case access.KeyUnverified:
		return "Sin verificar"
	default:
		return string(s)
	}
}

// Steps is how many steps a person sees in one environment.
const Steps = 5

// StepPosition is a step's place, 1 to Steps; 0 before the first.
func StepPosition(s access.Step) int {
	switch s {
	case access.StepApplication, access.StepPrincipal, access.StepPermissions:
		return 1
	case access.StepSecret, access.StepRetire:
		return 2
	case access.StepVerify:
		return 3
	case access.StepTest:
		return 4
	case access.StepReady:
		return 5
	default:
		return 0
	}
}

// Step names a step without its place.
func Step(s access.Step) string {
	switch s {
	case access.StepApplication, access.StepPrincipal, access.StepPermissions:
		return "Creando aplicación"
	case access.StepSecret:
		return "Creando secreto"
	case access.StepRetire:
		return "Retirando el secreto anterior"
	case access.StepVerify:
		return "Esperando a Microsoft Entra"
	case access.StepTest:
		return "Probando llave"
	case access.StepReady:
		return "Lista"
	default:
		return "En espera"
	}
}

// StepAt names the n-th step as a list of steps shows it, 1 to Steps.
func StepAt(n int) string {
	switch n {
	case 1:
		return "Crear aplicación"
	case 2:
		return "Crear secreto"
	case 3:
		return "Esperar a Microsoft Entra"
	case 4:
		return "Probar llave"
	case 5:
		return "Lista"
	default:
		return ""
	}
}

// Progress is a step with its place: «Creando secreto (2/5)».
func Progress(s access.Step) string {
	n := StepPosition(s)
	if n == 0 {
		return Step(s)
	}
	return fmt.Sprintf("%s (%d/%d)", Step(s), n, Steps)
}

// Kind names a request by the manual's word.
func Kind(k access.Kind) string {
	if k == access.KindRenew {
		return "Cambio de llave (Resolicitud Token)"
	}
	return "Primera llave (Inscripción Token)"
}

// Reason words why a change is asked for; empty for an enrolment.
func Reason(r access.Reason) string {
	switch r {
	case access.ReasonSecurity:
		return "Motivos de seguridad"
	case access.ReasonVendor:
		return "Cambio de proveedor tecnológico"
	case access.ReasonExpiry:
		return "Pronta expiración"
	case access.ReasonCompromise:
		return "Llave comprometida"
	default:
		return string(r)
	}
}

// DocumentType is the full name of an identity document's type.
func DocumentType(d access.DocumentType) string {
	switch d {
	case access.DocumentCC:
		return "Cédula de ciudadanía"
	case access.DocumentCE:
		return "Cédula de extranjería"
	case access.DocumentPA:
		return "Pasaporte"
	case access.DocumentPE:
		return "Permiso especial de permanencia"
	case access.DocumentPT, access.DocumentPPT:
		return "Permiso por protección temporal"
	case access.DocumentCD:
		return "Carné diplomático"
	case access.DocumentSC:
		return "Salvoconducto"
	case access.DocumentNI:
		return "NIT"
	default:
		return string(d)
	}
}

// KeyField names one of a key's values, with the manual's word.
func KeyField(f access.Field) string {
	switch f {
	case access.FieldClientID:
		return "Identificador de cliente (Client ID)"
	case access.FieldSecret:
		return "Secreto de cliente (Client Secret)"
	case access.FieldExpiresAt:
		return "Fecha de expiración"
	default:
		if name, ok := paramName(f); ok {
			return name
		}
		return string(f)
	}
}

func paramName(f access.Field) (string, bool) {
	const prefix = "param:"
	if len(f) > len(prefix) && f[:len(prefix)] == prefix {
		return string(f[len(prefix):]), true
	}
	return "", false
}

// Purpose words what a person did with a value: «vio», «copió», «exportó».
func Purpose(p access.Purpose) string {
	switch p {
	case access.PurposeShow:
		return "vio"
	case access.PurposeCopy:
		return "copió"
	case access.PurposeExport:
		return "exportó"
	case access.PurposeHandOver:
		return "entregó"
	default:
		return string(p)
	}
}

// Recorded is the notice after a use: «Quedó registrado: usted copió el secreto
// a las 09:14.»
func Recorded(p access.Purpose, f access.Field, clock string) string {
	what := "el valor"
	switch f {
	case access.FieldClientID:
		what = "el identificador"
	case access.FieldSecret:
		what = "el secreto"
	case access.FieldExpiresAt:
		what = "la fecha de expiración"
	default:
		if name, ok := paramName(f); ok {
			what = name
		}
	}
	return "Quedó registrado: usted " + Purpose(p) + " " + what + " a las " + clock + "."
}
