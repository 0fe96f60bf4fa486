package seed

import (
	"io"
	"iter"
	"slices"
	"strings"

	"llavero/shared/access"
)

// The files about people, by the names they are imported with.
const (
	FilePersons       = "mss_personas.csv"
	FileOrganizations = "mss_organizaciones.csv"
	FileDelegations   = "mss_delegaciones.csv"
	FileRETHUS        = "rethus.csv"
	FileStaff         = "funcionarios.csv"
)

// Citizen is a person of MiSeguridadSocial.
type Citizen struct {
	Person access.Person
	Email  string // "" = none on file
	Phone  string
}

// Firm is an organization of MiSeguridadSocial.
type Firm struct {
	NIT            string
	Name           string
	Representative access.Document
	Email          string
}

// Link is a novelty of a firm and its delegate.
type Link struct {
	NIT      string
	Document access.Document
	Novelty  string // "V" links, "O" unlinks
	On       string // 2026-03-12
}

// Title is a title of RETHUS.
type Title struct {
	Person     access.Person
	Profession string
	Registry   string
}

// StaffMember is a line of the ministry's roster.
type StaffMember struct {
	Person access.Person
	Email  string
	Active bool
}

// Registers are what the files about people say.
type Registers struct {
	Citizens iter.Seq[Citizen]
	Firms    iter.Seq[Firm]
	Links    iter.Seq[Link]
	Titles   iter.Seq[Title]
	Staff    iter.Seq[StaffMember]
}

// PeopleFile is one of the five files, ready to be written.
type PeopleFile struct {
	Name   string
	header []string
	rows   iter.Seq[[]string]
	plants []plant
}

// PeopleCutOff is when the files are said to have been made.
const PeopleCutOff = "2026-09-16"

// Files are the five, in the order they are best imported: whom delegations and
// roster are about comes first.
func (r Registers) Files() []PeopleFile {
	return []PeopleFile{
		{FilePersons, strings.Fields("tipo_documento numero_documento nombres apellidos correo telefono"), rowsOf(r.Citizens, citizenRow), personPlants},
		{FileOrganizations, strings.Fields("nit razon_social tipo_documento numero_documento correo"), rowsOf(r.Firms, firmRow), organizationPlants},
		{FileDelegations, strings.Fields("nit tipo_documento numero_documento novedad fecha_novedad"), rowsOf(r.Links, linkRow), delegationPlants},
		{FileRETHUS, strings.Fields(`tipo_documento numero_documento primer_nombre segundo_nombre primer_apellido
			segundo_apellido estado_identificacion tipo_programa origen_titulo profesion fecha_inicio acto_administrativo
			entidad_reportadora registro_profesional fecha_corte`), rowsOf(r.Titles, titleRow), rethusPlants},
		{FileStaff, strings.Fields("tipo_documento numero_documento nombres apellidos correo activo"), rowsOf(r.Staff, staffRow), staffPlants},
	}
}

// Write writes the file as CSV. It returns what it planted, in order.
func (f PeopleFile) Write(w io.Writer, o Options) ([]Planted, error) {
	s := newSheet(w, f.Name, f.header, quoted, o, f.plants)
	for row := range f.rows {
		s.row(row)
	}
	return s.planted, s.close()
}

func rowsOf[T any](all iter.Seq[T], row func(T) []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for v := range all {
			if !yield(row(v)) {
				return
			}
		}
	}
}

// halves cuts a name into given and family names.
func halves(name string) (given, family string) {
	words := strings.Fields(name)
	n := (len(words) + 1) / 2
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

// firstOf cuts a name into its first word and the others.
func firstOf(name string) (first, others string) {
	first, others, _ = strings.Cut(name, " ")
	return first, others
}

func citizenRow(c Citizen) []string {
	given, family := halves(c.Person.Name)
	return []string{string(c.Person.Document.Type), c.Person.Document.Number, given, family, c.Email, c.Phone}
}

func firmRow(f Firm) []string {
	return []string{f.NIT, f.Name, string(f.Representative.Type), f.Representative.Number, f.Email}
}

func linkRow(l Link) []string {
	return []string{l.NIT, string(l.Document.Type), l.Document.Number, l.Novelty, l.On}
}

func titleRow(t Title) []string {
	given, family := halves(t.Person.Name)
	given1, given2 := firstOf(given)
	family1, family2 := firstOf(family)
	return []string{
		string(t.Person.Document.Type), t.Person.Document.Number, given1, given2, family1, family2, "VIGENTE", "UNV", "LOCAL",
		t.Profession, "2001-02-03", "Acto 0-" + t.Person.Document.Number, "COLEGIO DE DEMOSTRACIÓN", t.Registry, PeopleCutOff,
	}
}

func staffRow(m StaffMember) []string {
	given, family := halves(m.Person.Name)
	active := "N"
	if m.Active {
		active = "S"
	}
	return []string{string(m.Person.Document.Type), m.Person.Document.Number, given, family, m.Email, active}
}

// PeopleOf invents who stands behind providers: an organization with its
// delegate for each legal person, a professional with a title for each natural
// one. The country's have some hundred officers.
func PeopleOf(rows iter.Seq[Provider]) Registers {
	owners := func(yield func(Provider) bool) {
		seen := map[access.EntityID]struct{}{}
		for p := range rows {
			if _, ok := seen[p.Entity()]; ok {
				continue
			}
			seen[p.Entity()] = struct{}{}
			if !yield(p) {
				return
			}
		}
	}
	firms := only(owners, func(p Provider) bool { return p.Person == LegalPerson })
	return Registers{
		Citizens: rowsInto(owners, func(p Provider) Citizen {
			if p.Person == LegalPerson {
				return Citizen{Person: delegateOf(p), Email: "delegado" + p.Document.Number + "@example.org", Phone: p.Phone}
			}
			return Citizen{Person: access.Person{Document: p.Document, Name: p.LegalName}, Email: p.Email, Phone: p.Phone}
		}),
		Firms: rowsInto(firms, func(p Provider) Firm {
			return Firm{NIT: p.Document.Number, Name: p.LegalName, Representative: delegateOf(p).Document, Email: p.Email}
		}),
		Links: rowsInto(firms, func(p Provider) Link {
			return Link{NIT: p.Document.Number, Document: delegateOf(p).Document, Novelty: "V", On: "2025-09-01"}
		}),
		Titles: rowsInto(only(owners, func(p Provider) bool { return p.Person == NaturalPerson }), func(p Provider) Title {
			return Title{Person: access.Person{Document: p.Document, Name: p.LegalName}, Profession: "MEDICINA", Registry: p.Document.Number}
		}),
		Staff: func(yield func(StaffMember) bool) {
			for i := range 120 {
				who := access.Person{Document: cc("9982" + pad(i, 6)), Name: "Funcionario Ñ " + pad(i, 3) + " Demostración"}
				if !yield(StaffMember{Person: who, Email: "f" + pad(i, 3) + "@ministerio.example", Active: i%10 > 0}) {
					return
				}
			}
		},
	}
}

// delegateOf invents who acts for a legal person.
func delegateOf(p Provider) access.Person {
	return access.Person{Document: cc("9981" + p.Document.Number[3:]), Name: "Delegada Ñ " + p.Document.Number + " Demostración"}
}

func only(all iter.Seq[Provider], is func(Provider) bool) iter.Seq[Provider] {
	return func(yield func(Provider) bool) {
		for p := range all {
			if is(p) && !yield(p) {
				return
			}
		}
	}
}

func rowsInto[T any](all iter.Seq[Provider], into func(Provider) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for p := range all {
			if !yield(into(p)) {
				return
			}
		}
	}
}

// numbered gives a planted row a number of its own before damaging it.
func numbered(column int, then func([]string, int) []string) func([]string, int) []string {
	return func(f []string, line int) []string {
		f[column] = "9983" + pad(line, 6)
		return then(f, line)
	}
}

func longer(f []string, _ int) []string { return append(f, "otra, más") }

func shorter(f []string, _ int) []string { return slices.Delete(f, 2, 3) }

var (
	personPlants = []plant{
		{reason: "field_count", rejected: true, damage: numbered(1, longer)},
		{reason: "field_count", rejected: true, damage: numbered(1, shorter)},
		{reason: "bad_value", rejected: true, damage: numbered(1, with(0, "XX"))},
		{reason: "bad_document", rejected: true, damage: with(1, "")},
		{reason: "bad_document", rejected: true, damage: with(1, "12_34")},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "bad_quoting", rejected: true, damage: numbered(1, with(2, "QUIEN")), raw: func(text string) string {
			return strings.Replace(text, ",QUIEN,", `,"QUIEN,`, 1)
		}},
		{reason: "bad_email", damage: with(4, "sin correo")},
		{reason: "bad_phone", damage: with(5, "123")},
		{reason: "empty_name", damage: with(3, "--")},
	}
	organizationPlants = []plant{
		{reason: "field_count", rejected: true, damage: numbered(0, longer)},
		{reason: "bad_document", rejected: true, damage: with(0, "9A9")},
		{reason: "bad_document", rejected: true, damage: with(0, "AB9991")},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "bad_value", damage: with(2, "??")},
		{reason: "bad_document", damage: with(3, "?")},
		{reason: "bad_email", damage: with(4, "a@b")},
		{reason: "empty_name", damage: with(1, "")},
	}
	delegationPlants = []plant{
		{reason: "field_count", rejected: true, damage: numbered(2, shorter)},
		{reason: "bad_document", rejected: true, damage: numbered(2, with(0, ""))},
		{reason: "bad_document", rejected: true, damage: with(2, "--")},
		{reason: "bad_value", rejected: true, damage: numbered(2, with(1, "CARNÉ"))},
		{reason: "bad_value", rejected: true, damage: numbered(2, with(3, "X"))},
		{reason: "bad_date", rejected: true, damage: numbered(2, with(4, "03/02/2026"))},
		{reason: "bad_date", rejected: true, damage: numbered(2, with(4, "2026-02-30"))},
	}
	rethusPlants = []plant{
		{reason: "field_count", rejected: true, damage: numbered(1, shorter)},
		{reason: "bad_value", rejected: true, damage: numbered(1, with(0, ""))},
		{reason: "bad_document", rejected: true, damage: with(1, "sin")},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "bad_date", damage: with(10, "2001-13-01")},
		{reason: "empty_name", damage: with(2, "")},
	}
	staffPlants = []plant{
		{reason: "field_count", rejected: true, damage: numbered(1, longer)},
		{reason: "bad_value", rejected: true, damage: numbered(1, with(5, "QUIZÁS"))},
		{reason: "bad_document", rejected: true, damage: with(1, "7")},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "bad_email", damage: with(4, "@")},
	}
)
