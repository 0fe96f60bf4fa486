package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

// memory is a trail in memory. The one on disk is tested with the store.
type memory struct {
	records []Record
	length  int64
}

func (m memory) EachAuditRecord(_ context.Context, fn func(Record) error) error {
	for _, r := range m.records {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

func (m memory) AuditLength(context.Context) (int64, error) { return m.length, nil }

func trailOf(t *testing.T, n int) memory {
	t.Helper()
	var m memory
	var prev []byte
	for i := range n {
		e := ByServer(RequestDone, "request-1", "NI-999100005")
		e.Detail = Details(Count("n", int64(i)))
		r, err := Chain(e, int64(i+1), time.Unix(int64(i), 1234), prev)
		if err != nil {
			t.Fatal(err)
		}
		m.records, prev = append(m.records, r), r.Hash
	}
	m.length = int64(n)
	return m
}

func TestVerify(t *testing.T) {
	rehash := func(r *Record) {
		var err error
		if r.Hash, err = r.sum(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		tamper func(*memory)
		want   *BrokenError
	}{
		{"whole", func(*memory) {}, nil},
		{"removed in the middle", func(m *memory) { m.records = slices.Delete(m.records, 2, 3) }, &BrokenError{3, FaultMissing}},
		{"removed and renumbered", func(m *memory) {
			m.records = slices.Delete(m.records, 2, 3)
			m.records[2].Seq = 3
			rehash(&m.records[2])
		}, &BrokenError{3, FaultChain}},
		{"first removed", func(m *memory) { m.records = m.records[1:] }, &BrokenError{1, FaultMissing}},
		{"last removed", func(m *memory) { m.records = m.records[:4] }, &BrokenError{5, FaultMissing}},
		{"changed", func(m *memory) { m.records[1].Person = "Otra" }, &BrokenError{2, FaultChanged}},
		{"changed and hashed anew", func(m *memory) { m.records[1].Person = "Otra"; rehash(&m.records[1]) }, &BrokenError{3, FaultChain}},
		{"added at the end", func(m *memory) {
			r, err := Chain(ByServer(RequestDone, "x", ""), 6, time.Unix(9, 0), m.records[4].Hash)
			if err != nil {
				t.Fatal(err)
			}
			m.records = append(m.records, r)
		}, &BrokenError{6, FaultChain}},
		{"repeated", func(m *memory) { m.records = slices.Insert(m.records, 2, m.records[1]) }, &BrokenError{3, FaultMissing}},
		{"reordered", func(m *memory) { m.records[1], m.records[2] = m.records[2], m.records[1] }, &BrokenError{2, FaultMissing}},
		{"reordered and renumbered", func(m *memory) {
			m.records[1], m.records[2] = m.records[2], m.records[1]
			m.records[1].Seq, m.records[2].Seq = 2, 3
		}, &BrokenError{2, FaultChanged}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := trailOf(t, 5)
			tt.tamper(&m)
			head, err := Verify(t.Context(), m)
			if tt.want == nil {
				if err != nil || head.Seq != 5 || !bytes.Equal(head.Hash, m.records[4].Hash) {
					t.Errorf("got %+v, %v", head, err)
				}
				return
			}
			if got, ok := errors.AsType[*BrokenError](err); !ok || *got != *tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if head, err := Verify(t.Context(), memory{}); err != nil || head.Seq != 0 {
		t.Errorf("an empty trail: %+v, %v", head, err)
	}
}

// Every column of a record is in its hash.
func TestRecord_everyPartCounts(t *testing.T) {
	base := trailOf(t, 1).records[0]
	for name, change := range map[string]func(*Record){
		"seq": func(r *Record) { r.Seq++ }, "at": func(r *Record) { r.At = r.At.Add(time.Microsecond) },
		"kind": func(r *Record) { r.Kind = KeyIssued }, "account": func(r *Record) { r.Account = "x" },
		"person": func(r *Record) { r.Person += "x" }, "entity": func(r *Record) { r.Entity += "x" },
		"subject": func(r *Record) { r.Subject += "x" }, "detail": func(r *Record) { r.Detail += " " },
		"request": func(r *Record) { r.RequestID = "x" }, "before": func(r *Record) { r.PrevHash = []byte{1} },
	} {
		r := base
		change(&r)
		if sum, err := r.sum(); err != nil || bytes.Equal(sum, base.Hash) {
			t.Errorf("%s does not count (%v)", name, err)
		}
	}
}

func TestChain_refusesSecrets(t *testing.T) {
	shaped := "abc8" + "Q~" + strings.Repeat("x", 34)
	e := ByServer(KeyTyped, "key-1", "")
	e.Detail = Details(Word("secret", shaped))
	if _, err := Chain(e, 1, time.Unix(0, 0), nil); !errors.Is(err, ErrSecret) || strings.Contains(err.Error(), shaped) {
		t.Errorf("got %v", err)
	}
}

func TestDetails(t *testing.T) {
	e := By(access.Viewer{Account: "a", Entity: "NI-1", Person: access.Person{Name: "Ana", Document: access.Document{Type: "CC", Number: "9999000001"}}},
		KeyRevealed, "key-1", "req-1")
	e.Detail = Details(Purpose(access.PurposeCopy), Field(access.FieldSecret), Device("<equipo>"), Environment(access.Production),
		Step(access.StepSecret), Address("192.0.2.1"), Hash("hash", []byte{0xab}), Time("at", time.Unix(0, 0)), Word("w", "1"), Word("w", "2\xff"))
	r, err := Chain(e, 1, time.Unix(0, 0), nil)
	const want = `{"address":"192.0.2.1","at":"1970-01-01T00:00:00Z","device":"<equipo>","environment":"production",` +
		`"field":"client_secret","hash":"ab","purpose":"copy","step":"secret","w":"2` + "\ufffd" + `"}`
	if err != nil || r.Detail != want || r.Person != "CC 9999000001 Ana" || r.DetailOf("field") != "client_secret" || r.DetailOf("none") != "" {
		t.Errorf("got %+v, %v", r, err)
	}
	if (Record{Detail: "broken"}).DetailOf("x") != "" {
		t.Error("a broken detail says something")
	}
}

// Whatever the words, a record checks and its detail is JSON.
func FuzzChain(f *testing.F) {
	f.Add("Ana", "detalle", "valor")
	f.Add("\xff", "\x00", `"\u2028`)
	f.Fuzz(func(t *testing.T, person, name, value string) {
		e := ByServer(SignIn, value, access.EntityID(name))
		e.Person.Name, e.Detail = person, Details(Word(name, value))
		r, err := Chain(e, 1, time.Unix(0, 0), nil)
		if errors.Is(err, ErrSecret) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal([]byte(r.Detail), &m); err != nil || len(m) != 1 {
			t.Fatalf("detail %q: %v", r.Detail, err)
		}
		if _, err := Verify(t.Context(), memory{records: []Record{r}, length: 1}); err != nil {
			t.Fatal(err)
		}
	})
}
