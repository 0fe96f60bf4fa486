package help

// ID names a section.
type ID string

// The sections, in the order they are listed.
const (
	SignIn   ID = "sign_in"
	Register ID = "register"
	Unlock   ID = "unlock"
	Recover  ID = "recover"
	Account  ID = "account"
	Enroll   ID = "enroll"
	Renew    ID = "renew"
	Keys     ID = "keys"
	Activity ID = "activity"
	Queue    ID = "queue"
	Amend    ID = "amend"
	Grant    ID = "grant"
	Drift    ID = "drift"
	Trail    ID = "trail"
	Keyboard ID = "keyboard"
	Norms5   ID = "norms"
	Terms11  ID = "terms"
	Call     ID = "call"
)

// Section is one page of the help.
type Section struct {
	ID    ID
	Title string
	Intro string
	Steps []string // numbered
	Notes []string // what to know besides
}

// Sections are the pages with steps: one for each screen.
func Sections() []Section {
	return append(ownSections(), append(delegateSections(), officerSections()...)...)
}

func ownSections() []Section {
	return []Section{
		{SignIn, "Ingresar", "Se ingresa con el usuario y la contraseña del registro.", []string{
			"Escriba su usuario: los delegados, ADMIHCEIPS y el NIT; los demás, tipo y número de documento.",
			"Escriba su contraseña.",
			"Marque «No soy un robot» y espere a que diga «Comprobado».",
			"Pulse «Ingresar». Si su usuario tiene segundo factor, escriba los 6 dígitos de su autenticador.",
		}, []string{
			"Sin usuario: «Registro de usuarios». Sin contraseña: «Olvidé mi contraseña». Con un código en el correo: «Tengo un código de registro».",
			"Tras varios intentos fallidos hay que esperar unos minutos. Ningún usuario queda bloqueado para siempre.",
		}},
		{Register, "Registro de usuarios", "Crea su usuario. No necesita haber ingresado.", []string{
			"Elija el sistema «IHCE» y luego su tipo de usuario.",
			"Complete el formulario. Los números van sin espacios, comas, puntos ni guiones; el NIT, sin dígito de verificación.",
			"Escriba el código de la imagen. Si no lo lee bien, pulse «Actualizar imagen».",
			"Pulse «Verificar requisitos»: cada línea dice «Cumple», «No cumple» o «Sin datos» y dónde se corrige.",
			"Lea el acuerdo de confidencialidad, marque la casilla y pulse «Registrar».",
			"Anote el usuario del resumen. Abra el enlace del correo, o pegue su código en «Tengo un código de registro».",
		}, []string{
			"Persona jurídica: la entidad registrada como organización en MiSeguridadSocial, la delegación de su representante legal, y usted registrado como persona.",
			"Profesional independiente: registrado como persona en MiSeguridadSocial, inscrito en RETHUS y vigente en REPS.",
			"El correo se envía solo a la dirección registrada en MiSeguridadSocial. Si no hay ninguna, agréguela allí y registre su usuario de nuevo.",
			"«Otro usuario» es para funcionarios del Ministerio. El rol llega cuando el Ministerio los incluye en su lista.",
		}},
		{Unlock, "Código de registro", "Termina el registro, o crea otra contraseña.", []string{
			"Pegue el código del correo, o el enlace completo, y pulse «Continuar».",
			"Compruebe que el usuario es el suyo y escriba la contraseña dos veces. La barra dice qué tan segura es.",
			"Si su rol pide segundo factor, escanee el código con su aplicación de autenticación y escriba los 6 dígitos.",
			"Pulse «Ir al ingreso».",
		}, []string{"El código sirve una vez y vence. Pedir otro deja sin efecto el anterior."}},
		{Recover, "Olvidé mi contraseña", "Pide un correo para crear otra contraseña.", []string{
			"Escriba su usuario, el tipo y el número de su documento y el código de la imagen.",
			"Pulse «Pedir otra contraseña».",
			"Siga el enlace del correo, o pegue su código en «Tengo un código de registro».",
		}, []string{
			"La respuesta es la misma para todos, exista o no el usuario.",
			"Al crear otra contraseña se cierran las sesiones abiertas.",
		}},
		{Account, "Mi cuenta", "Muestra sus datos y cambia la contraseña.", []string{
			"Escriba la contraseña actual y dos veces la nueva.",
			"Pulse «Cambiar contraseña».",
		}, []string{
			"Sus sesiones en otros computadores se cierran. La de este sigue.",
			"«Seguridad»: segundo factor, códigos de recuperación, sesiones abiertas y tiempo de bloqueo.",
			"Ctrl+L bloquea: todo se oculta y vuelve con su contraseña.",
		}},
	}
}
