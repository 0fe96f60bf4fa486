package auth

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// A recovery code stands once for the authenticator, however it is typed; how
// many are left is told, and so is its owner.
func TestSecondFactor_recoveryCode(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	_, codes := b.enrolOwn(b.inside(delegate, pw), wire.BeginSecondFactor{Password: pw.Reveal()})
	first := codes.Codes[0].Reveal()
	enter := func(code string) (wire.SignedIn, error) {
		t.Helper()
		in, err := b.signIn(delegate, pw)
		if err != nil {
			t.Fatal(err)
		}
		return b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: code})
	}
	in, err := enter("  " + strings.ToLower(strings.ReplaceAll(first, "-", " ")) + "\t")
	if err != nil || in.Session.SecondFactor.RecoveryCodesLeft != recoveryCodes-1 || !in.Session.SecondFactor.Passed {
		t.Fatalf("%+v, %v", in.Session, err)
	}
	if m := b.out.mails[len(b.out.mails)-1]; m.Template != TemplateNotice || !strings.Contains(m.Data["what"], "Le quedan 9") || strings.Contains(m.Data["what"], first) {
		t.Errorf("mailed %+v", m)
	}
	_, err = enter(first)
	want(t, err, access.CodeUnauthorized, access.HintRecoveryCode)
	for _, bad := range []string{"A", strings.Repeat("A", 500), "????-????-????-????"} {
		_, err = enter(bad)
		field(t, err, "recoveryCode", access.HintRecoveryCode)
	}
	for i, c := range codes.Codes[1:] {
		in, err := enter(c.Reveal())
		if err != nil || in.Session.SecondFactor.RecoveryCodesLeft != recoveryCodes-2-i {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if n := b.kinds(audit.RecoveryCodeUsed); n != recoveryCodes {
		t.Errorf("%d in the trail", n)
	}
	if m := b.out.mails[len(b.out.mails)-1]; !strings.Contains(m.Data["what"], "último") {
		t.Errorf("mailed %+v", m)
	}
}

// Recovery codes are counted as the authenticator's are, and a restart forgives
// nothing; the file holds none of them.
func TestSecondFactor_recoveryCodesAreLimitedAndHashed(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	_, codes := b.enrolOwn(b.inside(delegate, pw), wire.BeginSecondFactor{Password: pw.Reveal()})
	in, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	for range a.LoginFailures {
		_, err := b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: strings.Repeat("A", recoveryChars)})
		want(t, err, access.CodeUnauthorized, access.HintRecoveryCode)
	}
	_, err = b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: codes.Codes[0].Reveal()})
	want(t, err, access.CodeThrottled, "")

	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"llavero.db", "llavero.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil && name == "llavero.db" {
			t.Fatal(err)
		}
		for _, c := range codes.Codes {
			for _, text := range []string{c.Reveal(), strings.ReplaceAll(c.Reveal(), "-", "")} {
				if bytes.Contains(raw, []byte(text)) {
					t.Fatalf("%s holds a recovery code", name)
				}
			}
		}
	}
	b.start(a, b.box)
	in, err = b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: codes.Codes[0].Reveal()})
	want(t, err, access.CodeThrottled, "")
	b.pass(a.FirstBlock)
	if _, err := b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: codes.Codes[0].Reveal()}); err != nil {
		t.Fatal(err)
	}
}

// Codes of one account are worth nothing for another, even when moved there.
func TestRecoveryCodes_areBoundToTheirAccount(t *testing.T) {
	b := newBench(t, settings())
	x, y := b.delegate(ana, password(t)), b.delegate(beto, password(t))
	err := b.store.Write(t.Context(), func(tx *store.Tx) error {
		codes, err := b.newRecoveryCodes(tx, x.ID)
		if err != nil {
			return err
		}
		plain, ok := parseRecoveryCode(codes.Codes[0].Reveal())
		if !ok {
			t.Fatal("its own code does not parse")
		}
		if ok, err := b.spendRecoveryCode(tx, y.ID, plain); ok || err != nil {
			t.Errorf("another's code: %v, %v", ok, err)
		}
		ok, err = b.spendRecoveryCode(tx, x.ID, plain)
		again, errAgain := b.spendRecoveryCode(tx, x.ID, plain)
		if !ok || again || err != nil || errAgain != nil {
			t.Errorf("%v %v, %v %v", ok, again, err, errAgain)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The clock put back keeps nobody out: a step recorded in a time to come counts
// no more, and a code is still good once.
func TestSecondFactor_clockPutBack(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	added := b.officer(pw)
	enter := func() error {
		t.Helper()
		in, err := b.signIn("CC9999000101", pw)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.second(in.Ticket, b.code(added, 0))
		return err
	}
	b.pass(24 * time.Hour)
	if err := enter(); err != nil {
		t.Fatal(err)
	}
	b.pass(-24 * time.Hour)
	if err := enter(); err != nil {
		t.Fatalf("locked out until tomorrow: %v", err)
	}
	want(t, enter(), access.CodeUnauthorized, access.HintSecondFactor)
}

func FuzzParseRecoveryCode(f *testing.F) {
	for _, s := range []string{"ABCD-EFGH-JKLM-NPQR", "abcd efgh 2345 6701", "", "-", strings.Repeat("A", 65), "ÁBCD", "\xff\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		plain, ok := parseRecoveryCode(typed)
		if !ok {
			return
		}
		if len(plain) != recoveryChars || strings.Trim(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			t.Fatalf("%q became %q", typed, plain)
		}
		if again, ok := parseRecoveryCode(grouped(plain)); !ok || again != plain {
			t.Fatalf("%q came back as %q", plain, again)
		}
		if s := secret.New(plain).String(); strings.Contains(s, plain) {
			t.Fatal("printed")
		}
	})
}
