package registry

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/divipola"
)

func isMunicipality(c access.LicenseCode) bool {
	_, ok := divipola.Lookup(c.Municipality())
	return ok
}

// restore puts back one leading zero that a spreadsheet took from a code of
// width digits, if a municipality comes of it.
func restore(s string, width int) (code string, restored, ok bool) {
	if len(s) == width-1 {
		if z := "0" + s; isMunicipality(access.LicenseCode(z)) {
			return z, true, true
		}
	}
	return s, false, len(s) == width
}

// license reads a code of ten digits; it rejects the row if there is none.
func (w *row) license(col column) (access.LicenseCode, bool) {
	text, restored, _ := restore(w.at(col), 10)
	code, ok := access.ParseLicenseCode(text)
	if !ok {
		w.reject(BadCode, col)
		return "", false
	}
	return w.judged(code, restored, col), true
}

// judged makes the code the row's and warns about it.
func (w *row) judged(code access.LicenseCode, restored bool, col column) access.LicenseCode {
	w.code = access.LicenseCode(strings.Clone(string(code)))
	if restored {
		w.warn(RestoredZero, col)
	}
	if !isMunicipality(code) {
		w.warn(UnknownMunicipality, col)
	}
	return w.code
}

// siteNumber reads a site's number; it rejects the row if there is none.
func (w *row) siteNumber(col column) (access.SiteNumber, bool) {
	text := w.at(col)
	restored := len(text) == 1
	if restored {
		text = "0" + text
	}
	n, ok := access.ParseSiteNumber(text)
	if !ok {
		w.reject(BadSite, col)
		return "", false
	}
	if restored {
		w.warn(RestoredZero, col)
	}
	return access.SiteNumber(w.word(string(n))), true
}

// fullCode reads datos.gov.co's twelve digits: code and site.
func (w *row) fullCode() (access.LicenseCode, access.SiteNumber, bool) {
	text, restored, ok := restore(w.at(colFullCode), 12)
	if !ok {
		w.reject(BadCode, colFullCode)
		return "", "", false
	}
	code, okCode := access.ParseLicenseCode(text[:10])
	number, okSite := access.ParseSiteNumber(text[10:])
	switch {
	case !okCode:
		w.reject(BadCode, colFullCode)
	case !okSite:
		w.code = access.LicenseCode(strings.Clone(string(code)))
		w.reject(BadSite, colFullCode)
	default:
		return w.judged(code, restored, colFullCode), access.SiteNumber(w.word(string(number))), true
	}
	return "", "", false
}

// town warns when the municipality column names another than the code.
func (w *row) town(code access.LicenseCode) {
	text := w.at(colOpenTown)
	if len(text) == 4 {
		text = "0" + text
	}
	if len(text) == 5 && isDigits(text) && text != code.Municipality() {
		w.warn(OtherMunicipality, colOpenTown)
	}
}

func (w *row) checkDigit(number string) {
	if _, ok := w.head.at[colDV]; !ok || !isDigits(number) {
		return
	}
	if w.at(colDV) != digitOf(number) {
		w.warn(CheckDigit, colDV)
	}
}

// digitOf is a number's check digit; "" for one that has none.
func digitOf(number string) string {
	n, ok := access.ParseNIT(number)
	if !ok {
		return ""
	}
	return string(rune('0' + n.CheckDigit()))
}

// documentType reads a type of the list REPS uses; "" if it says nothing usable.
func documentType(s string) access.DocumentType {
	switch s = strings.ToUpper(s); s {
	case "NIT":
		return access.DocumentNI
	case "CN", "RC", "TI", "CC", "PA", "CD", "CE", "DE", "SC", "PE", "PT", "PPT", "PC", "RUT", "AS", "MS", "SI", "NI":
		return access.DocumentType(s)
	}
	return ""
}

// owner is whose the code is: the type as the file says it, as datos.gov.co
// says it of the same number, or assumed from the kind of person.
func (w *row) owner(code access.LicenseCode, number, kind, person, class string) Entity {
	e := Entity{Document: access.Document{Type: documentType(kind), Number: number}}
	if e.Document.Type == "" {
		if known := w.types[code]; known.Number == number {
			e.Document.Type = known.Type
		}
	}
	if e.Document.Type == "" {
		e.TypeAssumed = true
		e.Document.Type = access.DocumentNI
		natural := strings.HasPrefix(strings.ToUpper(person), "NAT")
		if natural || person == "" && strings.Contains(strings.ToLower(class), "independiente") {
			e.Document.Type = access.DocumentCC
		}
	}
	return e
}

// entity notes whom a code belongs to. The first name stands.
func (w *row) entity(e Entity, name string) access.EntityID {
	id := e.ID()
	if known, ok := w.entities[id]; ok {
		known.TypeAssumed = known.TypeAssumed && e.TypeAssumed
		return known.ID()
	}
	e.Document.Number, e.Name = strings.Clone(e.Document.Number), strings.Clone(name)
	w.entities[id] = &e
	return id
}

// contacts checks what nobody keeps yet, so that the report can say how good
// the register's addresses are.
func (w *row) contacts(phone, phone2, email, email2 column) {
	for _, c := range []column{phone, phone2} {
		if v := w.at(c); v != "" && !access.IsPhone(access.DigitsOnly(v)) {
			w.warn(BadPhone, c)
		}
	}
	for _, c := range []column{email, email2} {
		if v := w.at(c); v != "" && !access.IsEmail(v) {
			w.warn(BadEmail, c)
		}
	}
}

func (w *row) dates(cols ...column) {
	for _, c := range cols {
		if v := w.at(c); v != "" && !isDate(v) {
			w.warn(BadDate, c)
		}
	}
}

func isDate(s string) bool {
	for _, layout := range []string{"20060102", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// cutOff reads «Fecha corte REPS: Mar 12 2026  3:11PM»; what it cannot read
// stays as it is, shortened.
func cutOff(s string) string {
	text := s
	if i := strings.LastIndex(strings.ToLower(text), "reps:"); i >= 0 {
		text = text[i+len("reps:"):]
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, layout := range []string{"Jan 2 2006 3:04PM", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05.000", time.DateOnly, "20060102"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format("2006-01-02T15:04")
		}
	}
	if r := []rune(s); len(r) > 60 {
		return string(r[:60])
	}
	return strings.Clone(s)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// snapshot orders what was gathered.
func (r *reading) snapshot(hash string) *Snapshot {
	s := &Snapshot{CutOff: r.cutOff, Hash: hash, Unsure: r.unsure}
	for _, e := range r.entities {
		if e.TypeAssumed {
			r.report.Assumed++
		}
		s.Entities = append(s.Entities, *e)
	}
	if r.report.Assumed > 0 {
		r.report.add(Issue{Severity: Warned, Reason: TypeAssumed})
	}
	slices.SortFunc(s.Entities, func(a, b Entity) int { return cmp.Compare(a.ID(), b.ID()) })
	s.Providers = make([]Provider, 0, len(r.providers))
	for _, code := range slices.Sorted(maps.Keys(r.providers)) {
		p := r.providers[code].Provider
		slices.SortFunc(p.Sites, func(a, b Site) int { return cmp.Compare(a.Number, b.Number) })
		s.Providers = append(s.Providers, p)
	}
	return s
}
