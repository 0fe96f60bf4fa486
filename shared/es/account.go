package es

import (
	"strings"
	"time"

	"llavero/shared/access"
)

// Labels of registering and of a user's own account, with the manual's words.
const (
	RegisterLink  = "Registro de usuarios"
	RecoverLink   = "Olvidé mi contraseña"
	HaveCodeLink  = "Tengo un código de registro"
	HelpLink      = "Ayuda (F1)"
	Register      = "Registrar"
	CheckFirst    = "Verificar requisitos"
	OtherImage    = "Actualizar imagen"
	ChangeOwnWord = "Cambiar contraseña"
	AccountTitle  = "Mi cuenta"
	HelpTitle     = "Ayuda"
	// SystemMark is the one system offered at registration.
	SystemMark = "IHCE"
	// RegisterDone heads the summary.
	RegisterDone = "REGISTRO SATISFACTORIO"
	// FormKept is said where something went wrong and nothing typed was lost.
	FormKept = "Sus datos siguen en el formulario."
)

// UserKind is the manual's name of what a person registers as.
func UserKind(k access.UserKind) string {
	switch k {
	case access.UserDelegate:
		return "Delegado Administrativo"
	case access.UserProfessional:
		return "Profesional de la Salud"
	case access.UserOther:
		return "Otro usuario"
	default:
		return string(k)
	}
}

// UserKindFor says whom a kind is for.
func UserKindFor(k access.UserKind) string {
	switch k {
	case access.UserDelegate:
		return "Para quien el representante legal de un prestador (persona jurídica) delegó en MiSeguridadSocial."
	case access.UserProfessional:
		return "Para el profesional independiente inscrito en REPS que pide sus propias llaves."
	case access.UserOther:
		return "Para el funcionario del Ministerio que apoya la asignación de llaves o de permisos. El registro solo no da ese rol."
	default:
		return ""
	}
}

// RegisterTitle heads the form of a kind.
func RegisterTitle(k access.UserKind) string {
	return "REGISTRAR USUARIO -IHCE- (" + UserKind(k) + ")"
}

// RegisteredKind is the line «Tipo de Registro» of the summary.
func RegisteredKind(k access.UserKind) string {
	if k == access.UserOther {
		return "-IHCE- Otro tipo de usuario"
	}
	return "-IHCE- " + UserKind(k)
}

// EntityType is the name of what a delegate's entity is.
func EntityType(t access.EntityType) string {
	if t == access.EntityPSS {
		return "Entidades Prestadoras de Servicios de Salud – PSS"
	}
	return string(t)
}

// Prerequisite says what one line of the check asks for.
func Prerequisite(id access.PrerequisiteID) string {
	switch id {
	case access.PrerequisiteOrganization:
		return "El prestador está registrado como organización en MiSeguridadSocial."
	case access.PrerequisiteDelegation:
		return "El representante legal lo delegó a usted en MiSeguridadSocial."
	case access.PrerequisitePerson:
		return "Usted está registrado como persona natural en MiSeguridadSocial."
	case access.PrerequisiteRETHUS:
		return "Usted está inscrito en RETHUS como talento humano en salud."
	case access.PrerequisiteREPS:
		return "Hay un prestador vigente en REPS con estos datos."
	default:
		return string(id)
	}
}

// PrerequisiteFix says where to mend a line that is not met; empty for one that
// is.
func PrerequisiteFix(id access.PrerequisiteID, v access.Verdict) string {
	switch v {
	case access.VerdictMet:
		return ""
	case access.VerdictNoData:
		return "El Ministerio aún no cargó estos datos. Avise a la mesa de ayuda."
	}
	switch id {
	case access.PrerequisiteOrganization:
		return "Regístrelo como organización en www.miseguridadsocial.gov.co."
	case access.PrerequisiteDelegation:
		return "Falta la delegación de su representante legal. Regístrela en MiSeguridadSocial."
	case access.PrerequisitePerson:
		return "Regístrese como persona natural en www.miseguridadsocial.gov.co."
	case access.PrerequisiteRETHUS:
		return "Pida su inscripción en RETHUS ante el colegio o la autoridad que registra su profesión."
	case access.PrerequisiteREPS:
		return "Actualice la inscripción del prestador en REPS ante su secretaría de salud."
	default:
		return ""
	}
}

// Verdict is the word of a line of the check.
func Verdict(v access.Verdict) string {
	switch v {
	case access.VerdictMet:
		return "Cumple"
	case access.VerdictUnmet:
		return "No cumple"
	case access.VerdictNoData:
		return "Sin datos"
	default:
		return string(v)
	}
}

// DataFrom dates the data a line was decided by; empty when that is not known.
func DataFrom(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return "Datos del " + DateTime(at)
}

// LinkSent says where the finishing link went, or that none went.
func LinkSent(maskedEmail, sender string, until time.Time) string {
	if maskedEmail == "" {
		return "No se envió correo: no hay correo registrado; agréguelo en MiSeguridadSocial y registre su usuario de nuevo."
	}
	text := "Enviamos a " + maskedEmail + " un enlace y un código para crear su contraseña y terminar el registro."
	if !until.IsZero() {
		text += " Sirve una vez, hasta el " + DateTimeZone(until) + "."
	}
	return text + lookFor(sender)
}

// RecoverySent is said to whoever asks for another password, user or not.
func RecoverySent(sender string, until time.Time) string {
	text := "Si los datos corresponden a un usuario, enviamos un correo a la dirección registrada con un enlace y un código para crear otra contraseña."
	if !until.IsZero() {
		text += " Sirve una vez, hasta el " + DateTimeZone(until) + "."
	}
	return text + lookFor(sender)
}

func lookFor(sender string) string {
	if sender == "" {
		return ""
	}
	return " ¿No llegó? Revise el correo no deseado; el remitente es " + sender + "."
}

// KeepLogin is the advice of the summary.
const KeepLogin = "Anote y conserve este usuario: lo necesita cada vez que ingrese."

// HelpLine joins whom to call, leaving out what is not set.
func HelpLine(phones, mail, hours string) string {
	var parts []string
	for _, p := range []string{phones, mail, hours} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// RegisteredTitle heads the summary of a kind; the manual names the last one
// otherwise than on its form.
func RegisteredTitle(k access.UserKind) string {
	return "REGISTRAR USUARIO -IHCE- (" + strings.TrimPrefix(RegisteredKind(k), "-IHCE- ") + ")"
}
