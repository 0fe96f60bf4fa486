package state

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// rowSet holds the rows of one generation and the lists made of them. The
// model's lock guards it, except for the generation under way, which only the
// feed's goroutine touches.
type rowSet struct {
	requests  map[access.RequestID]*requestEntry
	keys      map[access.KeyID]*wire.KeyRow // never written to
	providers map[access.LicenseCode]*providerEntry
	drifts    map[string]*driftEntry
	driftList *driftList                              // nil: a row came since
	latest    map[access.LicenseCode]access.RequestID // the newest request of a code
	done      map[access.LicenseCode]access.RequestID // the newest one of a code that is done
	keysOf    map[access.LicenseCode][]access.KeyID   // preproduction first
	codes     map[access.LicenseCode]*codeEntry       // those that have a key
	changed   map[access.LicenseCode]struct{}         // codes whose entry is to be made anew
	lastDone  time.Time                               // when a request was last closed
	epoch     string                                  // of the generation under way

	pending  pendingList
	entities entityList
	assigned assignedList
}

// requestEntry is a request with its folded text, made once a version and never
// written to again.
type requestEntry struct {
	row    wire.RequestRow
	folded string // of pending ones only
}

type providerEntry struct {
	row    wire.ProviderRow
	folded string
}

func newRowSet() *rowSet {
	return &rowSet{
		requests:  map[access.RequestID]*requestEntry{},
		keys:      map[access.KeyID]*wire.KeyRow{},
		providers: map[access.LicenseCode]*providerEntry{},
		drifts:    map[string]*driftEntry{},
		latest:    map[access.LicenseCode]access.RequestID{},
		done:      map[access.LicenseCode]access.RequestID{},
		keysOf:    map[access.LicenseCode][]access.KeyID{},
		codes:     map[access.LicenseCode]*codeEntry{},
		changed:   map[access.LicenseCode]struct{}{},
	}
}

// parsed is a change with its body read: the one of its kind, none when the row
// left the viewer's sight.
type parsed struct {
	wire.Change
	request  *requestEntry
	key      *wire.KeyRow
	provider *providerEntry
	drift    *driftEntry
}

// parse reads the body of a change, and folds its text: the slow part, done
// without the lock. A kind of a later server is passed over.
func parse(c wire.Change) (parsed, error) {
	p := parsed{Change: c}
	if len(c.Body) == 0 {
		return p, nil
	}
	var err error
	switch c.Kind {
	case wire.RowRequest:
		p.request = &requestEntry{}
		if err = json.Unmarshal(c.Body, &p.request.row); err == nil && p.request.row.Status == access.StatusPending {
			p.request.folded = foldRow(requestText(p.request.row))
		}
	case wire.RowKey:
		p.key = &wire.KeyRow{}
		err = json.Unmarshal(c.Body, p.key)
	case wire.RowProvider:
		p.provider = &providerEntry{}
		if err = json.Unmarshal(c.Body, &p.provider.row); err == nil {
			p.provider.folded = foldRow(providerText(p.provider.row))
		}
	case wire.RowDrift:
		p.drift = &driftEntry{}
		if err = json.Unmarshal(c.Body, &p.drift.row); err == nil {
			p.drift.folded = foldRow(driftText(p.drift.row))
		}
	}
	if err != nil {
		return p, fmt.Errorf("row %s %s: %w", c.Kind, c.ID, err)
	}
	return p, nil
}

// parseAll reads the bodies of changes.
func parseAll(changes []wire.Change) ([]parsed, error) {
	list := make([]parsed, len(changes))
	for i, c := range changes {
		var err error
		if list[i], err = parse(c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func requestText(r wire.RequestRow) string {
	parts := []string{
		string(r.Code), r.Provider, r.Place, string(r.NIT), r.NIT.Display(), r.Number,
		es.Status(r.Kind, r.Status), es.Situation(r.Kind, r.Status, r.TakenName),
	}
	return strings.Join(parts, " ")
}

func providerText(p wire.ProviderRow) string {
	parts := []string{string(p.Code), p.Name, p.Department, p.Municipality, string(p.NIT), p.NIT.Display()}
	for _, site := range p.Sites {
		parts = append(parts, string(site.Number), site.Name)
	}
	return strings.Join(parts, " ")
}

// apply puts a change in. It returns the request as it was and as it is, for
// what is told about it; nil for none.
func (s *rowSet) apply(p parsed) (before, after *wire.RequestRow) {
	switch p.Kind {
	case wire.RowRequest:
		return s.applyRequest(access.RequestID(p.ID), p.request)
	case wire.RowKey:
		s.applyKey(access.KeyID(p.ID), p.key)
	case wire.RowProvider:
		s.applyProvider(access.LicenseCode(p.ID), p.provider)
	case wire.RowDrift:
		s.applyDrift(p.ID, p.drift)
	}
	return nil, nil
}

func (s *rowSet) applyRequest(id access.RequestID, e *requestEntry) (before, after *wire.RequestRow) {
	if old := s.requests[id]; old != nil {
		before = &old.row
		s.pending.removePending(old)
	}
	s.entities.isStale = true
	if e == nil {
		delete(s.requests, id)
		if before != nil {
			s.findLatest(before.Code, id)
		}
		return before, nil
	}
	s.requests[id] = e
	s.pending.addPending(e)
	s.takeLatest(s.latest, id, e)
	if e.row.Status == access.StatusDone {
		if e.row.UpdatedAt.After(s.lastDone) {
			s.lastDone = e.row.UpdatedAt
		}
		s.takeLatest(s.done, id, e)
		s.changed[e.row.Code] = struct{}{}
	}
	return before, &e.row
}

// takeLatest puts a request in as its code's newest of a kind, if it is.
func (s *rowSet) takeLatest(newest map[access.LicenseCode]access.RequestID, id access.RequestID, e *requestEntry) {
	last, ok := s.requests[newest[e.row.Code]]
	if !ok || !e.row.RequestedAt.Before(last.row.RequestedAt) {
		newest[e.row.Code] = id
	}
}

// findLatest looks through all requests: rare, one left our sight.
func (s *rowSet) findLatest(code access.LicenseCode, gone access.RequestID) {
	if s.latest[code] != gone && s.done[code] != gone {
		return
	}
	delete(s.latest, code)
	delete(s.done, code)
	s.changed[code] = struct{}{}
	for id, e := range s.requests {
		if e.row.Code != code {
			continue
		}
		s.takeLatest(s.latest, id, e)
		if e.row.Status == access.StatusDone {
			s.takeLatest(s.done, id, e)
		}
	}
}

func (s *rowSet) applyKey(id access.KeyID, k *wire.KeyRow) {
	s.entities.isStale = true
	if old, ok := s.keys[id]; ok {
		s.keysOf[old.Code] = slices.DeleteFunc(s.keysOf[old.Code], func(k access.KeyID) bool { return k == id })
		delete(s.keys, id)
		s.changed[old.Code] = struct{}{}
	}
	if k == nil {
		return
	}
	s.keys[id] = k
	s.changed[k.Code] = struct{}{}
	ids := append(s.keysOf[k.Code], id)
	slices.SortFunc(ids, func(a, b access.KeyID) int {
		return cmp.Or(cmp.Compare(environmentOrder(s.keys[a].Environment), environmentOrder(s.keys[b].Environment)), cmp.Compare(a, b))
	})
	s.keysOf[k.Code] = ids
}

func environmentOrder(e access.Environment) int { return slices.Index(access.Environments(), e) }

func (s *rowSet) applyProvider(code access.LicenseCode, e *providerEntry) {
	s.entities.isStale, s.entities.isReordered = true, true
	if e == nil {
		delete(s.providers, code)
		return
	}
	s.providers[code] = e
}

func (s *rowSet) applyDrift(id string, e *driftEntry) {
	s.driftList = nil
	if e == nil {
		delete(s.drifts, id)
		return
	}
	s.drifts[id] = e
}

func (s *rowSet) entityOf(p wire.ProviderRow) Entity {
	e := Entity{Provider: p}
	if r, ok := s.requests[s.latest[p.Code]]; ok {
		row := r.row
		e.Request = &row
	}
	for _, id := range s.keysOf[p.Code] {
		e.Keys = append(e.Keys, *s.keys[id])
	}
	return e
}

// entity is one code with all that is known of it; false: not one of ours.
func (s *rowSet) entity(code access.LicenseCode) (Entity, bool) {
	p, ok := s.providers[code]
	if !ok {
		return Entity{}, false
	}
	return s.entityOf(p.row), true
}

// differences counts the rows of s that old did not have as they are.
func (s *rowSet) differences(old *rowSet) int {
	n := 0
	for id, e := range s.requests {
		if o, ok := old.requests[id]; !ok || o.row.Version != e.row.Version {
			n++
		}
	}
	for id, k := range s.keys {
		if o, ok := old.keys[id]; !ok || o.Version != k.Version {
			n++
		}
	}
	for code, p := range s.providers {
		if o, ok := old.providers[code]; !ok || o.row.Version != p.row.Version {
			n++
		}
	}
	for id, d := range s.drifts {
		if o, ok := old.drifts[id]; !ok || o.row != d.row {
			n++
		}
	}
	return n
}
