package registry

import (
	"context"
	"strings"

	"llavero/shared/access"
)

// Listing is what one file about people says, whole, in the file's order.
type Listing[T any] struct {
	CutOff string // as Snapshot's
	Hash   string // SHA-256 of the file's bytes, hex
	Rows   []T
	Doubts Doubts
}

// Person is a row of mss_personas.csv.
type Person struct {
	Document    access.Document
	GivenNames  string
	FamilyNames string
	Email       string // the registered address; "" = none on file
	EmailUnread bool   // there is one that is no address
	Phone       string // ten digits; "" = none
}

// Organization is a row of mss_organizaciones.csv.
type Organization struct {
	NIT            access.NIT
	Name           string
	Representative access.Document // zero: not told
	Email          string
}

// Delegation is the last novelty that mss_delegaciones.csv tells of an
// organization and a person.
type Delegation struct {
	NIT      access.NIT
	Document access.Document
	Links    bool   // novedad V; else O
	On       string // "2026-03-12"
}

// Title is a row of rethus.csv.
type Title struct {
	Document      access.Document
	Name          string
	DocumentState string
	Program       string
	Origin        string
	Profession    string
	Began         string // "2026-03-12"; "" = not told
	Act           string
	Reporter      string
	Registry      string // registro profesional; "" = not told
}

// StaffMember is a row of funcionarios.csv.
type StaffMember struct {
	Document    access.Document
	GivenNames  string
	FamilyNames string
	Email       string
	Active      bool
}

// The formats of the files about people: comma, quoted, one header.
const (
	Persons       Format = "mss_personas"
	Organizations Format = "mss_organizaciones"
	Delegations   Format = "mss_delegaciones"
	RETHUS        Format = "rethus"
	Staff         Format = "funcionarios"
)

// Their columns.
const (
	colDocType    column = "tipo_documento"
	colDocNumber  column = "numero_documento"
	colGiven      column = "nombres"
	colFamily     column = "apellidos"
	colMail       column = "correo"
	colCall       column = "telefono"
	colOrgNIT     column = "nit"
	colOrgName    column = "razon_social"
	colNovelty    column = "novedad"
	colNoveltyOn  column = "fecha_novedad"
	colActive     column = "activo"
	colGiven1     column = "primer_nombre"
	colGiven2     column = "segundo_nombre"
	colFamily1    column = "primer_apellido"
	colFamily2    column = "segundo_apellido"
	colDocState   column = "estado_identificacion"
	colProgram    column = "tipo_programa"
	colOrigin     column = "origen_titulo"
	colProfession column = "profesion"
	colBegan      column = "fecha_inicio"
	colAct        column = "acto_administrativo"
	colReporter   column = "entidad_reportadora"
	colRegistry   column = "registro_profesional"
	colPeopleCut  column = "fecha_corte"
)

var (
	personLayout = layout{
		Persons, false,
		[]column{colDocType, colDocNumber, colGiven, colFamily, colMail},
		[]column{colCall, colPeopleCut},
	}
	organizationLayout = layout{
		Organizations, false,
		[]column{colOrgNIT, colOrgName},
		[]column{colDocType, colDocNumber, colMail, colPeopleCut},
	}
	delegationLayout = layout{
		Delegations, false,
		[]column{colOrgNIT, colDocType, colDocNumber, colNovelty, colNoveltyOn},
		[]column{colPeopleCut},
	}
	titleLayout = layout{
		RETHUS, false,
		[]column{colDocType, colDocNumber, colGiven1, colFamily1, colProfession},
		[]column{
			colGiven2, colFamily2, colDocState, colProgram, colOrigin, colBegan, colAct, colReporter, colRegistry, colPeopleCut,
		},
	}
	staffLayout = layout{
		Staff, false,
		[]column{colDocType, colDocNumber, colGiven, colFamily, colActive},
		[]column{colMail, colPeopleCut},
	}
)

// ReadPersons reads mss_personas.csv. An error, as of the other readers here,
// is a *FileError or a context's end; rows never cause one.
func ReadPersons(ctx context.Context, f File) (*Listing[Person], *Report, error) {
	return readListing(ctx, f, personLayout, takePerson)
}

// ReadOrganizations reads mss_organizaciones.csv.
func ReadOrganizations(ctx context.Context, f File) (*Listing[Organization], *Report, error) {
	return readListing(ctx, f, organizationLayout, takeOrganization)
}

// ReadDelegations reads mss_delegaciones.csv. Of each organization and person
// the latest novelty counts; of one day's, the one further down.
func ReadDelegations(ctx context.Context, f File) (*Listing[Delegation], *Report, error) {
	return readListing(ctx, f, delegationLayout, takeDelegation)
}

// ReadRETHUS reads rethus.csv, a row a title.
func ReadRETHUS(ctx context.Context, f File) (*Listing[Title], *Report, error) {
	return readListing(ctx, f, titleLayout, takeTitle)
}

// ReadStaff reads funcionarios.csv.
func ReadStaff(ctx context.Context, f File) (*Listing[StaffMember], *Report, error) {
	return readListing(ctx, f, staffLayout, takeStaff)
}

// gathering is a listing being read.
type gathering[T any] struct {
	Listing[T]
	at    map[string]int // rows by key
	words vocabulary
}

// entry is one row being judged.
type entry[T any] struct {
	*verdict
	all *gathering[T]
	key string // of what the row is about, once readable
}

func readListing[T any](ctx context.Context, f File, l layout, judge func(*entry[T])) (*Listing[T], *Report, error) {
	s, err := open(f, l.reader())
	if err != nil {
		return nil, nil, err
	}
	report := &Report{Counts: map[Reason]int{}}
	g := &gathering[T]{at: map[string]int{}, words: vocabulary{}}
	err = s.each(ctx, report, func(v *verdict, why Reason) {
		e := entry[T]{verdict: v, all: g}
		if why != "" {
			e.reject(why, "")
		} else {
			judge(&e)
		}
		if e.rejected && e.why != Repeated {
			g.Doubts.add(e.key, e.fields)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	g.CutOff, g.Hash = report.Files[0].CutOff, report.Files[0].Hash
	return &g.Listing, report, nil
}

// Doubts is what rejected rows may be about.
type Doubts struct {
	keys    map[string]struct{} // of rows that told it
	numbers map[string]struct{} // whatever may be a number in those that did not
}

func (d *Doubts) add(key string, fields []string) {
	if d.keys == nil {
		d.keys, d.numbers = map[string]struct{}{}, map[string]struct{}{}
	}
	if key != "" {
		d.keys[key] = struct{}{}
		return
	}
	d.numbers[""] = struct{}{}
	for _, f := range fields {
		if n := bareNumber(strings.Trim(clean(f), `"`)); isIdentity(n) {
			d.numbers[strings.Clone(n)] = struct{}{}
		}
	}
}

// HasNameless reports a rejected row that does not even say whom it is about:
// nobody's absence from the file means anything.
func (d *Doubts) HasNameless() bool { return has(d.numbers, "") }

// OfDocument reports that a rejected row may be about the person of a document.
func (d *Doubts) OfDocument(doc access.Document) bool {
	return has(d.keys, keyOf("", doc)) || has(d.numbers, doc.Number)
}

// OfNIT reports that a rejected row may be about an organization.
func (d *Doubts) OfNIT(nit access.NIT) bool {
	return has(d.keys, keyOf(nit, access.Document{})) || has(d.numbers, string(nit))
}

// OfDelegation reports that a rejected row may be about an organization and a
// person.
func (d *Doubts) OfDelegation(nit access.NIT, doc access.Document) bool {
	return has(d.keys, keyOf(nit, doc)) || has(d.numbers, string(nit)) && has(d.numbers, doc.Number)
}

func has(set map[string]struct{}, key string) bool { _, ok := set[key]; return ok }

// keyOf is whom or what a row is about, as one text.
func keyOf(nit access.NIT, d access.Document) string {
	return string(nit) + "/" + string(d.Type) + "/" + d.Number
}
