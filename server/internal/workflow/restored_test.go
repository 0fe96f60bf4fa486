package workflow

import (
	"slices"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func (d *desk) restore() Restored {
	d.Helper()
	done, err := Restore(d.Context(), d.db, Restoration{By: "Persona Inventada", From: "x.backup", MadeAt: d.clock().Add(-time.Hour), Lost: -1})
	ok(d, err)
	return done
}

// What was good once is void, what was under way waits for people, and nothing
// that may have reached Entra or a person is done again.
func TestRestore_nothingTwice(t *testing.T) {
	d := newDesk(t)
	waiting := d.create(ourCode)
	typed, sent := d.code(waiting.ID)
	issuing := d.sign("0500199002")
	op, _, err := d.flow.IntendSecret(d.Context(), issuing, access.Preproduction)
	ok(d, err)
	var session [32]byte
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		return tx.CreateSession(store.Session{
			TokenHash: session[:], Account: d.delegate.Account, CreatedAt: tx.Now(), SeenAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour),
		})
	}))
	if _, err := d.flow.SendCode(d.Context(), by(d.officer), waiting.ID, wire.SendCode{}); err == nil {
		t.Fatal("an officer signs nothing")
	}
	before, err := d.db.Epoch(d.Context())
	ok(d, err)

	done := d.restore()
	if done.Parked != 1 || done.Codes != 1 || done.Sessions != 1 || done.Epoch == before {
		t.Errorf("%+v", done)
	}
	if r := d.request(issuing); r.Status != access.StatusPending || r.Failure == nil || r.Failure.Code != CodeRestored {
		t.Errorf("what was being issued: %+v", r)
	}
	_, err = d.flow.Sign(d.Context(), by(d.delegate), waiting.ID, d.request(waiting.ID).Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	if access.CodeOf(err) != access.CodeExpired && access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("a code that was mailed before: %v", err)
	}
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		s, err := tx.Secret(op)
		if err != nil || s.State == store.SecretIntended || s.State == store.SecretLost {
			t.Errorf("the operation without an answer would be removed from Entra: %s, %v", s.State, err)
		}
		if has, err := tx.HasSession(session[:]); has || err != nil {
			t.Errorf("a session lives on: %v", err)
		}
		for kind, want := range map[string]int{store.JobProvision: 0, store.JobMail: 0, store.JobDrift: 2} {
			if n, err := tx.LiveJobs(kind); n != want || err != nil {
				t.Errorf("%d live jobs of %s, %v", n, kind, err)
			}
		}
		at, err := RestoredFrom(tx)
		if err != nil || !at.Equal(d.clock().Add(-time.Hour).UTC()) {
			t.Errorf("restored from %v, %v", at, err)
		}
		return nil
	}))
	all := d.trail()
	all = slices.DeleteFunc(all, func(r audit.Record) bool { return r.Kind != audit.BackupRestored })
	if last := all[len(all)-1]; len(all) != 1 || last.Kind != audit.BackupRestored || last.Person != "Persona Inventada" || last.Subject != "x.backup" ||
		last.DetailOf("epochBefore") != before || last.DetailOf("lost") != "unknown" || last.DetailOf("parked") != "1" {
		t.Errorf("the trail's end: %+v", last)
	}

	// An officer resumes it, and it is issued as ever; new numbers are new.
	_, err = d.flow.Take(d.Context(), by(d.officer), issuing, wire.Take{})
	ok(d, err)
	_, err = d.flow.Resume(d.Context(), by(d.officer), issuing, d.request(issuing).Version)
	ok(d, err)
	_, earlier, err := d.flow.IntendSecret(d.Context(), issuing, access.Preproduction)
	if err != nil || slices.Contains(earlier, op) {
		t.Errorf("%v would be removed, %v", earlier, err)
	}
}

// A reminder that fell due counts as told, but that of the last day.
func TestRestore_remindersOnce(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	for d.nextMailIs() {
		d.nextMail()
	}
	d.wait(336 * 24 * time.Hour) // 29 days left
	d.restore()
	told, _, err := d.flow.Remind(d.Context())
	if err != nil || told != 0 {
		t.Errorf("told %d again, %v", told, err)
	}
	d.wait(28 * 24 * time.Hour)
	d.restore()
	if told, _, err := d.flow.Remind(d.Context()); err != nil || told != 2 {
		t.Errorf("of the last day: %d, %v", told, err)
	}
}

func (d *desk) nextMailIs() bool {
	d.Helper()
	n := 0
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		n, err = tx.LiveJobs(store.JobMail)
		return err
	}))
	return n > 0
}
