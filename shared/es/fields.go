package es

import (
	"strconv"
	"strings"

	"llavero/shared/access"
)

// Required is the message of an empty field that says nothing of its own.
const Required = "Este dato es obligatorio."

// required holds the fields with a message of their own when empty.
var required = map[string]string{
	"vendor":        "El nombre del proveedor es obligatorio.",
	"software":      "El nombre del software es obligatorio.",
	"lead.name":     "El nombre del líder técnico es obligatorio.",
	"lead.email":    "El correo del líder técnico es obligatorio.",
	"lead.phone":    "El teléfono del líder técnico es obligatorio.",
	"privacy.name":  "El nombre del responsable es obligatorio.",
	"privacy.email": "El correo del responsable es obligatorio.",
	"privacy.phone": "El teléfono del responsable es obligatorio.",
	"code":          "Seleccione una entidad.",
	"reason":        "Seleccione el motivo del cambio.",
	"terms":         "Debe aceptar los términos y condiciones para continuar.",
	"data":          "Debe aceptar la política de datos para continuar.",
	"login":         "Escriba su usuario.",
	"password":      "Escriba su contraseña.",
	"server":        "Escriba la dirección del servidor.",
	"entityType":    "Seleccione el tipo de entidad.",
	"document.type": "Seleccione el tipo de identificación.",
	"image.code":    "Escriba el código de la imagen.",
	"pledge":        "Debe aceptar el acuerdo de confidencialidad para continuar.",
	"token":         "Pegue el código que llegó a su correo.",
	"current":       "Escriba su contraseña actual.",
	"new":           "Escriba la contraseña nueva.",
	"again":         "Escriba otra vez la contraseña nueva.",
	"days":          "Escriba los días de vigencia.",
	"why":           "Escriba el motivo.",
	"note":          "Escriba qué muestra la prueba.",
	"file":          "Elija un archivo.",
	"lastDigits":    LastDigitsAsk,
	"what":          "Escriba qué pasó.",
	"until":         "Escriba hasta cuándo.",
}

// labels are the fields' names on screen.
var labels = map[string]string{
	"vendor":        "Nombre del Proveedor",
	"software":      "Nombre del Software",
	"lead.name":     "Nombre Líder Técnico",
	"lead.email":    "Correo Líder Técnico",
	"lead.phone":    "Teléfono Líder Técnico",
	"privacy.name":  "Nombre Responsable de Protección de Datos",
	"privacy.email": "Correo Responsable",
	"privacy.phone": "Teléfono Responsable",
	"code":          "Entidad / Subentidad",
	"reason":        "Motivo del cambio",
	"overlap":       "Hasta cuándo sirve el secreto anterior",
	"terms":         "Términos y condiciones",
	"data":          "Autorización de datos",
	"clientId":      "ClientID",
	"secret":        "ClientSecret",
	"expiresAt":     "Fecha de expiración",
	"name":          "Nombre de llave",
	"login":         "Usuario",
	"password":      "Contraseña",
	"server":        "Dirección del servidor",

	"entityType":           "Tipo de Entidad",
	"nit":                  "Nit de la entidad",
	"document.type":        "Tipo identificación",
	"document.number":      "Número de identificación",
	"professionalRegistry": "Registro profesional",
	"image.code":           "Código de la imagen",
	"pledge":               "Acuerdo de confidencialidad",
	"token":                "Código de registro",
	"current":              "Contraseña actual",
	"new":                  "Contraseña nueva",
	"again":                "Repita la contraseña nueva",

	"days": "Días de vigencia",
	"why":  "Motivo",
	"note": "Qué muestra la prueba",
	"file": "Archivo",

	"lastDigits": "4 últimos dígitos del código de habilitación",
	"what":       "Qué pasó",
	"until":      "Hasta cuándo",
}

// FieldLabel is a field's name on screen: its dotted path in the JSON body in,
// the label out. The blocks of Assign lead with their environment.
func FieldLabel(field string) string {
	if l, ok := labels[field]; ok {
		return l
	}
	if block, rest, ok := strings.Cut(field, "."); ok {
		if e := access.Environment(block); e.IsValid() {
			return FieldLabel(rest) + " de " + strings.ToLower(Environment(e))
		}
	}
	return field
}

// FieldMessage is what stands below a wrong field.
func FieldMessage(field string, hint access.Hint) string {
	last := field[strings.LastIndexByte(field, '.')+1:]
	switch hint {
	case access.HintRequired:
		if m, ok := required[field]; ok {
			return m
		}
		return Required
	case access.HintNotAccepted:
		if m, ok := required[last]; ok {
			return m
		}
		return "Debe aceptar este texto para continuar."
	case access.HintFreeMail:
		return "Use un correo institucional."
	case access.HintCheckDigit:
		return "Escriba el NIT sin dígito de verificación."
	case access.HintNotKey:
		return "Ese identificador no es de una llave: es de un directorio, de una API o del propio servidor."
	case access.HintOtherEnvironment:
		if last != "clientId" {
			return "La solicitud es solo del otro ambiente."
		}
		return "Ese identificador es de la llave del otro ambiente."
	case access.HintSecretID:
		return "Pegó el Id. del secreto, no el Valor."
	case access.HintKeyExists:
		return "Ese identificador ya es de otra llave."
	case access.HintSameInBoth:
		return "Es igual en los dos ambientes. Cada ambiente tiene el suyo."
	case access.HintPast:
		return "La fecha ya pasó. Escriba una fecha futura."
	case access.HintTooFar:
		if last == "days" {
			return "Escriba " + strconv.Itoa(access.MaxValidityDays) + " días como máximo."
		}
		if last == "until" {
			return "Es más de lo que se puede posponer. Escriba una fecha anterior."
		}
		return "La fecha pasa de la vigencia permitida."
	case access.HintTooLarge:
		return "El archivo pasa de 5 MB. Elija uno más liviano."
	case access.HintObjected:
		return "Esa persona pidió no figurar en este papel. Escriba otra."
	case access.HintTooLong:
		switch field {
		case "objection":
			return "Es demasiado largo. Use " + strconv.Itoa(access.MaxObjection) + " caracteres como máximo."
		case "document.number", "professionalRegistry":
			return "Es demasiado largo. Use " + strconv.Itoa(access.MaxDocument) + " caracteres como máximo."
		case "password", "new":
			return "Es demasiado larga. Use 128 caracteres como máximo."
		}
		return "Es demasiado largo. Use 200 caracteres como máximo."
	case access.HintUnknownValue:
		return "Elija una opción de la lista."
	case access.HintImageCode, access.HintOtherRegistry, access.HintWeak, access.HintSamePassword, access.HintSecondFactor:
		return ErrorText(access.CodeInvalid, hint, nil)
	case access.HintDifferentCode, access.HintRecoveryCode, access.HintUnknownPerson, access.HintPersonNoAddress:
		return ErrorText(access.CodeInvalid, hint, nil)
	case access.HintReused:
		return "Esa contraseña no se puede usar. Escriba otra."
	case access.HintDifferent:
		return "Las dos contraseñas no son iguales."
	case access.HintCredentials:
		return "La contraseña actual no coincide."
	case access.HintFormat:
		return formatMessage(last)
	default:
		return "Revise este dato."
	}
}

func formatMessage(field string) string {
	switch field {
	case "email":
		return "Escriba un correo válido."
	case "phone":
		return "Escriba los 10 dígitos del teléfono."
	case "clientId":
		return "Escriba un identificador con forma 00000000-0000-0000-0000-000000000000."
	case "expiresAt":
		return "Escriba una fecha real, dd/mm/aaaa HH:mm."
	case "until":
		return "Escriba una fecha real, dd/mm/aaaa."
	case "lastDigits":
		return "Escriba cuatro dígitos."
	case "code":
		return "Escriba los diez dígitos del código."
	case "nit":
		return "Escriba solo los dígitos del NIT, entre 5 y 15."
	case "number":
		return "Escriba solo los dígitos del documento. Las letras valen en pasaportes y documentos de extranjería."
	case "professionalRegistry":
		return "Escriba solo letras y dígitos."
	case "server":
		return "Escriba una dirección que empiece por https://."
	case "days":
		return "Escriba un número de días, de 1 a " + strconv.Itoa(access.MaxValidityDays) + "."
	case "file":
		return "No es un archivo de los que se admiten: PDF, imagen PNG o JPEG, texto, JSON, XML o ZIP."
	default:
		return "Tiene caracteres que no se admiten."
	}
}
