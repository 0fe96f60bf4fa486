package seed

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"

	"llavero/shared/access"
	"llavero/shared/divipola"
)

// The country's numbers, as REPS had them on 16 September 2026.
const (
	CountryEntities = 57_663
	CountryCodes    = 61_177
	CountrySites    = 77_009
)

// group is a kind of entities and how many license codes they hold.
type group struct {
	class  string
	person string
	single int   // entities with one code
	many   []int // for each entity with several, how many
}

// giants hold the most: codes and sites.
var giants = [][2]int{{28, 225}, {25, 90}, {24, 104}}

// groups add up to CountryEntities and CountryCodes; 2,119 entities, the
// giants among them, hold several codes.
func groups() []group {
	several := func(two, more, moreCodes int) []int { // entities of two codes, and of more
		all := make([]int, 0, two+more)
		for range two {
			all = append(all, 2)
		}
		for range more {
			all = append(all, moreCodes)
		}
		return all
	}
	return []group{
		{ClassIPS, LegalPerson, 8_153, several(509, 307, 5)},
		{ClassIndependent, NaturalPerson, 45_911, several(820, 280, 3)},
		{ClassTransport, LegalPerson, 1_000, several(40, 60, 3)},
		{ClassOther, LegalPerson, 480, several(37, 63, 3)},
	}
}

// Country goes through the providers of an invented country: CountryEntities
// entities, CountryCodes license codes, CountrySites sites, in the proportions
// of the real register. The same seed gives the same country.
func Country(seed uint64) iter.Seq[Provider] {
	return func(yield func(Provider) bool) {
		c := newCountry(seed)
		for i, g := range giants {
			if !c.entity(yield, ClassIPS, LegalPerson, g[0], func(k int) int { return g[1]/g[0] + bit(k < g[1]%g[0]) }, i) {
				return
			}
		}
		for _, g := range groups() {
			sites := func(int) int { return 1 }
			if g.class == ClassIPS {
				sites = c.clinicSites
			}
			for _, n := range g.many {
				if !c.entity(yield, g.class, g.person, n, sites, -1) {
					return
				}
			}
			for range g.single {
				if !c.entity(yield, g.class, g.person, 1, sites, -1) {
					return
				}
			}
		}
	}
}

// country is the state of one generation.
type country struct {
	rand    *rand.Rand
	towns   []string // all municipalities
	next    map[string]int
	people  int
	firms   int
	extra   int // sites beyond one a code that the clinics still get
	clinics int // clinics' codes that still come
	derived int
}

func newCountry(seed uint64) *country {
	c := &country{rand: rand.New(rand.NewPCG(seed, 0x11a)), next: map[string]int{}}
	for m := range divipola.All() {
		c.towns = append(c.towns, m.Code)
	}
	c.extra = CountrySites - CountryCodes
	for _, g := range giants {
		c.extra -= g[1] - g[0]
	}
	ips := groups()[0]
	c.clinics = ips.single
	for _, n := range ips.many {
		c.clinics += n
	}
	return c
}

// clinicSites spreads the remaining sites over the clinics' codes: more of them
// on codes that are not an entity's first.
func (c *country) clinicSites(k int) int {
	n := c.extra / c.clinics
	if k%2 == 1 {
		n = min(n+2, c.extra)
	} else if c.rand.IntN(c.clinics) < c.extra%c.clinics {
		n++
	}
	if c.clinics == 1 {
		n = c.extra
	}
	c.clinics--
	n = min(n, c.extra, 60)
	c.extra -= n
	return n + 1
}

// entity invents one entity with its codes. Odd codes are of sites elsewhere
// with the number of the provider before; even ones are providers of their own.
func (c *country) entity(yield func(Provider) bool, class, person string, codes int, sites func(k int) int, giant int) bool {
	base := c.owner(class, person, giant)
	var p Provider
	used := map[string]bool{}
	for k := range codes {
		if k%2 == 0 {
			if k > 0 && !yield(p) {
				return false
			}
			p = base
			p.Code = c.newCode(codes > 1)
			if k > 0 {
				p.Name += " - " + town(p.Code.Municipality())
			}
			clear(used)
			used[p.Code.Municipality()] = true
		}
		where := p.Code
		if k%2 == 1 {
			where = c.elsewhere(p.Code, used)
			c.derived++
		}
		repeat := k%2 == 1 && c.derived <= 25 // the provider's number and the site's, twice
		for i := range sites(k) {
			n := len(p.Sites) + 1
			if repeat {
				n = i + 1
			}
			p.Sites = append(p.Sites, c.site(p, where, n))
		}
	}
	return yield(p)
}

func (c *country) site(p Provider, where access.LicenseCode, n int) Site {
	name := p.Name
	if p.Person == LegalPerson {
		name = "Sede " + town(where.Municipality()) + " " + strconv.Itoa(n)
	} else {
		name = "Consultorio " + name
	}
	return Site{Code: where, Number: siteNumber(n), Name: name, Address: p.Address, Email: p.Email, Phone: p.Phone}
}

// capitals draw more providers than other towns.
var capitals = strings.Fields(`11001 11001 11001 11001 11001 05001 05001 05001 76001 76001 08001 08001
	13001 68001 54001 66001 17001 73001 50001 52001 41001 23001 20001 47001 19001 70001 15001 63001`)

// newCode gives a provider a municipality and a number of its own in the
// department. Entities with several codes stay out of the smallest departments.
func (c *country) newCode(several bool) access.LicenseCode {
	for {
		m := c.towns[c.rand.IntN(len(c.towns))]
		if c.rand.IntN(100) < 55 {
			m = capitals[c.rand.IntN(len(capitals))]
		}
		if several && (m[:2] == "11" || m[:2] >= "81") {
			continue
		}
		c.next[m[:2]]++
		return code(m, 60_000+c.next[m[:2]])
	}
}

// elsewhere is the same number in another municipality of the department.
func (c *country) elsewhere(own access.LicenseCode, used map[string]bool) access.LicenseCode {
	for {
		m := c.towns[c.rand.IntN(len(c.towns))]
		if m[:2] == string(own[:2]) && !used[m] {
			used[m] = true
			return access.LicenseCode(m + string(own[5:]))
		}
	}
}

// owner invents whom codes belong to.
func (c *country) owner(class, person string, giant int) Provider {
	p := Provider{Person: person, Class: class}
	if person == NaturalPerson {
		c.people++
		p.Name = c.personName()
		p.Document = cc(strconv.Itoa(9_990_000_000 + c.people))
		if c.people == 7 { // the digits of a clinic's tax number
			p.Document = cc("999110003")
		}
		p.LegalName, p.Manager = p.Name, p.Name
		p.Email = "profesional" + strconv.Itoa(c.people) + "@example.org"
	} else {
		c.firms++
		p.Document = nit(strconv.Itoa(999_110_000 + c.firms))
		p.Name = c.firmName(class)
		if giant >= 0 {
			p.Name = "Red Nacional Ñ" + strconv.Itoa(giant+1) + " de Demostración"
		}
		p.LegalName, p.Manager = p.Name+" S.A.S.", c.personName()
		p.Email = "contacto@entidad" + strconv.Itoa(c.firms) + ".example"
	}
	n := c.people + c.firms
	p.Address = "Calle " + strconv.Itoa(n%170) + " # 0-" + pad(n%100, 2)
	p.Phone = "6010" + pad(n, 6)
	return p
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
