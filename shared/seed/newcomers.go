package seed

import (
	"slices"

	"llavero/shared/access"
)

// The newcomers of the demonstration, by the names of the ready block.
const (
	NewDelegate     = "NEW_DELEGATE"      // may register: organization, delegation, person
	NewProfessional = "NEW_PROFESSIONAL"  // may register: person, RETHUS, REPS
	NewOfficer      = "NEW_OFFICER"       // may register, and the roster gives the role
	NewNoMail       = "NEW_NO_MAIL"       // a professional without an address on file
	NewNoDelegation = "NEW_NO_DELEGATION" // a delegate whose delegation ended
)

// Newcomer is somebody of the demonstration who has no user yet.
type Newcomer struct {
	Name   string // NewDelegate and its kin
	Person access.Person
	Email  string // "" = none on file
	Form   access.Registration
}

// Newcomers are people to walk the registrations with, by hand or by machine.
func Newcomers() []Newcomer {
	delegate := func(name string, nit access.NIT, card, who, mail string) Newcomer {
		return Newcomer{
			Name: name, Person: access.Person{Document: cc(card), Name: who}, Email: mail,
			Form: access.Registration{Kind: access.UserDelegate, EntityType: access.EntityPSS, NIT: nit, Document: cc(card)},
		}
	}
	professional := func(name, card, registry, who, mail string) Newcomer {
		return Newcomer{
			Name: name, Person: access.Person{Document: cc(card), Name: who}, Email: mail,
			Form: access.Registration{Kind: access.UserProfessional, Document: cc(card), ProfessionalRegistry: registry},
		}
	}
	return []Newcomer{
		delegate(NewDelegate, "999100008", "9999000008", "Águeda Manglar Demostración", "agueda.manglar@fundacion.example"),
		professional(NewProfessional, "9999000002", "RM79002", "Íñigo Cárdenas Demostración", "inigo.cardenas@example.org"),
		{
			Name: NewOfficer, Person: access.Person{Document: cc("9999000103"), Name: "Raúl Frailejón Demostración"},
			Email: "funcionario3@ministerio.example", Form: access.Registration{Kind: access.UserOther, Document: cc("9999000103")},
		},
		professional(NewNoMail, "999100005", "999100005", "Úrsula Ibáñez Demostración", ""),
		delegate(NewNoDelegation, "999100004", "9999000004", "Begoña Yarumal Demostración", "begona.yarumal@hospital.example"),
	}
}

// NewcomerByName finds a newcomer.
func NewcomerByName(name string) (Newcomer, bool) {
	all := Newcomers()
	i := slices.IndexFunc(all, func(n Newcomer) bool { return n.Name == name })
	if i < 0 {
		return Newcomer{}, false
	}
	return all[i], true
}

// Registers are what the files about people say of the demonstration: its
// people, the newcomers, and a retired officer.
func (w World) Registers() Registers {
	var citizens []Citizen
	var titles []Title
	var links []Link
	var staff []StaffMember
	person := func(p access.Person, mail string) {
		citizens = append(citizens, Citizen{Person: p, Email: mail, Phone: "300" + pad(len(citizens)+1, 7)})
	}
	for _, p := range w.People {
		person(p.Person, p.Email)
		switch {
		case p.Independent:
			titles = append(titles, Title{Person: p.Person, Profession: "MEDICINA", Registry: p.Person.Document.Number})
		case p.Role == access.RoleDelegate:
			links = append(links, Link{NIT: p.Login[len("ADMIHCEIPS"):], Document: p.Person.Document, Novelty: "V", On: "2025-09-01"})
		default:
			staff = append(staff, StaffMember{Person: p.Person, Email: p.Email, Active: true})
		}
	}
	for _, n := range Newcomers() {
		person(n.Person, n.Email)
		switch n.Form.Kind {
		case access.UserDelegate:
			links = append(links, Link{NIT: string(n.Form.NIT), Document: n.Person.Document, Novelty: "V", On: "2025-10-15"})
			if n.Name == NewNoDelegation {
				links = append(links, Link{NIT: string(n.Form.NIT), Document: n.Person.Document, Novelty: "O", On: "2026-02-28"})
			}
		case access.UserProfessional:
			titles = append(titles, Title{Person: n.Person, Profession: "ODONTOLOGÍA", Registry: n.Form.ProfessionalRegistry})
		case access.UserOther:
			staff = append(staff, StaffMember{Person: n.Person, Email: n.Email, Active: true})
		}
	}
	retired := access.Person{Document: cc("9999000104"), Name: "Nuria Totumo Demostración"}
	person(retired, "funcionaria4@ministerio.example")
	staff = append(staff, StaffMember{Person: retired, Email: "funcionaria4@ministerio.example"})
	return Registers{
		Citizens: slices.Values(citizens), Firms: slices.Values(w.firms()), Links: slices.Values(links),
		Titles: slices.Values(titles), Staff: slices.Values(staff),
	}
}

// firms are the legal persons among the world's providers.
func (w World) firms() []Firm {
	var all []Firm
	for _, p := range w.Providers {
		known := slices.ContainsFunc(all, func(f Firm) bool { return f.NIT == p.Document.Number })
		if p.Person != LegalPerson || known {
			continue
		}
		all = append(all, Firm{
			NIT: p.Document.Number, Name: p.LegalName, Email: p.Email,
			Representative: cc("99991" + pad(len(all)+1, 5)),
		})
	}
	return all
}
