package es

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Explained is a failure in the four parts that people are told: what happened,
// who acts, what comes next, and the reference to quote.
type Explained struct {
	Cause, Who, Next string
	Reference        string // empty: Entra gave no id
}

// ExplainFailure tells a failure in its four parts.
func ExplainFailure(f access.Failure) Explained {
	return Explained{FailureCause(f), FailureWho(f), FailureAdvice(f), Reference(f.RequestID, f.At)}
}

// Failure words why automatic issue gave up: «Entra pide esperar. Falló al
// crear el secreto de producción.»
func Failure(f access.Failure) string {
	return FailureCause(f) + " Falló al " + failedAct(f.Step) + inEnvironment(f.Environment) + "."
}

// FailureCause is the cause alone, for a column.
func FailureCause(f access.Failure) string {
	if strings.HasSuffix(f.Code, "AsPerAppPolicy") {
		return policyCause(f)
	}
	return caseOf(f).Cause
}

// FailureWho says who acts: one of the Acts constants.
func FailureWho(f access.Failure) string { return caseOf(f).Who }

// FailureAdvice says what comes next.
func FailureAdvice(f access.Failure) string {
	return strings.ReplaceAll(caseOf(f).Next, "{permiso}", permissionOf(f.Step))
}

// policyCause names the tenant's policy and, when they are known, its days and
// ours.
func policyCause(f access.Failure) string {
	cause := caseOf(f).Cause
	if f.Code == lifetimePolicy && f.PolicyDays > 0 && f.Days > 0 {
		cause = fmt.Sprintf("La política del directorio permite %d %s de vigencia, no %d.", f.PolicyDays, dayWord(f.PolicyDays), f.Days)
	}
	if f.Policy != "" {
		cause = strings.Replace(cause, "La política ", "La política "+f.Policy+" ", 1)
	}
	return cause
}

func dayWord(n int) string {
	if n == 1 {
		return "día"
	}
	return "días"
}

// KeyExpired is said of a key whose end has passed; KeyExpiredOn says when.
const KeyExpired = "La llave venció y ya no sirve."

// KeyExpiredOn is KeyExpired with the date.
func KeyExpiredOn(at time.Time) string {
	return "La llave venció el " + Date(at) + " y ya no sirve."
}

// caseOfStatus finds the case of a failure whose code has none.
func caseOfStatus(f access.Failure) FailureCase {
	status := f.Status
	switch {
	case status == 400 && strings.HasPrefix(f.Code, "AADSTS"):
		status = 401 // the token endpoint refuses with both
	case status > 500 && status != 504:
		status = 500
	}
	if c, ok := caseWith[status]; ok {
		return c
	}
	return otherRefusal
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
	case access.StepVerify, access.StepTest:
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
