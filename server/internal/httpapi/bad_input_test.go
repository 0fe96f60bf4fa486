package httpapi

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// patient never makes anybody wait: the limits have tests of their own.
func patient(d *auth.Deps) {
	d.Settings.LoginFailures, d.Settings.AddressFailures, d.Settings.AddressTries, d.Settings.LoginFailuresAnywhere = 1e6, 1e6, 1e6, 1e6
}

// movable are the tables that a refused call may write to, on purpose: the trail
// tells of refusals, with its number, tries are counted, a proof of work is spent, a
// session was used.
var movable = []string{"audit_entries", "counters", "attempts", "spent_puzzles", "sessions"}

// witness looks into the database beside the server.
type witness struct {
	t  testing.TB
	db *sql.DB
}

func (b *bench) witness() witness {
	b.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+b.file+"?mode=ro")
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = db.Close() })
	return witness{b.t, db}
}

// rows calls do with each row of a query, printed.
func (w witness) rows(query string, do func(row string)) {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	rows, err := w.db.QueryContext(w.t.Context(), query)
	must(err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	must(err)
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		must(rows.Scan(into...))
		do(fmt.Sprint(row...))
	}
	must(rows.Err())
}

// digest is a hash of each table but those that are movable.
func (w witness) digest() map[string]string {
	w.t.Helper()
	var names []string
	w.rows(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`, func(name string) { names = append(names, name) })
	all := map[string]string{}
	for _, name := range names {
		if slices.Contains(movable, name) {
			continue
		}
		h := sha256.New()
		w.rows(`SELECT * FROM `+name, func(row string) { _, _ = fmt.Fprintln(h, row) })
		all[name] = fmt.Sprintf("%x", h.Sum(nil))
	}
	if len(all) < 20 {
		w.t.Fatalf("only %d tables", len(all))
	}
	return all
}

// ready is a good call of a route on rows that exist.
type ready struct {
	token, path string
	version     int64      // for If-Match; 0: none
	body        func() any // made anew for each call: images and puzzles are spent
	// back is the path where the body's lines are read again; unread says why
	// there is none.
	back, unread string
}

// call sends a body as a client would.
func (b *bench) call(pattern string, r ready, body []byte) answer {
	return b.do(asking(pattern, r, body))
}

// asking is a call to be made, as a client would.
func asking(pattern string, r ready, body []byte) ask {
	method, _, _ := strings.Cut(pattern, " ")
	a := ask{method: method, path: r.path, token: r.token, body: body, head: map[string]string{
		wire.HeaderIdempotencyKey: uuid.NewString(), "Content-Type": "application/json",
		wire.HeaderClientTime: time.Now().Format(time.RFC3339Nano),
	}}
	if r.version > 0 {
		a.head[wire.HeaderIfMatch] = quote(r.version)
	}
	return a
}

// judge says what is wrong with an answer to a bad value at path; "" for nothing.
func judge(got answer, want verdict, path string) string {
	var p wire.Problem
	if err := json.Unmarshal(got.body, &p); err != nil || got.status < 400 || got.status > 499 {
		return "not refused"
	}
	switch want {
	case named:
		if got.status != 422 || p.Code != access.CodeInvalid {
			return "not invalid"
		}
		path = strings.TrimPrefix(path, "form.")
		for _, e := range p.Errors {
			field := strings.TrimPrefix(e.Field, "form.")
			if field == path || path == "form" || strings.HasPrefix(field, path+".") || strings.HasPrefix(path, field+".") {
				return ""
			}
		}
		return "does not name " + path
	case brokenJSON:
		if got.status != 422 || p.Hint != access.HintMalformed {
			return "not malformed"
		}
	case refused, untried:
	}
	return ""
}

// TestBadInput is the rule of bad input, over every route that takes a body and
// every field of it: refused, the field named, nothing stored. A route without a
// line and a field without a class fail.
func TestBadInput(t *testing.T) {
	lines := badLines()
	for _, rt := range (&API{}).routes() {
		if strings.HasPrefix(rt.pattern, http.MethodGet) {
			continue // reads no body
		}
		l, ok := lines[rt.pattern]
		if !ok {
			t.Errorf("%s has no line: say what each of its fields takes", rt.pattern)
			continue
		}
		delete(lines, rt.pattern)
		if l.none != "" {
			continue
		}
		t.Run(rt.pattern, func(t *testing.T) {
			b := newBench(t, patient)
			r := l.ready(b)
			look := b.witness()
			before := look.digest()
			try := func(what string, body []byte, want verdict, path string) {
				t.Helper()
				got := b.call(rt.pattern, r, body)
				if why := judge(got, want, path); why != "" {
					t.Errorf("%s %s: %s: %d %s", path, what, why, got.status, got.body)
				}
				if after := look.digest(); !reflect.DeepEqual(before, after) {
					t.Errorf("%s %s: stored something: %s", path, what, moved(before, after))
					before = after
				}
			}
			for name, body := range wholes(r, l) {
				try(name, []byte(body), brokenJSON, "")
			}
			for _, leaf := range l.leaves(t) {
				for _, v := range badValues(leaf.t, leaf.class, leaf.good(r)) {
					if v.want != untried {
						doc, _ := with(r.body(), leaf.leaf, v.raw)
						try(v.name, doc, v.want, leaf.path)
					}
				}
				if leaf.at[len(leaf.at)-1] == "0" {
					continue
				}
				name, good := leaf.at[len(leaf.at)-1], quotedJSON(leaf.good(r))
				twice, _ := with(r.body(), leaf.leaf, good+`,"`+name+`":`+good)
				try("twice", twice, named, leaf.path)
				beside, _ := with(r.body(), leaf.leaf, good+`,"Otro":1`)
				try("a field beside it", beside, named, strings.TrimSuffix(leaf.path, name)+"Otro")
			}
			l.stays(t, b, rt.pattern, r)
		})
	}
	for pattern := range lines {
		t.Errorf("there is no route %s that takes a body any more", pattern)
	}
}

// wholes are bodies that are no body of a route.
func wholes(r ready, l badLine) map[string]string {
	good := string(quotedJSON(r.body()))
	all := map[string]string{
		"not JSON": "código=1", "HTML": "<html></html>", "a list": "[]", "a number": "7", "a text": `"x"`, "null": "null", "cut off": good[:len(good)-1],
		"data after it": good + "{}", "a byte after it": good + "\x00", "a mark before it": "\ufeff" + good, "UTF-16": utf16(good),
		"deep": strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "deep objects": strings.Repeat(`{"":`, 12_000) + "1" + strings.Repeat("}", 12_000),
	}
	if !l.mayBeEmpty {
		all["empty"] = ""
	}
	return all
}

func utf16(s string) string {
	b := []byte{0xff, 0xfe}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func quotedJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func moved(before, after map[string]string) []string {
	var names []string
	for name := range after {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	return names
}
