package workflow

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

const (
	// trailLooks is how many entries one answer looks at; who seeks on says so.
	trailLooks = 50_000
	// openingKept is how long one opening of the screen counts as one.
	openingKept = 12 * time.Hour
)

// SearchTrail looks in the whole trail for an officer, newest first. It is
// written down once for each opening of the screen, with what was sought first.
func (f *Flow) SearchTrail(ctx context.Context, act Act, q wire.TrailQuery) (wire.TrailPage, error) {
	if !access.CanSearchTrail(act.Who) {
		return wire.TrailPage{}, access.Refuse(access.CodeForbidden, "")
	}
	s, err := newTrailSearch(q)
	if err != nil {
		return wire.TrailPage{}, err
	}
	if id, err := uuid.Parse(q.Opening); err != nil || id.String() != q.Opening {
		return wire.TrailPage{}, access.InvalidField(wire.TrailOpening, access.HintFormat)
	}
	if err := f.auditSearch(ctx, act, q); err != nil {
		return wire.TrailPage{}, refused(err)
	}
	var page wire.TrailPage
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		if err := s.choose(tx); err != nil {
			return err
		}
		if page, err = s.page(tx); err != nil || q.Cursor != "" {
			return err
		}
		page.State, err = trailState(tx)
		return err
	})
	return page, refused(err)
}

// auditSearch writes a search down, unless one of the same opening is.
func (f *Flow) auditSearch(ctx context.Context, act Act, q wire.TrailQuery) error {
	has := func(tx *store.Tx) (bool, error) {
		return tx.HasAudit(audit.TrailSearched, q.Opening, act.Who.Account, tx.Now().Add(-openingKept))
	}
	known := false
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		known, err = has(tx)
		return err
	})
	if err != nil || known {
		return err
	}
	return f.store.Write(ctx, func(tx *store.Tx) error {
		if known, err := has(tx); err != nil || known {
			return err
		}
		e := audit.By(act.Who, audit.TrailSearched, q.Opening, act.RequestID)
		e.Detail = detail(act, scopeAttrs(scopeOf(q))...)
		return tx.Audit(e)
	})
}

// Activity is a delegate's own view: what was done about their entity, and by
// their own account.
func (f *Flow) Activity(ctx context.Context, act Act, q wire.TrailQuery) (wire.TrailPage, error) {
	s, err := newOwnSearch(act.Who, q)
	if err != nil {
		return wire.TrailPage{}, err
	}
	var page wire.TrailPage
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		if err := s.choose(tx); err != nil {
			return err
		}
		page, err = s.page(tx)
		return err
	})
	return page, refused(err)
}

// trailState says what is known of the whole trail.
func trailState(tx *store.Tx) (*wire.TrailState, error) {
	n, err := tx.AuditCount()
	if err != nil {
		return nil, err
	}
	state := &wire.TrailState{Entries: n}
	last, err := tx.LastHead()
	if err != nil {
		return nil, err
	}
	if last != nil {
		_, signed, err := trail.ReadHead(last.File)
		if err != nil {
			return nil, err
		}
		state.Head = &wire.TrailHead{
			Day: last.Day, Seq: last.Seq, Entries: last.Entries, Hash: hex.EncodeToString(last.Hash),
			KeyID: string(signed.KeyID), SignedAt: signed.At,
		}
	}
	broken, err := brokenAt(tx)
	if broken != nil {
		state.Broken, state.Fault = broken.Seq, broken.Fault
	}
	return state, err
}

// trailSearch is one search: what is looked up, and what is asked of each entry.
type trailSearch struct {
	query  wire.TrailQuery
	who    *access.Viewer // whose own view it is; nil: an officer's
	filter store.TrailFilter
	kinds  map[audit.Kind]bool // nil: all
	about  map[string]bool     // ids of a code's keys and requests; nil: whatever
	text   string              // folded
	seen   *trailNames
	looks  int // entries that one answer looks at
}

// newTrailSearch checks a query.
func newTrailSearch(q wire.TrailQuery) (*trailSearch, error) {
	var wrong []access.FieldError
	bad := func(is bool, field string, hint access.Hint) {
		if is {
			wrong = append(wrong, access.FieldError{Field: field, Hint: hint})
		}
	}
	s := &trailSearch{query: q, filter: store.TrailFilter{From: q.From, To: q.To, Document: q.Document}, text: foldText(q.Text), looks: trailLooks}
	if s.query.Limit == 0 {
		s.query.Limit = wire.DefaultTrailPage
	}
	bad(!q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To), wire.TrailTo, access.HintPast)
	bad(strings.ContainsAny(q.Document, " \t"), wire.TrailDocument, access.HintFormat)
	bad(len(q.Document) > maxTrailWord, wire.TrailDocument, access.HintTooLong)
	var ok bool
	s.filter.Entity, ok = soughtEntity(q.Entity)
	bad(!ok, wire.TrailEntity, access.HintFormat)
	if _, ok := access.ParseLicenseCode(string(q.Code)); q.Code != "" {
		bad(!ok, wire.TrailCode, access.HintFormat)
	}
	bad(q.Group != "" && !q.Group.IsValid(), wire.TrailGroup, access.HintUnknownValue)
	bad(len(q.Subject) > maxTrailWord, wire.TrailSubject, access.HintTooLong)
	bad(!utf8.ValidString(q.Text), wire.TrailText, access.HintFormat)
	bad(utf8.RuneCountInString(q.Text) > wire.MaxTrailText, wire.TrailText, access.HintTooLong)
	bad(q.Limit < 0 || q.Limit > wire.MaxTrailPage, wire.TrailLimit, access.HintTooFar)
	s.filter.After, ok = parseCursor(q.Cursor)
	bad(!ok, wire.TrailCursor, access.HintFormat)
	if len(wrong) > 0 {
		return nil, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	if q.Group != "" {
		s.filter.Kinds = audit.KindsOf(q.Group)
		s.kinds = map[audit.Kind]bool{}
		for _, k := range s.filter.Kinds {
			s.kinds[k] = true
		}
	}
	if q.Subject != "" {
		s.filter.Subjects = []string{q.Subject}
	}
	return s, nil
}

// newOwnSearch checks a query of a delegate: whatever they ask for, it is looked
// for among what is theirs.
func newOwnSearch(who access.Viewer, q wire.TrailQuery) (*trailSearch, error) {
	if !who.IsDelegate() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	for name, value := range map[string]string{wire.TrailDocument: q.Document, wire.TrailEntity: q.Entity, wire.TrailOpening: q.Opening} {
		if value != "" {
			return nil, access.InvalidField(name, access.HintUnknownField)
		}
	}
	s, err := newTrailSearch(q)
	if err != nil {
		return nil, err
	}
	s.who = &who
	s.filter.Entity, s.filter.Own = who.Entity, who.Account
	s.filter.Kinds = nil // asked of each entry
	return s, nil
}

// maxTrailWord bounds an id and a number that are sought, in bytes.
const maxTrailWord = 80

// soughtEntity reads an entity as people write it: a NIT, or document type and number.
func soughtEntity(text string) (access.EntityID, bool) {
	if text == "" {
		return "", true
	}
	kind, number, found := strings.Cut(text, "-")
	if !found {
		kind, number = "NI", text
	}
	if number == "" || len(text) > maxTrailWord || strings.ContainsFunc(number, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", false
	}
	return access.EntityOf(access.Document{Type: access.DocumentType(kind), Number: number}), true
}

// choose looks up what a code stands for. An officer's search goes by it; a
// delegate's goes by their entity whatever they seek.
func (s *trailSearch) choose(tx *store.Tx) error {
	s.seen = newTrailNames(tx, s.who)
	if s.query.Code != "" {
		ids, err := tx.SubjectsOf(s.query.Code)
		if err != nil {
			return err
		}
		s.about = map[string]bool{}
		for _, id := range ids {
			s.about[id] = true
		}
		if s.filter.Subjects == nil {
			s.filter.Subjects = append([]string{}, ids...)
		}
	}
	if s.who != nil {
		s.filter.Subjects = nil
	}
	return nil
}

// wants says whether an entry is among those sought.
func (s *trailSearch) wants(r audit.Record) (bool, error) {
	q := s.query
	switch {
	case s.who != nil && !mayRead(*s.who, r),
		s.kinds != nil && !s.kinds[r.Kind],
		s.about != nil && !s.about[r.Subject],
		q.Subject != "" && r.Subject != q.Subject,
		!q.From.IsZero() && r.At.Before(q.From), !q.To.IsZero() && !r.At.Before(q.To),
		q.Document != "" && documentOf(r.Person) != q.Document,
		s.who == nil && s.filter.Entity != "" && r.Entity != s.filter.Entity:
		return false, nil
	}
	return s.hasText(r)
}

// hasText looks for the text in what is shown of an entry, and nowhere else.
func (s *trailSearch) hasText(r audit.Record) (bool, error) {
	if s.text == "" {
		return true, nil
	}
	person, detail := r.Person, r.Detail
	if s.who != nil {
		e, err := s.seen.entry(r)
		if err != nil {
			return false, err
		}
		person, detail = e.Person, strings.Join(slices.Collect(maps.Values(e.Detail)), "\n")
	}
	return strings.Contains(foldText(person+"\n"+r.Subject+"\n"+detail), s.text), nil
}

// mayRead says whether an entry is a delegate's to read: about their entity, or
// of their own account and no entity's. What others did with their own accounts
// is theirs alone, and how the server goes about its work is the ministry's.
func mayRead(who access.Viewer, r audit.Record) bool {
	if r.Entity != who.Entity && (r.Entity != "" || r.Account != who.Account) {
		return false
	}
	switch r.Kind.Group() {
	case trail.GroupSessions, trail.GroupAccounts:
		return r.Account == who.Account
	case trail.GroupEntra, trail.GroupAttempts, trail.GroupSystem:
		return false
	}
	return true
}

// documentOf is the number in a person's text: "CC 9999000001 Name".
func documentOf(person string) string {
	_, rest, _ := strings.Cut(person, " ")
	number, _, found := strings.Cut(rest, " ")
	if !found {
		return ""
	}
	return number
}

// page gathers a page: entries until it is full, so many were looked at, or there
// are no more.
func (s *trailSearch) page(tx *store.Tx) (wire.TrailPage, error) {
	page := wire.TrailPage{Items: []wire.TrailEntry{}}
	groups := map[string]int{} // of attempts: where they stand in the page
	looked, full := 0, false
	var last store.TrailPlace
	err := tx.EachTrail(s.filter, s.looks, func(r audit.Record) (bool, error) {
		looked++
		wanted, err := s.wants(r)
		if err != nil {
			return false, err
		}
		if wanted {
			if full, err = s.put(&page, groups, r); full || err != nil {
				return false, err
			}
		}
		last = store.TrailPlace{At: r.At, Seq: r.Seq}
		return true, nil
	})
	if err != nil {
		return wire.TrailPage{}, err
	}
	if full || looked == s.looks {
		page.Next = cursorOf(last)
	}
	if !full && looked == s.looks {
		page.Searched = last.At
	}
	return page, nil
}

// put adds an entry to a page, or to the attempts it is one of; full says that it
// found no room.
func (s *trailSearch) put(page *wire.TrailPage, groups map[string]int, r audit.Record) (full bool, err error) {
	group := ""
	if r.Kind.IsAttempt() && !s.query.Each {
		group = string(r.Kind) + "\n" + r.Subject
		if i, ok := groups[group]; ok {
			e := &page.Items[i]
			e.Attempts, e.Since = max(e.Attempts, 1)+1, r.At
			return false, nil
		}
	}
	if len(page.Items) == s.query.Limit {
		return true, nil
	}
	e, err := s.seen.entry(r)
	if err != nil {
		return false, err
	}
	if group != "" {
		groups[group] = len(page.Items)
	}
	page.Items = append(page.Items, e)
	return false, nil
}

// cursorOf writes a place for the page that follows it.
func cursorOf(p store.TrailPlace) string { return fmt.Sprintf("%d.%d", p.At.UnixMicro(), p.Seq) }

// parseCursor reads cursorOf, in the one way it is written; "" is the beginning.
func parseCursor(text string) (store.TrailPlace, bool) {
	if text == "" {
		return store.TrailPlace{}, true
	}
	at, seq, found := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 10, 64)
	n, errSeq := strconv.ParseInt(seq, 10, 64)
	p := store.TrailPlace{At: time.UnixMicro(us).UTC(), Seq: n}
	return p, found && err == nil && errSeq == nil && us > 0 && n > 0 && cursorOf(p) == text
}

// unaccented are the accents that Spanish writes and people leave out.
var unaccented = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n")

func foldText(s string) string { return unaccented.Replace(strings.ToLower(s)) }
