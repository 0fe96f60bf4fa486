package store

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// registryTest is a database with a clock that a test moves.
type registryTest struct {
	db  *DB
	now time.Time
}

func newRegistryTest(t *testing.T) *registryTest {
	t.Helper()
	rt := &registryTest{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), func() time.Time { return rt.now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	rt.db = db
	return rt
}

// register is a small register of two entities; tests change it.
type register struct {
	hash     string
	owners   map[access.LicenseCode]string
	names    map[access.LicenseCode]string
	sites    map[access.LicenseCode][]Site
	unsure   access.LicenseCode
	everyone float64
}

func smallRegister() register {
	return register{
		hash: "one",
		owners: map[access.LicenseCode]string{
			"0500199001": "999100005", "0504599001": "999100005", "0800199777": "999100005", "1100199012": "999100007",
		},
		names: map[access.LicenseCode]string{},
		sites: map[access.LicenseCode][]Site{
			"0500199001": {{Number: "01", Name: "Uno"}, {Number: "02", Name: "Dos"}, {Number: "04", Name: "Cuatro"}},
		},
		everyone: 0.5,
	}
}

func (r register) registry() Registry {
	var all []Provider
	numbers := map[string]bool{}
	for code, owner := range r.owners {
		numbers[owner] = true
		p := Provider{Code: code, Entity: access.EntityID("NI-" + owner), Name: "Prestador", Class: "IPS", Sites: r.sites[code]}
		if n := r.names[code]; n != "" {
			p.Name = n
		}
		if p.Sites == nil {
			p.Sites = []Site{{Number: "01", Name: "Sede"}}
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Provider) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
	return Registry{
		Snapshot: Snapshot{Kind: SnapshotREPS, Hash: r.hash, Accepted: len(all)},
		Entities: func(yield func(RegistryEntity) bool) {
			for n := range numbers {
				if !yield(RegistryEntity{Document: access.Document{Type: access.DocumentNI, Number: n}, Name: "Entidad " + n}) {
					return
				}
			}
		},
		Providers: slices.Values(all),
		Unsure:    func(c access.LicenseCode) bool { return c == r.unsure },
		MaxGone:   r.everyone,
	}
}

func (rt *registryTest) apply(t *testing.T, r register) RegistryDiff {
	t.Helper()
	rt.now = rt.now.Add(time.Hour)
	var diff RegistryDiff
	err := rt.db.Write(t.Context(), func(tx *Tx) error {
		var err error
		diff, err = tx.ApplyRegistry(r.registry())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return diff
}

func (rt *registryTest) provider(t *testing.T, code access.LicenseCode) Provider {
	t.Helper()
	var p Provider
	err := rt.db.Read(t.Context(), func(tx *Tx) error {
		var err error
		p, err = tx.Provider(code)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (rt *registryTest) head(t *testing.T) int64 {
	t.Helper()
	var head int64
	if err := rt.db.Read(t.Context(), func(tx *Tx) (err error) { head, err = tx.Head(); return err }); err != nil {
		t.Fatal(err)
	}
	return head
}

// changes are the codes of the feed after a position, for the entity.
func (rt *registryTest) changes(t *testing.T, after int64, entity access.EntityID) map[string]bool {
	t.Helper()
	told := map[string]bool{} // code: with a body
	who := access.Viewer{Account: "x", Entity: entity, Role: access.RoleDelegate}
	err := rt.db.Read(t.Context(), func(tx *Tx) error {
		all, _, err := tx.ChangesAfter(who, after, 1000)
		for _, c := range all {
			if c.Kind != wire.RowProvider {
				t.Errorf("change of kind %s", c.Kind)
			}
			told[c.ID] = len(c.Body) > 0
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func TestApplyRegistry_firstImport(t *testing.T) {
	rt := newRegistryTest(t)
	wake, cancel := rt.db.Subscribe()
	defer cancel()
	diff := rt.apply(t, smallRegister())
	if diff.Added != 4 || diff.Entities != 2 || rt.head(t) != 4 {
		t.Errorf("diff %+v, head %d", diff, rt.head(t))
	}
	select {
	case <-wake:
	default:
		t.Error("nobody was woken")
	}
	p := rt.provider(t, "0500199001")
	if p.Document.Number != "999100005" || p.EntityName != "Entidad 999100005" || len(p.Sites) != 3 || p.Version != 1 || !p.IsCurrent() || p.Municipality != "05001" || p.RowNo == 0 {
		t.Errorf("stored %+v", p)
	}
	var all []Provider
	err := rt.db.Read(t.Context(), func(tx *Tx) (err error) { all, err = tx.ProvidersOf("NI-999100005"); return err })
	if err != nil || len(all) != 3 || len(all[0].Sites) != 3 || len(all[1].Sites) != 1 || len(all[2].Sites) != 1 {
		t.Errorf("ProvidersOf = %+v, %v", all, err)
	}
}

func TestApplyRegistry_againChangesNothing(t *testing.T) {
	rt := newRegistryTest(t)
	rt.apply(t, smallRegister())
	before, head := rt.provider(t, "0500199001"), rt.head(t)
	if diff := rt.apply(t, smallRegister()); !diff.IsZero() {
		t.Errorf("second time: %+v", diff)
	}
	after := rt.provider(t, "0500199001")
	if after.Version != before.Version || after.RowNo != before.RowNo || rt.head(t) != head {
		t.Errorf("%+v became %+v", before, after)
	}
	var id int64
	err := rt.db.Read(t.Context(), func(tx *Tx) error {
		s, err := tx.LastSnapshot(SnapshotREPS)
		id = s.ID
		return err
	})
	if err != nil || id != 1 {
		t.Errorf("%d snapshots of the same files, %v", id, err)
	}
}

func TestApplyRegistry_differences(t *testing.T) {
	const code = access.LicenseCode("0500199001")
	tests := []struct {
		name   string
		change func(*register)
		want   RegistryDiff
		told   map[string]bool // to the entity 999100005
		look   func(Provider) bool
	}{
		{
			"renamed", func(r *register) { r.names[code] = "Otro nombre" },
			RegistryDiff{Changed: 1},
			map[string]bool{string(code): true},
			func(p Provider) bool { return p.Name == "Otro nombre" && p.Version == 2 },
		},
		{
			"site renamed", func(r *register) {
				r.sites[code] = []Site{{Number: "01", Name: "Uno"}, {Number: "02", Name: "Nueva"}, {Number: "04", Name: "Cuatro"}}
			},
			RegistryDiff{Changed: 1},
			map[string]bool{string(code): true},
			func(p Provider) bool { return p.Sites[1].Name == "Nueva" && p.Version == 2 },
		},
		{
			"site gone", func(r *register) { r.sites[code] = r.sites[code][:2] },
			RegistryDiff{Changed: 1, SitesGone: 1},
			map[string]bool{string(code): true},
			func(p Provider) bool { return len(p.Sites) == 3 && !p.Sites[2].GoneAt.IsZero() && p.Version == 2 },
		},
		{
			"code gone", func(r *register) { delete(r.owners, code) },
			RegistryDiff{Gone: 1},
			map[string]bool{string(code): false}, // nobody asked for its keys: it leaves the list
			func(p Provider) bool { return !p.IsCurrent() && p.Version == 2 && p.RowNo != 0 },
		},
		{
			"row unreadable", func(r *register) { delete(r.owners, code); r.unsure = code },
			RegistryDiff{Unsure: 1},
			map[string]bool{},
			func(p Provider) bool { return p.IsCurrent() && p.Version == 1 },
		},
		{
			"site unreadable", func(r *register) { r.sites[code] = r.sites[code][:1]; r.unsure = code },
			RegistryDiff{},
			map[string]bool{},
			func(p Provider) bool { return p.Sites[2].GoneAt.IsZero() && p.Version == 1 },
		},
		{
			"sold", func(r *register) { r.owners[code] = "999100007" },
			RegistryDiff{Changed: 1},
			map[string]bool{string(code): false},
			func(p Provider) bool { return p.Entity == "NI-999100007" && p.Version == 2 },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newRegistryTest(t)
			rt.apply(t, smallRegister())
			head, rowNo := rt.head(t), rt.provider(t, code).RowNo
			r := smallRegister()
			r.hash = "two"
			tt.change(&r)
			if diff := rt.apply(t, r); diff != tt.want {
				t.Errorf("diff %+v, want %+v", diff, tt.want)
			}
			p := rt.provider(t, code)
			if !tt.look(p) || p.RowNo != rowNo {
				t.Errorf("stored %+v", p)
			}
			told := rt.changes(t, head, "NI-999100005")
			if len(told) != len(tt.told) || told[string(code)] != tt.told[string(code)] {
				t.Errorf("told %v, want %v", told, tt.told)
			}
			if tt.name == "sold" && !rt.changes(t, head, "NI-999100007")[string(code)] {
				t.Error("the new owner was not told")
			}
			again := smallRegister()
			again.hash = "three"
			rt.apply(t, again)
			if p := rt.provider(t, code); !p.IsCurrent() || !p.Sites[2].GoneAt.IsZero() || p.RowNo != rowNo {
				t.Errorf("back again: %+v", p)
			}
		})
	}
}

func TestApplyRegistry_manyGone(t *testing.T) {
	rt := newRegistryTest(t)
	rt.apply(t, smallRegister())
	r := smallRegister()
	r.hash, r.everyone = "short", 0.10
	delete(r.owners, "0500199001")
	head := rt.head(t)
	err := rt.db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.ApplyRegistry(r.registry())
		return err
	})
	many, ok := errors.AsType[*ManyGoneError](err)
	if !ok || many.Gone != 1 || many.Current != 4 {
		t.Fatalf("applied a short file: %v", err)
	}
	if !rt.provider(t, "0500199001").IsCurrent() || rt.head(t) != head {
		t.Error("a refused file left something behind")
	}
	r.everyone = 1
	if diff := rt.apply(t, r); diff.Gone != 1 {
		t.Errorf("confirmed: %+v", diff)
	}
}

func TestProvider_notFound(t *testing.T) {
	rt := newRegistryTest(t)
	err := rt.db.Read(t.Context(), func(tx *Tx) error {
		_, err := tx.Provider("0500199001")
		return err
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("Provider = %v", err)
	}
}
