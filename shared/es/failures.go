package es

import "llavero/shared/access"

// Who acts on a failure, as people read it.
const (
	ActsReader    = "Usted"
	ActsHelpDesk  = "La mesa de ayuda"
	ActsDirectory = "El administrador del directorio"
	ActsServer    = "El administrador del servidor"
	ActsNobody    = "Nadie: se resuelve solo"
)

// FailureCase is one way in which Entra, Graph, the gateway or the server says
// no: its cause, who acts and what comes next. The first case of a code decides;
// of the rest, the first of a status.
type FailureCase struct {
	Codes []string
	// Status is the HTTP status of answers whose code has no case; 0: none.
	Status int
	// Step limits the case: at StepVerify it is the key that signs in, elsewhere
	// the server; empty: anywhere.
	Step access.Step

	Cause string
	Who   string
	// Next may hold {permiso}, the Graph permission that the step needs.
	Next string
}

// Codes with words that depend on more than themselves.
const (
	lifetimePolicy = "CredentialInvalidLifetimeAsPerAppPolicy"
	keyExpired     = "AADSTS7000222"
)

// Sentences that several cases end with.
const (
	willPass  = "Suele ser pasajero: reanude en unos minutos o escriba las llaves."
	thenAgain = " Después, reanude."
)

// FailureCases lists every case, in the order they are looked for.
func FailureCases() []FailureCase {
	var all []FailureCase
	for _, group := range [][]FailureCase{keyCases, serverSignInCases, graphCases, ownCases, gatewayCases, statusCases} {
		all = append(all, group...)
	}
	return all
}

// keyCases are refusals of the token endpoint to the key itself.
var keyCases = []FailureCase{
	{
		Codes: []string{"AADSTS7000215"}, Step: access.StepVerify, Cause: "Entra no aceptó el secreto.", Who: ActsReader,
		Next: "Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos. Reanude en unos minutos.",
	},
	{
		Codes: []string{keyExpired}, Step: access.StepVerify, Cause: KeyExpired, Who: ActsReader,
		Next: "Cambie la llave en «Cambiar llave (Resolicitud Token)».",
	},
	{
		Codes: []string{"AADSTS700016"}, Step: access.StepVerify, Cause: "Ese identificador no existe en el directorio.", Who: ActsReader,
		Next: "Revise que no sea del otro ambiente. Si la llave es nueva, reanude en unos minutos.",
	},
	{
		Codes: []string{"AADSTS7000229"}, Step: access.StepVerify, Cause: "La aplicación de la llave aún no está registrada en el directorio.", Who: ActsNobody,
		Next: "Una llave nueva tarda hasta 10 minutos. Si continúa, compare la llave con Entra.",
	},
	{
		Codes: []string{"AADSTS7000112"}, Step: access.StepVerify, Cause: "La aplicación de la llave está inhabilitada en el directorio.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: habilite el inicio de sesión de la aplicación." + thenAgain,
	},
	{
		Codes: []string{"AADSTS501051"}, Step: access.StepVerify, Cause: "La llave no tiene ningún permiso en la API del IHCE.", Who: ActsHelpDesk,
		Next: "La mesa de ayuda asigna los permisos en «Permisos de producción»." + thenAgain,
	},
}

// serverSignInCases are refusals of the token endpoint, to the server's own
// credential where the step does not say otherwise.
var serverSignInCases = []FailureCase{
	{
		Codes: []string{"AADSTS7000215"}, Cause: "Entra no aceptó el secreto del servidor.", Who: ActsServer,
		Next: "Avise al administrador: revise la credencial del servidor en Entra; copie el Valor, no el Id." + thenAgain,
	},
	{
		Codes: []string{keyExpired}, Cause: "El secreto del servidor venció.", Who: ActsServer,
		Next: "Avise al administrador: renueve la credencial del servidor en Entra." + thenAgain,
	},
	{
		Codes: []string{"AADSTS700016"}, Cause: "La aplicación del servidor no existe en el directorio.", Who: ActsServer,
		Next: "Avise al administrador: revise la credencial del servidor; client_id y tenant deben ser del mismo directorio." + thenAgain,
	},
	{
		Codes: []string{"AADSTS7000229"}, Cause: "La aplicación del servidor no está registrada en el directorio.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: dé el consentimiento de administrador a la aplicación del servidor." + thenAgain,
	},
	{
		Codes: []string{"AADSTS7000112"}, Cause: "La aplicación del servidor está inhabilitada.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: habilite el inicio de sesión de la aplicación del servidor." + thenAgain,
	},
	{
		Codes: []string{"AADSTS7000216"}, Cause: "El servidor se presentó ante Entra sin credencial.", Who: ActsServer,
		Next: "Avise al administrador: configure el secreto o el certificado del servidor." + thenAgain,
	},
	{
		Codes: []string{"AADSTS700027"}, Cause: "Entra no reconoce el certificado del servidor.", Who: ActsServer,
		Next: "Avise al administrador: suba a la aplicación del servidor el certificado que usa hoy, y revise su vigencia." + thenAgain,
	},
	{
		Codes: []string{"AADSTS700024"}, Cause: "El reloj del servidor no coincide con el de Entra.", Who: ActsServer,
		Next: "Avise al administrador: sincronice la hora del servidor." + thenAgain,
	},
	{
		Codes: []string{"AADSTS90002", "AADSTS900023"}, Cause: "Ese directorio no existe en Entra.", Who: ActsServer,
		Next: "Avise al administrador: corrija el identificador del directorio (TenantID)." + thenAgain,
	},
	{
		Codes: []string{"AADSTS900144"}, Cause: "A la petición del servidor le faltó un dato.", Who: ActsServer,
		Next: "Avise al administrador y entréguele el detalle técnico: es una falla del programa.",
	},
	{
		Codes: []string{"AADSTS500011"}, Cause: "La API del IHCE no está en el directorio.", Who: ActsServer,
		Next: "Avise al administrador: revise el parámetro Scope y que la API exista en ese directorio." + thenAgain,
	},
	{
		Codes: []string{"AADSTS1002012"}, Cause: "El parámetro Scope no es válido.", Who: ActsServer,
		Next: "Avise al administrador: el parámetro Scope debe terminar en /.default." + thenAgain,
	},
	{
		Codes: []string{"AADSTS70003"}, Cause: "Entra no admite el tipo de ingreso pedido.", Who: ActsServer,
		Next: "Avise al administrador: revise la dirección de ingreso (authority)." + thenAgain,
	},
	{
		Codes: []string{"AADSTS501051"}, Cause: "La aplicación del servidor no tiene ningún permiso.", Who: ActsDirectory,
		Next: "Avise al administrador del directorio: otorgue los permisos que pide «Operación con Entra»." + thenAgain,
	},
}
