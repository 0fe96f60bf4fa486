package es

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/trail"
)

// trailActs word the audit kinds that are told in the trail alone.
var trailActs = map[string]string{
	"session.sign_in":              "Ingresó",
	"session.sign_in_failed":       "Ingreso fallido",
	"session.sign_out":             "Cerró la sesión",
	"session.second_factor_failed": "Código del autenticador equivocado",
	"session.forbidden":            "Intentó lo que su rol no permite",
	"session.ended":                "Cerró otras sesiones suyas",
	"session.unlocked":             "Desbloqueó el programa",
	"session.unlock_refused":       "Contraseña equivocada al desbloquear",

	"account.created":       "Creó un usuario",
	"account.disabled":      "Bloqueó un usuario",
	"account.enabled":       "Desbloqueó un usuario",
	"account.changed":       "Cambió los datos o el rol de un usuario",
	"account.totp_enrolled": "Activó el segundo factor",
	"account.totp_replaced": "Cambió el segundo factor",
	"account.totp_removed":  "Quitó el segundo factor",
	"account.totp_reset":    "Anuló el segundo factor de un funcionario",

	"account.recovery_codes_made": "Generó otros códigos de recuperación",
	"account.recovery_code_used":  "Usó un código de recuperación",
	"officer.granted":             "Dio el rol de funcionario",
	"officer.withdrawn":           "Retiró el rol de funcionario",
	"officer.reinstated":          "Devolvió el rol de funcionario",
	"officer.audit_read":          "Consultó la bitácora de un funcionario",
	"administrator.granted":       "Nombró un administrador",
	"administrator.withdrawn":     "Quitó un administrador",

	"account.image_refused":    "Código de la imagen equivocado o vencido",
	"account.registered":       "Se registró",
	"account.link_sent":        "Se envió un enlace al correo registrado",
	"account.link_used":        "Usó el enlace del correo",
	"account.password_set":     "Definió la contraseña con un enlace",
	"account.password_changed": "Cambió la contraseña",
	"account.password_refused": "Cambio de contraseña rechazado: la actual no coincide",
	"account.recovery_asked":   "Pidió recuperar la contraseña",

	"registry.imported":        "Se importó un archivo oficial",
	"registry.rethus_verified": "Verificó a un profesional en RETHUS",
	"consent.text_installed":   "Se instaló un texto de aceptación",

	"request.code_sent":   "Se envió un código de firma",
	"request.code_failed": "Código de firma equivocado",

	"issue.attempt":          "Intento de emisión en Entra",
	"key.application":        "Se creó la aplicación en Entra",
	"key.principal":          "Se creó la entidad de servicio en Entra",
	"key.secret_intended":    "Se va a crear un secreto",
	"key.secret_tested":      "El servidor abrió el secreto para la prueba",
	"key.tested":             "Terminó la prueba de la llave",
	"key.revealed":           "Consultó un valor de la llave",
	"key.permission_attempt": "Intento de cambiar un rol en Entra",

	"directory.credential_ending": "Se avisó que la credencial del servidor vence pronto",
	"directory.read":              "Se leyó la situación del servidor en Entra",
	"permissions.refresh":         "Pidió leer los roles de todas las llaves",
	"permissions.catalogue":       "Cambió la lista de roles que ofrece la API",

	"drift.compared":  "Se compararon las llaves con Entra",
	"drift.found":     "Se encontró una diferencia con Entra",
	"drift.fixed":     "Una diferencia con Entra dejó de existir",
	"drift.asked":     "Pidió corregir una diferencia con Entra",
	"drift.dismissed": "Dejó una diferencia con Entra como está",
	"drift.failed":    "No se pudo corregir una diferencia con Entra",
	"drift.adopted":   "Se registró lo que dice Entra",
	"drift.attempt":   "Intento de corregir una diferencia en Entra",

	"validity.set": "Cambió la vigencia de un ambiente",

	"agreement.accepted": "Aceptó el acuerdo sobre el método de firma",
	"receipt.made":       "Se hizo la constancia de una firma",
	"receipt.read":       "Descargó una constancia",
	"signing.key_made":   "Se creó una llave de firma del servidor",
	"backup.made":        "Se hizo un respaldo",
	"backup.failed":      "Un respaldo programado no quedó hecho o no está completo",
	"backup.restored":    "Se restauró un respaldo",
	"seal.rotated":       "Se cambió la llave que sella los secretos",
	"seal.renewed":       "Se sellaron los valores con la llave vigente",
	"seal.retired":       "Se retiró una llave de sellado",

	"audit.searched":    "Consultó la bitácora",
	"audit.exported":    "Exportó la bitácora",
	"audit.head_signed": "Se firmó el cierre del día de la bitácora",
	"audit.checked":     "La bitácora no está íntegra",
}

func init() { maps.Copy(acts, trailActs) }

// Titles of the screens of the trail.
const (
	TrailTitle    = "Bitácora"
	ActivityTitle = "Actividad"
)

// TrailComplaint is what stands below a wrong field of a search.
func TrailComplaint(field string, hint access.Hint) string {
	switch field {
	case "from", "to":
		if hint == access.HintPast {
			return "La fecha final es anterior a la inicial."
		}
		return "Escriba una fecha así: 16/09/2026, y «Hasta» no antes de «Desde»."
	case "document":
		return "Escriba el número sin espacios."
	case "entity", "code":
		return "Escriba el NIT sin dígito de verificación, o los 10 dígitos del código."
	case "text":
		return "Escriba 80 letras como máximo."
	}
	return FieldMessage(field, hint)
}

var trailGroups = map[trail.Group]string{
	trail.GroupSessions: "Ingresos", trail.GroupAccounts: "Usuarios", trail.GroupRegistries: "Archivos oficiales",
	trail.GroupRequests: "Solicitudes", trail.GroupKeys: "Llaves", trail.GroupValues: "Consultas de valores",
	trail.GroupPermissions: "Roles y pruebas", trail.GroupEntra: "Diferencias con Entra", trail.GroupConsent: "Textos y constancias",
	trail.GroupSystem: "Sistema y bitácora", trail.GroupAttempts: "Intentos",
}

// TrailGroup words a group of kinds, for a filter.
func TrailGroup(g trail.Group) string { return trailGroups[g] }

// TrailActor words who did an act: the person, the ministry, or the system.
func TrailActor(person string, isMinistry bool) string {
	switch {
	case isMinistry:
		return "Funcionario del Ministerio"
	case person == "":
		return "Sistema"
	case person == "?":
		return "Sin identificar"
	}
	return person
}

// Attempts words how many entries one line stands for.
func Attempts(n int) string {
	if n < 2 {
		return ""
	}
	return Count(n, "intento", "intentos")
}

// Fact is a named line of an entry's sheet.
type Fact struct{ Name, Value string }

// factNames are the labels of an entry's details, in the order they are told.
var factNames = []struct{ key, label string }{
	{"field", "Valor"},
	{"purpose", "Qué hizo"},
	{"permission", "Rol"},
	{"changed", "Qué cambió"},
	{"number", "Solicitud"},
	{"name", "Llave"},
	{"environment", "Ambiente"},
	{"grant", "Asignar"},
	{"remove", "Retirar"},
	{"permissions", "Roles"},
	{"only", "Solo"},
	{"was", "Antes"},
	{"from", "Desde"},
	{"to", "Hasta o para"},
	{"days", "Días"},
	{"act", "Acto"},
	{"kind", "Clase"},
	{"reason", "Motivo"},
	{"why", "Motivo"},
	{"what", "Qué pasó"},
	{"how", "Cómo"},
	{"note", "Nota"},
	{"incident", "Incidente"},
	{"person", "Persona"},
	{"vendor", "Proveedor"},
	{"role", "Rol"},
	{"login", "Usuario"},
	{"loginHash", "Huella del usuario escrito"},
	{"document", "Documento"},
	{"text", "Texto buscado"},
	{"entity", "Entidad"},
	{"group", "Grupo"},
	{"about", "Identificador"},
	{"secondFactor", "Segundo factor"},
	{"sessionsEnded", "Sesiones cerradas"},
	{"state", "Estado"},
	{"stage", "Etapa"},
	{"problem", "Problema"},
	{"outcome", "Resultado"},
	{"status", "Respuesta HTTP"},
	{"code", "Código"},
	{"call", "Llamada"},
	{"step", "Paso"},
	{"try", "Intento n.º"},
	{"tookMs", "Duración (ms)"},
	{"until", "Hasta"},
	{"expiresAt", "Vencimiento"},
	{"expiresAtFrom", "Vencimiento anterior"},
	{"startedAt", "Empezó"},
	{"at", "Hora"},
	{"keys", "Llaves"},
	{"people", "Personas"},
	{"sends", "Envíos"},
	{"pages", "Páginas"},
	{"size", "Tamaño (bytes)"},
	{"file", "Archivo"},
	{"evidence", "Prueba"},
	{"hash", "Huella SHA-256"},
	{"contentHash", "Huella de lo firmado"},
	{"oneTimeCode", "Código de firma (identificador)"},
	{"pledge", "Acuerdo"},
	{"pledgeHash", "Huella del acuerdo"},
	{"version", "Versión"},
	{"registry", "Registro"},
	{"cutOff", "Corte"},
	{"confirmed", "Confirmado"},
	{"first", "Primer asiento"},
	{"last", "Último asiento"},
	{"seq", "Asiento"},
	{"entries", "Asientos del día"},
	{"clientId", "Identificador de cliente"},
	{"clientIdFrom", "Identificador anterior"},
	{"secret", "Secreto (identificador)"},
	{"secretFrom", "Secreto anterior (identificador)"},
	{"removal", "Retiro"},
	{"application", "Aplicación"},
	{"objectId", "Objeto en Entra"},
	{"principalId", "Entidad de servicio"},
	{"keyId", "Credencial (identificador)"},
	{"key", "Llave (identificador)"},
	{"askedBy", "Pedido por"},
	{"fix", "Corrección"},
	{"missing", "Falta"},
	{"excess", "Sobra"},
	{"compared", "Comparadas"},
	{"environments", "Ambientes"},
	{"microsoftRequestId", "Referencia de Microsoft"},
	{"entraRequestId", "Referencia de Entra"},
	{"clientRequestId", "Referencia propia"},
	{"tls", "TLS"},
	{"rest", "El resto"},
	{"device", "Equipo"},
	{"address", "Dirección de red"},
}

// TrailFacts words the details of an entry, one line each: those that are known
// in their order, then the rest under their own names.
func TrailFacts(detail map[string]string) []Fact {
	var facts []Fact
	rest := maps.Clone(detail)
	for _, f := range factNames {
		if value := detail[f.key]; value != "" {
			facts = append(facts, Fact{f.label, factValue(f.key, value)})
		}
		delete(rest, f.key)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		if rest[name] != "" {
			facts = append(facts, Fact{name, rest[name]})
		}
	}
	return facts
}

// outcomes word what became of a call to Entra.
var outcomes = map[string]string{
	"done": "hecha", "refused": "rechazada", "later": "se intenta de nuevo", "unknown": "sin respuesta: no se sabe",
}

// factValue words a machine's value; what is not known stays as it is.
func factValue(name, value string) string {
	switch name {
	case "environment":
		if e := access.Environment(value); e.IsValid() {
			return Environment(e)
		}
	case "field":
		return KeyField(access.Field(value))
	case "purpose":
		if p := access.Purpose(value); p.IsValid() || p == access.PurposeHandOver {
			return Purpose(p)
		}
	case "why":
		return why(value)
	case "step":
		return Step(access.Step(value))
	case "outcome":
		if words, ok := outcomes[value]; ok {
			return words
		}
	case "group":
		if words := TrailGroup(trail.Group(value)); words != "" {
			return words
		}
	case "changed":
		var names []string
		for part := range strings.SplitSeq(value, ", ") {
			names = append(names, FieldLabel(part))
		}
		return strings.Join(names, ", ")
	case "secondFactor", "confirmed":
		switch value {
		case "yes", "true":
			return "sí"
		case "no", "false":
			return "no"
		}
	case "until", "expiresAt", "expiresAtFrom", "startedAt", "at", "from", "to":
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return DateTime(at)
		}
	}
	return value
}

// TrailHead says until where the trail is known to be whole.
func TrailHead(day string, seq int64, signedAt time.Time) string {
	at, err := time.ParseInLocation(time.DateOnly, day, Colombia)
	if err != nil {
		return ""
	}
	return "Cadena íntegra hasta el " + Date(at) + " (" + Count(int(seq), "asiento", "asientos") + "), firmada el " + DateTime(signedAt) + "."
}

var trailFaults = map[trail.Fault]string{
	trail.FaultMissing:   "falta un asiento",
	trail.FaultChanged:   "el asiento no es el que se escribió",
	trail.FaultChain:     "el asiento no sigue al anterior",
	trail.FaultAdded:     "hay un asiento que no pertenece a este lugar",
	trail.FaultOrder:     "el asiento está en otro lugar del archivo",
	trail.FaultMalformed: "la línea no está escrita como se exportó",
	trail.FaultTruncated: "el archivo está incompleto: termina antes de su última línea",
	trail.FaultHeader:    "el encabezado no es el que se firmó",
	trail.FaultHead:      "el cierre firmado del día dice otra cosa",
	trail.FaultCounts:    "la última línea habla de otro archivo",
	trail.FaultSignature: "la firma de la última línea no coincide",
	trail.FaultUnknown:   "la llave de firma no está en el archivo de llaves públicas o no estaba en vigor",
}

// TrailFault words what is wrong with a trail or an export.
func TrailFault(f trail.Fault) string {
	if words, ok := trailFaults[f]; ok {
		return words
	}
	return string(f)
}

// TrailBroken says where a trail breaks.
func TrailBroken(seq int64, f trail.Fault) string {
	return "Cadena rota en el asiento " + strconv.FormatInt(seq, 10) + ": " + TrailFault(f) + "."
}

// ExportWhole says what an export that checks holds.
func ExportWhole(r trail.Report) string {
	text := "Exportación íntegra: " + Count(int(r.Records), "asiento", "asientos")
	if r.Left > 0 {
		text += " y " + Count(int(r.Left), "omitido", "omitidos") + " por su huella"
	}
	if r.Last > 0 {
		text += ", del " + strconv.FormatInt(r.Header.First, 10) + " al " + strconv.FormatInt(r.Last, 10)
	}
	return text + ". " + Count(len(r.Heads), "cierre firmado", "cierres firmados") + ". Firmada el " + DateTime(r.Signed.At) +
		" con la llave " + string(r.Signed.KeyID) + "."
}

// ExportBroken says where an export breaks; seq 0 is about no entry.
func ExportBroken(line int, seq int64, f trail.Fault) string {
	place := "Rota en la línea " + strconv.Itoa(line)
	if seq > 0 {
		place += " (asiento " + strconv.FormatInt(seq, 10) + ")"
	}
	return place + ": " + TrailFault(f) + "."
}
