package es

import (
	"math"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Failure words why automatic issue gave up: «Entra pide esperar. Falló al
// crear el secreto de producción.»
func Failure(f access.Failure) string {
	return FailureCause(f) + " Falló al " + failedAct(f.Step) + inEnvironment(f.Environment) + "."
}

// FailureCause is the cause alone, for a column.
func FailureCause(f access.Failure) string {
	if own, ok := ownFailures[f.Code]; ok {
		return own.cause
	}
	switch {
	case f.Code == "Directory_QuotaExceeded": // Graph gives it the status of a refusal
		return "El directorio llegó a su cupo."
	case f.Code == tooManySecrets:
		return "La aplicación llegó al máximo de secretos."
	case f.Code == lifetimePolicy:
		return strings.Join(strings.Fields("La política "+f.Policy+" del directorio no permite esa vigencia."), " ")
	case f.Code == "AADSTS7000215":
		return "Entra no aceptó el secreto."
	case f.Code == "AADSTS7000222":
		return "El secreto venció."
	case f.Code == "AADSTS700016":
		return "Ese identificador no existe en el directorio."
	case f.Code == "Authorization_RequestDenied" || f.Status == 403:
		return "El servidor no tiene permiso para crear llaves."
	case f.Status == 429:
		return "Entra pide esperar."
	case f.Status >= 500:
		return "Entra tuvo una falla."
	case f.Status == 401 || strings.HasPrefix(f.Code, "AADSTS"):
		return "Entra no aceptó la credencial del servidor."
	case f.Status == 400:
		return "Entra no aceptó los datos de la solicitud."
	case f.Status == 404:
		return "Entra aún no encuentra la aplicación."
	case f.Status == 409:
		return "La aplicación cambió mientras se creaba la llave."
	case f.Status == 0:
		return noAnswer
	default:
		return "Entra rechazó la operación."
	}
}

// Codes of Graph that have words of their own.
const (
	tooManySecrets = "Directory_ResourceSizeExceeded"
	lifetimePolicy = "CredentialInvalidLifetimeAsPerAppPolicy"
)

const (
	noAnswer      = "Entra no respondió."
	willPass      = "Suele ser pasajero: reanude en unos minutos o escriba las llaves."
	checkSettings = "Avise al administrador del servidor: revise la configuración. Después, reanude."
	checkDetail   = "Revise el detalle técnico y reanude, o escriba las llaves."
)

// ownFailures words the codes that the server gives where Microsoft gave none.
// They decide before the status does: an answer cut in its body has one too.
var ownFailures = map[string]struct{ cause, advice string }{
	"NoAnswer":         {noAnswer, willPass},
	"NotSent":          {noAnswer, willPass},
	"UnexpectedAnswer": {"La respuesta recibida no es de Entra.", "Avise al administrador: revise la red entre el servidor y Entra. Después, reanude."},
	"NotConfigured":    {"El servidor no tiene un directorio para este ambiente.", checkSettings},
	"NoSuchRole":       {"La API del IHCE no ofrece uno de los permisos.", checkSettings},
	"RolesMissing":     {"Los permisos aún no aparecen en la llave.", willPass},
	"OtherKey":         {"Entra respondió por otra aplicación.", checkDetail},
	"OtherApp":         {"Entra tiene otra aplicación con el identificador de la llave.", checkDetail},
	"Internal":         {"El servidor tuvo una falla.", willPass},
}

// FailureAdvice says who acts and what comes next.
func FailureAdvice(f access.Failure) string {
	if own, ok := ownFailures[f.Code]; ok {
		return own.advice
	}
	switch {
	case f.Code == "Directory_QuotaExceeded":
		return "Avise al administrador del directorio: amplíe el cupo. Después, reanude."
	case f.Code == tooManySecrets:
		return "Termine un relevo o revoque uno. Después, reanude."
	case f.Code == lifetimePolicy:
		return "Avise al administrador: acorte la vigencia o cambie la política. Después, reanude."
	case f.Code == "AADSTS7000215" && f.Step == access.StepVerify:
		return "Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos. Reanude en unos minutos."
	case f.Code == "AADSTS700016" && f.Step == access.StepVerify:
		return "Revise que no sea del otro ambiente. Si la llave es nueva, reanude en unos minutos."
	case f.Status == 403 || f.Code == "Authorization_RequestDenied":
		return "La solicitud sigue guardada. Avise al administrador: falta " + permissionOf(f.Step) + ". Después, reanude."
	case f.Status == 429 || f.Status >= 500 || f.Status == 0 || f.Status == 404:
		return willPass
	case f.Status == 401 || strings.HasPrefix(f.Code, "AADSTS7000"):
		return "Avise al administrador: revise la credencial del servidor en Entra. Después, reanude."
	default:
		return checkDetail
	}
}

// EntraWaits is what people see while the worker waits because Entra asked it to.
func EntraWaits(left time.Duration) string {
	return "Entra pide esperar " + strconv.Itoa(int(math.Ceil(left.Seconds()))) + " s. Reintentamos solos."
}

// FailureDetail is the folded «Detalle técnico», to copy for a support case.
func FailureDetail(f access.Failure) string {
	lines := []string{
		"ambiente: " + string(f.Environment),
		"paso: " + string(f.Step),
	}
	if f.Status != 0 {
		lines = append(lines, "estado HTTP: "+strconv.Itoa(f.Status))
	} else {
		lines = append(lines, "estado HTTP: sin respuesta")
	}
	if f.Code != "" {
		lines = append(lines, "código: "+f.Code)
	}
	if f.RequestID != "" {
		lines = append(lines, "request-id de Microsoft: "+f.RequestID)
	}
	if !f.At.IsZero() {
		lines = append(lines, "hora: "+DateTimeZone(f.At))
	}
	return strings.Join(lines, "\n")
}

// permissionOf is the Graph permission that a step needs.
func permissionOf(s access.Step) string {
	if s == access.StepPermissions {
		return "AppRoleAssignment.ReadWrite.All"
	}
	return "Application.ReadWrite.OwnedBy"
}

func failedAct(s access.Step) string {
	switch s {
	case access.StepApplication:
		return "crear la aplicación"
	case access.StepPrincipal:
		return "registrar la aplicación"
	case access.StepPermissions:
		return "otorgar los permisos"
	case access.StepRetire:
		return "retirar el secreto anterior"
	case access.StepSecret:
		return "crear el secreto"
	case access.StepVerify:
		return "probar la llave"
	default:
		return "crear la llave"
	}
}

func inEnvironment(e access.Environment) string {
	if !e.IsValid() {
		return ""
	}
	return " de " + strings.ToLower(Environment(e))
}
