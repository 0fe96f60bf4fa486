package es

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"llavero/shared/access"
)

// Error words a refusal: what happened and what to do next. It never shows what
// the error wraps. An empty string for nil.
func Error(e *access.Error) string {
	if e == nil {
		return ""
	}
	if text := byHint(e); text != "" {
		return text
	}
	switch e.Code {
	case access.CodeInvalid:
		if len(e.Fields) > 0 {
			return "Revise los datos marcados."
		}
		return "El servidor no entendió la solicitud. Actualice el programa o avise al administrador."
	case access.CodeNotFound:
		return "No existe o no pertenece a su entidad. Vuelva a la lista."
	case access.CodeConflict:
		return "Esta solicitud cambió mientras usted la revisaba. Revise los datos actuales."
	case access.CodeUnauthorized:
		return "Su sesión terminó. Ingrese de nuevo."
	case access.CodeForbidden:
		return "Su rol no permite esta acción. Quedó registrada."
	case access.CodeExpired:
		return "El plazo venció. Empiece de nuevo este paso."
	case access.CodeThrottled:
		return throttled(e.Args)
	case access.CodeUnavailable:
		return "Sin respuesta del servidor. Sus datos siguen aquí. Intente de nuevo."
	default:
		return "El servidor tuvo una falla. Sus datos siguen aquí. Intente de nuevo; si continúa, avise a la mesa de ayuda con la referencia."
	}
}

// KeyError is Error of an act on a key rather than on a request.
func KeyError(e *access.Error) string {
	if e != nil {
		if e.Code == access.CodeThrottled {
			if n := cmp.Or(e.Args["wait"], e.Args["seconds"]); n != "" {
				return "Esta llave se acaba de probar. Espere " + n + " s y pruebe de nuevo."
			}
		}
		switch e.Hint {
		case access.HintState:
			return "Esta llave ya no está en ese estado. Revise los datos actuales."
		case access.HintStale:
			return "Esta llave cambió mientras usted la revisaba. Revise los datos actuales e intente de nuevo."
		}
	}
	return Error(e)
}

// NoDelegation is what a delegate without a role is told.
const NoDelegation = "Su usuario aún no tiene rol. Falta la delegación de su representante legal. Regístrela en MiSeguridadSocial."

// NoRole says to a person without a role what is missing: to a delegate the
// delegation, to anybody else the place in the staff roster.
func NoRole(login string) string {
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(login)), "ADMIHCEIPS") {
		return NoDelegation
	}
	return "Su usuario aún no tiene rol. Falta en la lista de funcionarios del Ministerio."
}

// ErrorText is Error of a code, a hint and their arguments.
func ErrorText(code access.Code, hint access.Hint, args map[string]string) string {
	return Error(&access.Error{Code: code, Hint: hint, Args: args})
}

func byHint(e *access.Error) string {
	switch e.Hint {
	case access.HintCredentials:
		return "El usuario o la contraseña no coinciden. Intente de nuevo."
	case access.HintSecondFactor:
		return "El código del autenticador no coincide. Revise la hora de su celular."
	case access.HintNoSecondFactor:
		return "Su usuario aún no tiene segundo factor. Pida al administrador que lo active."
	case access.HintSessionEnded:
		return "Su sesión terminó: venció, cambió su contraseña o la cerraron desde otro equipo. Ingrese de nuevo; si escribía una solicitud, sigue donde la dejó."
	case access.HintUnlockSpent:
		return "Se agotaron los intentos de desbloqueo y cerramos la sesión. Ingrese de nuevo."
	case access.HintNoRole:
		return NoRole(e.Args["login"])
	case access.HintPuzzle:
		return "La comprobación «No soy un robot» venció. Márquela de nuevo."
	case access.HintCodeWrong:
		if n := e.Args["left"]; n != "" {
			return "El código no coincide. " + triesLeft(n)
		}
		return "El código no coincide. Intente de nuevo."
	case access.HintCodeExpired:
		return fmt.Sprintf("El código venció%s. Pida otro; su solicitud sigue guardada.", clockArg(e.Args, "until"))
	case access.HintCodeReplaced:
		return "Ese código ya no sirve. Use uno de los más recientes."
	case access.HintCodeSpent:
		return "Se agotaron los intentos. Revise la solicitud y empiece la firma de nuevo" + sinceArg(e.Args, "until", " después de las ") + "."
	case access.HintContentChanged:
		if f := e.Args["field"]; f != "" {
			return "Cambió el dato “" + FieldLabel(f) + "”. Anulamos el código; pida uno nuevo."
		}
		return "Cambió un dato de la solicitud. Anulamos el código; pida uno nuevo."
	case access.HintResendWait:
		if n := e.Args["seconds"]; n != "" {
			return "Espere " + n + " s para pedir otro código."
		}
		return fmt.Sprintf("Aún no puede pedir otro código%s.", sinceArg(e.Args, "until", "; espere hasta las "))
	case access.HintNoAddress:
		return "Su usuario no tiene un correo registrado y no hay a dónde enviar el código. Regístrelo en MiSeguridadSocial."
	case access.HintTextsChanged:
		return "Los textos de aceptación cambiaron. Léalos y acéptelos de nuevo."
	case access.HintOpenRequest:
		return "Este prestador ya tiene una solicitud en curso. Ábrala desde el menú."
	case access.HintKeyExists:
		return "Este prestador ya tiene llave. Consúltela o solicite un cambio."
	case access.HintNoKey:
		return "Esta entidad aún no tiene llave. Solicítela en «Solicitar llave (Inscripción Token)»."
	case access.HintNoEvidence, access.HintNotInEntra, access.HintUnverified:
		return GrantObstacle(e.Hint)
	case access.HintNothing:
		return "No eligió ningún cambio."
	case access.HintUnderWay:
		return "Eso ya está en curso. Espere a que termine."
	case access.HintDifferentCode:
		return "Esos no son los 4 últimos dígitos del código de habilitación."
	case access.HintNotRenewed:
		return "El secreto en uso es el mismo de antes. Cambie la llave en «Cambiar llave (Resolicitud Token)»."
	case access.HintTaken:
		if by := e.Args["by"]; by != "" {
			return by + " atiende esta solicitud" + sinceArg(e.Args, "since", " desde las ") + "."
		}
		return "Otra persona atiende esta solicitud."
	case access.HintNotTaken:
		return "La solicitud quedó libre por inactividad. Tómela de nuevo."
	case access.HintStale:
		return "Esta solicitud cambió mientras usted la revisaba. Revise los datos actuales."
	case access.HintState:
		return "La solicitud ya no está en ese paso. Revise su situación actual."
	case access.HintRevealOnce:
		return "Ya se mostró" + dateArg(e.Args, "at") + ". Si lo perdió, cambie la llave."
	case access.HintAgreement:
		return "Antes de firmar debe aceptar el acuerdo sobre el método de firma. Ábralo, léalo y acéptelo; su solicitud sigue aquí."
	case access.HintNoReceipt:
		return "Esta solicitud no tiene constancia: no está firmada, o se firmó antes de que el sistema las hiciera."
	case access.HintReused:
		return "Este envío ya se hizo con otros datos. Vuelva a la lista y empiece de nuevo."
	case access.HintProtocol:
		return "Esta versión del programa no habla con el servidor. Instale la versión actual."
	case access.HintSigningKeys:
		return "Las llaves de firma que publica el servidor no son las que este programa conocía. No las tomamos. Avise a la mesa de ayuda."
	case access.HintStorage:
		return NoStorage
	case access.HintCertificate:
		return NoCertificate
	case access.HintOffline:
		return NeedsLink
	case access.HintImageCode:
		return "El código de la imagen no coincide. Escriba el de la imagen nueva."
	case access.HintPrerequisites:
		return "No se cumplen todos los requisitos. Revise las líneas marcadas; no se creó ningún usuario."
	case access.HintOtherRegistry:
		return "El registro profesional no corresponde a este documento."
	case access.HintLink:
		return "Este código ya se usó, se cambió por uno más reciente o venció. Pida otro en «Olvidé mi contraseña» o registre su usuario de nuevo."
	case access.HintWeak:
		return "La contraseña es fácil de adivinar. Use una más larga o menos común."
	case access.HintSamePassword:
		return "La contraseña nueva es igual a la actual. Escriba otra."
	case access.HintRecoveryCode, access.HintNotEnrolled, access.HintMandatory, access.HintSelf, access.HintLastAdministrator,
		access.HintNotOfficer, access.HintAlready, access.HintUnknownPerson, access.HintPersonNoAddress:
		return accessHint(e.Hint)
	case access.HintTooLarge:
		return "El envío es demasiado grande. Acorte los textos."
	case access.HintMalformed, access.HintUnknownField, access.HintUnknownValue:
		return "El servidor no entendió la solicitud. Actualice el programa o avise al administrador."
	default:
		return ""
	}
}

func triesLeft(n string) string {
	if n == "1" {
		return "Le queda 1 intento."
	}
	return "Le quedan " + n + " intentos."
}

func throttled(args map[string]string) string {
	if n := args["minutes"]; n != "" {
		return "Demasiados intentos. Espere " + n + " min y vuelva a ingresar."
	}
	if n := args["seconds"]; n != "" {
		return "Demasiados intentos. Espere " + n + " s e intente de nuevo."
	}
	if at, ok := timeArg(args, "until"); ok {
		return "Demasiados intentos. Intente de nuevo después de las " + Clock(at) + "."
	}
	return "Demasiados intentos. Espere unos minutos e intente de nuevo."
}

// timeArg reads an RFC 3339 argument.
func timeArg(args map[string]string, name string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, args[name])
	return t, err == nil
}

func clockArg(args map[string]string, name string) string { return sinceArg(args, name, " a las ") }

func sinceArg(args map[string]string, name, before string) string {
	if t, ok := timeArg(args, name); ok {
		return before + Clock(t)
	}
	return ""
}

func dateArg(args map[string]string, name string) string {
	if t, ok := timeArg(args, name); ok {
		return " el " + DateTime(t)
	}
	return ""
}

// NoCertificate is the text for a server whose identity could not be confirmed.
const NoCertificate = "No podemos confirmar la identidad del servidor. No escriba su contraseña. Avise al administrador."

// NoStorage is the text for a server whose disk is full or read only.
const NoStorage = "El servidor no puede guardar en este momento; puede seguir consultando. Sus datos siguen aquí: intente en unos minutos. Si continúa, avise a la mesa de ayuda."

// NeedsLink is why a button is off without a connection.
const NeedsLink = "Necesita conexión."

// Reference is the last line of an error: «Referencia {id} · {fecha y hora}».
// Empty without an id.
func Reference(id string, at time.Time) string {
	if id == "" {
		return ""
	}
	if at.IsZero() {
		return "Referencia " + id
	}
	return "Referencia " + id + " · " + DateTime(at)
}

// Detail is the text of «Detalle técnico», to copy for the help desk: machine
// words and the reference, no secret, no value of a form.
func Detail(e *access.Error, requestID string, at time.Time) string {
	if e == nil {
		return ""
	}
	lines := []string{"código: " + string(e.Code)}
	if e.Hint != "" {
		lines = append(lines, "caso: "+string(e.Hint))
	}
	for _, f := range e.Fields {
		lines = append(lines, "campo: "+f.Field+" ("+string(f.Hint)+")")
	}
	if requestID != "" {
		lines = append(lines, "referencia: "+requestID)
	}
	if !at.IsZero() {
		lines = append(lines, "hora: "+at.UTC().Format(time.RFC3339))
	}
	return strings.Join(lines, "\n")
}
