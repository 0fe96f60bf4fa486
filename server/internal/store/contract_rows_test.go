package store

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/shared/access"
	"llavero/shared/wire"
)

const (
	codeA = access.LicenseCode("0500199001")
	codeB = access.LicenseCode("0800199777")
)

var (
	delegateA = access.Viewer{Account: "a", Role: access.RoleDelegate, Entity: "NI-999100005"}
	delegateB = access.Viewer{Account: "b", Role: access.RoleDelegate, Entity: "NI-999100007"}
	officer   = access.Viewer{Account: "o", Role: access.RoleOfficer, SecondFactor: true}
	halfway   = access.Viewer{Account: "o", Role: access.RoleOfficer}
)

// furnish writes two entities, a code each, and an account.
func (b *bench) furnish(t testing.TB) access.AccountID {
	t.Helper()
	a := someone("ADMIHCEIPS999100005")
	b.write(t, func(tx *Tx) error {
		_, err := tx.ApplyRegistry(Registry{
			Snapshot: Snapshot{Kind: SnapshotREPS, Hash: "one"},
			Entities: slices.Values([]RegistryEntity{
				{Document: access.Document{Type: access.DocumentNI, Number: "999100005"}, Name: "A"},
				{Document: access.Document{Type: access.DocumentNI, Number: "999100007"}, Name: "B"},
			}),
			Providers: slices.Values([]Provider{
				{Code: codeA, Entity: delegateA.Entity, Name: "Clínica Ñandú", Sites: []Site{{Number: "01", Name: "Uno"}}},
				{Code: codeB, Entity: delegateB.Entity, Name: "Otra"},
			}),
			Unsure: func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		return errors.Join(err, tx.CreateAccount(a))
	})
	return a.ID
}

func (b *bench) newRequest(t testing.TB, by access.AccountID, code access.LicenseCode, entity access.EntityID) *Request {
	t.Helper()
	r := &Request{
		KeyRequest: access.KeyRequest{
			ID: access.RequestID(uuid.NewString()), Kind: access.KindEnroll, Code: code, Entity: entity, Status: access.StatusSigning,
			RequestedBy: by, RequestedAt: b.clock().Truncate(time.Microsecond), UpdatedAt: b.clock().Truncate(time.Microsecond),
		},
		Form:        access.RequestForm{Vendor: "planted-vendor", Lead: access.Contact{Email: "planted@clinica.example"}},
		ContentHash: "ab",
	}
	b.write(t, func(tx *Tx) (err error) {
		if r.Number, err = tx.NextRequestNumber(2026); err != nil {
			return err
		}
		return tx.InsertRequest(r)
	})
	return r
}

func contractRequests(t *testing.T, b *bench) {
	by := b.furnish(t)
	r := b.newRequest(t, by, codeA, delegateA.Entity)
	if r.Number != "SOL-2026-000001" || r.Version != 1 {
		t.Errorf("inserted %+v", r)
	}
	same := func() *Request {
		t.Helper()
		var got *Request
		b.read(t, func(tx *Tx) (err error) {
			got, err = tx.KeyRequest(r.ID)
			return err
		})
		return got
	}
	if got := same(); got.Form != r.Form || !got.RequestedAt.Equal(r.RequestedAt) || !got.SignedAt.IsZero() || got.Failure != nil {
		t.Errorf("read back %+v", got)
	}
	// One open request a code.
	if err := b.db.Write(t.Context(), func(tx *Tx) error {
		twin := *r
		twin.ID, twin.Number = "twin", "SOL-2026-000002"
		return tx.InsertRequest(&twin)
	}); err == nil {
		t.Error("two open requests of one code")
	}
	// Changed rows are the verdict.
	stale := *r
	b.write(t, func(tx *Tx) error {
		r.Only = access.Production
		r.Status, r.Failure, r.SignedAt = access.StatusPending, &access.Failure{Step: access.StepSecret, Status: 403, Code: "X"}, tx.Now()
		return tx.SaveRequest(r)
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.SaveRequest(&stale) }); !errors.Is(err, ErrStale) || stale.Version != 1 {
		t.Errorf("a stale write: %v", err)
	}
	if got := same(); got.Only != access.Production || got.Version != 2 || r.Version != 2 || got.Failure == nil || *got.Failure != *r.Failure {
		t.Errorf("read back %+v", got)
	}
	b.write(t, func(tx *Tx) error {
		r.TakenBy, r.TakenName, r.TakenAt, r.TakenUntil, r.TakenWhy = "o", "Oscar", tx.Now(), tx.Now().Add(time.Minute), "Es urgente"
		return tx.SaveRequest(r)
	})
	if got := same(); got.TakenWhy != "Es urgente" || got.TakenBy != "o" || got.TakenName != "Oscar" || !got.TakenUntil.Equal(r.TakenUntil) {
		t.Errorf("read back %+v", got)
	}
	b.wait(time.Minute)
	b.write(t, func(tx *Tx) error {
		lapsed, err := tx.LapsedRequests(9)
		if len(lapsed) != 1 || lapsed[0].ID != r.ID {
			t.Errorf("lapsed: %v", lapsed)
		}
		if err := tx.ExtendTaken(r.ID, "another", tx.Now()); !errors.Is(err, ErrStale) {
			t.Errorf("another extended the lease: %v", err)
		}
		return errors.Join(err, tx.ExtendTaken(r.ID, "o", tx.Now().Add(time.Minute)))
	})
	b.read(t, func(tx *Tx) error {
		lapsed, err := tx.LapsedRequests(9)
		next, errNext := tx.NextLapse()
		if len(lapsed) != 0 || !next.Equal(tx.Now().Add(time.Minute)) {
			t.Errorf("lapsed %v, next %s", lapsed, next)
		}
		state, errState := tx.CodeState(codeA)
		if state.Open == nil || state.Open.ID != r.ID || state.HasKey || !state.Current || state.Entity != delegateA.Entity {
			t.Errorf("state %+v", state)
		}
		_, none := tx.CodeState("9999999999")
		if !errors.Is(none, ErrNotFound) {
			t.Errorf("got %v", none)
		}
		return errors.Join(err, errNext, errState)
	})
}

func contractKeys(t *testing.T, b *bench) {
	by := b.furnish(t)
	r := b.newRequest(t, by, codeA, delegateA.Entity)
	k := &Key{
		Key: access.Key{
			ID: "key", Code: codeA, Entity: delegateA.Entity, Environment: access.Production, Name: "IHCE-PROD", State: access.KeyCreating,
		},
		UniqueName: "u",
	}
	b.write(t, func(tx *Tx) error { return tx.InsertKey(k) })
	stale := *k
	b.write(t, func(tx *Tx) error {
		k.ClientID, k.State = "client", access.KeyActive
		return tx.SaveKey(k)
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.SaveKey(&stale) }); !errors.Is(err, ErrStale) {
		t.Errorf("a stale write: %v", err)
	}
	s := Secret{ID: "s1", Key: "key", Request: r.ID, State: SecretActive, Sealed: []byte{1}, CreatedAt: b.clock(), ExpiresAt: b.clock()}
	b.write(t, func(tx *Tx) error {
		none, err := tx.SecretInForce("key")
		if none != nil {
			t.Errorf("in force: %+v", none)
		}
		return errors.Join(err, tx.InsertSecret(s))
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error {
		two := s
		two.ID = "s2"
		return tx.InsertSecret(two)
	}); err == nil {
		t.Error("two secrets in force")
	}
	b.read(t, func(tx *Tx) error {
		got, err := tx.SecretInForce("key")
		if got == nil || got.ID != "s1" || len(got.Sealed) != 1 {
			t.Errorf("in force: %+v", got)
		}
		used, errUsed := tx.ClientIDUsed("client", codeB, access.Production)
		own, errOwn := tx.ClientIDUsed("client", codeA, access.Production)
		if !used || own {
			t.Errorf("used: %v, its own: %v", used, own)
		}
		none, errNone := tx.KeyOf(codeA, access.Preproduction)
		if none != nil {
			t.Errorf("got %+v", none)
		}
		return errors.Join(err, errUsed, errOwn, errNone)
	})
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 9, 16, 12, 0, 0, 0, time.UTC)}
	var err error
	if b.db, err = Open(t.Context(), t.TempDir()+"/llavero.db", b.clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// view is what a viewer knows, kept as a client keeps it.
type view struct {
	who  access.Viewer
	at   int64
	rows map[string]string
	told []wire.Change // of the last catch-up
}

func (v *view) catchUp(t *testing.T, b *bench, limit int) {
	t.Helper()
	v.told = nil
	if v.rows == nil {
		v.rows = map[string]string{}
	}
	for {
		var head int64
		b.read(t, func(tx *Tx) (err error) {
			var changes []wire.Change
			changes, last, err := tx.ChangesAfter(v.who, v.at, limit)
			if err != nil {
				return err
			}
			for i, c := range changes {
				if c.Seq <= v.at || c.Seq > last || i > 0 && c.Seq <= changes[i-1].Seq {
					t.Errorf("position %d between %d and %d", c.Seq, v.at, last)
				}
				if c.Body == nil {
					delete(v.rows, string(c.Kind)+" "+c.ID)
				} else {
					v.rows[string(c.Kind)+" "+c.ID] = string(c.Body)
				}
			}
			v.told = append(v.told, changes...)
			v.at = last
			head, err = tx.Head()
			return err
		})
		if v.at == head {
			return
		}
	}
}

// same fails unless a viewer who followed knows what one who starts anew is told.
func (v *view) same(t *testing.T, b *bench, name string) {
	t.Helper()
	fresh := map[string]string{}
	b.read(t, func(tx *Tx) error {
		return tx.VisibleRows(v.who, func(c wire.Change) error {
			if c.Seq != 0 || c.Version == 0 {
				t.Errorf("%s: %s has position %d, version %d", name, c.ID, c.Seq, c.Version)
			}
			fresh[string(c.Kind)+" "+c.ID] = string(c.Body)
			return nil
		})
	})
	if len(fresh) != len(v.rows) {
		t.Errorf("%s: followed %d rows, anew %d", name, len(v.rows), len(fresh))
	}
	for id, body := range fresh {
		if v.rows[id] != body {
			t.Errorf("%s: %s\nfollowed %s\nanew     %s", name, id, v.rows[id], body)
		}
		if strings.Contains(body, "planted") {
			t.Errorf("%s: %s tells what lists must not: %s", name, id, body)
		}
	}
}

// A request and its key live; each viewer is told what is theirs, and one who
// followed knows the same as one who starts anew.
func TestChangesAfter_scope(t *testing.T) {
	for _, limit := range []int{1, 2, 100} {
		b := newBench(t)
		by := b.furnish(t)
		views := map[string]*view{"A": {who: delegateA}, "B": {who: delegateB}, "officer": {who: officer}, "halfway": {who: halfway}, "nobody": {}}
		told := map[string]string{}
		look := func() {
			t.Helper()
			for name, v := range views {
				v.catchUp(t, b, limit)
				v.same(t, b, name)
				told[name] = ""
				for _, c := range v.told {
					told[name] += string(c.Kind)[:1]
					if c.Body == nil {
						told[name] += "-"
					}
				}
			}
		}
		want := func(step, a, o string) {
			t.Helper()
			look()
			if told["A"] != a || told["officer"] != o || told["halfway"] != "" || told["nobody"] != "" {
				t.Errorf("limit %d, %s: told %v, want A %q, officer %q", limit, step, told, a, o)
			}
			if step != "start" && told["B"] != "" {
				t.Errorf("limit %d, %s: B was told %q", limit, step, told["B"])
			}
		}
		want("start", "p", "")
		r := b.newRequest(t, by, codeA, delegateA.Entity)
		change := func(status access.Status) {
			b.wait(time.Second)
			b.write(t, func(tx *Tx) error {
				r.Status, r.UpdatedAt = status, tx.Now()
				if status == access.StatusIssuing && r.SignedAt.IsZero() {
					r.SignedAt = tx.Now()
				}
				if status == access.StatusPending {
					r.Failure = &access.Failure{Code: "Authorization_RequestDenied", Status: 403}
					r.TakenBy, r.TakenName, r.TakenAt, r.TakenUntil, r.TakenWhy = "o", "Oscar", tx.Now(), tx.Now(), "Es urgente"
				}
				if err := tx.SaveRequest(r); err != nil {
					return err
				}
				_, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity)
				return err
			})
		}
		change(access.StatusSigning)
		want("written", "r", "")
		change(access.StatusCancelled)
		want("cancelled", "r-", "")
		r = b.newRequest(t, by, codeA, delegateA.Entity)
		change(access.StatusSigning)
		change(access.StatusIssuing)
		if limit > 1 {
			want("signed", "r", "r") // told once, as it stands
		} else {
			want("signed", "rr", "rr")
		}
		k := &Key{Key: access.Key{
			ID: "key", Code: codeA, Entity: delegateA.Entity, Environment: access.Production, State: access.KeyCreating, ClientID: "client",
		}, UniqueName: "u"}
		b.write(t, func(tx *Tx) error {
			if err := tx.InsertKey(k); err != nil {
				return err
			}
			_, err := tx.Change(wire.RowKey, "key", k.Entity)
			return err
		})
		want("key being made", "", "")
		change(access.StatusPending)
		want("pending", "r", "r")
		for name, hides := range map[string]bool{"A": true, "officer": false} {
			body := views[name].rows["request "+string(r.ID)]
			for _, words := range []string{"Authorization_RequestDenied", "Oscar", "Es urgente"} {
				if strings.Contains(body, words) == hides {
					t.Errorf("%s: %s", name, body)
				}
			}
		}
		b.write(t, func(tx *Tx) error {
			k.State = access.KeyActive
			if err := tx.SaveKey(k); err != nil {
				return err
			}
			_, err := tx.Change(wire.RowKey, "key", k.Entity)
			return err
		})
		want("key there", "k", "k")
		if strings.Contains(views["A"].rows["key key"], "client\"") || !strings.Contains(views["officer"].rows["key key"], `"clientId":"client"`) {
			t.Errorf("client id: %s, %s", views["A"].rows["key key"], views["officer"].rows["key key"])
		}
		var row wire.RequestRow
		if err := json.Unmarshal([]byte(views["officer"].rows["request "+string(r.ID)]), &row); err != nil {
			t.Fatal(err)
		}
		if row.Place != "Antioquia-MEDELLÍN" || row.Provider != "Clínica Ñandú" || row.NIT != "999100005" || row.ProviderNo == 0 || row.Number != r.Number {
			t.Errorf("row: %+v", row)
		}
		// The code changes hands: it leaves one list and comes into the other.
		b.write(t, func(tx *Tx) error {
			if _, err := tx.exec(`UPDATE providers SET entity = $1, version = version + 1 WHERE code = $2`, delegateB.Entity, codeA); err != nil {
				return err
			}
			_, errA := tx.Change(wire.RowProvider, string(codeA), delegateA.Entity)
			_, errB := tx.Change(wire.RowProvider, string(codeA), delegateB.Entity)
			return errors.Join(errA, errB)
		})
		look()
		if told["A"] != "p-" || told["B"] != "p" || told["officer"] != "" {
			t.Errorf("changed hands: %v", told)
		}
	}
}

func TestChangesAfter_ahead(t *testing.T) {
	b := newBench(t)
	b.read(t, func(tx *Tx) error {
		changes, last, err := tx.ChangesAfter(officer, 99, 10)
		if changes != nil || last != 99 {
			t.Errorf("got %v, %d", changes, last)
		}
		oldest, errOldest := tx.OldestChange()
		if oldest != 0 {
			t.Errorf("oldest %d", oldest)
		}
		return errors.Join(err, errOldest)
	})
}

// A code that REPS no longer has leaves its delegate's list, followed or told
// anew; one whose keys were asked for stays, marked, and so do its keys.
func TestChangesAfter_onlyCurrentCodes(t *testing.T) {
	for _, isAsked := range []bool{false, true} {
		b := newBench(t)
		by := b.furnish(t)
		v := &view{who: delegateA}
		v.catchUp(t, b, 100)
		if _, ok := v.rows["provider "+string(codeA)]; !ok {
			t.Fatalf("at first: %v", v.rows)
		}
		if isAsked {
			r := b.newRequest(t, by, codeA, delegateA.Entity)
			b.write(t, func(tx *Tx) error {
				_, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity)
				return err
			})
		}
		b.write(t, func(tx *Tx) error {
			_, err := tx.ApplyRegistry(Registry{
				Snapshot:  Snapshot{Kind: SnapshotREPS, Hash: "two"},
				Entities:  slices.Values([]RegistryEntity{{Document: access.Document{Type: access.DocumentNI, Number: "999100007"}, Name: "B"}}),
				Providers: slices.Values([]Provider{{Code: codeB, Entity: delegateB.Entity, Name: "Otra"}}),
				Unsure:    func(access.LicenseCode) bool { return false }, MaxGone: 1,
			})
			return err
		})
		v.catchUp(t, b, 100)
		v.same(t, b, "A")
		body, isThere := v.rows["provider "+string(codeA)]
		if isThere != isAsked || isThere && !strings.Contains(body, `"current":false`) {
			t.Errorf("asked for: %t, the row: %t %s", isAsked, isThere, body)
		}
	}
}

// A request's row shows its code's name: renamed in REPS, it is told anew.
func TestApplyRegistry_renamed(t *testing.T) {
	b := newBench(t)
	r := b.newRequest(t, b.furnish(t), codeA, delegateA.Entity)
	v := &view{who: delegateA}
	v.catchUp(t, b, 100)
	b.write(t, func(tx *Tx) error {
		_, err := tx.ApplyRegistry(Registry{
			Snapshot:  Snapshot{Kind: SnapshotREPS, Hash: "two"},
			Entities:  slices.Values([]RegistryEntity{{Document: access.Document{Type: access.DocumentNI, Number: "999100005"}, Name: "A"}}),
			Providers: slices.Values([]Provider{{Code: codeA, Entity: delegateA.Entity, Name: "Clínica Nueva", Sites: []Site{{Number: "01", Name: "Uno"}}}}),
			Unsure:    func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		return err
	})
	v.catchUp(t, b, 100)
	if !strings.Contains(v.rows["request "+string(r.ID)], "Clínica Nueva") {
		t.Errorf("got %s", v.rows["request "+string(r.ID)])
	}
}

// Two codes sent in one instant stand in the order they were written.
func TestCodes_order(t *testing.T) {
	b := newBench(t)
	r := b.newRequest(t, b.furnish(t), codeA, delegateA.Entity)
	b.write(t, func(tx *Tx) error {
		for _, id := range []string{"z", "a"} {
			if err := tx.InsertCode(OneTimeCode{ID: id, Request: r.ID, SentAt: tx.Now(), ExpiresAt: tx.Now(), Salt: []byte{1}, CodeHash: []byte{1}}); err != nil {
				return err
			}
		}
		return tx.UseCode("z")
	})
	b.write(t, func(tx *Tx) error {
		all, err := tx.Codes(r.ID)
		if len(all) != 2 || all[0].ID != "a" || all[1].UsedAt.IsZero() || all[1].VoidedAt.IsZero() {
			t.Errorf("got %+v", all)
		}
		if err := tx.UseCode("z"); !errors.Is(err, ErrNotFound) {
			t.Errorf("used twice: %v", err)
		}
		return err
	})
}
