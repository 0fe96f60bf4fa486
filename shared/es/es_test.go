package es

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

// noon is 12:00 in Colombia.
var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

func TestDateTime_isColombian(t *testing.T) {
	for in, want := range map[time.Time]string{
		noon: "23/11/2026 12:00",
		time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC):                               "23/11/2026 19:00", // midnight UTC is the day before
		time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 9*3600)).In(time.UTC): "28/02/2026 22:00",
		{}: "—",
	} {
		if got := DateTime(in); got != want {
			t.Errorf("DateTime(%v) = %q, want %q", in, got, want)
		}
	}
	if got := DateTimeZone(noon); got != "23/11/2026 12:00 (hora de Colombia)" {
		t.Error(got)
	}
}

func TestRelative(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{166 * time.Minute, "hoy a las 09:14"},
		{13 * time.Hour, "ayer a las 23:00"},
		{49 * time.Hour, "21/11/2026 11:00"},
		{-13 * time.Hour, "24/11/2026 01:00"},
	} {
		if got := Relative(noon.Add(-c.ago), noon); got != c.want {
			t.Errorf("%v ago: %q, want %q", c.ago, got, c.want)
		}
	}
	if got := Offline(noon.Add(-166*time.Minute), noon); got != "Sin conexión · datos de las 09:14" {
		t.Error(got)
	}
	if got := Offline(noon.Add(-50*time.Hour), noon); got != "Sin conexión · datos del 21/11/2026 a las 10:00" {
		t.Error(got)
	}
}

func TestExpiry(t *testing.T) {
	for _, c := range []struct {
		in   time.Duration
		want string
	}{
		{42 * 24 * time.Hour, "Vence en 42 días (27 hábiles)"}, // 8 and 25 December and 1 January are off
		{2 * 24 * time.Hour, "Vence en 2 días (2 hábiles)"},
		{7 * 24 * time.Hour, "Vence en 7 días (5 hábiles)"},
		{7 * time.Hour, "Vence hoy a las 19:00"},
		{13 * time.Hour, "Vence mañana a las 01:00"},
		{0, "Venció hoy a las 12:00"},
		{-13 * time.Hour, "Venció ayer"},
		{-48 * time.Hour, "Venció hace 2 días"},
		{1200 * 24 * time.Hour, "Vence en 1.200 días (805 hábiles)"},
	} {
		if got := Expiry(noon.Add(c.in), noon); got != c.want {
			t.Errorf("in %v: %q, want %q", c.in, got, c.want)
		}
	}
	// Midnight UTC is 19:00 of the day before.
	midnight := time.Date(2027, 11, 24, 0, 0, 0, 0, time.UTC)
	for now, want := range map[string]string{
		"2027-11-23T08:00:00-05:00": "Vence hoy a las 19:00",
		"2027-11-22T08:00:00-05:00": "Vence mañana a las 19:00",
		"2027-11-22T23:59:00-05:00": "Vence mañana a las 19:00",
		"2027-11-23T19:00:00-05:00": "Venció hoy a las 19:00",
		"2027-11-12T12:00:00-05:00": "Vence en 11 días (6 hábiles)", // the 15th is a Monday off
		"2027-11-24T00:00:00-05:00": "Venció ayer",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := Expiry(midnight, at); got != want {
			t.Errorf("at %s: %q, want %q", now, got, want)
		}
	}
	friday := time.Date(2026, 11, 13, 9, 0, 0, 0, Colombia)
	if got := Expiry(friday.AddDate(0, 0, 3), friday); got != "Vence en 3 días (ninguno hábil)" {
		t.Errorf("over a long weekend: %q", got)
	}
	if got := Expiry(friday.AddDate(0, 0, 4), friday); got != "Vence en 4 días (1 hábil)" {
		t.Errorf("and its Tuesday: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1.000", 61177: "61.177", -1234567: "-1.234.567"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	if Count(1, "sede", "sedes") != "1 sede" || Count(2500, "sede", "sedes") != "2.500 sedes" {
		t.Error("counts")
	}
	for d, want := range map[time.Duration]string{0: "0:00", 7 * time.Second: "0:07", 581 * time.Second: "9:41", 1500 * time.Millisecond: "0:02", -time.Second: "0:00"} {
		if got := TimeLeft(d); got != want {
			t.Errorf("TimeLeft(%v) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{35 * time.Second: "35 s", 125 * time.Second: "2 min 05 s", 3780 * time.Second: "1 h 03 min"} {
		if got := Elapsed(d); got != want {
			t.Errorf("Elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestStatus_keepsTheManualsWords(t *testing.T) {
	for _, c := range []struct {
		kind      access.Kind
		status    access.Status
		by        string
		manual    string
		situation string
	}{
		{access.KindEnroll, access.StatusSigning, "", "", "En firma"},
		{access.KindEnroll, access.StatusIssuing, "", "", "En emisión"},
		{access.KindEnroll, access.StatusPending, "", "Pendiente", "Pendiente"},
		{access.KindEnroll, access.StatusPending, "Ana", "Pendiente", "En revisión por Ana"},
		{access.KindRenew, access.StatusPending, "", "Resolicitado", "Cambio solicitado"},
		{access.KindEnroll, access.StatusDone, "", "Asignado", "Llave asignada"},
		{access.KindRenew, access.StatusDone, "", "Reasignado", "Llave cambiada"},
		{access.KindEnroll, access.StatusCancelled, "", "", "Retirada"},
	} {
		if got := Status(c.kind, c.status); got != c.manual {
			t.Errorf("Status(%s, %s) = %q, want %q", c.kind, c.status, got, c.manual)
		}
		if got := Situation(c.kind, c.status, c.by); got != c.situation {
			t.Errorf("Situation(%s, %s) = %q, want %q", c.kind, c.status, got, c.situation)
		}
	}
	if Inscription(access.KindEnroll, access.StatusDone) != "Se ha asignado el token" || Inscription(access.KindRenew, access.StatusDone) != "Reasignación de tokens" {
		t.Error("«Estado de Inscripción» lost the manual's words")
	}
}

func TestProgress(t *testing.T) {
	for step, want := range map[access.Step]string{
		access.StepApplication: "Creando aplicación (1/5)", access.StepPermissions: "Creando aplicación (1/5)",
		access.StepSecret: "Creando secreto (2/5)", access.StepVerify: "Esperando a Microsoft Entra (3/5)",
		access.StepTest: "Probando llave (4/5)", access.StepReady: "Lista (5/5)", "": "En espera",
	} {
		if got := Progress(step); got != want {
			t.Errorf("Progress(%q) = %q, want %q", step, got, want)
		}
	}
}

// hints are all that package access knows.
var hints = []access.Hint{
	access.HintRequired, access.HintFormat, access.HintTooLong, access.HintUnknownValue, access.HintUnknownField, access.HintMalformed,
	access.HintTooLarge, access.HintCheckDigit, access.HintFreeMail, access.HintNotAccepted, access.HintSecretID, access.HintSameInBoth,
	access.HintPast, access.HintTooFar, access.HintOpenRequest, access.HintKeyExists, access.HintNoKey, access.HintTaken, access.HintNotTaken,
	access.HintStale, access.HintState, access.HintCredentials, access.HintSecondFactor, access.HintNoSecondFactor, access.HintNoRole,
	access.HintPuzzle, access.HintCodeWrong, access.HintCodeExpired, access.HintCodeReplaced, access.HintCodeSpent, access.HintContentChanged,
	access.HintResendWait, access.HintNoAddress, access.HintTextsChanged, access.HintRevealOnce, access.HintReused, access.HintAgreement, access.HintNoReceipt, access.HintProtocol, access.HintStorage,
	access.HintCertificate, access.HintNoAnswer, access.HintOffline,
	access.HintRecoveryCode, access.HintNotEnrolled, access.HintMandatory, access.HintSelf, access.HintLastAdministrator,
	access.HintNotOfficer, access.HintAlready, access.HintUnknownPerson, access.HintPersonNoAddress,
}

var machineWord = regexp.MustCompile(`[a-z]_[a-z]|access\.|<nil>|%!`)

func TestError_everyCaseIsWorded(t *testing.T) {
	codes := []access.Code{
		access.CodeInvalid, access.CodeNotFound, access.CodeConflict, access.CodeUnauthorized, access.CodeForbidden,
		access.CodeExpired, access.CodeThrottled, access.CodeUnavailable, access.CodeInternal,
	}
	for _, c := range codes {
		for _, h := range append([]access.Hint{""}, hints...) {
			got := ErrorText(c, h, nil)
			if got == "" || !strings.HasSuffix(got, ".") || machineWord.MatchString(got) {
				t.Errorf("%s/%s reads %q", c, h, got)
			}
		}
	}
	if Error(nil) != "" {
		t.Error("no error has no words")
	}
}

func TestError_fillsIn(t *testing.T) {
	for _, c := range []struct {
		code access.Code
		hint access.Hint
		args map[string]string
		want string
	}{
		{access.CodeUnauthorized, access.HintCredentials, nil, "El usuario o la contraseña no coinciden. Intente de nuevo."},
		{access.CodeInvalid, access.HintCodeWrong, map[string]string{"left": "3"}, "El código no coincide. Le quedan 3 intentos."},
		{access.CodeInvalid, access.HintCodeWrong, map[string]string{"left": "1"}, "El código no coincide. Le queda 1 intento."},
		{access.CodeExpired, access.HintCodeExpired, map[string]string{"until": noon.Format(time.RFC3339)}, "El código venció a las 12:00. Pida otro; su solicitud sigue guardada."},
		{access.CodeThrottled, access.HintCodeSpent, map[string]string{"left": "0", "until": noon.Format(time.RFC3339)}, "Se agotaron los intentos. Revise la solicitud y empiece la firma de nuevo después de las 12:00."},
		{access.CodeForbidden, access.HintNoRole, map[string]string{"login": "admiheceips"}, NoRole("")},
		{access.CodeForbidden, access.HintNoRole, map[string]string{"login": "ADMIHCEIPS999100005"}, NoDelegation},
		{access.CodeConflict, access.HintTaken, map[string]string{"by": "Ana Gómez", "since": noon.Format(time.RFC3339)}, "Ana Gómez atiende esta solicitud desde las 12:00."},
		{access.CodeThrottled, "", map[string]string{"minutes": "5"}, "Demasiados intentos. Espere 5 min y vuelva a ingresar."},
		{access.CodeUnavailable, access.HintCertificate, nil, NoCertificate},
		{access.CodeForbidden, access.HintRevealOnce, map[string]string{"at": noon.Format(time.RFC3339)}, "Ya se mostró el 23/11/2026 12:00. Si lo perdió, cambie la llave."},
		{access.CodeForbidden, "", nil, "Su rol no permite esta acción. Quedó registrada."},
	} {
		if got := ErrorText(c.code, c.hint, c.args); got != c.want {
			t.Errorf("%s/%s: %q, want %q", c.code, c.hint, got, c.want)
		}
	}
}

func TestFieldMessage_theManuals(t *testing.T) {
	for _, c := range []struct {
		field string
		hint  access.Hint
		want  string
	}{
		{"vendor", access.HintRequired, "El nombre del proveedor es obligatorio."},
		{"software", access.HintRequired, "El nombre del software es obligatorio."},
		{"lead.name", access.HintRequired, "El nombre del líder técnico es obligatorio."},
		{"lead.email", access.HintRequired, "El correo del líder técnico es obligatorio."},
		{"lead.email", access.HintFormat, "Escriba un correo válido."},
		{"lead.email", access.HintFreeMail, "Use un correo institucional."},
		{"lead.phone", access.HintRequired, "El teléfono del líder técnico es obligatorio."},
		{"lead.phone", access.HintFormat, "Escriba los 10 dígitos del teléfono."},
		{"privacy.name", access.HintRequired, "El nombre del responsable es obligatorio."},
		{"privacy.email", access.HintRequired, "El correo del responsable es obligatorio."},
		{"privacy.phone", access.HintRequired, "El teléfono del responsable es obligatorio."},
		{"accepted.terms", access.HintNotAccepted, "Debe aceptar los términos y condiciones para continuar."},
		{"accepted.data", access.HintNotAccepted, "Debe aceptar la política de datos para continuar."},
		{"production.clientId", access.HintRequired, Required},
		{"production.clientId", access.HintKeyExists, "Ese identificador ya es de otra llave."},
		{"production.secret", access.HintSecretID, "Pegó el Id. del secreto, no el Valor."},
	} {
		if got := FieldMessage(c.field, c.hint); got != c.want {
			t.Errorf("%s/%s: %q, want %q", c.field, c.hint, got, c.want)
		}
	}
	for _, h := range hints {
		if got := FieldMessage("vendor", h); got == "" || machineWord.MatchString(got) {
			t.Errorf("vendor/%s reads %q", h, got)
		}
	}
	if got := FieldLabel("production.clientId"); got != "ClientID de producción" {
		t.Error(got)
	}
}

func TestFailure(t *testing.T) {
	f := access.Failure{Environment: access.Production, Step: access.StepSecret, Status: 403, Code: "Authorization_RequestDenied", RequestID: "abc", At: noon}
	if got := Failure(f); got != "El servidor no tiene permiso para crear llaves. Falló al crear el secreto de producción." {
		t.Error(got)
	}
	detail := FailureDetail(f)
	for _, part := range []string{"403", "Authorization_RequestDenied", "abc", "production"} {
		if !strings.Contains(detail, part) {
			t.Errorf("detail lacks %s: %q", part, detail)
		}
	}
	for _, status := range []int{0, 400, 401, 403, 404, 409, 418, 429, 500, 503} {
		f := access.Failure{Environment: access.Preproduction, Step: access.StepApplication, Status: status}
		if FailureCause(f) == "" || FailureAdvice(f) == "" || !strings.Contains(Failure(f), "preproducción") {
			t.Errorf("status %d is not worded", status)
		}
	}
}

// Each way to fail has its own words; what the status alone would say wrongly
// is decided by the code.
func TestFailureCause_bySituation(t *testing.T) {
	for _, c := range []struct {
		status        int
		code          string
		cause, advice string
	}{
		{403, "Authorization_RequestDenied", "El servidor no tiene permiso para crear llaves.", "falta Application.ReadWrite.OwnedBy"},
		{403, "Directory_ResourceSizeExceeded", "La aplicación llegó al máximo de secretos.", "Termine un relevo o revoque uno."},
		{400, "CredentialInvalidLifetimeAsPerAppPolicy", "La política «Llaves cortas» del directorio no permite esa vigencia.", "Avise al administrador"},
		{403, "Directory_QuotaExceeded", "El directorio llegó a su cupo.", "amplíe el cupo"},
		{429, "TooManyRequests", "Entra pide esperar.", "pasajero"},
		{429, "AADSTS90033", "Entra pide esperar.", "pasajero"},
		{500, "InternalServerError", "Entra tuvo una falla.", "pasajero"},
		{503, "AADSTS90033", "Entra tuvo una falla.", "pasajero"},
		{0, "NoAnswer", "Entra no respondió.", "pasajero"},
		{201, "NoAnswer", "Entra no respondió.", "pasajero"}, // cut in the body of a success
		{0, "NotSent", "El servidor no pudo conectarse con Entra.", "pasajero"},
		{200, "UnexpectedAnswer", "La respuesta recibida no es de Entra.", "revise la red"},
		{0, "NotConfigured", "El servidor no tiene un directorio para este ambiente.", "revise la configuración"},
		{0, "NoSuchRole", "La API del IHCE no ofrece uno de los permisos.", "revise la configuración"},
		{0, "RolesMissing", "Los permisos aún no aparecen en la llave.", "pasajero"},
		{0, "OtherKey", "Entra respondió por otra aplicación.", "No entregue la llave."},
		{0, "Internal", "El servidor tuvo una falla.", "en unos minutos"},
		{401, "AADSTS7000215", "Entra no aceptó el secreto del servidor.", "credencial"},
		{401, "AADSTS7000222", "El secreto del servidor venció.", "credencial"},
		{400, "AADSTS700016", "La aplicación del servidor no existe en el directorio.", "credencial"},
		{401, "AADSTS7000216", "El servidor se presentó ante Entra sin credencial.", "certificado"},
		{401, "AADSTS50079", "Entra no aceptó la credencial del servidor.", "credencial"},
		{418, "Teapot", "Entra rechazó la operación.", "detalle técnico"},
	} {
		f := access.Failure{Status: c.status, Code: c.code, Policy: "«Llaves cortas»"}
		if got := FailureCause(f); got != c.cause {
			t.Errorf("%d %s: %q, want %q", c.status, c.code, got, c.cause)
		}
		if got := FailureAdvice(f); !strings.Contains(got, c.advice) {
			t.Errorf("%d %s: advice %q lacks %q", c.status, c.code, got, c.advice)
		}
	}
}

// At the test of a new key, a refusal is about that key and not the server's.
func TestFailureAdvice_ofTheKey(t *testing.T) {
	for code, want := range map[string]string{
		"AADSTS7000215": "Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos.",
		"AADSTS700016":  "Revise que no sea del otro ambiente.",
	} {
		if got := FailureAdvice(access.Failure{Status: 401, Code: code, Step: access.StepVerify}); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", code, got)
		}
	}
	granting := access.Failure{Status: 403, Code: "Authorization_RequestDenied", Step: access.StepPermissions}
	if got := FailureAdvice(granting); !strings.Contains(got, "falta AppRoleAssignment.ReadWrite.All") {
		t.Error(got)
	}
	if got := FailureCause(access.Failure{Code: "CredentialInvalidLifetimeAsPerAppPolicy"}); got != "La política del directorio no permite esa vigencia." {
		t.Error(got)
	}
	if got := EntraWaits(11500 * time.Millisecond); got != "Entra pide esperar 12 s. Reintentamos solos." {
		t.Error(got)
	}
}

func TestNotice(t *testing.T) {
	for kind, want := range map[string]string{
		"back":       "Conectado. 3 cambios mientras no estaba.",
		"released":   "Liberó la solicitud SOL-1.",
		"key_ready":  "Se ha asignado el token del código 0500100001.",
		"key_usable": "La llave de producción del código 0500100001 está lista.",
		"taken_by":   "Ana tomó la solicitud SOL-1: es urgente.",
		"restored":   "El servidor se restauró de una copia del 28/11/2026 03:00. Revise lo que hizo después: puede no estar.",
		"unknown":    "",
	} {
		args := map[string]string{"at": "2026-11-28T08:00:00Z", "count": "3", "number": "SOL-1", "code": "0500100001", "by": "Ana", "why": "es urgente.", "environment": "production"}
		if got := Notice(kind, args); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if got := Notice("back", nil); got != "Conectado." {
		t.Error(got)
	}
}

func TestDetail_holdsNoValue(t *testing.T) {
	e := &access.Error{Code: access.CodeInvalid, Hint: access.HintFormat, Fields: []access.FieldError{{Field: "lead.email", Hint: access.HintFormat}}, Args: map[string]string{"value": "planted-value"}}
	got := Detail(e, "req-1", noon)
	if strings.Contains(got, "planted-value") || !strings.Contains(got, "req-1") || !strings.Contains(got, "lead.email") {
		t.Error(got)
	}
}
