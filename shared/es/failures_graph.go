package es

import "llavero/shared/access"

// graphCases are refusals of Graph.
var graphCases = []FailureCase{
	{
		Codes: []string{"Directory_QuotaExceeded"}, Cause: "El directorio llegó a su cupo.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: amplíe el cupo." + thenAgain,
	},
	{
		Codes: []string{"Directory_ResourceSizeExceeded"}, Cause: "La aplicación llegó al máximo de secretos.", Who: ActsReader,
		Next: "Termine un relevo o revoque uno." + thenAgain,
	},
	{
		Codes: []string{lifetimePolicy}, Cause: "La política del directorio no permite esa vigencia.", Who: ActsDirectory,
		Next: "Avise al administrador: acorte la vigencia o cambie la política." + thenAgain,
	},
	{
		Codes: []string{"CredentialTypeNotAllowedAsPerAppPolicy"}, Cause: "La política del directorio no permite secretos.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: exceptúe de la política a las aplicaciones de las llaves." + thenAgain,
	},
	{
		Codes: []string{"InvalidAuthenticationToken"}, Status: 401, Cause: "Entra no aceptó la credencial del servidor.", Who: ActsServer,
		Next: "Avise al administrador: revise la credencial del servidor en Entra." + thenAgain,
	},
	{
		Codes: []string{"Authorization_RequestDenied"}, Status: 403, Cause: "El servidor no tiene permiso para crear llaves.", Who: ActsDirectory,
		Next: "La solicitud sigue guardada. Avise al administrador: falta {permiso}." + thenAgain,
	},
	{
		Codes: []string{"Request_ResourceNotFound", "Directory_ObjectNotFound"}, Status: 404, Cause: "Entra aún no encuentra la aplicación.", Who: ActsNobody,
		Next: willPass,
	},
	{
		Codes: []string{"NoBackingApplicationObject"}, Cause: "Entra aún no ve la aplicación recién creada.", Who: ActsNobody,
		Next: "Suele tardar menos de 10 minutos: reanude entonces.",
	},
	{
		Codes: []string{"ObjectConflict"}, Cause: "Otra aplicación del directorio ya usa ese nombre único.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: si la aplicación está entre las eliminadas, restáurela." + thenAgain,
	},
	{
		Codes: []string{"Request_MultipleObjectsWithSameKeyValue"}, Cause: "El directorio ya tiene un objeto con esos datos.", Who: ActsReader,
		Next: "Reanude: el servidor usa el que existe. Si se repite, avise al administrador del directorio.",
	},
	{
		Codes: []string{"Directory_ConcurrencyViolation"}, Cause: "Otro cambio llegó a Entra al mismo tiempo.", Who: ActsNobody,
		Next: "El servidor espera y repite. Si la solicitud quedó aquí, reanude.",
	},
	{
		Codes: []string{"Error_MsaAppDoesNotExist"}, Cause: "La aplicación admite cuentas personales y no puede tener permisos.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: limite la aplicación a su organización." + thenAgain,
	},
	{
		Codes: []string{"Request_UnsupportedQuery"}, Cause: "Entra no entiende una consulta del servidor.", Who: ActsServer,
		Next: "Avise al administrador y entréguele el detalle técnico: es una falla del servidor, no de la solicitud.",
	},
	{
		Codes: []string{"Request_BadRequest"}, Status: 400, Cause: "Entra no aceptó los datos de la solicitud.", Who: ActsReader,
		Next: "Revise el detalle técnico y reanude, o escriba las llaves.",
	},
	{
		Codes: []string{"TooManyRequests"}, Status: 429, Cause: "Entra pide esperar.", Who: ActsNobody,
		Next: willPass,
	},
	{
		Codes: []string{"Service_ServiceUnavailable", "serviceNotAvailable"}, Cause: "Entra está fuera de servicio por un momento.", Who: ActsNobody,
		Next: willPass,
	},
}

// ownCases are the server's, where Microsoft gave no code. They decide before
// the status does: an answer cut in its body has one too.
var ownCases = []FailureCase{
	{Codes: []string{"NoAnswer"}, Cause: "Entra no respondió.", Who: ActsNobody, Next: willPass},
	{
		Codes: []string{"NotSent"}, Cause: "El servidor no pudo conectarse con Entra.", Who: ActsServer,
		Next: "Suele ser pasajero: reanude en unos minutos. Si continúa, avise al administrador: revise la red y el proxy del servidor.",
	},
	{
		Codes: []string{"UnexpectedAnswer"}, Cause: "La respuesta recibida no es de Entra.", Who: ActsServer,
		Next: "Avise al administrador: revise la red entre el servidor y Entra." + thenAgain,
	},
	{
		Codes: []string{"Restored"}, Cause: "El servidor se restauró de una copia mientras se atendía: Entra puede tener más de lo que aquí consta.", Who: ActsHelpDesk,
		Next: "Revise primero la lista «Diferencias con Entra»." + thenAgain,
	},
	{
		Codes: []string{"NotConfigured"}, Cause: "El servidor no tiene un directorio para este ambiente.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise la configuración de Entra." + thenAgain,
	},
	{
		Codes: []string{"NoSuchRole"}, Cause: "La API del IHCE no ofrece uno de los permisos.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise la configuración; los permisos deben llamarse como en la API." + thenAgain,
	},
	{
		Codes: []string{"RolesMissing"}, Cause: "Los permisos aún no aparecen en la llave.", Who: ActsNobody,
		Next: "Suele ser pasajero: Entra tarda unos minutos en ponerlos en los tokens. Reanude entonces.",
	},
	{
		Codes: []string{"OtherKey"}, Cause: "Entra respondió por otra aplicación.", Who: ActsServer,
		Next: "No entregue la llave. Avise al administrador con el detalle técnico.",
	},
	{
		Codes: []string{"OtherAudience"}, Cause: "El token de la llave es para otra API.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise Scope y resource_app_id de este ambiente.",
	},
	{
		Codes: []string{"OtherTenant"}, Cause: "El token de la llave es de otro directorio.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise el TenantID de este ambiente.",
	},
	{
		Codes: []string{"ObjectIDTyped"}, Cause: "Ese es el Id. de objeto de la aplicación, no el Id. de cliente.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda copia el «Id. de aplicación (cliente)» y lo corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"OtherEnvironment"}, Cause: "La aplicación es la de la llave del otro ambiente.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda revisa que los ambientes no estén cambiados y lo corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"OtherCode"}, Cause: "La aplicación es la de la llave de otro código de habilitación.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda lo corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"SecretUnknown"}, Cause: "La aplicación no tiene un secreto que empiece como el que se escribió.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda copia el Valor de nuevo y lo corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"SecretExpired"}, Cause: "El secreto de la llave ya venció.", Who: ActsReader,
		Next: "Cambie la llave en «Cambiar llave (Resolicitud Token)».",
	},
	{
		Codes: []string{"NotAKey"}, Cause: "El identificador o el secreto de la llave no tienen la forma de una llave.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda los corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"Interrupted"}, Cause: "La prueba se interrumpió antes de terminar.", Who: ActsReader,
		Next: "Pruebe la llave de nuevo.",
	},
	{
		Codes: []string{"OtherApp"}, Cause: "Entra tiene otra aplicación con el identificador de la llave.", Who: ActsHelpDesk,
		Next: "Compare la llave con Entra y revise el detalle técnico antes de reanudar.",
	},
	{
		Codes: []string{"NotInEntra"}, Cause: "Entra no tiene una aplicación con ese identificador.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda lo corrige en «Llaves asignadas».",
	},
	{
		Codes: []string{"LastSecret"}, Cause: "Es el último secreto válido de la aplicación.", Who: ActsHelpDesk,
		Next: "No se quitó, para no dejar la llave sin secreto. Primero cambie la llave; después, quítelo.",
	},
	{
		Codes: []string{"StillThere"}, Cause: "Entra recibió el cambio y todavía muestra la diferencia.", Who: ActsNobody,
		Next: "La comparación siguiente lo mira de nuevo. Si continúa, intente otra vez.",
	},
	{
		Codes: []string{"KeyBusy"}, Cause: "La llave tiene una solicitud en curso.", Who: ActsReader,
		Next: "Espere a que termine, o atiéndala; después, intente de nuevo.",
	},
	{
		Codes: []string{"ByRequest"}, Cause: "La diferencia se resuelve con un cambio de llave.", Who: ActsReader,
		Next: "Pida el cambio en «Cambiar llave (Resolicitud Token)»; la comparación siguiente la cierra.",
	},
	{
		Codes: []string{"OurSecret"}, Cause: "El secreto o la aplicación es de una llave en uso.", Who: ActsReader,
		Next: "No se tocó nada. Compare la llave de nuevo.",
	},
	{
		Codes: []string{"Internal"}, Cause: "El servidor tuvo una falla.", Who: ActsServer,
		Next: "Reanude en unos minutos. Si se repite, avise al administrador con el detalle técnico.",
	},
}

// gatewayCases are the IHCE gateway's, met while a key is tested.
var gatewayCases = []FailureCase{
	{
		Codes: []string{"GatewayKeyMissing"}, Cause: "A la pasarela del IHCE le faltó la clave de suscripción.", Who: ActsServer,
		Next: "Avise al administrador del servidor: configure el parámetro de la clave de suscripción.",
	},
	{
		Codes: []string{"GatewayKeyRefused"}, Cause: "La pasarela del IHCE no aceptó la clave de suscripción.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise que la clave sea de este ambiente y esté activa.",
	},
	{
		Codes: []string{"GatewayTokenRefused"}, Cause: "La pasarela del IHCE no aceptó el token de la llave.", Who: ActsServer,
		Next: "Avise al administrador del servidor: revise que Scope y pasarela sean del mismo ambiente.",
	},
	{
		Codes: []string{"GatewayRoleRefused"}, Cause: "La pasarela del IHCE pide un permiso que la llave no tiene.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda asigna el permiso. Los tokens nuevos lo traen en unos minutos.",
	},
	{
		Codes: []string{"GatewayNoAnswer"}, Cause: "La pasarela del IHCE no respondió.", Who: ActsNobody,
		Next: "La llave no tiene la culpa. Pruebe de nuevo en unos minutos.",
	},
	{
		Codes: []string{"GatewayUnexpected"}, Cause: "La pasarela del IHCE respondió algo que no se esperaba.", Who: ActsHelpDesk,
		Next: "Copie el detalle técnico y consulte con la mesa de ayuda del IHCE.",
	},
}

// statusCases are answers whose code has no case of its own.
var statusCases = []FailureCase{
	{Status: 408, Cause: "Entra tardó demasiado en responder.", Who: ActsNobody, Next: willPass},
	{
		Status: 409, Cause: "La aplicación cambió mientras se creaba la llave.", Who: ActsReader,
		Next: "Revise el detalle técnico y reanude: el servidor mira de nuevo antes de escribir.",
	},
	{Status: 500, Codes: []string{"UnknownError"}, Cause: "Entra tuvo una falla.", Who: ActsNobody, Next: willPass},
	{Status: 504, Cause: "Entra no alcanzó a responder.", Who: ActsNobody, Next: willPass},
}

// otherRefusal is what no case knows.
var otherRefusal = FailureCase{
	Cause: "Entra rechazó la operación.", Who: ActsServer,
	Next: "Revise el detalle técnico y reanude, o escriba las llaves.",
}

// casesOf indexes the cases by code, in order, and caseWith by status: a list
// asks for the words of each of its rows.
var casesOf, caseWith = func() (map[string][]FailureCase, map[int]FailureCase) {
	codes, statuses := map[string][]FailureCase{}, map[int]FailureCase{}
	for _, c := range FailureCases() {
		for _, code := range c.Codes {
			codes[code] = append(codes[code], c)
		}
		if _, ok := statuses[c.Status]; !ok && c.Status != 0 {
			statuses[c.Status] = c
		}
	}
	return codes, statuses
}()

// caseOf finds the case of a failure.
func caseOf(f access.Failure) FailureCase {
	if f.Status == 0 && f.Code == "" {
		f.Code = "NoAnswer"
	}
	if f.Step == access.StepTest { // the key signs in there too
		f.Step = access.StepVerify
	}
	for _, c := range casesOf[f.Code] {
		if c.Step == "" || c.Step == f.Step {
			return c
		}
	}
	return caseOfStatus(f)
}
