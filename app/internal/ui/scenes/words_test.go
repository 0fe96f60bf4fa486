//go:build !race

package scenes

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
)

// foreign are words that no screen of ours says. The Ministry's and the
// vendors' own terms (Token, Login, ClientID, Client Secret) are none of them.
var foreign = regexp.MustCompile(`(?i)(?:^|[^\pL])(the|and|with|your|please|cancel|close|save|yes|loading|search|retry|failed|unknown|` +
	`invalid|required|submit|password|sign in|not found|forbidden|unauthorized|conflict|timeout|deadline|refused|EOF|nil|null|undefined)(?:$|[^\pL])`)

// machine are words only programs say: snake case, format verbs that were not
// filled in, Go's own errors.
var machine = regexp.MustCompile(`\b[a-z]+_[a-z_]+\b|%!|%[sdvq]\b|\bx509\b|\bdial tcp\b|\b0x[0-9a-f]{4,}\b|AADSTS\d+`)

// drawn is one text in the toolkit's markup of what is visible.
var drawn = regexp.MustCompile(`<text[^>]*>([^<]*)</text>`)

// said is what a scene's picture says, in drawing order, on one line.
func said(t *testing.T, s Scene) string {
	t.Helper()
	w := test.NewTempWindow(t, s.Build())
	w.SetPadded(false)
	w.Resize(s.Size)
	var words []string
	for _, m := range drawn.FindAllStringSubmatch(test.RenderToMarkup(w.Canvas()), -1) {
		words = append(words, html.UnescapeString(m[1]))
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// everySaid is what each scene says, by its name.
func everySaid(t *testing.T) map[string]string {
	t.Helper()
	a := test.NewTempApp(t)
	if err := look.SpeakSpanish(); err != nil {
		t.Fatal(err)
	}
	a.Settings().SetTheme(look.Forced(fyne.ThemeVariant(theme.VariantLight)))
	all := map[string]string{}
	for _, s := range All() {
		all[s.Name] = said(t, s)
	}
	return all
}

// TestScenes_speakSpanish: no English, no machine words on any screen.
func TestScenes_speakSpanish(t *testing.T) {
	for name, text := range everySaid(t) {
		if text == "" {
			t.Errorf("%s says nothing", name)
		}
		for _, bad := range append(foreign.FindAllString(text, -1), machine.FindAllString(text, -1)...) {
			t.Errorf("%s says %q", name, bad)
		}
	}
}

// promised are the texts of the empty states and of the errors that people are
// promised, word for word; … stands for what is filled in, or for the step that
// failed.
var promised = []string{
	// empty states
	"No hay solicitudes pendientes. La última se atendió hoy a las 09:14.",
	"Ver llaves asignadas",
	"Ninguna solicitud coincide con “…”.",
	"Quitar filtros",
	"No hay prestadores vigentes en REPS para el NIT …. Revise la delegación en MiSeguridadSocial.",
	"Copiar datos para la mesa de ayuda",
	"Este prestador aún no tiene llave.", "Solicitar llave",
	"Ya solicitada el …. Situación: ….",
	"Ver solicitud", "Ir a Mis llaves", "Cambiar llave",
	"Sin conexión ni datos guardados. Conéctese una vez para descargar la lista.",
	"Su usuario aún no tiene rol. Falta en la lista de funcionarios del Ministerio.",
	// access
	"Sesión bloqueada", "Desbloquear", "Cerrar sesión", "Usar un código de recuperación", "Este equipo", "Cerrar las demás…",
	"Guardé los códigos en un lugar seguro",
	// errors
	"El usuario o la contraseña no coinciden. Intente de nuevo.",
	"El código del autenticador no coincide. Revise la hora de su celular.",
	"Demasiados intentos. Espere … min y vuelva a ingresar.",
	"El código de la imagen no coincide. Escriba el de la imagen nueva.",
	"Falta la delegación de su representante legal. Regístrela en MiSeguridadSocial.",
	"Entra no aceptó el secreto. Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos.", "Probar de nuevo",
	"Ese identificador no existe en el directorio. Revise que no sea del otro ambiente.",
	// the life of a key
	"Creada", "Propagándose", "Lista", "Suele tardar entre 20 s y 10 min. Puede cerrar; le avisamos.",
	"Entra acepta el secreto", "Lo acepta de forma estable", "Trae los permisos esperados", "La pasarela del IHCE responde",
	"Activa", "En relevo", "Revocada", "Vencida", "Sin verificar", "Reemplazada",
	"Los tokens ya emitidos siguen activos hasta 90 minutos.",
	"Los tokens ya emitidos sirven hasta las … (quedan … min).",
	"Escriba los 4 últimos dígitos del código de habilitación.",
	"Reportar llave comprometida…", "Reemplazar llave de producción", "Revocar llave…", "Revocar llave de preproducción", "Volver",
	"Ya recibí", "Posponer…", "Ya renové", "Guardar en calendario (.ics)", "Llave comprometida", "Secretos anteriores",
	"Entra no aceptó el secreto.…Suele ser el Id. en lugar del Valor, o una llave de menos de 10 minutos.",
	"La llave venció el … y ya no sirve.",
	"Ese identificador no existe en el directorio.…Revise que no sea del otro ambiente.",
	"El servidor no tiene permiso para crear llaves.…La solicitud sigue guardada. Avise al administrador: falta ….",
	"La política … del directorio no permite esa vigencia.…Avise al administrador",
	"Entra pide esperar … s. Reintentamos solos.",
	"La aplicación llegó al máximo de secretos.…Termine un relevo o revoque uno.",
	"No pudimos crear la llave ahora; la mesa de ayuda revisa su solicitud ….",
	"Esta solicitud cambió mientras usted la revisaba.",
	"Su valor", "Valor actual",
	"Su rol no permite esta acción. Quedó registrada.",
	"Sin respuesta del servidor. Sus datos siguen aquí.",
	"No podemos confirmar la identidad del servidor. No escriba su contraseña. Avise al administrador.",
	"No pudimos borrar el portapapeles en este computador. Copie otro texto.",
	"Referencia … · …",
}

// TestScenes_sayWhatIsPromised: each promised text stands on a screen.
func TestScenes_sayWhatIsPromised(t *testing.T) {
	all := everySaid(t)
	for _, text := range promised {
		want := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), "…", ".{1,120}?"))
		shown := false
		for _, says := range all {
			if want.MatchString(says) {
				shown = true
				break
			}
		}
		if !shown {
			t.Errorf("no scene says «%s»", text)
		}
	}
}
