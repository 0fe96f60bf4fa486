package state

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Drifts is «Diferencias con Entra».
type Drifts struct {
	Link Link
	// Rows are the differences that want something done first, then the others,
	// the newest first in each.
	Rows    []access.Drift
	Search  *Index // over Rows: code, kind, application, client id, detail, state
	Loading bool
	// Directory is how the server stands in Entra; nil until loaded.
	Directory *wire.Directory
	// Comparing: «Comparar ahora» was pressed and is not answered. Asked counts
	// the keys it asked for; zero: it was not pressed, or a later comparison than
	// before is known of.
	Comparing bool
	Asked     int
	Fixing    map[string]bool     // differences whose fix was sent and is not in the rows
	Troubles  map[string]*Trouble // by difference: what its last fix met
	Trouble   *Trouble
	Now       time.Time
}

// Open counts the differences that nobody decided about.
func (d Drifts) Open() (n int) {
	for _, r := range d.Rows {
		if r.State == access.DriftOpen {
			n++
		}
	}
	return n
}

// driftEntry is a difference with its folded text, never written to again.
type driftEntry struct {
	row    access.Drift
	folded string
}

// driftState is what the screen has beside the rows.
type driftState struct {
	directory *wire.Directory
	comparing bool
	asked     int
	// comparedBefore is the last comparison when another was asked for.
	comparedBefore time.Time
	fixing         map[string]bool
	troubles       map[string]*Trouble
	trouble        *Trouble
}

// driftText is what finds a difference.
func driftText(d access.Drift) string {
	return strings.Join([]string{
		string(d.Code), es.Environment(d.Environment), es.DriftKind(d.Kind), es.DriftState(d), d.Name, d.ClientID, d.Detail,
	}, " ")
}

// driftOrder is the place of a state in the list.
func driftOrder(s access.DriftState) int {
	return slices.Index([]access.DriftState{access.DriftOpen, access.DriftFixing, access.DriftDismissed, access.DriftFixed}, s)
}

// driftRows lists the differences there are.
func (s *rowSet) driftRows() ([]access.Drift, *Index) {
	all := make([]*driftEntry, 0, len(s.drifts))
	for _, e := range s.drifts {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *driftEntry) int {
		return cmp.Or(cmp.Compare(driftOrder(a.row.State), driftOrder(b.row.State)), b.row.FoundAt.Compare(a.row.FoundAt), cmp.Compare(a.row.ID, b.row.ID))
	})
	rows, folded := make([]access.Drift, len(all)), make([]string, len(all))
	for i, e := range all {
		rows[i], folded[i] = e.row, e.folded
	}
	return rows, newFoldedIndex(folded)
}

// Drifts is «Diferencias con Entra».
func (m *Model) Drifts() Drifts {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows.driftList == nil {
		rows, index := m.rows.driftRows()
		m.rows.driftList = &driftList{rows, index}
	}
	d := &m.officer.drift
	return Drifts{
		Link: m.link, Rows: m.rows.driftList.rows, Search: m.rows.driftList.index, Loading: !m.link.HasData(),
		Directory: d.directory, Comparing: d.comparing, Asked: d.asked, Fixing: d.fixing, Troubles: d.troubles, Trouble: d.trouble, Now: now,
	}
}

// driftList is the list as it was made last; a row that comes makes it old.
type driftList struct {
	rows  []access.Drift
	index *Index
}

// LoadDirectory reads how the server stands in Entra.
func (m *Model) LoadDirectory(ctx context.Context) error {
	var directory wire.Directory
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		directory, err = m.deps.API.Directory(ctx)
		return err
	})
	m.set(life, func() {
		m.officer.drift.trouble = t
		if err == nil {
			d := &m.officer.drift
			if d.asked > 0 && directory.ComparedAt.After(d.comparedBefore) {
				d.asked = 0 // what was asked for is done
			}
			d.directory = &directory
		}
	})
	return err
}

// CompareDrift has every key compared with Entra now. What is found comes as
// facts.
func (m *Model) CompareDrift(ctx context.Context) error {
	life, err := m.begin(func() {
		d := &m.officer.drift
		d.comparing, d.trouble, d.asked = true, nil, 0
		if d.directory != nil {
			d.comparedBefore = d.directory.ComparedAt
		}
	})
	var done wire.Comparing
	if err == nil {
		body := wire.CompareDrift{}
		const act = "drift/compare"
		var key string
		if key, err = m.keyOf(act, body); err == nil {
			done, err = m.deps.API.CompareDrift(ctx, key, body)
			m.answered(act, err)
		}
	}
	if err != nil {
		done.Keys = 0
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		d := &m.officer.drift
		d.comparing, d.trouble, d.asked = false, t, done.Keys
	})
	return err
}

// FixDrift has a difference mended, or leaves it with a reason. It returns once
// that is in the rows; how the fix ended comes as a fact.
func (m *Model) FixDrift(ctx context.Context, id string, body wire.FixDrift) error {
	body.Why = strings.TrimSpace(body.Why)
	life, err := m.begin(func() {
		d := &m.officer.drift
		d.fixing, d.troubles = mapWith(d.fixing, id, true), mapWithout(d.troubles, id)
	})
	if err == nil {
		err = m.askFor(ctx, "drift/"+id, body, func(key string) (int64, error) {
			done, err := m.deps.API.FixDrift(ctx, key, id, body)
			return done.Seq, err
		})
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		d := &m.officer.drift
		d.fixing = mapWithout(d.fixing, id)
		if t != nil {
			d.troubles = mapWith(d.troubles, id, t)
		}
	})
	return err
}
