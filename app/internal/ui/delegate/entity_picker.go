package delegate

import (
	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// entityPicker chooses a code: one types to filter, or walks the list with the
// arrows. UI goroutine only.
type entityPicker struct {
	input *kit.Picker
	sites *kit.Text // the chosen entity's sites, below

	rows   []state.Entity
	chosen access.LicenseCode
}

func newEntityPicker(choose func(access.LicenseCode)) *entityPicker {
	p := &entityPicker{input: kit.NewPicker("Seleccione una entidad"), sites: kit.NewNote("")}
	p.sites.Hide()
	p.input.OnChosen = func(i int) {
		if i >= 0 && i < len(p.rows) {
			choose(p.rows[i].Provider.Code)
		}
	}
	return p
}

// render shows the entities and the chosen one. An open list keeps its filter.
func (p *entityPicker) render(s state.Entities, chosen access.LicenseCode) {
	if !sameRows(p.rows, s.Rows) || s.Loading {
		p.rows = s.Rows
		p.input.Search = func(query string) []int { return searchEntities(s, query) }
		p.input.SetItems(len(s.Rows), func(i int) kit.PickItem { return pickItem(s.Rows[i]) })
		p.chosen = ""
		p.input.SetChosen(-1)
	}
	if p.chosen != chosen {
		p.chosen = chosen
		p.input.SetChosen(indexOf(s.Rows, chosen))
	}
	text := ""
	if i := indexOf(s.Rows, chosen); i >= 0 {
		text = "Sedes: " + sitesText(s.Rows[i].Provider) + "."
	}
	kit.Put(p.sites, text)
}

func (p *entityPicker) setEnabled(on bool) {
	switch {
	case on && p.input.Disabled():
		p.input.Enable()
	case !on && !p.input.Disabled():
		p.input.Disable()
	}
}

func (p *entityPicker) focus() { p.input.Focus() }

// sameRows reports that two lists are one and the same: snapshots share theirs
// while nothing changes.
func sameRows(a, b []state.Entity) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// pickItem is an entity as one choice: what it is, then what it has and its sites.
func pickItem(e state.Entity) kit.PickItem {
	return kit.PickItem{Title: entityTitle(e.Provider), Detail: entityNote(e) + " · " + sitesLine(e.Provider)}
}
