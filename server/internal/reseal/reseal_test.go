package reseal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// bench is a database with sealed values and a server's Box on it.
type bench struct {
	db     *store.DB
	server *seal.Box // of a server that serves all along
	path   string
	values int
}

func clock() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }

func newBench(t *testing.T, accounts, mails int) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{path: filepath.Join(dir, "keyset.json")}
	var err error
	if b.db, err = store.Open(t.Context(), filepath.Join(dir, "llavero.db"), clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if b.server, err = seal.Create(b.path); err != nil {
		t.Fatal(err)
	}
	b.server.Guard(func(c *seal.Box) error { return Verify(t.Context(), b.db, c) })
	must(t, Admit(t.Context(), b.db, b.server))
	for i := range accounts {
		b.addAccount(t, b.server, i)
	}
	for i := range mails {
		b.addMail(t, b.server, i)
	}
	b.write(t, func(tx *store.Tx) error {
		sealed, err := b.server.Seal(secret.New("pepper"), "meta/pepper")
		return errors.Join(err, tx.SetMeta(store.MetaPepper, hex.EncodeToString(sealed)))
	})
	b.values = accounts + mails + 2
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) write(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	must(t, b.db.Write(t.Context(), fn))
}

func accountID(i int) access.AccountID { return access.AccountID(fmt.Sprintf("account-%d", i)) }

func (b *bench) addAccount(t *testing.T, box *seal.Box, i int) {
	t.Helper()
	b.write(t, func(tx *store.Tx) error {
		sealed, err := box.Seal(secret.New(strconv.Itoa(i)), "totp:"+string(accountID(i)))
		a := store.Account{ID: accountID(i), Login: "login", TOTPSealed: sealed, Role: access.RoleDelegate}
		a.Person.Document = access.Document{Type: access.DocumentCC, Number: strconv.Itoa(i)}
		return errors.Join(err, tx.CreateAccount(a))
	})
}

func (b *bench) addMail(t *testing.T, box *seal.Box, i int) {
	t.Helper()
	id := fmt.Sprintf("mail-%d", i)
	b.write(t, func(tx *store.Tx) error {
		sealed, err := box.Seal(secret.New(strconv.Itoa(i)), "job/mail/"+id)
		return errors.Join(err, tx.Enqueue(store.Job{ID: id, Kind: store.JobMail, Payload: sealed}))
	})
}

// work is a run of the command, in a process of its own.
func (b *bench) work(t *testing.T) *Work {
	t.Helper()
	box, err := seal.Open(b.path)
	must(t, err)
	must(t, Admit(t.Context(), b.db, box))
	return &Work{Store: b.db, Box: box, Path: b.path, Say: t.Logf, Batch: 3}
}

// allOpen opens every value, as a server that starts now and as the one that
// serves.
func (b *bench) allOpen(t *testing.T) {
	t.Helper()
	fresh, err := seal.Open(b.path)
	must(t, err)
	must(t, Verify(t.Context(), b.db, fresh))
	seen := 0
	must(t, b.db.Read(t.Context(), func(tx *store.Tx) error {
		for _, c := range store.SealedColumns() {
			all, err := tx.SealedAfter(c, nil, []byte{}, 10_000)
			if err != nil {
				return err
			}
			for _, v := range all {
				seen++
				for name, box := range map[string]*seal.Box{"a new server": fresh, "the server": b.server} {
					if _, err := box.Open(v.Sealed, v.Identity); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
		}
		return nil
	}))
	if seen < b.values {
		t.Errorf("%d values of %d are there", seen, b.values)
	}
}

func (b *bench) trail(t *testing.T, kind audit.Kind) (n int) {
	t.Helper()
	must(t, b.db.EachAuditRecord(t.Context(), func(r audit.Record) error {
		if r.Kind == kind {
			n++
		}
		return nil
	}))
	return n
}

func TestRotate(t *testing.T) {
	b := newBench(t, 7, 8)
	first := b.server.Primary()
	r, err := b.work(t).Rotate(t.Context())
	if err != nil || !r.Added || r.Primary == first || r.Resealed != int64(b.values) || len(r.Unopened) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	b.allOpen(t)
	s, err := Look(t.Context(), b.db, b.server)
	if err != nil || len(s.Keys) != 2 || s.Keys[0].ID != r.Primary || s.Keys[0].Values != int64(b.values) || s.Keys[1].Values != 0 || s.Lost() != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	old, err := b.work(t).Retire(t.Context())
	if err != nil || !slices.Equal(old, []seal.ID{first}) {
		t.Errorf("retired %v, %v", old, err)
	}
	b.allOpen(t)
	if old, err := b.work(t).Retire(t.Context()); err != nil || len(old) != 0 {
		t.Errorf("retired %v, %v", old, err)
	}
	again, err := b.work(t).Rotate(t.Context())
	if err != nil || again.Primary == r.Primary || again.Resealed != int64(b.values) {
		t.Errorf("%+v, %v", again, err)
	}
	b.allOpen(t)
	for kind, want := range map[audit.Kind]int{audit.SealRotated: 2, audit.SealRenewed: 2, audit.SealRetired: 1} {
		if got := b.trail(t, kind); got != want {
			t.Errorf("%s: %d entries, want %d", kind, got, want)
		}
	}
}

// An old key that seals something is not retired, whoever sealed it when.
func TestRetire_inUse(t *testing.T) {
	b := newBench(t, 2, 0)
	w := b.work(t)
	stale, err := seal.Open(b.path) // a program that never looks again
	must(t, err)
	early, err := stale.Seal(secret.New("x"), "job/mail/early")
	must(t, err)
	late, err := stale.Seal(secret.New("x"), "job/mail/late")
	must(t, err)
	_, err = w.Rotate(t.Context())
	must(t, err)
	b.write(t, func(tx *store.Tx) error {
		return tx.Enqueue(store.Job{ID: "early", Kind: store.JobMail, Payload: early})
	})
	if _, err := w.Retire(t.Context()); !errors.Is(err, ErrInUse) {
		t.Errorf("got %v", err)
	}
	b.values++
	b.allOpen(t)
	r, err := w.Rotate(t.Context()) // seals what came late
	if err != nil || r.Added || r.Resealed != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.Retire(t.Context())
	must(t, err)
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		return tx.Enqueue(store.Job{ID: "late", Kind: store.JobMail, Payload: late})
	}); err == nil {
		t.Error("a value sealed with a forgotten key was written")
	}
	b.allOpen(t)
}

// errKilled stands for the end of the process.
var errKilled = errors.New("killed")

// The command is killed between any two steps; after each kill everything opens,
// and the next run ends the work: two keys at most, then one.
func TestRotate_killedAnywhere(t *testing.T) {
	for at := 1; ; at++ {
		b := newBench(t, 4, 5)
		step, last := 0, ""
		w := b.work(t)
		w.Step = func(name string) error {
			if step++; step == at {
				last = name
				return errKilled
			}
			return nil
		}
		_, err := w.Rotate(t.Context())
		if err == nil {
			_, err = w.Retire(t.Context())
		}
		if err == nil {
			if at < 15 {
				t.Errorf("only %d steps", at)
			}
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("step %d: %v", at, err)
		}
		b.allOpen(t)
		b.addAccount(t, b.server, 1000) // the server works on
		b.addMail(t, b.server, 1000)
		b.values += 2
		b.allOpen(t)
		r, err := b.work(t).Rotate(t.Context())
		if err != nil || len(r.Unopened) > 0 {
			t.Errorf("after %q: %+v, %v", last, r, err)
		}
		b.allOpen(t)
		if _, err := b.work(t).Retire(t.Context()); err != nil {
			t.Errorf("after %q: retire: %v", last, err)
		}
		b.allOpen(t)
		fresh, err := seal.Open(b.path)
		if err != nil || len(fresh.Keys()) != 1 || fresh.Primary() != r.Primary {
			t.Errorf("after %q: %v, keys %v", last, err, fresh.Keys())
		}
	}
}

// While values are written, read and destroyed, keys come and go, by Boxes that
// follow the file; nothing is lost and everything opens.
func TestRotate_whileOthersWrite(t *testing.T) {
	b := newBench(t, 20, 20)
	var wg sync.WaitGroup
	var stop atomic.Bool
	var added atomic.Int64
	for g := range 3 {
		box, err := seal.Open(b.path)
		must(t, err)
		box.Guard(func(c *seal.Box) error { return Verify(t.Context(), b.db, c) })
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				n := 10_000 + g*1_000_000 + i
				err := b.db.Write(t.Context(), func(tx *store.Tx) error {
					id := accountID(n % 20) // a second factor is enrolled anew: the sweep must not undo it
					sealed, err := box.Seal(secret.New(strconv.Itoa(n)), "totp:"+string(id))
					if err != nil {
						return err
					}
					mail := fmt.Sprintf("mail-%d", n)
					body, err := box.Seal(secret.New("x"), "job/mail/"+mail)
					return errors.Join(err, tx.SetTOTP(id, sealed), tx.Enqueue(store.Job{ID: mail, Kind: store.JobMail, Payload: body}))
				})
				if err != nil {
					t.Error(err)
					return
				}
				added.Add(1)
				err = b.db.Read(t.Context(), func(tx *store.Tx) error {
					a, err := tx.Account(accountID(i % 20))
					if err != nil {
						return err
					}
					_, err = box.Open(a.TOTPSealed, "totp:"+string(a.ID))
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				if i%3 == 0 {
					if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.FinishJob(fmt.Sprintf("mail-%d", n)) }); err != nil {
						t.Error(err)
						return
					}
					added.Add(-1)
				}
			}
		})
	}
	for range 4 {
		w := b.work(t)
		if _, err := w.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Retire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	wg.Wait()
	b.values += int(added.Load())
	b.allOpen(t)
}

// A value that does not open is named and left as it is; its key stays.
func TestRotate_namesWhatDoesNotOpen(t *testing.T) {
	b := newBench(t, 3, 0)
	var spoilt []byte
	b.write(t, func(tx *store.Tx) error {
		sealed, err := b.server.Seal(secret.New("x"), "totp:somebody else")
		spoilt = sealed
		return errors.Join(err, tx.SetTOTP(accountID(1), sealed))
	})
	w := b.work(t)
	r, err := w.Rotate(t.Context())
	if err != nil || len(r.Unopened) != 1 || r.Unopened[0].Identity != "totp:account-1" || r.Unopened[0].Column.Table != "accounts" {
		t.Fatalf("%+v, %v", r, err)
	}
	must(t, b.db.Read(t.Context(), func(tx *store.Tx) error {
		a, err := tx.Account(accountID(1))
		if !slices.Equal(a.TOTPSealed, spoilt) {
			t.Error("the value was changed")
		}
		return err
	}))
	if _, err := w.Retire(t.Context()); !errors.Is(err, ErrInUse) {
		t.Errorf("retire: %v", err)
	}
	again, err := w.Rotate(t.Context()) // it does not stand in the way of a new key
	if err != nil || !again.Added || len(again.Unopened) != 1 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestVerify(t *testing.T) {
	b := newBench(t, 1, 1)
	other, err := seal.Create(filepath.Join(t.TempDir(), "other.json"))
	must(t, err)
	if err := Admit(t.Context(), b.db, other); !errors.Is(err, ErrOther) {
		t.Errorf("another keyset: %v", err)
	}
	// Before there was a canary, what is sealed says so.
	b.write(t, func(tx *store.Tx) error { return tx.SetMeta(store.MetaCanary, "") })
	if err := Admit(t.Context(), b.db, other); !errors.Is(err, ErrOther) {
		t.Errorf("a damaged canary: %v", err)
	}
	empty, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "empty.db"), clock)
	must(t, err)
	defer func() { must(t, empty.Close()) }()
	if sealed, err := IsSealed(t.Context(), empty); err != nil || sealed {
		t.Errorf("an empty database is sealed: %v", err)
	}
	one := &bench{db: empty, server: other}
	one.addAccount(t, other, 1)
	if err := Admit(t.Context(), empty, b.server); !errors.Is(err, ErrOther) {
		t.Errorf("another keyset, no canary: %v", err)
	}
	must(t, Admit(t.Context(), empty, other))
	must(t, Verify(t.Context(), empty, other))
	// A keyset from before its key was retired.
	older, err := seal.Open(b.path)
	must(t, err)
	b2 := newBench(t, 1, 1)
	b2.write(t, func(tx *store.Tx) error { return tx.RetireSealKey(older.Primary().Prefix()) })
	if err := Verify(t.Context(), b2.db, older); !errors.Is(err, ErrOld) {
		t.Errorf("an old keyset: %v", err)
	}
}
