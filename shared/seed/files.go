package seed

import (
	"bufio"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
)

// Options says how a file is written.
type Options struct {
	Windows1252 bool
	BOM         bool
	Delimiter   string    // of format A; ";" if empty
	CutOff      time.Time // Colombian time; 16/09/2026 15:11 if zero
	// Broken plants rows of every known kind of damage among the good ones.
	Broken bool
	// APIHeaders writes format B with the headings of the JSON interface, not
	// those of its CSV.
	APIHeaders bool
}

// The files a planted row can be in.
const (
	FileMain  = "prestadores"
	FileSites = "sedes"
	FileOpen  = "datos.gov.co"
)

// Planted is a damaged row that a writer put in on purpose, with what a reader
// should say of it.
type Planted struct {
	File     string // FileMain, FileSites or FileOpen
	Line     int    // the header is line 1
	Reason   string
	Rejected bool               // else accepted with a warning
	Adds     access.LicenseCode // the code that only this row has; else ""
}

// cutOff is when the register is said to have been exported.
func (o Options) cutOff() time.Time {
	if o.CutOff.IsZero() {
		return time.Date(2026, 9, 16, 15, 11, 0, 0, time.UTC)
	}
	return o.CutOff
}

var (
	mainHeader = strings.Fields(`depa_nombre muni_nombre codigo_habilitacion nombre_prestador tido_codigo nits_nit
		razon_social clpr_codigo clpr_nombre ese direccion telefono fax email gerente nivel caracter habilitado
		fecha_radicacion fecha_vencimiento fecha_cierre dv clase_persona naju_codigo naju_nombre numero_sede_principal
		fecha_corte_REPS telefono_adicional email_adicional rep_legal`)
	siteHeader = strings.Fields(`departamento municipio codigo_prestador nombre_prestador codigo_habilitacion numero_sede
		nombre gerente tipo_zona direccion barrio cepo_codigo centro_poblado telefono fax email fecha_apertura fecha_cierre
		nits_nit dv clase_persona naju_codigo naturaleza clpr_codigo clase_prestador ese nivel caracter sede_principal
		habilitado numero_sede_principal horario_lunes horario_martes horario_miercoles horario_jueves horario_viernes
		horario_sabado horario_domingo fecha_corte_REPS telefono_adicional email_adicional`)
	townHeader = []string{
		"Municipio PDET", "Municipio ZOMAC", "Municipio PNIS", "Municipio PNSR antes 2023", "Municipio PNSR 2023",
		"Municipio PNSR 2024",
	}
	openHeader = strings.Fields(`CodigoPrestador NombrePrestador CodigoHabilitacionSede NombreSede TipoID
		NumeroIdentificacion NaturalezaJuridica ESE MunicipioPrestador DepartamentoPrestadorDesc MunicipioPrestadorDesc
		DireccionPrestador EmailPrestador TelefonoPrestador MunicipioSede DepartamentoSedeDesc MunicipioSedeDesc
		DireccionSede EmailSede TelefonoSede ClasePrestadorDesc FechaCorteREPS`)
	openAPIHeader = strings.Fields(`codigoprestador nombreprestador codigohabilitacionsede nombresede tipoid
		numeroidentificacion naturalezajuridica ese municipio_prestador departamentoprestadordesc municipioprestadordesc
		direccionprestador email_prestador telefonoprestador municipiosede departamentodededesc municipiosededesc
		direcci_nsede email_sede t_lefonosede claseprestador fecha_corte_reps`)
)

// WriteA writes rows as the portal's two text files: raw, neither quoted nor
// escaped. It returns what it planted, in order.
func WriteA(prestadores, sedes io.Writer, rows iter.Seq[Provider], o Options) ([]Planted, error) {
	delimiter := o.Delimiter
	if delimiter == "" {
		delimiter = ";"
	}
	raw := func(fields []string) string { return strings.Join(fields, delimiter) }
	cut := o.cutOff()
	stamp := "Fecha corte REPS: " + cut.Format("Jan 2 2006 ") + leftPad(cut.Format("3:04PM"), 7)
	mains := newSheet(prestadores, FileMain, slices.Concat(mainHeader, townHeader), raw, o, mainPlants)
	sites := newSheet(sedes, FileSites, slices.Concat(siteHeader, townHeader), raw, o, sitePlants)
	n, orphan := 0, false
	for p := range rows {
		n++
		if o.Broken && !orphan && n > 30 && len(p.Sites) == 1 && p.Sites[0].Code == p.Code {
			orphan = true // its site's row will have no provider
			sites.planted = append(sites.planted, Planted{File: FileSites, Line: sites.line + 1, Reason: "no_provider"})
			sites.put(siteRow(p, p.Sites[0], stamp))
			continue
		}
		mains.row(mainRow(p, stamp))
		for _, s := range p.Sites {
			sites.row(siteRow(p, s, stamp))
		}
	}
	if err := mains.close(); err != nil {
		return nil, err
	}
	return append(mains.planted, sites.planted...), sites.close()
}

// WriteB writes rows as the CSV of datos.gov.co, a line a site. It returns what
// it planted, in order.
func WriteB(w io.Writer, rows iter.Seq[Provider], o Options) ([]Planted, error) {
	header := openHeader
	if o.APIHeaders {
		header = openAPIHeader
	}
	stamp := o.cutOff().Format("2006-01-02T15:04:05.000")
	s := newSheet(w, FileOpen, header, quoted, o, openPlants)
	for p := range rows {
		for _, site := range p.Sites {
			s.row(openRow(p, site, stamp))
		}
	}
	return s.planted, s.close()
}

// quoted writes a line of CSV, quoting where it must.
func quoted(fields []string) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		if strings.ContainsAny(f, "\",\n") {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		out[i] = f
	}
	return strings.Join(out, ",")
}

// sheet is a file being written, with the damage still to be planted.
type sheet struct {
	name    string
	out     *bufio.Writer
	join    func([]string) string
	latin   bool
	bytes   []byte // scratch
	line    int
	rows    int
	kinds   []plant
	pending []plant
	planted []Planted
	err     error
}

func newSheet(w io.Writer, name string, header []string, join func([]string) string, o Options, kinds []plant) *sheet {
	s := &sheet{name: name, out: bufio.NewWriterSize(w, 1<<16), join: join, latin: o.Windows1252}
	if o.Broken {
		s.kinds, s.pending = kinds, slices.Clone(kinds)
	}
	if o.BOM && !o.Windows1252 {
		s.write("\ufeff")
	}
	s.put(header)
	return s
}

func (s *sheet) put(fields []string) { s.text(s.join(fields)) }

func (s *sheet) text(line string) {
	s.line++
	s.write(line)
	s.write("\r\n")
}

func (s *sheet) write(text string) {
	if s.err != nil {
		return
	}
	if !s.latin {
		_, s.err = s.out.WriteString(text)
		return
	}
	s.bytes = s.bytes[:0]
	for _, r := range text {
		c := byte('?')
		if r < 0x80 || r >= 0xa0 && r <= 0xff { // where Windows-1252 and Unicode agree
			c = byte(r)
		}
		s.bytes = append(s.bytes, c)
	}
	_, s.err = s.out.Write(s.bytes)
}

// plantEvery is how many rows pass between two planted ones, plantAgain how
// many until every kind is planted once more.
const (
	plantEvery = 3
	plantAgain = 20_000
)

// row writes a good row, perhaps damaged, perhaps followed by a damaged one.
func (s *sheet) row(fields []string) {
	s.rows++
	if s.rows%plantAgain == 0 {
		s.pending = slices.Clone(s.kinds)
	}
	i := -1
	if s.rows%plantEvery == 0 {
		i = slices.IndexFunc(s.pending, func(p plant) bool { return p.fits == nil || p.fits(fields) })
	}
	if i < 0 {
		s.put(fields)
		return
	}
	p := s.pending[i]
	s.pending = slices.Delete(s.pending, i, i+1)
	if p.rejected || p.adds {
		s.put(fields)
	}
	made := p.damage(slices.Clone(fields), s.line)
	note := Planted{File: s.name, Line: s.line + 1, Reason: p.reason, Rejected: p.rejected}
	if p.adds {
		note.Adds = madeUpCode(s.line, "99999")
	}
	s.planted = append(s.planted, note)
	if p.raw != nil {
		s.text(p.raw(s.join(made)))
		return
	}
	s.put(made)
}

func (s *sheet) close() error {
	if s.err != nil {
		return s.err
	}
	return s.out.Flush()
}

func leftPad(s string, width int) string {
	return strings.Repeat(" ", max(0, width-len(s))) + s
}
