package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// search asks for a page of an officer's search.
func (d *desk) search(q wire.TrailQuery) (wire.TrailPage, error) {
	if q.Opening == "" {
		q.Opening = uuid.NewString()
	}
	return d.flow.SearchTrail(d.Context(), by(d.officer), q)
}

// told writes entries as text: kind, and how many attempts.
func lines(p wire.TrailPage) []string {
	var all []string
	for _, e := range p.Items {
		if e.Kind == audit.TrailSearched { // the search itself tells what was sought
			continue
		}
		line := string(e.Kind)
		if e.Attempts > 0 {
			line += fmt.Sprintf(" ×%d", e.Attempts)
		}
		all = append(all, line)
	}
	return all
}

// attempt records tries of a call.
func (d *desk) attempts(id access.RequestID, n int) {
	d.Helper()
	for i := range n {
		d.wait(time.Second)
		ok(d, d.flow.RecordAttempts(d.Context(), id, access.Preproduction, access.StepApplication, []Attempt{{
			Call: "create application", Try: i + 1, Status: 503, Outcome: "again", At: d.clock(),
		}}))
	}
}

func TestSearchTrail(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	d.attempts(id, 3)
	d.wait(time.Hour)
	middle := d.clock()
	d.issue(id)
	d.wait(time.Hour)
	key := d.keys(ourCode)[access.Production]
	_, err := d.flow.Reveal(t.Context(), by(d.second), key.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(d, err)

	for name, tt := range map[string]struct {
		query wire.TrailQuery
		want  []string
	}{
		"values":          {wire.TrailQuery{Group: trail.GroupValues}, []string{"key.revealed"}},
		"person":          {wire.TrailQuery{Document: d.second.Person.Document.Number}, []string{"key.revealed"}},
		"nobody":          {wire.TrailQuery{Document: "9999000999"}, nil},
		"key":             {wire.TrailQuery{Subject: string(key.ID), Group: trail.GroupValues}, []string{"key.revealed"}},
		"attempts":        {wire.TrailQuery{Group: trail.GroupAttempts}, []string{"issue.attempt ×3"}},
		"each attempt":    {wire.TrailQuery{Group: trail.GroupAttempts, Each: true}, []string{"issue.attempt", "issue.attempt", "issue.attempt"}},
		"code":            {wire.TrailQuery{Code: ourCode, Group: trail.GroupValues}, []string{"key.revealed"}},
		"other code":      {wire.TrailQuery{Code: otherCode}, nil},
		"NIT":             {wire.TrailQuery{Entity: "999100005", Group: trail.GroupValues}, []string{"key.revealed"}},
		"entity":          {wire.TrailQuery{Entity: "NI-999100005", Group: trail.GroupValues}, []string{"key.revealed"}},
		"other entity":    {wire.TrailQuery{Entity: "NI-999100001"}, nil},
		"time":            {wire.TrailQuery{Entity: "999100005", From: middle.Add(time.Minute)}, []string{"key.revealed"}},
		"text in details": {wire.TrailQuery{Text: "CLIENT_sécret", Entity: "999100005"}, []string{"key.revealed"}},
		"text of a name":  {wire.TrailQuery{Text: "beto de"}, []string{"key.revealed"}},
		"no such text":    {wire.TrailQuery{Text: "nada de esto"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := d.search(tt.query)
			if err != nil || !slices.Equal(lines(p), tt.want) {
				t.Errorf("%v, %v, want %v", lines(p), err, tt.want)
			}
		})
	}
	// Everything, a few at a time, is the whole trail from its end to its beginning.
	whole := d.trail()
	q := wire.TrailQuery{Each: true, Limit: 3, Opening: uuid.NewString()}
	var seqs []int64
	for {
		p, err := d.search(q)
		ok(d, err)
		for _, e := range p.Items {
			seqs = append(seqs, e.Seq)
		}
		if q.Cursor = p.Next; q.Cursor == "" {
			break
		}
	}
	if len(seqs) != len(whole)+1 || seqs[len(seqs)-1] != 1 || !slices.IsSortedFunc(seqs, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("%d entries of %d: %v", len(seqs), len(whole)+1, seqs)
	}
	p, err := d.search(wire.TrailQuery{Group: trail.GroupValues})
	ok(d, err)
	e := p.Items[0]
	if e.Person != "CC 9999000012 Beto de Ejemplo" || e.Name != "Clínica Ñandú" || e.Code != ourCode || e.Detail["device"] != "Escritorio de ejemplo" ||
		e.Detail["address"] != "192.0.2.7" || len(e.Hash) != 64 || e.Request != "req-1" || p.State == nil || p.State.Head != nil || p.State.Broken != 0 {
		t.Errorf("%+v, %+v", e, p.State)
	}
}

// A search is written down once for each opening of the screen, with what was
// sought first; another person's opening is not this one's.
func TestSearchTrail_isAudited(t *testing.T) {
	d := newDesk(t)
	searched := func() []audit.Record {
		return slices.DeleteFunc(d.trail(), func(r audit.Record) bool { return r.Kind != audit.TrailSearched })
	}
	opening := uuid.NewString()
	for _, q := range []wire.TrailQuery{{Document: "9999000001"}, {Text: "ñ"}, {Cursor: "1000000.1"}} {
		q.Opening = opening
		_, err := d.search(q)
		ok(d, err)
	}
	all := searched()
	if len(all) != 1 || all[0].DetailOf("document") != "9999000001" || all[0].Account != d.officer.Account || all[0].Subject != opening {
		t.Fatalf("%+v", all)
	}
	_, err := d.flow.SearchTrail(t.Context(), by(d.other), wire.TrailQuery{Opening: opening})
	ok(d, err)
	d.wait(openingKept + time.Second)
	_, err = d.search(wire.TrailQuery{Opening: opening})
	ok(d, err)
	if all := searched(); len(all) != 3 {
		t.Errorf("%d entries", len(all))
	}
	for who, viewer := range map[string]access.Viewer{"delegate": d.delegate, "half an officer": d.halfway, "nobody": {}} {
		if _, err := d.flow.SearchTrail(t.Context(), by(viewer), wire.TrailQuery{Opening: opening}); access.CodeOf(err) != access.CodeForbidden {
			t.Errorf("%s: %v", who, err)
		}
		if _, err := d.flow.ExportTrail(t.Context(), by(viewer), wire.TrailQuery{}); access.CodeOf(err) != access.CodeForbidden {
			t.Errorf("%s exports: %v", who, err)
		}
	}
}

func TestSearchTrail_badInput(t *testing.T) {
	d := newDesk(t)
	before := len(d.trail())
	for field, q := range map[string]wire.TrailQuery{
		wire.TrailTo:       {From: d.clock(), To: d.clock()},
		wire.TrailDocument: {Document: strings.Repeat("9", 81)},
		wire.TrailEntity:   {Entity: "NI-"},
		wire.TrailCode:     {Code: "123"},
		wire.TrailGroup:    {Group: "secrets"},
		wire.TrailSubject:  {Subject: strings.Repeat("x", 81)},
		wire.TrailText:     {Text: strings.Repeat("ñ", 81)},
		wire.TrailLimit:    {Limit: 501},
		wire.TrailCursor:   {Cursor: "1.2.3"},
		wire.TrailOpening:  {Opening: "no UUID"},
	} {
		_, err := d.search(q)
		e, ok := errors.AsType[*access.Error](err)
		if !ok || e.Code != access.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if after := len(d.trail()); after != before {
		t.Errorf("%d entries were written", after-before)
	}
}

// What a search may look at in one answer is bounded; it says how far it came and
// goes on from there.
func TestSearchTrail_isBounded(t *testing.T) {
	d := newDesk(t)
	ok(d, d.db.Write(t.Context(), func(tx *store.Tx) error {
		err := tx.Audit(audit.ByServer(audit.RequestDone, "planted", ""))
		for range 20 {
			err = errors.Join(err, tx.Audit(audit.ByServer(audit.DirectoryRead, "x", "")))
		}
		return err
	}))
	q, pages := wire.TrailQuery{Text: "planted"}, 0
	for {
		var page wire.TrailPage
		s, err := newTrailSearch(q)
		ok(d, err)
		s.looks = 8
		ok(d, d.db.Read(t.Context(), func(tx *store.Tx) error {
			ok(d, s.choose(tx))
			page, err = s.page(tx)
			return err
		}))
		pages++
		if len(page.Items) == 1 {
			if page.Items[0].About != "planted" || !page.Searched.IsZero() && page.Next == "" {
				t.Errorf("%+v", page)
			}
			break
		}
		if page.Next == "" || page.Searched.IsZero() {
			t.Fatalf("%+v", page)
		}
		q.Cursor = page.Next
	}
	if pages != 3 {
		t.Errorf("found after %d pages", pages)
	}
}

// The delegate's own view: about their entity, and of their own account. What
// they forge leads to nothing else.
func TestActivity(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	d.attempts(id, 2)
	d.park(id)
	_, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(d, err)
	secrets := d.typeIn(id)
	theirs, err := d.flow.CreateRequest(t.Context(), by(d.stranger), wire.NewRequest{Kind: access.KindEnroll, Code: otherCode, Form: goodForm()})
	ok(d, err)
	key := d.keys(ourCode)[access.Production]
	_, err = d.flow.Reveal(t.Context(), by(d.second), key.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
	ok(d, err)
	ok(d, d.db.Write(t.Context(), func(tx *store.Tx) error {
		for _, who := range []access.Viewer{d.delegate, d.second, d.stranger, d.officer} {
			signIn := audit.By(who, audit.SignIn, string(who.Account), "")
			changed := audit.By(who, audit.PasswordChanged, string(who.Account), "")
			changed.Entity = ""
			if err := errors.Join(tx.Audit(signIn), tx.Audit(changed)); err != nil {
				return err
			}
		}
		return nil
	}))
	mine := func(t *testing.T, who access.Viewer, q wire.TrailQuery) []wire.TrailEntry {
		t.Helper()
		p, err := d.flow.Activity(t.Context(), by(who), q)
		if err != nil || p.State != nil {
			t.Fatalf("%+v, %v", p.State, err)
		}
		return p.Items
	}
	kindsOf := func(all []wire.TrailEntry) map[trail.Kind]int {
		n := map[trail.Kind]int{}
		for _, e := range all {
			n[e.Kind]++
		}
		return n
	}
	all := mine(t, d.delegate, wire.TrailQuery{})
	n := kindsOf(all)
	if n["session.sign_in"] != 1 || n["account.password_changed"] != 1 || n["key.revealed"] != 1 || n["request.signed"] != 1 || n["request.taken"] != 1 ||
		n["request.assigned"] != 1 || n["issue.attempt"] != 0 || n["request.created"] != 1 {
		t.Errorf("%v", n)
	}
	for _, e := range all {
		if e.Entity != ourEntity && e.Entity != "" || e.Hash != "" {
			t.Errorf("not theirs: %+v", e)
		}
		if e.Kind == "request.taken" && (e.Person != "" || !e.Ministry || e.Detail["device"]+e.Detail["address"] != "") {
			t.Errorf("an officer is named: %+v", e)
		}
		if e.Kind == "key.revealed" && (e.Person != "CC 9999000012 Beto de Ejemplo" || e.Detail["device"] == "" || e.Detail["address"] != "" || e.Detail["field"] != "client_secret") {
			t.Errorf("who saw it: %+v", e)
		}
		for _, s := range secrets {
			if strings.Contains(fmt.Sprint(e), s) {
				t.Errorf("a secret is told: %+v", e.Kind)
			}
		}
	}
	if n := kindsOf(mine(t, d.second, wire.TrailQuery{})); n["session.sign_in"] != 1 || n["key.revealed"] != 1 {
		t.Errorf("the other delegate: %v", n)
	}
	theirRow := func(q wire.TrailQuery) wire.TrailEntry { return mine(t, d.stranger, q)[0] }(wire.TrailQuery{})
	for name, q := range map[string]wire.TrailQuery{
		"another's request":  {Subject: string(theirs.ID)},
		"another's code":     {Code: otherCode},
		"an account":         {Subject: string(d.stranger.Account)},
		"an officer's name":  {Text: d.officer.Person.Name},
		"an officer's place": {Text: "192.0.2.7", Group: trail.GroupRequests, Subject: string(id), From: d.clock().Add(time.Hour)},
	} {
		if got := mine(t, d.delegate, q); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, cursor := range []string{cursorOf(store.TrailPlace{At: theirRow.At, Seq: theirRow.Seq + 1}), "9000000000000000.9000000000000000"} {
		for _, e := range mine(t, d.delegate, wire.TrailQuery{Cursor: cursor}) {
			if e.Entity == otherEntity || e.About == string(theirs.ID) {
				t.Errorf("cursor %s leads to %+v", cursor, e)
			}
		}
	}
	for field, q := range map[string]wire.TrailQuery{
		wire.TrailEntity: {Entity: "NI-999100001"}, wire.TrailDocument: {Document: "9999000013"}, wire.TrailOpening: {Opening: uuid.NewString()},
	} {
		if _, err := d.flow.Activity(t.Context(), by(d.delegate), q); access.CodeOf(err) != access.CodeInvalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	for who, viewer := range map[string]access.Viewer{"officer": d.officer, "nobody": {}} {
		if _, err := d.flow.Activity(t.Context(), by(viewer), wire.TrailQuery{}); access.CodeOf(err) != access.CodeForbidden {
			t.Errorf("%s: %v", who, err)
		}
	}
	// Their export: no row of another, no officer's, and it checks.
	file, report := d.exported(func() (*TrailExport, error) {
		return d.flow.ExportActivity(t.Context(), by(d.delegate), wire.TrailQuery{})
	})
	if report.Records == 0 || report.Left == 0 || report.Header.Scope.Entity != string(ourEntity) {
		t.Errorf("%+v", report)
	}
	for _, foreign := range []string{d.officer.Person.Name, d.stranger.Person.Name, string(theirs.ID), string(otherEntity), "issue.attempt"} {
		if bytes.Contains(file, []byte(foreign)) {
			t.Errorf("the export tells of %s", foreign)
		}
	}
	if n := bytes.Count(file, []byte(`"kind":"session.sign_in"`)); n != 1 || !bytes.Contains(file, []byte(`"kind":"key.revealed"`)) {
		t.Errorf("%d sign-ins", n)
	}
}

// typeIn has the officer type the keys of a request.
func (d *desk) typeIn(id access.RequestID) []string {
	d.Helper()
	in := typedKeys(d.clock())
	_, err := d.flow.Assign(d.Context(), by(d.officer), id, d.request(id).Version, in)
	ok(d, err)
	return []string{in.Production.Secret, in.Preproduction.Secret}
}

// Whatever a cursor says, it is read in one way or not at all.
func FuzzParseCursor(f *testing.F) {
	for _, seed := range []string{"", "1.1", "1757977445000000.9", "-1.1", "1.", ".1", "+1.1", "01.1", "1.1 ", "9223372036854775808.1", "1.1.1", "0.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parseCursor(text)
		if ok && text != "" && cursorOf(p) != text {
			t.Fatalf("%q is read as %q", text, cursorOf(p))
		}
		if ok && text != "" && (p.Seq <= 0 || p.At.IsZero()) {
			t.Fatalf("%q leads to %+v", text, p)
		}
	})
}
