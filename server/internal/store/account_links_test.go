package store

import (
	"errors"
	"testing"
	"time"

	"llavero/shared/wire"
)

func TestAccountLinks(t *testing.T) {
	b := newBench(t)
	account := b.furnish(t)
	link := func(hash string) AccountLink {
		return AccountLink{TokenHash: []byte(hash), Account: account, Purpose: wire.LinkFinish, ExpiresAt: b.clock().Add(time.Hour)}
	}
	spend := func(hash string) (spent bool) {
		b.write(t, func(tx *Tx) error {
			var err error
			spent, err = tx.SpendAccountLink([]byte(hash))
			return err
		})
		return spent
	}
	b.write(t, func(tx *Tx) error {
		if err := tx.CreateAccountLink(AccountLink{TokenHash: []byte("nobody"), Purpose: wire.LinkRecover, ExpiresAt: b.clock().Add(time.Hour)}); err != nil {
			return err
		}
		if err := tx.CreateAccountLink(link("first")); err != nil {
			return err
		}
		return tx.CreateAccountLink(link("second"))
	})
	if spend("first") || spend("none") || !spend("second") || spend("second") {
		t.Error("only the newest link is good, once")
	}
	b.write(t, func(tx *Tx) error {
		l, err := tx.AccountLink([]byte("second"))
		if err != nil || l.Account != account || l.Purpose != wire.LinkFinish || l.SpentAt.IsZero() || !l.CreatedAt.Equal(tx.Now()) {
			t.Errorf("%+v %v", l, err)
		}
		return tx.CreateAccountLink(link("third"))
	})
	b.wait(time.Hour)
	if spend("third") {
		t.Error("a link that is too old")
	}
	b.write(t, func(tx *Tx) error {
		if n, err := tx.SweepAccountLinks(); n != 4 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		_, err := tx.AccountLink([]byte("third"))
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("a swept link: %v", err)
		}
		return nil
	})
}

func TestEnrolments(t *testing.T) {
	b := newBench(t)
	account := b.furnish(t)
	b.write(t, func(tx *Tx) error {
		for _, hash := range []string{"first", "second"} {
			e := Enrolment{TicketHash: []byte(hash), Account: account, SeedSealed: []byte("sealed"), ExpiresAt: tx.Now().Add(time.Minute)}
			if err := tx.CreateEnrolment(e); err != nil {
				return err
			}
		}
		if _, err := tx.Enrolment([]byte("first")); !errors.Is(err, ErrNotFound) {
			t.Errorf("a replaced one: %v", err)
		}
		e, err := tx.Enrolment([]byte("second"))
		if err != nil || e.Account != account || string(e.SeedSealed) != "sealed" {
			t.Errorf("%+v %v", e, err)
		}
		return nil
	})
	b.wait(time.Minute)
	b.write(t, func(tx *Tx) error {
		if _, err := tx.Enrolment([]byte("second")); !errors.Is(err, ErrNotFound) {
			t.Errorf("an old one: %v", err)
		}
		return nil
	})
}

// What went to an address that is no longer the registered one is worth nothing.
func TestSetEmail_voidsWhatWasMailed(t *testing.T) {
	b := newBench(t)
	account := b.furnish(t)
	r := b.newRequest(t, account, codeA, delegateA.Entity)
	b.write(t, func(tx *Tx) error {
		return errors.Join(
			tx.CreateAccountLink(AccountLink{TokenHash: []byte("mailed"), Account: account, Purpose: wire.LinkRecover, ExpiresAt: b.clock().Add(time.Hour)}),
			tx.InsertCode(OneTimeCode{ID: "mailed", Request: r.ID, SentAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Minute), Salt: []byte{1}, CodeHash: []byte{1}}),
			tx.SetEmail(account, "otra@example.org"),
		)
	})
	b.write(t, func(tx *Tx) error {
		codes, err := tx.Codes(r.ID)
		if err != nil || len(codes) != 1 || codes[0].VoidedAt.IsZero() {
			t.Errorf("codes %+v, %v", codes, err)
		}
		spent, err := tx.SpendAccountLink([]byte("mailed"))
		if spent {
			t.Error("a link to the old address is good")
		}
		return err
	})
}
