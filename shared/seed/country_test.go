package seed

import (
	"iter"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"llavero/shared/access"
	"llavero/shared/divipola"
)

func TestCountry_proportions(t *testing.T) {
	got := Count(Country(1))
	if got.Entities != CountryEntities || got.Codes != CountryCodes || got.Sites != CountrySites {
		t.Errorf("%+v, want %d entities, %d codes, %d sites", got, CountryEntities, CountryCodes, CountrySites)
	}
	if share := float64(got.Elsewhere) / float64(got.Sites); share < 0.06 || share > 0.10 {
		t.Errorf("%.1f %% of the sites have another code than their provider, want about 8 %%", 100*share)
	}
	codes, independent := map[access.EntityID]int{}, 0
	for p := range Country(1) {
		own := len(p.Codes())
		codes[p.Entity()] += own
		if p.Class == ClassIndependent {
			independent += own
		}
	}
	var counts []int
	for _, n := range codes {
		if n > 1 {
			counts = append(counts, n)
		}
	}
	slices.Sort(counts)
	if len(counts) != 2119 || !slices.Equal(counts[len(counts)-3:], []int{24, 25, 28}) {
		t.Errorf("%d entities with several codes, the largest %v", len(counts), counts[len(counts)-3:])
	}
	if independent != 48_391 {
		t.Errorf("%d codes of independents, want 48,391", independent)
	}
}

func TestCountry_isDeterministic(t *testing.T) {
	a, stopA := iter.Pull(Country(7))
	defer stopA()
	b, stopB := iter.Pull(Country(7))
	defer stopB()
	other, stopOther := iter.Pull(Country(8))
	defer stopOther()
	differs := false
	for range 3000 {
		x, _ := a()
		y, _ := b()
		z, _ := other()
		if x.Code != y.Code || x.Name != y.Name || !slices.Equal(x.Sites, y.Sites) {
			t.Fatalf("same seed, different provider: %+v and %+v", x, y)
		}
		differs = differs || x.Code != z.Code
	}
	if !differs {
		t.Error("another seed gives the same country")
	}
}

// checkRows holds for every invented provider.
func checkRows(t *testing.T, rows iter.Seq[Provider]) {
	t.Helper()
	type key struct {
		code   access.LicenseCode
		number access.SiteNumber
	}
	seen, codes := map[key]bool{}, map[access.LicenseCode]bool{}
	awkward, long := 0, 0
	for p := range rows {
		if codes[p.Code] {
			t.Fatalf("provider %s twice", p.Code)
		}
		codes[p.Code] = true
		if _, ok := access.ParseLicenseCode(string(p.Code)); !ok {
			t.Fatalf("bad code %q", p.Code)
		}
		if !access.IsEmail(p.Email) || !access.IsPhone(p.Phone) {
			t.Fatalf("%s: bad contact %q %q", p.Code, p.Email, p.Phone)
		}
		if !strings.HasSuffix(p.Email, ".example") && !strings.Contains(p.Email, "@example.") {
			t.Fatalf("%s: address %q is of a domain that may exist", p.Code, p.Email)
		}
		if len(p.Sites) == 0 {
			t.Fatalf("%s has no site", p.Code)
		}
		if strings.ContainsAny(p.Name, "ñÑ") {
			awkward++
		}
		if utf8.RuneCountInString(p.Name) >= 90 {
			long++
		}
		for _, s := range p.Sites {
			if seen[key{s.Code, s.Number}] {
				t.Fatalf("site %s-%s twice", s.Code, s.Number)
			}
			seen[key{s.Code, s.Number}] = true
			if s.Code[5:] != p.Code[5:] {
				t.Fatalf("site %s of provider %s has another number", s.Code, p.Code)
			}
			if _, ok := divipola.Lookup(s.Code.Municipality()); !ok {
				t.Fatalf("no municipality %s", s.Code.Municipality())
			}
		}
	}
	if awkward == 0 || long == 0 {
		t.Errorf("%d names with ñ, %d long ones: not awkward enough", awkward, long)
	}
}

func TestCountry_rows(t *testing.T) { checkRows(t, Country(1)) }

func TestDemo(t *testing.T) {
	w := Demo()
	checkRows(t, w.Rows())
	per := map[access.EntityID][2]int{}
	three := false
	for _, p := range w.Providers {
		n := per[p.Entity()]
		per[p.Entity()] = [2]int{n[0] + len(p.Codes()), n[1] + len(p.Sites)}
		share := map[access.LicenseCode]int{}
		for _, s := range p.Sites {
			share[s.Code]++
		}
		three = three || p.Document.Number == "999100005" && share["0500199001"] == 3
	}
	if got := per["NI-999100005"]; got[0] != 8 || !three {
		t.Errorf("the delegate's entity has %d codes, want 8, one of three sites", got[0])
	}
	if got := per["NI-999100001"]; got != [2]int{28, 225} {
		t.Errorf("the big delegate has %v codes and sites", got)
	}
	for _, login := range []string{LoginDelegate, LoginBigDelegate, LoginIndependent, LoginOfficer, LoginOfficer2} {
		p, ok := w.PersonByLogin(login)
		if !ok || p.Person.Name == "" || !access.IsEmail(p.Email) {
			t.Errorf("%s: %+v, %v", login, p, ok)
		}
		if (p.Role == access.RoleOfficer) != (p.Entity == "") || p.Role == access.RoleDelegate && p.EntityName == "" {
			t.Errorf("%s: entity %q %q with role %s", login, p.Entity, p.EntityName, p.Role)
		}
		if p.Role == access.RoleDelegate && per[p.Entity][0] == 0 {
			t.Errorf("%s has no codes", login)
		}
	}
	if _, ok := w.PersonByLogin("nobody"); ok {
		t.Error("found nobody")
	}
}

// People stand behind every entity of the country, each once.
func TestPeopleOf_country(t *testing.T) {
	r := PeopleOf(Country(1))
	people, firms := map[access.Document]bool{}, 0
	for c := range r.Citizens {
		if people[c.Person.Document] || !access.IsEmail(c.Email) || !access.IsPhone(c.Phone) {
			t.Fatalf("%+v", c)
		}
		people[c.Person.Document] = true
	}
	for f := range r.Firms {
		if _, ok := access.ParseNIT(f.NIT); !ok || !people[f.Representative] {
			t.Fatalf("%+v", f)
		}
		firms++
	}
	titles := 0
	for x := range r.Titles {
		if !people[x.Person.Document] {
			t.Fatalf("%+v", x)
		}
		titles++
	}
	if len(people) != CountryEntities || firms+titles != CountryEntities || titles != 47_011 {
		t.Errorf("%d people, %d firms, %d titles", len(people), firms, titles)
	}
}

// The newcomers have no user, and their entities are in REPS.
func TestNewcomers(t *testing.T) {
	w := Demo()
	owners := map[access.Document]bool{}
	for _, p := range w.Providers {
		owners[p.Document] = true
	}
	for _, n := range Newcomers() {
		if same, ok := NewcomerByName(n.Name); !ok || same.Person != n.Person {
			t.Errorf("%s is not found by its name", n.Name)
		}
		for _, p := range w.People {
			if p.Person.Document == n.Person.Document {
				t.Errorf("%s has a user: %s", n.Name, p.Login)
			}
		}
		if n.Form.Kind == access.UserDelegate && !owners[nit(string(n.Form.NIT))] || n.Form.Kind == access.UserProfessional && !owners[n.Form.Document] {
			t.Errorf("%s acts for nobody in REPS", n.Name)
		}
	}
	if _, ok := NewcomerByName("nobody"); ok {
		t.Error("found nobody")
	}
}
