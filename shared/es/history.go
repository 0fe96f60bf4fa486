package es

import (
	"strings"

	"llavero/shared/access"
)

// acts word the audit kinds that are told of a code's keys.
var acts = map[string]string{
	"request.created":    "Escribió la solicitud",
	"request.changed":    "Cambió la solicitud",
	"request.cancelled":  "Retiró la solicitud",
	"request.signed":     "Firmó la solicitud",
	"request.parked":     "La emisión automática no terminó: pasó a la mesa de ayuda",
	"request.taken":      "Tomó la solicitud",
	"request.taken_over": "Tomó la solicitud de un colega",
	"request.released":   "Liberó la solicitud",
	"request.lapsed":     "La solicitud quedó libre por inactividad",
	"request.resumed":    "Reanudó la emisión automática",
	"request.assigned":   "Asignó las llaves a mano",
	"request.done":       "Terminó la solicitud",

	"contact.told":      "Se escribió a un contacto de la solicitud",
	"contact.confirmed": "Un contacto confirmó su correo",
	"contact.objected":  "Un contacto se opuso a figurar",
	"contact.bounced":   "El correo a un contacto no se pudo entregar",
	"contact.corrected": "Corrigió los datos de un contacto",

	"key.permissions":        "Concedió los permisos iniciales",
	"key.secret_recorded":    "Guardó un secreto nuevo",
	"key.secret_replaced":    "Reemplazó el secreto anterior",
	"key.secret_retired":     "Retiró el secreto anterior",
	"key.secret_kept":        "No retiró el secreto anterior",
	"key.compromised":        "Reportó la llave como comprometida",
	"key.incident_closed":    "Entra ya no acepta ningún secreto anterior",
	"key.revoke_asked":       "Pidió revocar la llave",
	"key.revoked":            "Revocó la llave",
	"key.expired":            "La llave venció",
	"key.overlap_ended":      "Terminó el relevo antes de su fecha",
	"key.handed_over":        "Entregó la llave al proveedor",
	"key.issued":             "Emitió la llave",
	"key.typed":              "Escribió la llave",
	"key.amended":            "Actualizó la llave",
	"key.validity_set":       "Cambió la vigencia de la llave",
	"key.test_asked":         "Pidió probar la llave",
	"key.checked":            "Se buscó en Entra la llave escrita a mano",
	"key.reminder_sent":      "Se avisó que la llave vence pronto",
	"key.reminder_answered":  "Respondió un aviso de vencimiento",
	"key.reminder_escalated": "Se avisó al Ministerio que la llave vence y nadie la cambió",

	"key.permissions_asked":  "Pidió un cambio de roles",
	"key.permission_granted": "Entra asignó un rol",
	"key.permission_removed": "Entra retiró un rol",
	"key.permission_failed":  "Entra no cambió un rol",
	"key.permissions_read":   "Se leyeron roles distintos en Entra",

	"evidence.added": "Agregó una prueba",
	"evidence.read":  "Descargó una prueba",
}

// whys word the machine's own reasons; what people wrote stays as it is.
var whys = map[string]string{
	"texts_changed":  "cambiaron los textos de aceptación",
	"overlap_moved":  "se actualizó hasta cuándo sirve el secreto anterior",
	"entity_changed": "el código cambió de entidad en REPS",
	"last_valid":     "es el último secreto válido de la llave",
	"unproved":       "el secreto nuevo todavía no ha iniciado sesión",
	"lost_in_entra":  "Entra no tiene el secreto nuevo",
	"compromise":     "la llave fue reportada como comprometida",
	"revoked":        "la llave fue revocada",
	"not_removed":    "Entra no lo permitió; se intenta de nuevo",

	"code_wrong":       "el código no coincide",
	"code_expired":     "el código venció",
	"code_replaced":    "el código ya no sirve",
	"code_spent":       "se agotaron los intentos",
	"content_changed":  "cambió lo que se firma",
	"credentials":      "el usuario o la contraseña no coinciden",
	"second_factor":    "el código del autenticador no coincide",
	"no_second_factor": "no tiene segundo factor",
	"no_role":          "su usuario no tiene rol",
}

func why(s string) string {
	if words, ok := whys[s]; ok {
		return words
	}
	return s
}

// Act words an audit kind of a key's history.
func Act(kind string) string {
	if words, ok := acts[kind]; ok {
		return words
	}
	return "Otro registro"
}

// ActDetail words what is told of an act beside its kind: what changed, from
// what to what, and why. Machine words that are not known are left out.
func ActDetail(kind string, detail map[string]string) string {
	var parts []string
	add := func(label, value string) {
		if value != "" {
			parts = append(parts, label+value)
		}
	}
	switch kind {
	case "key.amended":
		var changed []string
		for name := range strings.SplitSeq(detail["changed"], ", ") {
			if name != "" {
				changed = append(changed, FieldLabel(name))
			}
		}
		add("", strings.Join(changed, ", "))
	case "key.validity_set":
		add("", validityDays(detail["from"])+" → "+validityDays(detail["days"]))
	case "key.secret_replaced", "key.secret_kept":
		if until, ok := timeArg(detail, "until"); ok {
			add("sirve hasta el ", DateTime(until))
		}
		if detail["removal"] == "by_hand" {
			add("", "escrito a mano: el sistema no puede retirarlo")
		}
	case "key.checked":
		add("", checkedDetail(detail))
		if end, ok := timeArg(detail, "expiresAt"); ok {
			add("vencimiento según Entra: ", DateTime(end))
		}
	case "key.compromised":
		add("incidente ", detail["incident"])
		add("qué pasó: ", detail["what"])
	case "key.incident_closed":
		add("incidente ", detail["incident"])
	case "key.handed_over":
		add("recibió: ", detail["person"])
		add("proveedor: ", detail["vendor"])
	case "key.permissions_asked":
		add("asignar: ", detail["grant"])
		add("retirar: ", detail["remove"])
	case "key.permission_granted", "key.permission_removed", "key.permission_failed":
		add("", detail["permission"])
	case "key.permissions_read":
		add("", detail["permissions"])
	case "evidence.added":
		add("", detail["note"])
		add("archivo: ", detail["file"])
	}
	add("motivo: ", why(detail["why"]))
	return strings.Join(parts, " · ")
}

func checkedDetail(detail map[string]string) string {
	switch access.CheckState(detail["state"]) {
	case access.CheckPassed:
		return "verificada"
	case access.CheckFailed:
		return "no pasó: " + CheckProblem(access.Hint(detail["problem"]))
	default:
		return "Entra no respondió; se busca de nuevo"
	}
}

func validityDays(days string) string {
	switch days {
	case "", "0":
		return "la del ambiente"
	case "1":
		return "1 día"
	default:
		return days + " días"
	}
}
