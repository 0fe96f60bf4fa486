package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// bench is a store under contract: what every back-end must do. A test of one
// back-end calls contract with how to open it.
type bench struct {
	db  *DB
	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) wait(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(by)
}

func (b *bench) write(t testing.TB, fn func(tx *Tx) error) {
	t.Helper()
	if err := b.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) read(t testing.TB, fn func(tx *Tx) error) {
	t.Helper()
	if err := b.db.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// TestContract_sqlite holds the SQLite store to the contract.
func TestContract_sqlite(t *testing.T) {
	contract(t, func(t *testing.T, clock func() time.Time) *DB {
		db, err := Open(t.Context(), filepath.Join(t.TempDir(), "llavero.db"), clock)
		if err != nil {
			t.Fatal(err)
		}
		return db
	})
}

func contract(t *testing.T, open func(*testing.T, func() time.Time) *DB) {
	for name, test := range map[string]func(*testing.T, *bench){
		"transactions": contractTransactions, "wake": contractWake, "counters": contractCounters, "accounts": contractAccounts,
		"sessions": contractSessions, "attempts": contractAttempts, "puzzles": contractPuzzles, "jobs": contractJobs,
		"leases": contractLeases, "claims": contractClaims, "intents": contractIntents, "requests": contractRequests,
		"keys": contractKeys, "officers": contractOfficers, "trail": contractTrail,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{now: time.Date(2026, 9, 16, 12, 0, 0, 123456789, time.UTC)}
			b.db = open(t, b.clock)
			t.Cleanup(func() {
				if err := b.db.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, b)
		})
	}
}

func contractTransactions(t *testing.T, b *bench) {
	boom := errors.New("boom")
	if err := b.db.Write(t.Context(), func(tx *Tx) error {
		if !tx.Now().Equal(b.clock().Truncate(time.Microsecond)) || tx.Now().Location() != time.UTC {
			t.Errorf("the instant is %s", tx.Now())
		}
		if err := tx.SetMeta("left", "behind"); err != nil {
			return err
		}
		return boom
	}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = b.db.Write(t.Context(), func(tx *Tx) error {
			if err := tx.SetMeta("left", "behind"); err != nil {
				return err
			}
			panic("on the way")
		})
	}()
	ctx, cancel := context.WithCancel(t.Context())
	err := b.db.Write(ctx, func(tx *Tx) error {
		cancel()
		return tx.SetMeta("left", "behind")
	})
	if err == nil {
		t.Error("a cancelled transaction was committed")
	}
	b.read(t, func(tx *Tx) error {
		if v, err := tx.Meta("left"); !errors.Is(err, ErrNotFound) {
			t.Errorf("left behind: %q, %v", v, err)
		}
		if err := tx.SetMeta("x", "y"); err == nil {
			t.Error("a reading transaction wrote")
		}
		return nil
	})
	// A reader sees one commit from its first look to its last, and no writer waits.
	b.write(t, func(tx *Tx) error { return tx.SetMeta("x", "before") })
	b.read(t, func(tx *Tx) error {
		first, err := tx.Meta("x")
		if err != nil {
			return err
		}
		b.write(t, func(tx *Tx) error { return tx.SetMeta("x", "after") })
		second, err := tx.Meta("x")
		if first != "before" || second != "before" {
			t.Errorf("read %q, then %q", first, second)
		}
		return err
	})
}

func signalled(wake <-chan struct{}) bool {
	select {
	case <-wake:
		return true
	default:
		return false
	}
}

func contractWake(t *testing.T, b *bench) {
	wake, cancel := b.db.Subscribe()
	b.write(t, func(tx *Tx) error { return tx.SetMeta("x", "y") })
	if signalled(wake) {
		t.Error("woken with nothing to look at")
	}
	b.write(t, func(tx *Tx) error {
		if _, err := tx.Change(wire.RowKey, "1", "NI-1"); err != nil {
			return err
		}
		if signalled(wake) {
			t.Error("told before commit")
		}
		return nil
	})
	if !signalled(wake) {
		t.Error("not woken by a change")
	}
	_ = b.db.Write(t.Context(), func(tx *Tx) error {
		if _, err := tx.Change(wire.RowKey, "1", "NI-1"); err != nil {
			return err
		}
		return errors.New("undone")
	})
	if signalled(wake) {
		t.Error("woken by what was undone")
	}
	for range 3 { // nobody looks: nothing queues, nothing blocks
		b.write(t, func(tx *Tx) error { return tx.Enqueue(Job{Kind: JobMail, Subject: "x"}) })
	}
	if !signalled(wake) || signalled(wake) {
		t.Error("three commits are one signal")
	}
	cancel()
	b.write(t, func(tx *Tx) error { return tx.Enqueue(Job{Kind: JobMail, Subject: "x"}) })
	if signalled(wake) {
		t.Error("woken after cancel")
	}
}

func contractCounters(t *testing.T, b *bench) {
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_ = b.db.Write(t.Context(), func(tx *Tx) error {
				if _, err := tx.Change(wire.RowRequest, fmt.Sprint(i), "NI-1"); err != nil {
					return err
				}
				if i%4 == 0 {
					return errors.New("undone")
				}
				return nil
			})
		})
	}
	wg.Wait()
	b.read(t, func(tx *Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		var seqs []int64
		err = tx.each(func(scan func(...any) error) error {
			var seq int64
			err := scan(&seq)
			seqs = append(seqs, seq)
			return err
		}, `SELECT seq FROM changes ORDER BY seq`)
		if head != 15 || len(seqs) != 15 || seqs[14] != 15 {
			t.Errorf("head %d, positions %v: there is a gap", head, seqs)
		}
		oldest, errOldest := tx.OldestChange()
		if oldest != 1 {
			t.Errorf("oldest %d", oldest)
		}
		return errors.Join(err, errOldest)
	})
}

func someone(login string) Account {
	return Account{
		ID: access.AccountID(uuid.NewString()), Login: login, Role: access.RoleDelegate, Entity: "NI-999100005", Email: "a@example.org",
		Person:       access.Person{Document: access.Document{Type: access.DocumentCC, Number: uuid.NewString()}, Name: "Ñ de Ejemplo"},
		PasswordHash: "$argon2id$", Independent: true,
	}
}

func contractAccounts(t *testing.T, b *bench) {
	a, c := someone("ADMIHCEIPS999100005"), someone("ADMIHCEIPS999100005")
	b.write(t, func(tx *Tx) error { return errors.Join(tx.CreateAccount(a), tx.CreateAccount(c)) })
	if err := b.db.Write(t.Context(), func(tx *Tx) error {
		twin := a
		twin.ID = "another"
		return tx.CreateAccount(twin)
	}); err == nil {
		t.Error("one person twice in one entity and role")
	}
	b.write(t, func(tx *Tx) error {
		all, err := tx.AccountsByLogin(a.Login)
		if err != nil || len(all) != 2 {
			t.Errorf("%d accounts share the login, %v", len(all), err)
		}
		got, err := tx.Account(a.ID)
		if err != nil || got.Viewer(true) != (access.Viewer{
			Account: a.ID, Login: a.Login, Person: a.Person, Entity: a.Entity, Role: a.Role, Independent: true, SecondFactor: true,
		}) {
			t.Errorf("got %+v, %v", got, err)
		}
		ok, err := tx.AcceptTOTPStep(a.ID, 7, 8)
		again, errAgain := tx.AcceptTOTPStep(a.ID, 7, 8)
		before, errBefore := tx.AcceptTOTPStep(a.ID, 6, 8)
		if !ok || again || before {
			t.Errorf("steps: %v %v %v", ok, again, before)
		}
		return errors.Join(err, errAgain, errBefore, tx.SetPassword(a.ID, "new"), tx.SetTOTP(a.ID, []byte{1}), tx.SetEmail(a.ID, ""),
			tx.SetRole(a.ID, access.RoleNone, ""), tx.DisableAccount(a.ID, OriginCommand))
	})
	b.read(t, func(tx *Tx) error {
		got, err := tx.Account(a.ID)
		if got.PasswordHash != "new" || len(got.TOTPSealed) != 1 || got.TOTPLastStep != 0 || got.Email != "" || got.Role != "" || got.DisabledAt.IsZero() {
			t.Errorf("got %+v", got)
		}
		if _, err := tx.Account("nobody"); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
		all, errAll := tx.Accounts()
		if len(all) != 2 {
			t.Errorf("%d accounts", len(all))
		}
		return errors.Join(err, errAll)
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.SetPassword("nobody", "x") }); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func contractSessions(t *testing.T, b *bench) {
	a := someone("x")
	s := Session{TokenHash: []byte{1}, Account: a.ID, Device: "d", Address: "192.0.2.1", SecondFactor: true, ExpiresAt: b.now.Add(time.Hour)}
	b.write(t, func(tx *Tx) error { return errors.Join(tx.CreateAccount(a), tx.CreateSession(s)) })
	b.wait(time.Minute)
	b.write(t, func(tx *Tx) error { return tx.TouchSession([]byte{1}) })
	b.read(t, func(tx *Tx) error {
		got, account, err := tx.Session([]byte{1})
		if got.Device != "d" || !got.SecondFactor || got.SeenAt.Sub(got.CreatedAt) != time.Minute || account.ID != a.ID {
			t.Errorf("got %+v of %s", got, account.ID)
		}
		return err
	})
	b.wait(time.Hour)
	b.write(t, func(tx *Tx) error {
		n, err := tx.SweepSessions(tx.Now().Add(-24 * time.Hour))
		if n != 1 {
			t.Errorf("%d swept", n)
		}
		_, _, gone := tx.Session([]byte{1})
		if !errors.Is(gone, ErrNotFound) {
			t.Errorf("got %v", gone)
		}
		s.ExpiresAt = tx.Now().Add(time.Hour)
		return errors.Join(err, tx.CreateSession(s), tx.DisableAccount(a.ID, OriginImport))
	})
	b.read(t, func(tx *Tx) error {
		if _, _, err := tx.Session([]byte{1}); !errors.Is(err, ErrNotFound) {
			t.Errorf("a disabled account's session: %v", err)
		}
		return nil
	})
}

func contractAttempts(t *testing.T, b *bench) {
	b.write(t, func(tx *Tx) error {
		a, err := tx.Attempts("login:x")
		if err != nil || a != (Attempts{Subject: "login:x"}) {
			t.Errorf("got %+v, %v", a, err)
		}
		a.Failures, a.WindowUntil = 3, tx.Now()
		if err := errors.Join(tx.SaveAttempts(a), tx.SaveAttempts(a)); err != nil {
			return err
		}
		got, err := tx.Attempts("login:x")
		if got != a {
			t.Errorf("got %+v, want %+v", got, a)
		}
		return errors.Join(err, tx.ClearAttempts("login:x"))
	})
}

func contractPuzzles(t *testing.T, b *bench) {
	b.write(t, func(tx *Tx) error {
		first, err := tx.SpendPuzzle([]byte{1}, tx.Now().Add(time.Minute))
		again, errAgain := tx.SpendPuzzle([]byte{1}, tx.Now().Add(time.Minute))
		if !first || again {
			t.Errorf("spent: %v, %v", first, again)
		}
		return errors.Join(err, errAgain)
	})
}

func contractIntents(t *testing.T, b *bench) {
	in := Intent{Account: "a", Key: "k", Act: "sign 1", BodyHash: []byte{1}, Reply: "{}"}
	b.write(t, func(tx *Tx) error {
		none, err := tx.Intent("a", "k")
		if none != nil || err != nil {
			t.Errorf("got %+v, %v", none, err)
		}
		return tx.SaveIntent(in)
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.SaveIntent(in) }); err == nil {
		t.Error("a key was answered twice")
	}
	b.wait(time.Hour)
	b.write(t, func(tx *Tx) error {
		got, err := tx.Intent("a", "k")
		if err != nil || got == nil || got.Act != in.Act || got.Reply != in.Reply {
			t.Errorf("got %+v, %v", got, err)
		}
		other, err := tx.Intent("b", "k")
		if other != nil {
			t.Error("a key is its account's")
		}
		n, errSweep := tx.SweepIntents(tx.Now())
		if n != 1 {
			t.Errorf("%d swept", n)
		}
		return errors.Join(err, errSweep)
	})
}

func contractTrail(t *testing.T, b *bench) {
	b.write(t, func(tx *Tx) error {
		for i := range 5 {
			e := audit.ByServer(audit.RequestDone, fmt.Sprint("s", i%2), "NI-1")
			if err := tx.Audit(e); err != nil {
				return err
			}
		}
		return nil
	})
	if head, err := audit.Verify(t.Context(), b.db); err != nil || head.Seq != 5 {
		t.Errorf("got %+v, %v", head, err)
	}
	b.read(t, func(tx *Tx) error {
		all, err := tx.AuditOf("s0", "", 2)
		var seqs []int64
		for _, r := range all {
			seqs = append(seqs, r.Seq)
		}
		if !slices.Equal(seqs, []int64{5, 3}) {
			t.Errorf("newest first: %v", seqs)
		}
		none, errNone := tx.AuditOf("s0", audit.KeyIssued, 9)
		if len(none) != 0 {
			t.Errorf("of another kind: %v", none)
		}
		return errors.Join(err, errNone)
	})
}
