package registry

import (
	"strings"

	"llavero/shared/access"
)

// row is one row of REPS being judged.
type row struct {
	*reading
	*verdict
}

// protect looks for codes in a row that could not be cut: whatever looks like
// one may be its code. The first is the row's for the report.
func (w *row) protect() {
	for _, f := range w.fields {
		code, ok := access.ParseLicenseCode(strings.Trim(clean(f), `"`))
		if !ok && len(f) >= 11 {
			if full := strings.Trim(clean(f), `"`); len(full) == 12 {
				code, ok = access.ParseLicenseCode(full[:10])
			}
		}
		if !ok || !isMunicipality(code) {
			continue
		}
		w.unsure[access.LicenseCode(strings.Clone(string(code)))] = struct{}{}
		if w.code == "" {
			w.code = access.LicenseCode(strings.Clone(string(code)))
		}
	}
}

// portalMain takes a row of «Prestadores»: a provider by its own code.
func (w *row) portalMain() {
	code, ok := w.license(colCode)
	if !ok {
		return
	}
	if w.disabled() {
		return
	}
	if p := w.providers[code]; p != nil {
		w.reject(Repeated, colCode)
		return
	}
	number, ok := w.document(colNIT)
	if !ok {
		return
	}
	w.checkDigit(number)
	name := w.nameOr(colName, w.at(colLegalName))
	legal := w.at(colLegalName)
	if legal == "" {
		legal = name
	}
	who := w.owner(code, number, w.at(colType), w.at(colPerson), w.at(colClass))
	w.contacts(colPhone, colPhone2, colEmail, colEmail2)
	w.dates(colFiled, colEnds, colClosed)
	w.cut(colCutOff)
	w.providers[code] = &provider{listed: true, Provider: Provider{
		Code: code, Entity: w.entity(who, legal), Name: strings.Clone(name), Class: w.word(w.at(colClass)),
	}}
}

// portalSite takes a row of «Sedes». Its code is the site's own; the provider's
// may be another, with the same owner.
func (w *row) portalSite() {
	code, ok := w.license(colCode)
	if !ok {
		return
	}
	if w.disabled() {
		return
	}
	number, ok := w.siteNumber(colNumber)
	if !ok {
		return
	}
	if !w.first(code, number, colNumber) {
		return
	}
	nit, ok := w.document(colNIT)
	if !ok {
		delete(w.sites, siteKey{code, number})
		return
	}
	w.checkDigit(nit)
	mainCode, _, _ := restore(w.at(colMainCode), 10)
	main := w.providers[access.LicenseCode(mainCode)]
	if main == nil || !main.listed {
		w.warn(NoProvider, colMainCode)
	}
	if w.providers[code] == nil {
		p := &provider{Provider: Provider{Code: code}}
		if main != nil && main.listed {
			p.Entity, p.Name, p.Class = main.Entity, main.Name, main.Class
		} else {
			p.Name = strings.Clone(w.nameOr(colName, w.at(colSiteName)))
			p.Class = w.word(w.at(colSiteClass))
			p.Entity = w.entity(w.owner(access.LicenseCode(mainCode), nit, "", w.at(colPerson), p.Class), p.Name)
		}
		w.providers[code] = p
	}
	w.contacts(colPhone, colPhone2, colEmail, colEmail2)
	w.dates(colOpened, colClosed)
	w.cut(colCutOff)
	w.addSite(code, number, colSiteName)
}

// openData takes a row of datos.gov.co: a site with its provider. Beside the
// portal's files it only tells document types.
func (w *row) openData() {
	code, number, ok := w.fullCode()
	if !ok {
		return
	}
	mainText, _, _ := restore(w.at(colOpenMain), 10)
	main, mainOK := access.ParseLicenseCode(mainText)
	if !mainOK {
		w.reject(BadCode, colOpenMain)
		return
	}
	nit, ok := w.document(colOpenNumber)
	if !ok {
		return
	}
	if w.formats[PortalMain] {
		if t := documentType(w.at(colOpenType)); t != "" {
			w.types[access.LicenseCode(strings.Clone(string(main)))] = access.Document{Type: t, Number: strings.Clone(nit)}
		}
		return
	}
	if !w.first(code, number, colFullCode) {
		return
	}
	w.town(code)
	name := w.nameOr(colOpenName, w.at(colOpenSite))
	class := w.word(w.at(colOpenClass))
	for _, c := range []access.LicenseCode{main, code} {
		if w.providers[c] == nil {
			c = access.LicenseCode(strings.Clone(string(c)))
			who := w.owner(c, nit, w.at(colOpenType), "", class)
			w.providers[c] = &provider{listed: true, Provider: Provider{
				Code: c, Entity: w.entity(who, name), Name: strings.Clone(name), Class: class,
			}}
		}
	}
	w.contacts(colOpenPhone, colOpenSiteCall, colOpenEmail, colOpenSiteMail)
	w.cut(colOpenCutOff)
	w.addSite(code, number, colOpenSite)
}

// first says whether this code and site were not seen before, and notes them.
func (w *row) first(code access.LicenseCode, number access.SiteNumber, col column) bool {
	key := siteKey{code, number}
	if _, seen := w.sites[key]; seen {
		w.reject(Repeated, col)
		return false
	}
	w.sites[key] = struct{}{}
	return true
}

func (w *row) addSite(code access.LicenseCode, number access.SiteNumber, nameColumn column) {
	name := w.at(nameColumn)
	if name == "" {
		w.warn(EmptyName, nameColumn)
		name = "Sede " + string(number)
	}
	p := w.providers[code]
	p.Sites = append(p.Sites, Site{Number: number, Name: strings.Clone(name)})
}

func (w *row) nameOr(col column, other string) string {
	if n := w.at(col); n != "" {
		return n
	}
	if _, ok := w.head.at[col]; ok {
		w.warn(EmptyName, col)
	}
	if other != "" {
		return other
	}
	return string(w.code)
}

// disabled leaves out a row that says so itself.
func (w *row) disabled() bool {
	switch strings.ToUpper(w.at(colEnabled)) {
	case "NO", "N", "0":
		w.leftOut = true
		w.tell(LeftOut, NotEnabled, colEnabled)
		return true
	}
	return false
}
