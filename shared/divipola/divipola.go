// Package divipola names municipalities and departments by their DIVIPOLA code:
// 1,122 rows, the 18 non-municipalised areas of Amazonas, Guainía and Vaupés
// among them. Codes are text of five digits, the first two the department's:
// leading zeros matter.
//
// Nothing is ever joined by name: the same place is spelt in several ways in
// the files of the sector. Names here are for reading only.
//
// The table is read once, at first use, and never written to again: all
// functions may be called from any goroutine.
package divipola

import (
	_ "embed"
	"iter"
	"strings"
	"sync"
)

// Municipality is one row.
type Municipality struct {
	Code       string // five digits
	Name       string // «Medellín»
	Department string // «Antioquia»
}

//go:embed municipalities.txt
var table string

type index struct {
	rows   []Municipality
	byCode map[string]int
}

// load reads the table. A line with a code of two digits opens a department.
var load = sync.OnceValue(func() index {
	ix := index{byCode: make(map[string]int, 1200)}
	department := ""
	for line := range strings.Lines(table) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ";")
		if len(code) == 2 {
			department = name
			continue
		}
		ix.byCode[code] = len(ix.rows)
		ix.rows = append(ix.rows, Municipality{Code: code, Name: name, Department: department})
	}
	return ix
})

// Lookup finds a municipality by its five digits.
func Lookup(code string) (Municipality, bool) {
	ix := load()
	i, ok := ix.byCode[code]
	if !ok {
		return Municipality{}, false
	}
	return ix.rows[i], true
}

// Place writes a municipality as the ministry's lists do, «Antioquia-MEDELLÍN».
// A code the table does not hold is written as it is.
func Place(code string) string {
	m, ok := Lookup(code)
	if !ok {
		return code
	}
	return m.Department + "-" + strings.ToUpper(m.Name)
}

// All goes through the rows by code.
func All() iter.Seq[Municipality] {
	return func(yield func(Municipality) bool) {
		for _, m := range load().rows {
			if !yield(m) {
				return
			}
		}
	}
}

// Len is how many municipalities there are.
func Len() int { return len(load().rows) }
