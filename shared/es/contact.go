package es

import "llavero/shared/access"

// ContactRole names a contact of a request.
func ContactRole(r access.ContactRole) string {
	if r == access.ContactPrivacy {
		return "responsable de la protección de datos"
	}
	return "líder técnico"
}

// NoticeState words where the notice to a contact stands.
func NoticeState(s access.NoticeState) string {
	switch s {
	case access.NoticeWaiting:
		return "Correo sin confirmar"
	case access.NoticeConfirmed:
		return "Correo confirmado"
	case access.NoticeBounced:
		return "Correo devuelto"
	case access.NoticeObjected:
		return "La persona se opuso"
	}
	return ""
}

// NoticeNext says what a delegate can do about a notice; empty: nothing is to
// be done.
func NoticeNext(s access.NoticeState) string {
	switch s {
	case access.NoticeWaiting:
		return "Le escribimos para contarle quién dio sus datos. Hasta que confirme su correo no recibe avisos de vencimiento."
	case access.NoticeBounced:
		return "El correo no se pudo entregar. Corrija la dirección o reenvíe el aviso."
	case access.NoticeObjected:
		return "No recibirá más correos. Escriba los datos correctos o los de otra persona."
	}
	return ""
}
