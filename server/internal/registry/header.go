package registry

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Format is one of the kinds of files.
type Format string

// The formats, in the order they are read: each needs the ones before it.
const (
	OpenData      Format = "datos.gov.co" // one row a site, quoted CSV
	PortalMain    Format = "prestadores"  // one row a provider, raw
	PortalSites   Format = "sedes"        // one row a site, raw
	formatUnknown Format = ""
)

// column is a column we read, by the name REPS gives it.
type column string

// The columns of all formats.
const (
	colCode         column = "codigo_habilitacion"
	colMainCode     column = "codigo_prestador"
	colName         column = "nombre_prestador"
	colSiteName     column = "nombre"
	colType         column = "tido_codigo"
	colNIT          column = "nits_nit"
	colLegalName    column = "razon_social"
	colClass        column = "clpr_nombre"
	colSiteClass    column = "clase_prestador"
	colPerson       column = "clase_persona"
	colEnabled      column = "habilitado"
	colDV           column = "dv"
	colNumber       column = "numero_sede"
	colPhone        column = "telefono"
	colPhone2       column = "telefono_adicional"
	colEmail        column = "email"
	colEmail2       column = "email_adicional"
	colFiled        column = "fecha_radicacion"
	colEnds         column = "fecha_vencimiento"
	colClosed       column = "fecha_cierre"
	colOpened       column = "fecha_apertura"
	colCutOff       column = "fecha_corte_REPS"
	colMainSite     column = "sede_principal"
	colFullCode     column = "codigohabilitacionsede"
	colOpenMain     column = "codigoprestador"
	colOpenName     column = "nombreprestador"
	colOpenSite     column = "nombresede"
	colOpenType     column = "tipoid"
	colOpenNumber   column = "numeroidentificacion"
	colOpenTown     column = "municipiosede"
	colOpenClass    column = "claseprestador"
	colOpenEmail    column = "email_prestador"
	colOpenPhone    column = "telefonoprestador"
	colOpenSiteMail column = "email_sede"
	colOpenSiteCall column = "t_lefonosede"
	colOpenCutOff   column = "fecha_corte_reps"
)

// aliases are other headings of a column, folded.
var aliases = map[column][]string{
	colOpenClass:    {"claseprestadordesc"},
	colOpenSiteCall: {"telefonosede"},
	colOpenType:     {"tipoidentificacion", "tipodocumento"},
	colOpenNumber:   {"numeroidentificacionprestador", "nit"},
	colFullCode:     {"codigohabilitacion12"},
	colOpenTown:     {"codigomunicipiosede"},
	colCutOff:       {"fechacorte"},
	colOpenCutOff:   {"fechacorte"},
}

type layout struct {
	format   Format
	required []column
	optional []column
}

var layouts = []layout{
	{OpenData, []column{colOpenMain, colOpenName, colFullCode, colOpenType, colOpenNumber}, []column{
		colOpenSite, colOpenTown, colOpenClass, colOpenEmail, colOpenPhone, colOpenSiteMail, colOpenSiteCall, colOpenCutOff,
	}},
	{PortalMain, []column{colCode, colName, colNIT, colEnabled, colPerson}, []column{
		colType, colLegalName, colClass, colDV, colPhone, colPhone2, colEmail, colEmail2, colFiled, colEnds, colClosed, colCutOff,
	}},
	{PortalSites, []column{colMainCode, colCode, colNumber, colNIT, colEnabled}, []column{
		colName, colSiteName, colSiteClass, colPerson, colDV, colPhone, colPhone2, colEmail, colEmail2, colOpened, colClosed, colCutOff, colMainSite,
	}},
}

// header is a file's first line, understood.
type header struct {
	layout
	delimiter string
	width     int
	at        map[column]int
}

// readHeader recognises the format by its columns. The answer lists the
// required columns that are missing; the format is unknown if nothing fits.
func readHeader(text string) (h header, missing []column) {
	h.delimiter = delimiterOf(text)
	var names []string
	if h.delimiter != "" {
		names = strings.Split(text, h.delimiter)
	}
	at := make(map[string]int, len(names))
	for i, n := range names {
		if _, ok := at[fold(n)]; !ok {
			at[fold(n)] = i
		}
	}
	best := 0.0
	for _, l := range layouts {
		cols, absent, found := map[column]int{}, []column(nil), 0
		for _, c := range slices.Concat(l.required, l.optional) {
			i, ok := find(at, c)
			switch {
			case ok:
				cols[c] = i
				found++
			case slices.Contains(l.required, c):
				absent = append(absent, c)
			}
		}
		if share := float64(found) / float64(len(l.required)+len(l.optional)); share > best && found > 3 {
			best, missing = share, absent
			h.layout, h.at = l, cols
		}
	}
	h.width = len(names)
	return h, missing
}

func find(at map[string]int, c column) (int, bool) {
	for _, n := range append([]string{fold(string(c))}, aliases[c]...) {
		if i, ok := at[n]; ok {
			return i, true
		}
	}
	return 0, false
}

// delimiterOf is the mark that stands most often between the names of a header.
func delimiterOf(text string) string {
	counts, best := map[rune]int{}, rune(0)
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _.\"'-()\u00a0", r) {
			continue
		}
		if counts[r]++; best == 0 || counts[r] > counts[best] {
			best = r
		}
	}
	if best == 0 {
		return ""
	}
	return string(best)
}

// fold reduces a heading to its letters and digits, without case or accents.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
