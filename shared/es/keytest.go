package es

import (
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Words of the test of a key: how far its secret has got, and its four lights.
const (
	TestKey      = "Probar llave"
	TestingKey   = "Probando llave…"
	TestAgain    = "Probar de nuevo"
	TestTitle    = "Prueba de la llave"
	NotTestedYet = "Esta llave aún no se ha probado."

	// Patience says how long a young key takes.
	Patience = "Suele tardar entre 20 s y 10 min. Puede cerrar; le avisamos."
)

// Stage is the word for how far a secret has got.
func Stage(s access.Stage) string {
	switch s {
	case access.StageCreated:
		return "Creada"
	case access.StagePropagating:
		return "Propagándose"
	case access.StageReady:
		return "Lista"
	default:
		return string(s)
	}
}

// StageMeans says what a stage means for whoever waits.
func StageMeans(s access.Stage) string {
	switch s {
	case access.StageCreated:
		return "El secreto ya existe. Aún no se ha probado: espere antes de usarlo."
	case access.StagePropagating:
		return "El secreto está llegando a todos los servidores de Microsoft Entra. Aún puede fallar: espere antes de usarlo."
	case access.StageReady:
		return "Entra aceptó el secreto varias veces seguidas. Ya se puede usar."
	default:
		return ""
	}
}

// Light names one of the four things that a test proves.
func Light(l access.Light) string {
	switch l {
	case access.LightSecret:
		return "Entra acepta el secreto"
	case access.LightSteady:
		return "Lo acepta de forma estable"
	case access.LightRoles:
		return "Trae los permisos esperados"
	case access.LightGateway:
		return "La pasarela del IHCE responde"
	default:
		return string(l)
	}
}

// LightState is the word for what became of a light.
func LightState(s access.LightState) string {
	switch s {
	case access.LightWaiting:
		return "En espera"
	case access.LightRunning:
		return "Probando"
	case access.LightOn:
		return "Correcto"
	case access.LightFailed:
		return "Falló"
	case access.LightSkipped:
		return "No se probó"
	default:
		return string(s)
	}
}

// LightMeans says what a light proves, or why it was not asked. Of one that
// failed LightFailure speaks.
func LightMeans(r access.LightResult, isAfterFailure bool) string {
	switch r.State {
	case access.LightSkipped:
		if isAfterFailure {
			return "No se probó, porque falló la anterior."
		}
		return "El servidor no tiene dónde preguntarlo en este ambiente."
	case access.LightRunning:
		if r.Code != "" || r.Status >= 400 {
			return "Aún no todos los servidores de Entra conocen el secreto. Seguimos probando" + tries(r.Tries) + "."
		}
	}
	if r.State != access.LightOn {
		return lightAsks[r.Light]
	}
	switch r.Light {
	case access.LightSecret:
		return "El identificador y el secreto son los de esta llave, y el secreto está vigente."
	case access.LightSteady:
		if r.Tries > 1 {
			return "Entra lo aceptó " + strconv.Itoa(r.Tries) + " veces, con pausas: ya llegó a sus servidores."
		}
		return "Entra lo acepta varias veces, con pausas: ya llegó a sus servidores."
	case access.LightRoles:
		return "El token trae los mismos permisos que tiene la llave."
	case access.LightGateway:
		return "La pasarela recibió el token y respondió a una consulta que no cambia nada."
	default:
		return ""
	}
}

// lightAsks says what a light that has no answer yet is about.
var lightAsks = map[access.Light]string{
	access.LightSecret:  "Comprueba que el identificador y el secreto sean los de esta llave, y que el secreto esté vigente.",
	access.LightSteady:  "Comprueba, con pausas, que el secreto haya llegado a todos los servidores de Entra.",
	access.LightRoles:   "Comprueba que el token traiga los mismos permisos que tiene la llave.",
	access.LightGateway: "Comprueba que la pasarela reciba el token, con una consulta que no cambia nada.",
}

func tries(n int) string {
	if n < 2 {
		return ""
	}
	return " (van " + strconv.Itoa(n) + " intentos)"
}

// Remedy is the act that mends a failure, for the button beside it.
type Remedy string

// The remedies.
const (
	RemedyNone  Remedy = ""
	RemedyAgain Remedy = "again" // «Probar de nuevo»
	RemedyRenew Remedy = "renew" // «Cambiar llave»
)

// LightTrouble is what a person reads of a light that failed: cause, what to do,
// and which act helps.
type LightTrouble struct {
	Cause  string
	Advice string
	Act    Remedy
}

// Text is cause and advice.
func (f LightTrouble) Text() string { return strings.TrimSpace(f.Cause + " " + f.Advice) }

// LightFailure words why a light failed; expiresAt is the end of the secret. The
// causes are those of FailureCases; what comes next differs: here nothing is
// resumed, a test is asked for again.
func LightFailure(r access.LightResult, expiresAt time.Time) LightTrouble {
	f := access.Failure{Step: access.StepVerify, Status: r.Status, Code: r.Code, RequestID: r.RequestID, At: r.At}
	trouble := LightTrouble{Cause: FailureCause(f), Advice: nextOfLight[r.Code], Act: RemedyAgain}
	isGateway := strings.HasPrefix(r.Code, "Gateway")
	switch {
	case r.Code == keyExpired:
		return LightTrouble{Cause: KeyExpiredOn(expiresAt), Act: RemedyRenew}
	case isGateway:
		trouble.Advice = strings.TrimSuffix(FailureAdvice(f), thenAgain)
	case r.Light == access.LightGateway:
		trouble.Cause, trouble.Advice = gatewayFailure(r.Status)
	case r.Light == access.LightRoles && r.Status < 400 && trouble.Advice == "":
		trouble.Cause = "El token no trae los mismos permisos que tiene la llave."
		trouble.Advice = "Si los cambiaron hace poco, espere unos minutos. Si continúa, avise a la mesa de ayuda."
	case trouble.Advice == "":
		trouble.Advice = byStatus(r.Status)
	}
	return trouble
}

const (
	tellDesk     = "Avise a la mesa de ayuda con la referencia."
	tryLater     = "Suele ser pasajero: pruebe de nuevo en unos minutos."
	deskHasRoles = "La mesa de ayuda otorga los permisos. Si los dio hace poco, espere unos minutos."
)

// nextOfLight says what comes next after the refusals that say more than their
// status does.
var nextOfLight = map[string]string{
	"AADSTS7000215": "Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos.",
	"AADSTS700016":  "Revise que no sea del otro ambiente.",
	"AADSTS7000229": "Si la llave es nueva, espere unos minutos. Si continúa, avise a la mesa de ayuda.",
	"AADSTS501051":  deskHasRoles,
	"RolesMissing":  "Si los cambiaron hace poco, espere unos minutos. Si continúa, avise a la mesa de ayuda.",
	"NotConfigured": tellDesk,
}

// gatewayFailure words a refusal of the gateway whose code has no case.
func gatewayFailure(status int) (cause, next string) {
	switch {
	case status == 0:
		return "La pasarela del IHCE no respondió.", tryLater
	case status == 401:
		return "La pasarela no aceptó el token o la clave de suscripción (APIMSubskey).", "La llave sirve en Entra. " + tellDesk
	case status == 403:
		return "La pasarela pide un permiso que la llave no tiene.", deskHasRoles
	case status == 404:
		return "La dirección de la pasarela no existe.", tellDesk
	case status == 429:
		return "La pasarela pide esperar.", "Pruebe de nuevo en unos minutos."
	case status >= 500:
		return "La pasarela del IHCE tuvo una falla.", "La llave sirve en Entra. Pruebe de nuevo en unos minutos."
	default:
		return "La pasarela rechazó la consulta.", tellDesk
	}
}

func byStatus(status int) string {
	if status == 0 || status == 404 || status == 429 || status >= 500 {
		return tryLater
	}
	return tellDesk
}

// LightDetail is the folded «Detalle técnico» of a light, to copy: no secret, no
// token.
func LightDetail(r access.LightResult, tls string) string {
	lines := []string{"prueba: " + string(r.Light), "intentos: " + strconv.Itoa(r.Tries)}
	if r.Status != 0 {
		lines = append(lines, "estado HTTP: "+strconv.Itoa(r.Status))
	} else {
		lines = append(lines, "estado HTTP: sin respuesta")
	}
	if r.Code != "" {
		lines = append(lines, "código: "+r.Code)
	}
	if r.RequestID != "" {
		lines = append(lines, "request-id de Microsoft: "+r.RequestID)
	}
	if tls != "" {
		lines = append(lines, "conexión: "+tls)
	}
	if !r.At.IsZero() {
		lines = append(lines, "hora: "+DateTimeZone(r.At))
	}
	return strings.Join(lines, "\n")
}

// TestLine says when a key was tested and who asked for it.
func TestLine(t *access.KeyTest, now time.Time) string {
	if t == nil {
		return NotTestedYet
	}
	by := "el servidor"
	if t.By != "" {
		by = t.By
	}
	if t.IsRunning() {
		return "Empezó " + Relative(t.StartedAt, now) + " · la pidió " + by
	}
	return "Terminó " + Relative(t.EndedAt, now) + " · la pidió " + by
}

// CheckProblem says what Entra says against a key that an officer typed: cause
// and what to do.
func CheckProblem(h access.Hint) string {
	switch h {
	case access.HintNotInEntra:
		return "Ese identificador no existe en el directorio. Revise que no sea del otro ambiente."
	case access.HintOtherEnvironment:
		return "Ese identificador es de la llave del otro ambiente. Revise que no estén cambiados."
	case access.HintSecretUnknown:
		return "La aplicación no tiene ningún secreto que empiece como el que se escribió. Copie el Valor de nuevo."
	case access.HintExpired:
		return "El secreto que se escribió ya venció. Escriba uno vigente."
	case access.HintRefused:
		return "Entra no aceptó el secreto. Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos."
	default:
		return "Entra no confirmó la llave."
	}
}

// Check words the check of a typed key for its own people; empty once it passed.
func Check(c *access.KeyCheck) string {
	switch {
	case c == nil || c.State == access.CheckPassed:
		return ""
	case c.State == access.CheckFailed:
		return "El Ministerio la registró a mano y Entra no la confirmó. " + CheckProblem(c.Problem) + " La mesa de ayuda la corrige."
	default:
		return "El Ministerio la registró a mano. La estamos comprobando en Entra."
	}
}

// LightsOn counts the lights that are on: «3 de 4 correctas».
func LightsOn(on, all int) string {
	return strconv.Itoa(on) + " de " + strconv.Itoa(all) + " correctas"
}
