package seed

import (
	"iter"
	"slices"
	"strconv"

	"llavero/shared/access"
)

// The logins of the demonstration world.
const (
	LoginDelegate    = "ADMIHCEIPS999100005" // eight codes, one of them with three sites
	LoginBigDelegate = "ADMIHCEIPS999100001" // 28 codes, 225 sites
	LoginIndependent = "CC9999000001"
	LoginOfficer     = "CC9999000101"
	LoginOfficer2    = "CC9999000102"
)

// Person is somebody who can sign in. Passwords and second factors are made by
// who creates the accounts, at run time.
type Person struct {
	Login       string
	Person      access.Person
	Email       string // registered address; where one-time codes go
	Role        access.Role
	Entity      access.EntityID // empty for officers
	EntityName  string
	Independent bool
}

// World is a small demonstration world.
type World struct {
	Providers []Provider
	People    []Person
}

// Rows goes through the world's providers, for WriteA and WriteB.
func (w World) Rows() iter.Seq[Provider] { return slices.Values(w.Providers) }

// PersonByLogin finds a person.
func (w World) PersonByLogin(login string) (Person, bool) {
	i := slices.IndexFunc(w.People, func(p Person) bool { return p.Login == login })
	if i < 0 {
		return Person{}, false
	}
	return w.People[i], true
}

func nit(n string) access.Document { return access.Document{Type: access.DocumentNI, Number: n} }

func cc(n string) access.Document { return access.Document{Type: access.DocumentCC, Number: n} }

// Demo is the demonstration world of the development server, the server tests,
// the gallery and the tour.
func Demo() World {
	w := World{Providers: clinic()}
	w.Providers = append(w.Providers, network()...)
	w.Providers = append(w.Providers, independent())
	w.Providers = append(w.Providers, neighbours()...)
	w.People = []Person{
		delegate("999100005", "9999000005", "Lucía Ñáñez Demostración", "lucia.nanez@clinica.example"),
		delegate("999100001", "9999000011", "Jesús Agüero Demostración", "jesus.aguero@red.example"),
		{
			Login: LoginIndependent, Person: access.Person{Document: cc("9999000001"), Name: "Inés Zúñiga Demostración"},
			Email: "ines.zuniga@example.org", Role: access.RoleDelegate, Independent: true,
			Entity: access.EntityOf(cc("9999000001")), EntityName: "Inés Zúñiga Demostración",
		},
		officer(LoginOfficer, "9999000101", "Óscar Peñaloza Demostración"),
		officer(LoginOfficer2, "9999000102", "Beatriz Quiñones Demostración"),
	}
	for i := range w.People {
		for _, p := range w.Providers {
			if p.Entity() == w.People[i].Entity {
				w.People[i].EntityName = p.LegalName
				break
			}
		}
	}
	return w
}

func delegate(number, card, name, email string) Person {
	return Person{
		Login: "ADMIHCEIPS" + number, Person: access.Person{Document: cc(card), Name: name},
		Email: email, Role: access.RoleDelegate, Entity: access.EntityOf(nit(number)),
	}
}

func officer(login, card, name string) Person {
	return Person{
		Login: login, Person: access.Person{Document: cc(card), Name: name},
		Email: "funcionario" + card[len(card)-1:] + "@ministerio.example", Role: access.RoleOfficer,
	}
}

// clinic has eight codes: five sites of one provider in four municipalities of
// Antioquia (three share a code), two other providers, one in a
// non-municipalised area.
func clinic() []Provider {
	const name = "Clínica Ñandú de los Andes S.A.S."
	legal := func(p Provider) Provider {
		p.Document, p.Person, p.LegalName, p.Class = nit("999100005"), LegalPerson, name, ClassIPS
		p.Manager, p.Address = "Gerencia de Demostración", "Calle 0 # 0-05"
		p.Email, p.Phone = "contacto@clinica.example", "6040000005"
		return p
	}
	return []Provider{
		legal(Provider{Code: "0500199001", Name: name, Sites: []Site{
			{Code: "0500199001", Number: "01", Name: "Sede Principal Laureles"},
			{Code: "0500199001", Number: "02", Name: "Sede El Poblado"},
			{Code: "0504599001", Number: "03", Name: "Sede Apartadó"},
			{Code: "0500199001", Number: "04", Name: "Centro de Imágenes Ñandú"},
			{Code: "0500299001", Number: "05", Name: "Sede Abejorral"},
			{Code: "0536099001", Number: "06", Name: "Sede Itagüí"},
		}}),
		legal(Provider{Code: "0500199002", Name: "Clínica Ñandú de los Andes - Urgencias", Sites: []Site{
			{Code: "0500199002", Number: "01", Name: "Urgencias La 80"},
		}}),
		legal(Provider{Code: "0800199777", Name: "Clínica Ñandú Caribe", Sites: []Site{
			{Code: "0800199777", Number: "01", Name: "Sede Barranquilla Norte"},
		}}),
		legal(Provider{
			Code: "1100199003",
			Name: "Unidad de Rehabilitación Cardiopulmonar y Medicina Física de la Sabana Ñandú de los Andes S.A.S.",
			Sites: []Site{{
				Code: "1100199003", Number: "01",
				Name: "Unidad de Rehabilitación Cardiopulmonar y Medicina Física de la Sabana, Sede Chapinero Norte",
			}},
		}),
		legal(Provider{Code: "9126399004", Name: "Puesto de Salud Ñandú El Encanto", Sites: []Site{
			{Code: "9126399004", Number: "01", Name: "Puesto El Encanto"},
		}}),
	}
}

// network has 28 codes and 225 sites: what the largest entity of the country has.
func network() []Provider {
	towns := []string{
		"76001", "76109", "76111", "76130", "76147", "76364", "76520", "76622", "76736", "76834", "76892", "76895",
		"19001", "19100", "19142", "19212", "19256", "19397", "19455", "19573", "19698", "19807",
		"52001", "52356", "52399", "52678", "52835", "52838",
	}
	left := 225
	var all []Provider
	for i, m := range towns {
		if i == 0 || m[:2] != towns[i-1][:2] { // a provider in each department
			all = append(all, Provider{
				Code: code(m, 99010), Document: nit("999100001"), Person: LegalPerson,
				Name: "Red de Salud Güicán - " + town(m), LegalName: "Red de Salud Güicán y Compañía S.A.S.",
				Class: ClassIPS, Manager: "Gerencia de Demostración", Address: "Carrera 0 # 0-01",
				Email: "contacto@red.example", Phone: "6020000001",
			})
		}
		p := &all[len(all)-1]
		n := left / (len(towns) - i)
		left -= n
		for k := range n {
			p.Sites = append(p.Sites, Site{
				Code: code(m, 99010), Number: siteNumber(len(p.Sites) + 1),
				Name: "Sede " + town(m) + " " + strconv.Itoa(k+1),
			})
		}
	}
	return all
}

func independent() Provider {
	return Provider{
		Code: "8500199005", Document: cc("9999000001"), Person: NaturalPerson, Class: ClassIndependent,
		Name: "Inés Zúñiga Demostración", LegalName: "Inés Zúñiga Demostración", Manager: "Inés Zúñiga Demostración",
		Address: "Calle 0 # 0-09", Email: "ines.zuniga@example.org", Phone: "6080000009",
		Sites: []Site{{Code: "8500199005", Number: "01", Name: "Consultorio Zúñiga"}},
	}
}

// neighbours are other entities, so that a list has more than one owner. The
// last is a citizen whose card has the same digits as a tax number.
func neighbours() []Provider {
	rows := []struct {
		document  access.Document
		person    string
		code      access.LicenseCode
		name, cls string
	}{
		{nit("999100008"), LegalPerson, "1300199008", "Fundación Manglar de Demostración", ClassIPS},
		{nit("999100004"), LegalPerson, "5400199009", "E.S.E. Hospital San Ñaño de Demostración", ClassIPS},
		{nit("999100015"), LegalPerson, "6800199011", "Ambulancias El Páramo S.A.S.", ClassTransport},
		{nit("999100007"), LegalPerson, "1100199012", "Universidad de la Demostración", ClassOther},
		{nit("999100003"), LegalPerson, "1500199013", "Odontología Büchner & Muñoz Ltda.", ClassIPS},
		{cc("9999000002"), NaturalPerson, "1700199014", "Íñigo Cárdenas Demostración", ClassIndependent},
		{cc("999100005"), NaturalPerson, "4100199015", "Úrsula Ibáñez Demostración", ClassIndependent},
	}
	all := make([]Provider, 0, len(rows))
	for i, r := range rows {
		all = append(all, Provider{
			Code: r.code, Document: r.document, Person: r.person, Name: r.name, LegalName: r.name, Class: r.cls,
			Manager: "Gerencia de Demostración", Address: "Calle 0 # 1-" + pad(i+1, 2),
			Email: "contacto" + strconv.Itoa(i+1) + "@example.com", Phone: "601000" + pad(100+i, 4),
			Sites: []Site{{Code: r.code, Number: "01", Name: "Sede " + town(r.code.Municipality())}},
		})
	}
	return all
}
