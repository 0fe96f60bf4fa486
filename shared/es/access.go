package es

import "llavero/shared/access"

// accessHint words the refusals about second factors and officers.
func accessHint(h access.Hint) string {
	switch h {
	case access.HintRecoveryCode:
		return "Ese código de recuperación no sirve o ya se usó. Escriba otro."
	case access.HintNotEnrolled:
		return "Falta el segundo factor. Actívelo primero."
	case access.HintMandatory:
		return "Su rol exige el segundo factor. Puede cambiarlo, no quitarlo."
	case access.HintSelf:
		return "No puede hacerlo con su propio usuario. Pídalo a otro administrador."
	case access.HintLastAdministrator:
		return "Es el último administrador. Nombre otro primero."
	case access.HintNotOfficer:
		return "Esa persona no tiene el rol de funcionario. Devuélvaselo primero."
	case access.HintAlready:
		return "Eso ya estaba hecho. Revise la lista actual."
	case access.HintUnknownPerson:
		return "Ese documento no está en MiSeguridadSocial. La persona se registra primero en www.miseguridadsocial.gov.co."
	case access.HintPersonNoAddress:
		return "La persona no tiene un correo registrado. Debe agregarlo en MiSeguridadSocial."
	default:
		return ""
	}
}
