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

	colDocType:   {"tipoidentificacion", "tipodoc", "tipoid"},
	colDocNumber: {"numeroidentificacion", "numerodoc", "documento", "identificacion"},
	colGiven:     {"nombre"},
	colFamily:    {"apellido"},
	colMail:      {"correoelectronico", "email"},
	colCall:      {"celular", "telefonocelular"},
	colOrgNIT:    {"nitentidad", "numeronit"},
	colOrgName:   {"nombreentidad"},
	colNovelty:   {"tiponovedad"},
	colAct:       {"numeroactoadministrativo"},
	colRegistry:  {"numeroregistroprofesional", "registro"},
}

type layout struct {
	format   Format
	isRaw    bool // neither quoted nor escaped
	required []column
	optional []column
}

// layouts are those of REPS; people.go has the others.
var layouts = []layout{
	{OpenData, false, []column{colOpenMain, colOpenName, colFullCode, colOpenType, colOpenNumber}, []column{
		colOpenSite, colOpenTown, colOpenClass, colOpenEmail, colOpenPhone, colOpenSiteMail, colOpenSiteCall, colOpenCutOff,
	}},
	{PortalMain, true, []column{colCode, colName, colNIT, colEnabled, colPerson}, []column{
		colType, colLegalName, colClass, colDV, colPhone, colPhone2, colEmail, colEmail2, colFiled, colEnds, colClosed, colCutOff,
	}},
	{PortalSites, true, []column{colMainCode, colCode, colNumber, colNIT, colEnabled}, []column{
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
	names, delimiter := splitHeader(text)
	best := 0.0
	for _, l := range layouts {
		cols, absent := l.match(names)
		all := len(l.required) + len(l.optional)
		if share := float64(len(cols)) / float64(all); share > best && len(cols) > 3 {
			best, missing = share, absent
			h.layout, h.at = l, cols
		}
	}
	h.delimiter, h.width = delimiter, len(names)
	return h, missing
}

// reader reads the header of a file that can only be of this layout.
func (l layout) reader() func(string) (header, []column) {
	return func(text string) (header, []column) {
		names, delimiter := splitHeader(text)
		cols, missing := l.match(names)
		return header{layout: l, delimiter: delimiter, width: len(names), at: cols}, missing
	}
}

// splitHeader cuts a header at the mark it uses. A heading may be quoted.
func splitHeader(text string) (names []string, delimiter string) {
	if delimiter = delimiterOf(text); delimiter != "" {
		names = strings.Split(text, delimiter)
	}
	return names, delimiter
}

// match finds the layout's columns among the headings.
func (l layout) match(names []string) (cols map[column]int, absent []column) {
	at := make(map[string]int, len(names))
	for i, n := range names {
		if _, ok := at[fold(n)]; !ok {
			at[fold(n)] = i
		}
	}
	cols = map[column]int{}
	for _, c := range slices.Concat(l.required, l.optional) {
		i, ok := find(at, c)
		switch {
		case ok:
			cols[c] = i
		case slices.Contains(l.required, c):
			absent = append(absent, c)
		}
	}
	return cols, absent
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
