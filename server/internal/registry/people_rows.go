package registry

import (
	"strings"
	"time"

	"llavero/shared/access"
)

// put takes a row in; one whose key was there is rejected.
func (e *entry[T]) put(key string, col column, v T) {
	if _, ok := e.all.at[key]; ok {
		e.reject(Repeated, col)
		return
	}
	e.all.at[key] = len(e.all.Rows)
	e.all.Rows = append(e.all.Rows, v)
	e.cut(colPeopleCut)
}

// identity reads the document of a row; it rejects the row if there is none.
func (v *verdict) identity() (access.Document, bool) {
	kind := documentType(v.at(colDocType))
	if kind == "" {
		v.reject(BadValue, colDocType)
		return access.Document{}, false
	}
	number, ok := v.document(colDocNumber)
	return access.Document{Type: kind, Number: number}, ok
}

// nit reads a tax number; it rejects the row if there is none.
func (v *verdict) nit() (access.NIT, bool) {
	text, ok := v.document(colOrgNIT)
	if !ok {
		return "", false
	}
	n, ok := access.ParseNIT(text)
	if !ok {
		v.reject(BadDocument, colOrgNIT)
	}
	return n, ok
}

// mail reads an address; unread says that there is something else.
func (v *verdict) mail() (address string, unread bool) {
	address = v.at(colMail)
	if address == "" || access.IsEmail(address) {
		return address, false
	}
	v.warn(BadEmail, colMail)
	return "", true
}

// phone reads a number, with or without the country's; "" if there is none.
func (v *verdict) phone() string {
	text := v.at(colCall)
	if text == "" {
		return ""
	}
	number := access.DigitsOnly(strings.TrimPrefix(text, "+57"))
	if !access.IsPhone(number) {
		v.warn(BadPhone, colCall)
		return ""
	}
	return number
}

// name reads a name; an empty one is told.
func (v *verdict) name(col column) string {
	n := v.at(col)
	if n == "" {
		v.warn(EmptyName, col)
	}
	return n
}

// day reads a date as ISO writes it; "" if it is none.
func (v *verdict) day(col column) string {
	text := v.at(col)
	for _, layout := range []string{time.DateOnly, "20060102"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// representative reads whom a row names beside the row's own subject; zero, and
// told, if nobody it can be.
func (v *verdict) representative() access.Document {
	text := v.at(colDocNumber)
	if text == "" {
		return access.Document{}
	}
	d := access.Document{Type: documentType(v.at(colDocType)), Number: bareNumber(text)}
	switch {
	case d.Type == "":
		v.warn(BadValue, colDocType)
	case !isIdentity(d.Number):
		v.warn(BadDocument, colDocNumber)
	default:
		return d
	}
	return access.Document{}
}

func takePerson(e *entry[Person]) {
	d, ok := e.identity()
	if !ok {
		return
	}
	e.key = keyOf("", d)
	p := Person{Document: d, GivenNames: e.name(colGiven), FamilyNames: e.name(colFamily), Phone: e.phone()}
	p.Email, p.EmailUnread = e.mail()
	e.put(e.key, colDocNumber, p)
}

func takeOrganization(e *entry[Organization]) {
	nit, ok := e.nit()
	if !ok {
		return
	}
	e.key = keyOf(nit, access.Document{})
	o := Organization{NIT: nit, Name: e.name(colOrgName), Representative: e.representative()}
	o.Email, _ = e.mail()
	e.put(e.key, colOrgNIT, o)
}

// takeDelegation keeps the latest novelty of each pair.
func takeDelegation(e *entry[Delegation]) {
	nit, ok := e.nit()
	if !ok {
		return
	}
	who, ok := e.identity()
	if !ok {
		return
	}
	e.key = keyOf(nit, who)
	d := Delegation{NIT: nit, Document: who, On: e.day(colNoveltyOn)}
	switch novelty := strings.ToUpper(e.at(colNovelty)); {
	case novelty != "V" && novelty != "O":
		e.reject(BadValue, colNovelty)
		return
	case d.On == "":
		e.reject(BadDate, colNoveltyOn)
		return
	default:
		d.Links = novelty == "V"
	}
	i, ok := e.all.at[e.key]
	if !ok {
		e.put(e.key, colOrgNIT, d)
		return
	}
	if d.On >= e.all.Rows[i].On {
		e.all.Rows[i] = d
	}
}

func takeTitle(e *entry[Title]) {
	d, ok := e.identity()
	if !ok {
		return
	}
	e.key = keyOf("", d)
	given, family := e.name(colGiven1), e.name(colFamily1)
	t := Title{
		Document: d, Name: strings.Join(strings.Fields(strings.Join([]string{given, e.at(colGiven2), family, e.at(colFamily2)}, " ")), " "),
		DocumentState: e.word(colDocState), Program: e.word(colProgram), Origin: e.word(colOrigin), Profession: e.word(colProfession),
		Act: e.at(colAct), Reporter: e.word(colReporter), Registry: e.at(colRegistry), Began: e.day(colBegan),
	}
	if t.Began == "" && e.at(colBegan) != "" {
		e.warn(BadDate, colBegan)
	}
	e.put(strings.Join([]string{e.key, t.Program, t.Profession, t.Act}, "/"), colProfession, t)
}

// word keeps one copy of a value that many rows repeat.
func (e *entry[T]) word(col column) string { return e.all.words.word(e.at(col)) }

func takeStaff(e *entry[StaffMember]) {
	d, ok := e.identity()
	if !ok {
		return
	}
	e.key = keyOf("", d)
	m := StaffMember{Document: d, GivenNames: e.name(colGiven), FamilyNames: e.name(colFamily)}
	switch strings.ToUpper(e.at(colActive)) {
	case "S", "SI", "SÍ":
		m.Active = true
	case "N", "NO":
	default:
		e.reject(BadValue, colActive)
		return
	}
	m.Email, _ = e.mail()
	e.put(e.key, colDocNumber, m)
}
