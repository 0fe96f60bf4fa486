package es

import (
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Notice words a toast of package state by its kind; args fill it in. An
// unknown kind gives the empty string, and nothing is shown.
func Notice(kind string, args map[string]string) string {
	switch kind {
	case "back":
		n, err := strconv.Atoi(args["count"])
		if err != nil || n <= 0 {
			return "Conectado."
		}
		return "Conectado. " + Count(n, "cambio", "cambios") + " mientras no estaba."
	case "taken_by":
		text := args["by"] + " tomó la solicitud " + args["number"]
		if why := args["why"]; why != "" {
			text += ": " + strings.TrimRight(why, ".")
		}
		return text + "."
	case "lapsed":
		return "La solicitud " + args["number"] + " quedó libre por inactividad."
	case "released":
		return "Liberó la solicitud " + args["number"] + "."
	case "resumed":
		return "Reanudó la solicitud " + args["number"] + "."
	case "key_ready":
		if args["kind"] == "renew" {
			return "Reasignación de tokens: ya existe la llave nueva del código " + args["code"] + "."
		}
		return "Se ha asignado el token del código " + args["code"] + "."
	case "key_usable":
		return "La llave de " + strings.ToLower(Environment(access.Environment(args["environment"]))) + " del código " + args["code"] + " está lista."
	case "restored":
		at, err := time.Parse(time.RFC3339, args["at"])
		if err != nil {
			return "El servidor se restauró de una copia: revise lo último que hizo."
		}
		return "El servidor se restauró de una copia del " + DateTime(at) + ". Revise lo que hizo después: puede no estar."
	case "anew":
		return "La lista guardada en este computador no se pudo leer. La descargamos de nuevo."
	case "not_kept":
		return "Este computador no ofrece un llavero del sistema: al cerrar no guardamos la sesión ni la lista."
	case "end_later":
		return "Cerró la sesión en este computador. Se lo diremos al servidor en cuanto responda."
	case "keys_refused":
		text := "Las llaves de firma que publica el servidor no son las que este programa conocía"
		switch {
		case args["lost"] != "":
			text += ": falta " + args["lost"]
		case args["changed"] != "":
			text += ": cambió " + args["changed"]
		}
		return text + ". No las tomamos: seguimos con las anteriores. Avise a la mesa de ayuda antes de confiar en documentos nuevos."
	case "draft":
		return "Recuperamos el formulario que estaba escribiendo."
	default:
		return ""
	}
}

// Offline is the strip: «Sin conexión · datos de las 09:14».
func Offline(dataAt, now time.Time) string {
	if dataAt.IsZero() {
		return "Sin conexión ni datos guardados. Conéctese una vez para descargar la lista."
	}
	return "Sin conexión · datos " + dataFrom(dataAt, now)
}

// Copied is the notice after a copy, counting down.
func Copied(what string, seconds int) string {
	return what + ". Se borra en " + strconv.Itoa(seconds) + " s."
}

// dataFrom is DataAge with its preposition: «de las 09:14», «de ayer a las
// 09:14», «del 20/11/2026 a las 09:14».
func dataFrom(dataAt, now time.Time) string {
	if rest, ok := strings.CutPrefix(DataAge(dataAt, now), "el "); ok {
		return "del " + rest
	}
	return "de " + DataAge(dataAt, now)
}
