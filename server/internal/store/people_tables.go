package store

import (
	"fmt"
	"strings"
	"time"
)

// table is one that a file tells whole: how its rows are read, written and
// marked gone. The key's columns come first.
type table[V comparable] struct {
	name    string
	rows    string // what its rows are called, for people
	keys    int
	columns []string
	into    func(*V) []any // in the order of columns
	gone    func(*V) *time.Time
	// keep takes over from the stored row what the file's could not tell.
	keep func(old V, next *V)
}

var personTable = table[Person]{
	name: "persons", rows: "persons", keys: 2,
	columns: []string{"document_type", "document_number", "given_names", "family_names", "email", "phone"},
	into: func(p *Person) []any {
		return []any{&p.Document.Type, &p.Document.Number, &p.GivenNames, &p.FamilyNames, &p.Email, &p.Phone}
	},
	gone: func(p *Person) *time.Time { return &p.GoneAt },
	keep: func(old Person, next *Person) {
		if next.EmailUnread {
			next.Email = old.Email
		}
	},
}

var organizationTable = table[Organization]{
	name: "organizations", rows: "organizations", keys: 1,
	columns: []string{"nit", "name", "representative_type", "representative_number", "email"},
	into: func(o *Organization) []any {
		return []any{&o.NIT, &o.Name, &o.Representative.Type, &o.Representative.Number, &o.Email}
	},
	gone: func(o *Organization) *time.Time { return &o.GoneAt },
}

var delegationTable = table[Delegation]{
	name: "delegations", rows: "delegations", keys: 3,
	columns: []string{"nit", "document_type", "document_number", "novelty", "novelty_on"},
	into: func(d *Delegation) []any {
		return []any{&d.NIT, &d.Document.Type, &d.Document.Number, &d.Novelty, &d.On}
	},
	gone: func(d *Delegation) *time.Time { return &d.GoneAt },
}

var titleTable = table[Title]{
	name: "rethus_titles", rows: "titles", keys: 5,
	columns: []string{
		"document_type", "document_number", "program", "profession", "act", "name", "document_state", "origin",
		"began_on", "reporter", "registry",
	},
	into: func(t *Title) []any {
		return []any{
			&t.Document.Type, &t.Document.Number, &t.Program, &t.Profession, &t.Act, &t.Name, &t.DocumentState, &t.Origin,
			&t.Began, &t.Reporter, &t.Registry,
		}
	},
	gone: func(t *Title) *time.Time { return &t.GoneAt },
}

var staffTable = table[StaffMember]{
	name: "staff", rows: "people of the roster", keys: 2,
	columns: []string{"document_type", "document_number", "given_names", "family_names", "email", "active"},
	into: func(m *StaffMember) []any {
		return []any{&m.Document.Type, &m.Document.Number, &m.GivenNames, &m.FamilyNames, &m.Email, &m.Active}
	},
	gone: func(m *StaffMember) *time.Time { return &m.GoneAt },
}

// load reads rows; a condition may follow.
func (t *table[V]) load() string {
	return `SELECT ` + strings.Join(t.columns, `, `) + `, gone_at FROM ` + t.name
}

// put writes a current row whole: the columns, then the snapshot.
func (t *table[V]) put() string {
	marks, sets := make([]string, len(t.columns)), make([]string, 0, len(t.columns))
	for i, c := range t.columns {
		marks[i] = fmt.Sprintf("$%d", i+1)
		if i >= t.keys {
			sets = append(sets, c+` = excluded.`+c)
		}
	}
	return `INSERT INTO ` + t.name + ` (` + strings.Join(t.columns, `, `) + `, snapshot)
		VALUES (` + strings.Join(marks, `, `) + fmt.Sprintf(`, $%d`, len(t.columns)+1) + `)
		ON CONFLICT (` + strings.Join(t.columns[:t.keys], `, `) + `)
		DO UPDATE SET ` + strings.Join(sets, `, `) + `, gone_at = 0, snapshot = excluded.snapshot`
}

// drop marks a row gone: the instant, the snapshot, then the key.
func (t *table[V]) drop() string {
	return `UPDATE ` + t.name + ` SET gone_at = $1, snapshot = $2 WHERE ` + t.where(3)
}

// where finds a row by its key, its parameters from number on.
func (t *table[V]) where(number int) string {
	parts := make([]string, t.keys)
	for i, c := range t.columns[:t.keys] {
		parts[i] = fmt.Sprintf("%s = $%d", c, number+i)
	}
	return strings.Join(parts, ` AND `)
}

// one reads the row of a key; ErrNotFound.
func one[V comparable](tx *Tx, t *table[V], key ...any) (V, error) {
	var v V
	err := tx.row(t.load()+` WHERE `+t.where(1), key...).Scan(append(t.into(&v), timeInto{t.gone(&v)})...)
	return v, found(err)
}
