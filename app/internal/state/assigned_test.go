package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func keyChange(k wire.KeyRow) wire.Change {
	return wire.Change{Kind: wire.RowKey, ID: string(k.ID), Version: k.Version, Body: body(k)}
}

func applied(t testing.TB, s *rowSet, changes ...wire.Change) {
	t.Helper()
	for _, c := range changes {
		p, err := parse(c)
		if err != nil {
			t.Fatal(err)
		}
		s.apply(p)
	}
}

// A code is listed with its keys and its latest request that is done, and is
// found by all that is written of it.
func TestAssigned_rows(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	first := wire.RequestRow{
		ID: "r-1", Number: "SOL-1", Kind: access.KindEnroll, Status: access.StatusDone, Code: theCode, NIT: "999100005",
		Provider: "Clínica Ñandú", Place: "Antioquia-MEDELLÍN", RequestedAt: at, Version: 1,
	}
	change1 := first
	change1.ID, change1.Number, change1.Kind, change1.RequestedAt = "r-2", "SOL-2", access.KindRenew, at.Add(time.Hour)
	waiting := change1
	waiting.ID, waiting.Status, waiting.RequestedAt = "r-3", access.StatusPending, at.Add(2*time.Hour)
	prod := wire.KeyRow{ID: "k-p", Code: theCode, Environment: access.Production, ClientID: "aaaaaaaa-0000-4000-8000-000000000001", Version: 1}
	pre := wire.KeyRow{ID: "k-q", Code: theCode, Environment: access.Preproduction, ClientID: "bbbbbbbb-0000-4000-8000-000000000001", Version: 1}
	s := newRowSet()
	applied(t, s, change(first, 0))
	s.build()
	if len(s.assigned.rows) != 0 {
		t.Error("a code without key is listed")
	}
	applied(t, s, change(waiting, 0), change(change1, 0), keyChange(prod), keyChange(pre))
	s.build()
	if len(s.assigned.rows) != 1 || s.assigned.unread != 1 {
		t.Fatalf("%d rows, %d unread", len(s.assigned.rows), s.assigned.unread)
	}
	row := s.assigned.rows[0]
	if row.Request == nil || row.Request.ID != "r-2" || row.Production.ID != "k-p" || row.Preproduction.ID != "k-q" || row.HasPermissions() {
		t.Errorf("%+v", row)
	}
	for _, q := range []string{"0500199901", "nandu", "MEDELLIN", "999.100.005", "reasignado", "llave cambiada"} {
		if len(s.assigned.index.Filter(q)) != 1 {
			t.Errorf("%q is not found among the assigned", q)
		}
	}
	for q, n := range map[string]int{"pendientes": 1, "asignados": 0, "aaaaaaaa-0000": 1, "BBBBBBBB": 1, "nandu medellin": 1, "reasignado": 0} {
		if got := len(s.assigned.grants.Filter(q)); got != n {
			t.Errorf("%q finds %d among the permissions, want %d", q, got, n)
		}
	}
	prod.Permissions, prod.PermissionsAt, prod.Version = []string{"Urgencias"}, at, 2
	applied(t, s, keyChange(prod))
	s.build()
	if len(s.assigned.grants.Filter("asignados")) != 1 || s.assigned.unread != 0 || !s.assigned.readAt.Equal(at) {
		t.Errorf("after the reading: %+v", s.assigned.rows[0].Production)
	}
	if row.Production.Version != 1 {
		t.Error("a row handed out was written to")
	}
	gone := change(change1, 0)
	gone.Body = nil
	applied(t, s, gone)
	s.build()
	if r := s.assigned.rows[0].Request; r == nil || r.ID != "r-1" {
		t.Errorf("the latest one left our sight and the row shows %+v", r)
	}
	for _, k := range []wire.KeyRow{prod, pre} {
		c := keyChange(k)
		c.Body = nil
		applied(t, s, c)
	}
	s.build()
	if len(s.assigned.rows) != 0 || len(s.codes) != 0 {
		t.Error("a code without key stays listed")
	}
}

// However the changes come, in bulk or one by one, the list is by code.
func TestAssigned_order(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 3))
	s := newRowSet()
	alive := map[access.LicenseCode]bool{}
	for round := range 6 {
		n := 30
		if round%2 == 0 {
			n = bulkRows + 50
		}
		for range n {
			code := access.LicenseCode(fmt.Sprintf("%010d", r.IntN(2000)))
			c := keyChange(wire.KeyRow{ID: access.KeyID("k" + code), Code: code, Environment: access.Production, Version: 1})
			alive[code] = r.IntN(3) > 0
			if !alive[code] {
				c.Body = nil
				delete(alive, code)
			}
			applied(t, s, c)
		}
		s.build()
		var got, want []access.LicenseCode
		for _, row := range s.assigned.rows {
			got = append(got, row.Code)
		}
		for code := range alive {
			want = append(want, code)
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: %d rows, want %d in order", round, len(got), len(want))
		}
	}
}

// countryOfKeys is a country in which every code has its keys.
func countryOfKeys(b testing.TB) (*rowSet, []wire.KeyRow) {
	s := newRowSet()
	var keys []wire.KeyRow
	for i, r := range country(61_177) {
		r.Status, r.Code = access.StatusDone, access.LicenseCode(fmt.Sprintf("%010d", i*13))
		applied(b, s, change(r, 0))
		for _, e := range access.Environments() {
			k := wire.KeyRow{ID: access.KeyID(fmt.Sprintf("%s-%d", e, i)), Code: r.Code, Environment: e, ClientID: fmt.Sprintf("%08d-0000-4000-8000-000000000001", i), Version: 1}
			keys = append(keys, k)
			applied(b, s, keyChange(k))
		}
	}
	s.build()
	return s, keys
}

// BenchmarkOneKeyChange is what one live change of a key costs a country's
// lists.
func BenchmarkOneKeyChange(b *testing.B) {
	s, keys := countryOfKeys(b)
	for i := 0; b.Loop(); i++ {
		k := keys[i%len(keys)]
		k.Version++
		applied(b, s, keyChange(k))
		s.build()
	}
}

// BenchmarkAssigned_anew makes a country's lists of its first copy.
func BenchmarkAssigned_anew(b *testing.B) {
	s, _ := countryOfKeys(b)
	for b.Loop() {
		s.assigned, s.codes = assignedList{}, map[access.LicenseCode]*codeEntry{}
		for code := range s.keysOf {
			s.changed[code] = struct{}{}
		}
		s.build()
	}
}
