package state

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// TrailForm is a search of the trail as it is written.
type TrailForm struct {
	From, To string // dd/mm/aaaa, both included; empty: no bound
	Document string // number of a person's document
	About    string // NIT, or license code
	Group    trail.Group
	Text     string
	Each     bool // each attempt by itself
}

// Trail is «Bitácora» for an officer and «Actividad» for a delegate.
type Trail struct {
	Link     Link
	IsOwn    bool // a delegate's
	Form     TrailForm
	Items    []wire.TrailEntry // newest first
	Known    *wire.TrailState  // officers'; nil until loaded
	More     bool              // there are older ones
	Searched time.Time         // how far back was looked, when that was not to the end
	Fields   []access.FieldError
	Loading  bool
	Loaded   bool
	// Exporting: a file is being written.
	Exporting bool
	Trouble   *Trouble
	Now       time.Time
}

// trailState is what the screen is made of.
type trailState struct {
	form      TrailForm
	query     wire.TrailQuery // of what is listed
	items     []wire.TrailEntry
	known     *wire.TrailState
	next      string
	searched  time.Time
	fields    []access.FieldError
	loading   bool
	loaded    bool
	exporting bool
	round     int // of the search under way: an answer of an older one is dropped
	trouble   *Trouble
}

// Trail is what «Bitácora» or «Actividad» shows.
func (m *Model) Trail() Trail {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.trail
	return Trail{
		Link: m.link, IsOwn: !m.viewer.IsOfficer(), Form: s.form, Items: s.items, Known: s.known, More: s.next != "", Searched: s.searched,
		Fields: s.fields, Loading: s.loading, Loaded: s.loaded, Exporting: s.exporting, Trouble: s.trouble, Now: now,
	}
}

// OpenTrail opens the screen anew. The server writes down one search for it,
// however often it is changed.
func (m *Model) OpenTrail(ctx context.Context, form TrailForm) error {
	opening, err := m.opening()
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.trail = trailState{query: wire.TrailQuery{Opening: opening}, round: m.trail.round}
	m.mu.Unlock()
	return m.SearchTrail(ctx, form)
}

// opening names one opening of the screen: a UUID.
func (m *Model) opening() (string, error) {
	var id [16]byte
	if err := m.random(id[:]); err != nil {
		return "", fmt.Errorf("naming the opening of a screen: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// SearchTrail looks anew, from the newest on.
func (m *Model) SearchTrail(ctx context.Context, form TrailForm) error {
	q, wrong := form.query()
	if len(wrong) > 0 {
		m.set(m.lifeNow(), func() { m.trail.form, m.trail.fields = form, wrong })
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return m.lookUp(ctx, q, func(s *trailState) {
		s.form, s.fields, s.items, s.next, s.searched, s.loaded = form, nil, nil, "", time.Time{}, false
	})
}

// MoreTrail adds the page of older entries.
func (m *Model) MoreTrail(ctx context.Context) error {
	m.mu.Lock()
	q := m.trail.query
	q.Cursor = m.trail.next
	m.mu.Unlock()
	if q.Cursor == "" {
		return nil
	}
	return m.lookUp(ctx, q, func(*trailState) {})
}

// lookUp asks for a page and puts it behind what is listed. The answer of a search
// that another one overtook is dropped.
func (m *Model) lookUp(ctx context.Context, q wire.TrailQuery, begin func(*trailState)) error {
	m.mu.Lock()
	s := &m.trail
	q.Opening = s.query.Opening
	begin(s)
	s.round++
	s.loading, s.trouble = true, nil
	round, isOfficer := s.round, m.viewer.IsOfficer()
	m.mu.Unlock()
	poke(m.changed)
	var page wire.TrailPage
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		if isOfficer {
			page, err = m.deps.API.SearchTrail(ctx, q)
			return err
		}
		own := q
		own.Opening = ""
		page, err = m.deps.API.Activity(ctx, own)
		return err
	})
	m.set(life, func() {
		if s := &m.trail; s.round == round {
			s.answered(q, page, t, err)
		}
	})
	return err
}

// answered takes a page in.
func (s *trailState) answered(q wire.TrailQuery, page wire.TrailPage, t *Trouble, err error) {
	s.loading = false
	s.fields, s.trouble = partFields(t, wire.TrailFrom, wire.TrailTo, wire.TrailDocument, wire.TrailEntity, wire.TrailCode, wire.TrailText)
	if err != nil {
		return
	}
	s.loaded = true
	s.items = append(s.items[:len(s.items):len(s.items)], page.Items...)
	s.next, s.searched = page.Next, page.Searched
	if page.State != nil {
		s.known = page.State
	}
	q.Cursor = ""
	s.query = q
}

// ExportTrail writes out all that the search is about, not only the pages listed.
// One that was cut off is an error.
func (m *Model) ExportTrail(ctx context.Context, out io.Writer) error {
	var q wire.TrailQuery
	isOfficer := false
	life, err := m.begin(func() {
		m.trail.exporting, m.trail.trouble = true, nil
		q, isOfficer = m.trail.query, m.viewer.IsOfficer()
	})
	if err == nil {
		q.Opening, q.Cursor, q.Limit, q.Each = "", "", 0, false
		if isOfficer {
			err = m.deps.API.ExportTrail(ctx, q, out)
		} else {
			err = m.deps.API.ExportActivity(ctx, q, out)
		}
		if err != nil {
			m.ended(life, err)
		}
	}
	t := m.troubleOf(err)
	m.set(life, func() { m.trail.exporting, m.trail.trouble = false, t })
	return err
}

// query reads the form; what is wrong is told by field.
func (f TrailForm) query() (wire.TrailQuery, []access.FieldError) {
	var wrong []access.FieldError
	bad := func(field string) { wrong = append(wrong, access.FieldError{Field: field, Hint: access.HintFormat}) }
	q := wire.TrailQuery{
		Document: strings.TrimSpace(f.Document), Group: f.Group, Text: strings.TrimSpace(f.Text), Each: f.Each,
	}
	day := func(field, text string) time.Time {
		if text = strings.TrimSpace(text); text == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation(dayForm, text, es.Colombia)
		if err != nil {
			bad(field)
		}
		return at
	}
	q.From = day(wire.TrailFrom, f.From)
	if to := day(wire.TrailTo, f.To); !to.IsZero() {
		q.To = to.AddDate(0, 0, 1)
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		bad(wire.TrailTo)
	}
	about := strings.NewReplacer(".", "", " ", "").Replace(f.About)
	if code, ok := access.ParseLicenseCode(about); ok {
		q.Code = code
	} else {
		q.Entity = about
	}
	return q, wrong
}

// dayForm is how people write a day.
const dayForm = "02/01/2006"
