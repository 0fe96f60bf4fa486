package delegate

import (
	"slices"
	"strings"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// place writes «Antioquia-MEDELLÍN», as the manual's lists do.
func place(p wire.ProviderRow) string {
	switch {
	case p.Department == "":
		return strings.ToUpper(p.Municipality)
	case p.Municipality == "":
		return p.Department
	default:
		return p.Department + "-" + strings.ToUpper(p.Municipality)
	}
}

// entityTitle is the one format of an entity in the picker and in the head of
// its screens: «Antioquia-MEDELLÍN 0500199001 - NOMBRE».
func entityTitle(p wire.ProviderRow) string {
	return strings.TrimSpace(place(p) + " " + string(p.Code) + " - " + p.Name)
}

// maxSitesInLine is how many sites one line of the picker names.
const maxSitesInLine = 3

// sitesLine names an entity's sites in one line: «3 sedes: 01 Norte · 02 Sur …».
func sitesLine(p wire.ProviderRow) string {
	if len(p.Sites) == 0 {
		return "Sin sedes en REPS"
	}
	var b strings.Builder
	b.WriteString(es.Count(len(p.Sites), "sede", "sedes"))
	b.WriteString(": ")
	for i, s := range p.Sites {
		if i == maxSitesInLine {
			b.WriteString(" y " + es.Number(len(p.Sites)-i) + " más")
			break
		}
		if i > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(siteTitle(s))
	}
	return b.String()
}

// siteTitle is one site: its number and its name.
func siteTitle(s wire.SiteRow) string {
	return strings.TrimSpace(string(s.Number) + " " + s.Name)
}

// entityNote says in two or three words what an entity has: a key, an open
// request, nothing.
func entityNote(e state.Entity) string {
	switch {
	case e.Request != nil && e.Request.Status.IsOpen():
		return es.Situation(e.Request.Kind, e.Request.Status, "")
	case len(e.Keys) > 0:
		return "Con llave"
	case !e.Provider.Current:
		return "No vigente en REPS"
	default:
		return "Sin llave"
	}
}

// onlyEntity is the code of whoever has a single one, as most independents do.
func onlyEntity(s state.Entities) (access.LicenseCode, bool) {
	if s.Loading || len(s.Rows) != 1 {
		return "", false
	}
	return s.Rows[0].Provider.Code, true
}

// indexOf returns the place of a code, -1 when it is not listed.
func indexOf(rows []state.Entity, code access.LicenseCode) int {
	if code == "" {
		return -1
	}
	return slices.IndexFunc(rows, func(e state.Entity) bool { return e.Provider.Code == code })
}

// searchEntities returns the positions of the rows a search finds, all of them
// for an empty one.
func searchEntities(s state.Entities, query string) []int {
	found := s.Search.Filter(query)
	if s.Search.Len() == len(s.Rows) {
		return found
	}
	// The index speaks of other rows, or there is none: look at each.
	query = state.Fold(query)
	found = found[:0]
	for i, e := range s.Rows {
		text := state.Fold(entityTitle(e.Provider) + " " + sitesLine(e.Provider) + " " + string(e.Provider.NIT))
		if holdsWords(text, query) {
			found = append(found, i)
		}
	}
	return found
}

func holdsWords(text, query string) bool {
	for _, w := range strings.Fields(query) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
