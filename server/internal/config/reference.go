package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Reference is the page of every setting, Markdown in Spanish, made from the
// settings themselves: docs/configuracion.md is this text.
func Reference() string {
	c := Default()
	var b strings.Builder
	b.WriteString(referenceHead)
	section := "\x00"
	for _, s := range settingsOf(&c) {
		in, name := "", s.key
		if i := strings.LastIndex(s.key, "."); i >= 0 {
			in, name = s.key[:i], s.key[i+1:]
		}
		if in != section {
			section = in
			title := "Generales"
			if in != "" {
				title = "[" + in + "]"
			}
			fmt.Fprintf(&b, "\n## %s\n\n| Clave | Variable | Tipo | Valor si no se pone | Qué es |\n|---|---|---|---|---|\n", title)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", name, s.variable(), s.kind(), s.usual(), Meaning(s.key))
	}
	b.WriteString(referenceFoot)
	return b.String()
}

// kind names the setting's type for people.
func (s setting) kind() string {
	switch {
	case s.isSecret():
		return "secreto"
	case s.value.Type() == durationType:
		return "duración"
	}
	switch s.value.Kind() {
	case reflect.Bool:
		return "sí o no"
	case reflect.Int:
		return "entero"
	case reflect.Slice:
		return "lista"
	default:
		return "texto"
	}
}

// usual is the value without any setting, as it is written in TOML.
func (s setting) usual() string {
	switch {
	case s.isSecret():
		return "ninguno"
	case s.value.Type() == durationType:
		return "`\"" + short(time.Duration(s.value.Int())) + "\"`"
	}
	switch s.value.Kind() {
	case reflect.String:
		text := s.value.String()
		if text == "" {
			return "vacío"
		}
		if strings.Contains(text, "\n") {
			return "un texto que viene con el programa"
		}
		return fmt.Sprintf("`%q`", text)
	case reflect.Slice:
		if s.value.Len() == 0 {
			return "vacía"
		}
		return fmt.Sprintf("`[\"%s\"]`", strings.Join(s.value.Interface().([]string), `", "`))
	default:
		return fmt.Sprintf("`%v`", s.value.Interface())
	}
}

// short writes a duration without units that are zero: 8h, not 8h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

const referenceHead = `# Configuración del servidor

Esta página sale del programa (` + "`llavero-server config reference`" + `); una prueba falla si se aparta de él. Cómo se usa: [operación](operacion.md).

Cada ajuste se pone en el archivo TOML (` + "`--config ARCHIVO`" + ` o ` + "`LLAVERO_CONFIG`" + `) o en su variable, que gana. Una clave desconocida o un valor imposible detiene el arranque con un mensaje que la nombra. **Los secretos nunca van en el TOML**: van en su variable o en un archivo propio (las claves que terminan en ` + "`_file`" + `). Las duraciones se escriben ` + "`30s`, `15m`, `8h`" + `; las listas, en una variable, separadas por comas.

` + "`llavero-server config print`" + ` muestra los valores en uso, con los secretos tapados; ` + "`llavero-server config check`" + ` los revisa sin arrancar.
`

const referenceFoot = `
## Parámetros de conexión

Cada ambiente lleva una lista abierta, en el orden en que se muestra a quien conecta su software:

` + "```toml" + `
[[production.parameters]]
name = "EndPoint"
value = "https://ihce.example"

[[production.parameters]]
name = "APIMSubskey"
sensitive = true
value_file = "/etc/llavero/apim-produccion"
` + "```" + `

| Clave | Qué es |
|---|---|
| ` + "`name`" + ` | el nombre que conocen los proveedores de tecnología |
| ` + "`value`" + ` | el valor, si no es sensible |
| ` + "`sensitive`" + ` | se muestra tapado y cada consulta queda en la bitácora; su valor no va en el TOML |
| ` + "`value_file`" + ` | archivo con el valor; o la variable ` + "`LLAVERO_PRODUCTION_PARAMETER_<NOMBRE>`" + ` |
`
