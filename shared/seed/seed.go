// Package seed invents the data of tests, the development server, the gallery
// and the benches: a small demonstration world, a whole country of health-care
// providers in the shape of the REPS files, and lists of requests.
//
// Everything is invented and deterministic: the same arguments give the same
// bytes. Only the names of municipalities are real. Tax numbers begin with
// 9991, citizens' cards with 999, provider numbers with 6 to 9, phone numbers
// with a digit after the area that no exchange has: none is anybody's. Mail
// addresses are of the domains reserved for examples. There are no passwords or
// other secrets here; who needs one makes it at run time.
//
// It is awkward on purpose: ñ and ü, names of 90 characters, leading zeros,
// sites that share a code, codes whose site is in another municipality than its
// provider, a citizen's card equal to a tax number.
//
// Functions keep no state: all may be called from any goroutine.
package seed

import (
	"iter"
	"slices"
	"strconv"

	"llavero/shared/access"
	"llavero/shared/divipola"
)

// The two kinds of persons, as REPS writes them.
const (
	LegalPerson   = "JURIDICO"
	NaturalPerson = "NATURAL"
)

// The classes of providers, as REPS writes them.
const (
	ClassIPS         = "Instituciones Prestadoras de Servicios de Salud - IPS"
	ClassIndependent = "Profesional Independiente"
	ClassTransport   = "Transporte Especial de Pacientes"
	ClassOther       = "Objeto Social Diferente a la Prestación de Servicios de Salud"
)

// Provider is a provider as REPS lists it: one row of «Prestadores» with its
// sites. Code is the provider's own; its sites may have others.
type Provider struct {
	Code      access.LicenseCode
	Document  access.Document
	Person    string // LegalPerson or NaturalPerson
	Name      string // the provider's
	LegalName string // the entity's
	Class     string
	Manager   string
	Address   string
	Email     string
	Phone     string
	Sites     []Site // at least one; the first is the main site
}

// Site is one row of «Sedes».
type Site struct {
	Code    access.LicenseCode // the site's municipality, the provider's number
	Number  access.SiteNumber
	Name    string
	Address string
	Email   string
	Phone   string
}

// Entity is the id of whom the provider belongs to.
func (p Provider) Entity() access.EntityID { return access.EntityOf(p.Document) }

// Codes are the license codes of the provider in order: its own and those of
// its sites.
func (p Provider) Codes() []access.LicenseCode {
	codes := []access.LicenseCode{p.Code}
	for _, s := range p.Sites {
		codes = append(codes, s.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Totals counts what a sequence of providers holds.
type Totals struct {
	Entities  int
	Providers int // rows of «Prestadores»
	Codes     int // distinct license codes
	Sites     int
	Elsewhere int // sites whose code is not their provider's
}

// Count goes through all providers.
func Count(rows iter.Seq[Provider]) Totals {
	var t Totals
	entities := map[access.EntityID]struct{}{}
	codes := map[access.LicenseCode]struct{}{}
	for p := range rows {
		entities[p.Entity()] = struct{}{}
		codes[p.Code] = struct{}{}
		t.Providers++
		for _, s := range p.Sites {
			codes[s.Code] = struct{}{}
			t.Sites++
			if s.Code != p.Code {
				t.Elsewhere++
			}
		}
	}
	t.Entities, t.Codes = len(entities), len(codes)
	return t
}

// code builds a license code from a municipality and a provider's number.
func code(municipality string, number int) access.LicenseCode {
	return access.LicenseCode(municipality + pad(number, 5))
}

func siteNumber(n int) access.SiteNumber { return access.SiteNumber(pad(n, 2)) }

// pad writes n with leading zeros.
func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// town names a municipality; the table holds every code this package uses.
func town(municipality string) string {
	m, _ := divipola.Lookup(municipality)
	return m.Name
}
