package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// plainBytes are the columns of bytes that are not sealed, and why they need not
// be.
var plainBytes = map[string]string{
	"sessions.token_hash":          "SHA-256 of 256 random bits",
	"spent_puzzles.challenge_hash": "SHA-256 of what anybody may know",
	"one_time_codes.salt":          "worth nothing without the pepper, which is sealed",
	"one_time_codes.code_hash":     "keyed with the pepper, which is sealed",
	"audit_entries.prev_hash":      "a hash of entries, which hold no secret",
	"audit_entries.hash":           "a hash of an entry, which holds no secret",
	"intents.body_hash":            "keyed with the pepper, which is sealed",
	"account_links.token_hash":     "SHA-256 of 256 random bits",
	"enrolments.ticket_hash":       "SHA-256 of 256 random bits",
	"signing_keys.public":          "the half of a key that everybody may know",
	"trail_heads.file":             "signed, and goes out as it is",
	"seal_retired.prefix":          "names a key",
	"receipts.file":                "a proof that is handed out; it holds no secret and no code",
	"receipt_papers.value":         "a signature that is handed out",
	"contact_notices.token_hash":   "SHA-256 of 256 random bits",
	"recovery_codes.code_hash":     "keyed with the set's pepper, which is sealed",
	"known_devices.device_hash":    "SHA-256 of device and network; the sessions beside it tell both",
	"known_devices.network_hash":   "SHA-256 of a network; the sessions beside it tell it",
}

// Every column of bytes, and every one whose name says so, is in the table of
// sealed columns or says why it need not be.
func TestSealedColumns_complete(t *testing.T) {
	b := newBench(t)
	sealed := map[string]bool{}
	for _, c := range SealedColumns() {
		sealed[c.Table+"."+c.Column] = true
	}
	seen := map[string]bool{}
	b.read(t, func(tx *Tx) error {
		return tx.each(func(scan func(...any) error) error {
			var table, column, kind string
			if err := scan(&table, &column, &kind); err != nil {
				return err
			}
			name := table + "." + column
			seen[name] = true
			if kind != "BLOB" && !strings.Contains(column, "seal") {
				return nil
			}
			switch _, plain := plainBytes[name]; {
			case sealed[name] && plain:
				t.Errorf("%s is both sealed and plain", name)
			case !sealed[name] && !plain:
				t.Errorf("%s holds bytes: add it to sealedColumns with what its values are bound to, or say in plainBytes why it needs no seal", name)
			}
			return nil
		}, `SELECT s.name, i.name, i.type FROM sqlite_schema s JOIN pragma_table_info(s.name) i WHERE s.type = 'table'`)
	})
	for name := range plainBytes {
		if !seen[name] {
			t.Errorf("%s is excused, and is no column", name)
		}
	}
	for name := range sealed {
		if !seen[name] {
			t.Errorf("%s is listed, and is no column", name)
		}
	}
	b.read(t, func(tx *Tx) error {
		var guards int
		err := tx.row(`SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'seal_guard_%'`).Scan(&guards)
		if guards != 2*len(SealedColumns()) {
			t.Errorf("%d guards of %d columns", guards, len(SealedColumns()))
		}
		return err
	})
}

// sealedBy is what a key might have sealed.
func sealedBy(key, text string) []byte { return append([]byte("\x01"+key), text...) }

// metaColumn is the column of the server's own keys.
func metaColumn(t *testing.T) SealedColumn {
	t.Helper()
	i := slices.IndexFunc(SealedColumns(), func(c SealedColumn) bool { return c.Table == "meta" })
	return SealedColumns()[i]
}

func TestReseal_comparesWhatStands(t *testing.T) {
	b := newBench(t)
	meta := metaColumn(t)
	old, other, next := sealedBy("AAAA", "old"), sealedBy("AAAA", "other"), sealedBy("BBBB", "next")
	b.write(t, func(tx *Tx) error { return tx.SetMeta(MetaPepper, hex.EncodeToString(old)) })
	var v SealedValue
	b.read(t, func(tx *Tx) (err error) { v, err = tx.FirstSealed(meta); return err })
	if !bytes.Equal(v.Sealed, old) || v.Identity != "meta/pepper" {
		t.Fatalf("read %q of %s", v.Sealed, v.Identity)
	}
	reseal := func(v SealedValue) (done bool) {
		b.write(t, func(tx *Tx) (err error) { done, err = tx.Reseal(meta, v, next); return err })
		return done
	}
	b.write(t, func(tx *Tx) error { return tx.SetMeta(MetaPepper, hex.EncodeToString(other)) }) // somebody was faster
	if reseal(v) {
		t.Error("another value was overwritten")
	}
	if reseal(SealedValue{Key: v.Key, Identity: "meta/other", Sealed: other}) {
		t.Error("a row of another identity was overwritten")
	}
	if !reseal(SealedValue{Key: v.Key, Identity: v.Identity, Sealed: other}) {
		t.Error("the value was not taken")
	}
	b.read(t, func(tx *Tx) error {
		if got, err := tx.Meta(MetaPepper); err != nil || got != hex.EncodeToString(next) {
			t.Errorf("stands %s, %v", got, err)
		}
		left, err := tx.SealedAfter(meta, nil, next[:SealedPrefix], 10)
		if len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
		counts, errCount := tx.CountSealed()
		if len(counts) != 1 || counts[0].Count != 1 || !bytes.Equal(counts[0].Prefix, next[:SealedPrefix]) {
			t.Errorf("counted %+v", counts)
		}
		return errors.Join(err, errCount)
	})
}

// What a retired key sealed is refused in every column, new or changed.
func TestRetireSealKey_refusesItsValues(t *testing.T) {
	b := newBench(t)
	value := sealedBy("AAAA", "x")
	b.write(t, func(tx *Tx) error {
		if err := tx.RetireSealKey([]byte("A")); err == nil {
			t.Error("retired no key in particular")
		}
		return errors.Join(tx.SetMeta(MetaPepper, hex.EncodeToString(sealedBy("BBBB", "x"))), tx.RetireSealKey(value[:SealedPrefix]), tx.RetireSealKey(value[:SealedPrefix]))
	})
	err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.SetMeta(MetaPepper, hex.EncodeToString(value)) })
	if err == nil || !strings.Contains(err.Error(), "retired key") {
		t.Errorf("changed: %v", err)
	}
	err = b.db.Write(t.Context(), func(tx *Tx) error { return tx.SetMeta(MetaCanary, hex.EncodeToString(value)) })
	if err == nil || !strings.Contains(err.Error(), "retired key") {
		t.Errorf("new: %v", err)
	}
	for _, c := range SealedColumns() {
		err := b.db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.exec(fmt.Sprintf(`INSERT INTO %s (%s) VALUES ($1)`, c.Table, c.Column), c.written(value))
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "retired key") {
			t.Errorf("%s.%s: %v", c.Table, c.Column, err)
		}
	}
	b.read(t, func(tx *Tx) error {
		all, err := tx.RetiredSealKeys()
		if len(all) != 1 || !bytes.Equal(all[0], value[:SealedPrefix]) {
			t.Errorf("retired %x", all)
		}
		return err
	})
}

// A batch of large values ends early.
func TestSealedAfter_boundsItsBytes(t *testing.T) {
	b := newBench(t)
	big := sealedBy("AAAA", strings.Repeat("x", 3<<20))
	b.write(t, func(tx *Tx) error {
		for i := range 3 {
			if err := tx.Enqueue(Job{ID: fmt.Sprintf("job-%d", i), Kind: JobMail, Payload: big}); err != nil {
				return err
			}
		}
		return nil
	})
	jobs := SealedColumns()[slices.IndexFunc(SealedColumns(), func(c SealedColumn) bool { return c.Table == "jobs" })]
	b.read(t, func(tx *Tx) error {
		all, err := tx.SealedAfter(jobs, nil, []byte{}, 10)
		if len(all) != 2 || all[0].Identity != "job/mail/job-0" {
			t.Errorf("%d values", len(all))
		}
		rest, errRest := tx.SealedAfter(jobs, all[len(all)-1].Key, []byte{}, 10)
		if len(rest) != 1 {
			t.Errorf("%d values more", len(rest))
		}
		return errors.Join(err, errRest)
	})
}
