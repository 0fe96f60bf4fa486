package trail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
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
		r, err := Record{
			Seq: int64(i + 1), At: time.Unix(int64(i), 1234), Kind: "request.done", Person: "servidor", Entity: "NI-999100005",
			Subject: "request-1", Detail: fmt.Sprintf(`{"n":"%d"}`, i),
		}.Follow(prev)
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
		if r.Hash, err = r.Sum(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		tamper func(*memory)
		want   *BrokenError
	}{
		{"whole", func(*memory) {}, nil},
		{"removed in the middle", func(m *memory) { m.records = slices.Delete(m.records, 2, 3) }, &BrokenError{Seq: 3, Fault: FaultMissing}},
		{"removed and renumbered", func(m *memory) {
			m.records = slices.Delete(m.records, 2, 3)
			m.records[2].Seq = 3
			rehash(&m.records[2])
		}, &BrokenError{Seq: 3, Fault: FaultChain}},
		{"first removed", func(m *memory) { m.records = m.records[1:] }, &BrokenError{Seq: 1, Fault: FaultMissing}},
		{"last removed", func(m *memory) { m.records = m.records[:4] }, &BrokenError{Seq: 5, Fault: FaultMissing}},
		{"changed", func(m *memory) { m.records[1].Person = "Otra" }, &BrokenError{Seq: 2, Fault: FaultChanged}},
		{"changed and hashed anew", func(m *memory) { m.records[1].Person = "Otra"; rehash(&m.records[1]) }, &BrokenError{Seq: 3, Fault: FaultChain}},
		{"added at the end", func(m *memory) {
			r, err := Record{Seq: 6, At: time.Unix(9, 0), Kind: "request.done", Detail: "{}"}.Follow(m.records[4].Hash)
			if err != nil {
				t.Fatal(err)
			}
			m.records = append(m.records, r)
		}, &BrokenError{Seq: 6, Fault: FaultChain}},
		{"repeated", func(m *memory) { m.records = slices.Insert(m.records, 2, m.records[1]) }, &BrokenError{Seq: 3, Fault: FaultMissing}},
		{"reordered", func(m *memory) { m.records[1], m.records[2] = m.records[2], m.records[1] }, &BrokenError{Seq: 2, Fault: FaultMissing}},
		{"reordered and renumbered", func(m *memory) {
			m.records[1], m.records[2] = m.records[2], m.records[1]
			m.records[1].Seq, m.records[2].Seq = 2, 3
		}, &BrokenError{Seq: 2, Fault: FaultChanged}},
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
		"kind": func(r *Record) { r.Kind = "key.issued" }, "account": func(r *Record) { r.Account = "x" },
		"person": func(r *Record) { r.Person += "x" }, "entity": func(r *Record) { r.Entity += "x" },
		"subject": func(r *Record) { r.Subject += "x" }, "detail": func(r *Record) { r.Detail += " " },
		"request": func(r *Record) { r.RequestID = "x" }, "before": func(r *Record) { r.PrevHash = []byte{1} },
	} {
		r := base
		change(&r)
		if sum, err := r.Sum(); err != nil || bytes.Equal(sum, base.Hash) {
			t.Errorf("%s does not count (%v)", name, err)
		}
	}
}
