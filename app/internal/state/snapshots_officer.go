package state

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// AssignedKeys is «Llaves asignadas».
type AssignedKeys struct {
	Link    Link
	Rows    []Assigned // by code
	Search  *Index     // over Rows: code, NIT, name, place, number, state; nil when empty
	Loading bool
	Trouble *Trouble
	Now     time.Time
}

// Grants is «Permisos de producción».
type Grants struct {
	Link    Link
	Rows    []Assigned // by code
	Search  *Index     // over Rows: code, NIT, name, place, client ids, state; nil when empty
	Loading bool
	Trouble *Trouble
	// Catalog is what can be granted; nil until loaded.
	Catalog *wire.Permissions
	// ReadAt is when the permissions that were read longest ago were read in
	// Entra; zero: none was.
	ReadAt time.Time
	Unread int // production keys never read
	// Asking: «Actualizar» was pressed and is not answered. Waiting counts the
	// keys it asked for that were not read since.
	Asking  bool
	Waiting int
	Now     time.Time
}

// Amend is «Actualizar Keys» of one code.
type Amend struct {
	Link Link
	Row  Assigned // as it is now
	// Days is how long a new secret may live, by environment; absent until loaded.
	Days map[access.Environment]int
	// History is what was done to the keys, newest first; nil until loaded.
	History []wire.KeyHistoryEntry
	// Busy, Troubles and Secrets are of its keys, as in Keys.
	Busy     map[access.KeyID]KeyAct
	Troubles map[access.KeyID]*Trouble
	Secrets  map[access.KeyID]KeySecrets
	Fields   []access.FieldError
	Sending  bool
	Saved    bool // «El registro se guardó correctamente.»
	Trouble  *Trouble
	Now      time.Time
}

// Longest is how long a new secret of an environment may live; zero when that is
// not known.
func (a Amend) Longest(e access.Environment) time.Duration {
	days := a.Days[e]
	if k := a.Row.Key(e); k != nil && k.ValidityDays > 0 {
		days = k.ValidityDays
	}
	return time.Duration(days) * 24 * time.Hour
}

// Grant is «Asignar roles a aplicación» of one code.
type Grant struct {
	Link    Link
	Row     Assigned
	Catalog *wire.Permissions // nil until loaded
	Sending bool
	Fields  []access.FieldError
	Trouble *Trouble
	Now     time.Time
}

// Evidence is the proofs of one code.
type Evidence struct {
	Link    Link
	Row     Assigned
	Items   []wire.Evidence // newest first; nil until loaded
	Fields  []access.FieldError
	Sending bool
	Added   int // proofs added since it was opened, for the form to empty itself
	Trouble *Trouble
	Now     time.Time
}

// ValidityView is «Vigencia de las llaves».
type ValidityView struct {
	Link    Link
	Items   []wire.EnvironmentValidity // nil until loaded
	Fields  map[access.Environment][]access.FieldError
	Sending access.Environment // whose is on its way; empty: none
	Saved   access.Environment // whose was saved last; empty: none
	Trouble *Trouble
	Now     time.Time
}
