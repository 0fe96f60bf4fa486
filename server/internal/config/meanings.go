package config

import "strings"

// Meaning says in Spanish what a setting is; "" for one that nobody described.
// Those of both environments are described once.
func Meaning(key string) string {
	for _, env := range []string{"preproduction.", "production."} {
		if rest, ok := strings.CutPrefix(key, env); ok {
			return meanings["*."+rest]
		}
	}
	return meanings[key]
}

// meanings are the words of the reference, by key.
var meanings = map[string]string{
	"listen":      "`equipo:puerto` del servidor HTTPS; el puerto 0 toma uno libre",
	"public_url":  "dirección que va en los correos, `https://llaves.example`; vacía: la de `listen`",
	"data_dir":    "carpeta de la base de datos, las llaves de cifrado y los certificados de desarrollo",
	"database":    "archivo SQLite; vacío: `llavero.db` en `data_dir`",
	"keyset":      "llaves que cifran los secretos; vacío: `keyset.json` en `data_dir`. Guárdelas en otro volumen y otra copia que la base de datos",
	"signing_key": "llave Ed25519 que firma constancias y bitácora, PKCS#8 en PEM; vacío: `signing.pem` en `data_dir`. También con su propia copia",
	"demo":        "los clientes dicen «datos de demostración» en cada pantalla",
	"log_level":   "`debug`, `info`, `warn` o `error`",
	"log_format":  "`text`, o `json`: un objeto por línea",
	"free_mail":   "dominios de correo que no son de una institución; vacía: la lista del programa",

	"tls.cert_file":       "certificado y cadena, PEM; sin él se usa una autoridad de desarrollo",
	"tls.key_file":        "su llave privada, PEM",
	"tls.development_dir": "carpeta de la autoridad de desarrollo; vacía: `tls` en `data_dir`",
	"tls.hosts":           "nombres y direcciones del certificado de desarrollo",
	"tls.watch_every":     "cada cuánto se mira si los archivos del certificado cambiaron; SIGHUP los mira de inmediato",

	"http.header_timeout": "plazo del saludo TLS y de la cabecera de cada petición",
	"http.read_timeout":   "plazo de una petición entera",
	"http.write_timeout":  "plazo desde la cabecera hasta el fin de la respuesta",
	"http.idle_timeout":   "espera entre dos peticiones de una conexión",
	"http.connections":    "conexiones abiertas a la vez, con los canales; la siguiente espera",
	"http.per_address":    "conexiones de una misma dirección; la siguiente se cierra. Un hospital entero puede salir por una dirección",

	"metrics.listen":  "`equipo:puerto` de `/live`, `/ready` y `/metrics`, sin cifrar y sin sesión; vacío: no hay",
	"metrics.exposed": "permite que `metrics.listen` sea una dirección que otros equipos alcanzan; solo en una red propia",

	"mail.mode":          "`smtp`, o `drop`: un archivo .eml por mensaje",
	"mail.host":          "servidor de correo",
	"mail.port":          "su puerto",
	"mail.security":      "`starttls`, `tls` o `none`; `none` solo en el mismo equipo",
	"mail.ca_file":       "más autoridades en las que confiar, PEM",
	"mail.username":      "usuario; vacío: sin autenticación",
	"mail.password":      "contraseña",
	"mail.password_file": "archivo con la contraseña",
	"mail.from":          "dirección del remitente",
	"mail.from_name":     "nombre del remitente",
	"mail.drop_dir":      "carpeta de `drop`; vacía: `mail` en `data_dir`",
	"mail.timeout":       "plazo de un mensaje entero",

	"help.phones": "teléfonos de la mesa de ayuda, como los ve la gente",
	"help.hours":  "su horario",
	"help.mail":   "su correo",
	"help.terms":  "«condiciones legales»; los párrafos van separados por una línea vacía",

	"entra.authority":          "dirección de ingreso de Microsoft",
	"entra.graph_url":          "dirección de Microsoft Graph",
	"entra.tenant":             "GUID del directorio; vacío: no hay, y las solicitudes quedan pendientes",
	"entra.client_id":          "GUID de la aplicación del servidor",
	"entra.client_secret":      "secreto de esa aplicación; el certificado gana",
	"entra.client_secret_file": "archivo con ese secreto",
	"entra.certificate_file":   "certificado y llave de esa aplicación, PEM; se lee de nuevo cuando cambia",
	"entra.ca_file":            "más autoridades en las que confiar, PEM: para el emulador",
	"entra.check_permissions":  "preguntar al arrancar y cada día qué permisos faltan o sobran",
	"entra.writes_per_window":  "escrituras a Graph en 150 segundos; el límite de Graph es 3000",
	"entra.tries":              "intentos de una llamada",
	"entra.budget":             "plazo de todos los intentos de una llamada",
	"entra.back_off":           "primera espera entre intentos",
	"entra.lag_window":         "cuánto puede tardar en verse lo recién creado",
	"entra.timeout":            "plazo de un intento",
	"entra.instance_discovery": "preguntar a Microsoft si la autoridad es real; no con el emulador",

	"provision.prefix":              "comienzo de los nombres únicos en Entra; no debe cambiar nunca",
	"provision.attempts":            "intentos antes de que una solicitud quede pendiente",
	"provision.first_wait":          "espera tras el primer fallo; se duplica",
	"provision.longest_wait":        "espera más larga",
	"provision.lease":               "sin señal de vida tanto tiempo, otro toma el trabajo",
	"provision.workers":             "trabajos a la vez",
	"provision.verify_times":        "ingresos seguidos con los que una llave nueva se da por lista",
	"provision.verify_spacing":      "espera entre ellos",
	"provision.verify_wait":         "espera tras un rechazo que dice «todavía no»",
	"provision.verify_window":       "cuánto se esperan esos rechazos",
	"provision.look_again":          "cuánto se duda de una lista de secretos vacía",
	"provision.read_every":          "cada cuánto se leen permisos que faltan por leer; 0: nunca",
	"provision.vendor_overlap_days": "días que sigue sirviendo el secreto anterior al cambiar de proveedor de tecnología, 0 a 30",

	"test.workers":         "pruebas de llave a la vez",
	"test.pause":           "espera entre dos pruebas de la misma llave",
	"test.check_every":     "cada cuánto se buscan en Entra las llaves escritas a mano; 0: nunca",
	"test.gateway_ca_file": "más autoridades en las que confiar para el IHCE, PEM: para el emulador",
	"test.gateway_timeout": "plazo de la pregunta al IHCE",

	"drift.nightly": "comparar cada noche todas las llaves con Entra",
	"drift.at":      "hora de Colombia de la comparación, 0 a 23",

	"remind.enabled":     "avisar que las llaves vencen",
	"remind.hour":        "hora de Colombia desde la que salen los avisos, 0 a 23",
	"remind.escalate_to": "correo del Ministerio para llaves de las que nadie responde; vacío: `help.mail`; `none`: ninguno",
	"remind.operator":    "a quién se avisa que vence la credencial del servidor; vacío: `mail.from`; `none`: a nadie",
	"remind.per_sweep":   "llaves que se avisan de una vez",

	"auth.argon_memory":            "memoria de Argon2id, KiB",
	"auth.argon_time":              "pasadas de Argon2id",
	"auth.argon_threads":           "hilos de Argon2id",
	"auth.argon_parallel":          "contraseñas que se comprueban a la vez",
	"auth.session_idle":            "una sesión sin uso termina",
	"auth.session_max":             "una sesión termina en todo caso",
	"auth.ticket_ttl":              "plazo entre la contraseña y el segundo factor",
	"auth.puzzle_bits":             "dificultad de «No soy un robot», en bits",
	"auth.puzzle_ttl":              "cuánto sirve",
	"auth.login_failures":          "fallos de un usuario desde una dirección, en la ventana, antes de esperar",
	"auth.login_failures_anywhere": "fallos de un usuario desde todas las direcciones juntas; una red desde la que ya ingresó no espera por ellos",
	"auth.sessions_per_account":    "sesiones abiertas a la vez de una cuenta; al abrir otra, termina la más antigua",
	"auth.address_failures":        "fallos desde una dirección, en la ventana, antes de esperar",
	"auth.window":                  "la ventana",
	"auth.first_block":             "primera espera; se duplica",
	"auth.longest_block":           "espera más larga",
	"auth.address_tries":           "veces que una dirección puede, en la ventana, cada cosa que no pide sesión",
	"auth.delegates_need_totp":     "el segundo factor es obligatorio también para delegados",

	"feed.beat":          "cada cuánto el canal da señal de vida",
	"feed.hello_timeout": "plazo del saludo del cliente",
	"feed.write_timeout": "plazo de un mensaje; después el cliente es lento y se despide",
	"feed.per_account":   "canales de una cuenta",
	"feed.per_address":   "canales desde una dirección",
	"feed.total":         "canales de todos",
	"feed.batch":         "filas por mensaje",

	"consent.agreement": "nadie recibe un código sin aceptar antes el acuerdo sobre el método de firma",

	"audit.head_to":  "correo que recibe cada día el cierre firmado de la bitácora; vacío: nadie",
	"audit.head_dir": "carpeta que recibe el cierre firmado, un archivo por día; vacía: ninguna. Mejor una que el servidor pueda escribir y no cambiar",

	"backup.enabled":          "el servidor copia su base de datos por sí mismo",
	"backup.dir":              "carpeta de las copias; vacía: `backups` en `data_dir`. Mejor en otro disco",
	"backup.every":            "cada cuánto, en horas completas",
	"backup.at":               "hora de Colombia desde la que se cuentan",
	"backup.keep_daily":       "copias que se conservan, una por día",
	"backup.keep_weekly":      "además, una por semana",
	"backup.keep_monthly":     "además, una por mes",
	"backup.verify":           "revisar cada copia completa después de hacerla",
	"backup.before_migration": "hacer una copia antes de que un programa más nuevo cambie las tablas",
	"backup.replicated":       "Litestream copia la base de datos todo el tiempo: sólo él vacía el WAL. Sin Litestream el WAL crecería sin fin",

	"*.entra.tenant":             "directorio propio del ambiente; vacío: el de `[entra]`",
	"*.entra.client_id":          "aplicación propia del ambiente; trae su propio secreto o certificado",
	"*.entra.client_secret":      "su secreto",
	"*.entra.client_secret_file": "archivo con su secreto",
	"*.entra.certificate_file":   "su certificado y llave, PEM",
	"*.tenant_id":                "GUID del directorio en el que entran las llaves",
	"*.scope":                    "alcance que piden las llaves, `api://…/.default`",
	"*.resource_app_id":          "GUID de la aplicación de la API del IHCE, de la que son los roles",
	"*.permissions":              "roles que se otorgan al expedir",
	"*.validity_days":            "vida de un secreto nuevo, en días",
	"*.reveal":                   "`always`, o `once`: el secreto se muestra una sola vez",
}
