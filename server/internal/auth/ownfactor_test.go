package auth

import (
	"errors"
	"strings"
	"testing"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// inside signs a person in and gives the session.
func (b *bench) inside(login string, pw secret.Text) Session {
	b.t.Helper()
	in, err := b.signIn(login, pw)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.sessionOf(in.Token)
}

func (b *bench) sessionOf(token string) Session {
	b.t.Helper()
	s, err := b.Session(b.t.Context(), token)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// enrolOwn gives who is signed in a second factor.
func (b *bench) enrolOwn(s Session, begin wire.BeginSecondFactor) (Added, wire.RecoveryCodes) {
	b.t.Helper()
	e, err := b.BeginSecondFactor(b.t.Context(), visit, s, begin)
	if err != nil {
		b.t.Fatal(err)
	}
	added := Added{ID: s.Viewer.Account, Login: s.Viewer.Login, TOTPSeed: secret.New(e.Seed)}
	codes, err := b.ConfirmSecondFactor(b.t.Context(), visit, s, wire.ConfirmEnrolment{Ticket: e.Ticket, Code: b.code(added, -1)})
	if err != nil {
		b.t.Fatal(err)
	}
	return added, codes
}

func (b *bench) kinds(kind audit.Kind) int {
	b.t.Helper()
	n := 0
	for _, r := range b.trail() {
		if r.Kind == kind {
			n++
		}
	}
	return n
}

// field is the one wrong field of a refusal.
func field(t *testing.T, err error, name string, hint access.Hint) {
	t.Helper()
	e, ok := errors.AsType[*access.Error](err)
	if !ok || len(e.Fields) != 1 || e.Fields[0] != (access.FieldError{Field: name, Hint: hint}) {
		t.Fatalf("got %v, want %s %s", err, name, hint)
	}
}

func TestOwnFactor(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	s, other := b.inside(delegate, pw), b.inside(delegate, pw)
	begin := func(in wire.BeginSecondFactor) error {
		_, err := b.BeginSecondFactor(t.Context(), visit, s, in)
		return err
	}
	field(t, begin(wire.BeginSecondFactor{}), "password", access.HintRequired)
	field(t, begin(wire.BeginSecondFactor{Password: "no es esta clave"}), "password", access.HintCredentials)

	// Not in force before its first code, and only for who began it.
	e, err := b.BeginSecondFactor(t.Context(), visit, s, wire.BeginSecondFactor{Password: pw.Reveal()})
	if err != nil || e.Issuer != totpIssuer || e.Seed == "" || !strings.HasPrefix(e.Address, "otpauth://totp/") {
		t.Fatalf("%+v, %v", e, err)
	}
	if in, err := b.signIn(delegate, pw); err != nil || in.Token == "" {
		t.Fatalf("in force before it was confirmed: %+v, %v", in, err)
	}
	added := Added{TOTPSeed: secret.New(e.Seed)}
	good := wire.ConfirmEnrolment{Ticket: e.Ticket, Code: b.code(added, 0)}
	pwB := password(t)
	b.delegate(beto, pwB)
	stranger := b.inside(delegate, pwB)
	_, err = b.ConfirmSecondFactor(t.Context(), visit, stranger, good)
	want(t, err, access.CodeExpired, access.HintLink)
	_, err = b.ConfirmEnrolment(t.Context(), visit, good)
	want(t, err, access.CodeExpired, access.HintLink)
	_, err = b.EnrolAtSignIn(t.Context(), visit, good)
	want(t, err, access.CodeExpired, access.HintLink)

	// It expires.
	b.pass(enrolmentLife)
	_, err = b.ConfirmSecondFactor(t.Context(), visit, s, wire.ConfirmEnrolment{Ticket: e.Ticket, Code: b.code(added, 0)})
	want(t, err, access.CodeExpired, access.HintLink)

	added, codes := b.enrolOwn(s, wire.BeginSecondFactor{Password: pw.Reveal()})
	if len(codes.Codes) != recoveryCodes || b.kinds(audit.TOTPEnrolled) != 1 {
		t.Fatalf("%d codes", len(codes.Codes))
	}
	if _, err := b.Check(t.Context(), other); access.CodeOf(err) != access.CodeUnauthorized {
		t.Errorf("the other session lives: %v", err)
	}
	b.sessionOfHash(s)
	if m := b.out.mails[len(b.out.mails)-1]; m.Template != TemplateNotice || m.Data["what"] != string(noticeEnrolled) || m.To != "ana@example.org" {
		t.Errorf("mailed %+v", m)
	}

	// Replacing needs the old one, or a recovery code, not both; a proof works once.
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal()}), "code", access.HintRequired)
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal(), Code: b.code(added, 0), RecoveryCode: codes.Codes[0].Reveal()}), "recoveryCode", access.HintUnknownField)
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal(), Code: b.code(added, -1)}), "code", access.HintSecondFactor)
	again, renewed := b.enrolOwn(s, wire.BeginSecondFactor{Password: pw.Reveal(), RecoveryCode: codes.Codes[0].Reveal()})
	if b.kinds(audit.TOTPReplaced) != 1 || b.kinds(audit.RecoveryCodeUsed) != 1 {
		t.Error("not told in the trail")
	}
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal(), RecoveryCode: codes.Codes[1].Reveal()}), "recoveryCode", access.HintRecoveryCode)
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal(), Code: b.code(added, 1)}), "code", access.HintSecondFactor)

	// Another set of codes ends the one before.
	prove := wire.ProveSecondFactor{Password: pw.Reveal(), Code: b.code(again, 0)}
	fresh, err := b.NewRecoveryCodes(t.Context(), visit, s, prove)
	if err != nil || len(fresh.Codes) != recoveryCodes {
		t.Fatal(err)
	}
	field(t, begin(wire.BeginSecondFactor{Password: pw.Reveal(), RecoveryCode: renewed.Codes[0].Reveal()}), "recoveryCode", access.HintRecoveryCode)

	// Removed by its owner, unless the role demands it.
	b.settings.DelegatesNeedTOTP = true
	want(t, b.RemoveSecondFactor(t.Context(), visit, s, prove), access.CodeConflict, access.HintMandatory)
	b.settings.DelegatesNeedTOTP = false
	field(t, b.RemoveSecondFactor(t.Context(), visit, s, prove), "code", access.HintSecondFactor)
	prove.Code = b.code(again, 1)
	if err := b.RemoveSecondFactor(t.Context(), visit, s, prove); err != nil {
		t.Fatal(err)
	}
	want(t, b.RemoveSecondFactor(t.Context(), visit, s, prove), access.CodeConflict, access.HintNotEnrolled)
	d, err := b.Describe(t.Context(), s)
	if err != nil || d.SecondFactor != (wire.SecondFactorState{}) {
		t.Errorf("%+v, %v", d.SecondFactor, err)
	}
}

func (b *bench) sessionOfHash(s Session) {
	b.t.Helper()
	if _, err := b.Check(b.t.Context(), s); err != nil {
		b.t.Fatalf("the session that asked ended: %v", err)
	}
}

// Wrong codes of a confirmation are limited by its ticket, wrong proofs by the
// account.
func TestOwnFactor_limits(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	s := b.inside(delegate, pw)
	e, err := b.BeginSecondFactor(t.Context(), visit, s, wire.BeginSecondFactor{Password: pw.Reveal()})
	if err != nil {
		t.Fatal(err)
	}
	confirm := func(steps int64) error {
		_, err := b.ConfirmSecondFactor(t.Context(), visit, s, wire.ConfirmEnrolment{Ticket: e.Ticket, Code: b.code(Added{TOTPSeed: secret.New(e.Seed)}, steps)})
		return err
	}
	for range a.LoginFailures {
		field(t, confirm(5), "code", access.HintSecondFactor)
	}
	want(t, confirm(0), access.CodeThrottled, "")
	b.pass(a.FirstBlock)
	if err := confirm(0); err != nil {
		t.Fatal(err)
	}
	for range a.LoginFailures {
		_, err := b.NewRecoveryCodes(t.Context(), visit, s, wire.ProveSecondFactor{Password: pw.Reveal(), Code: "000000"})
		field(t, err, "code", access.HintSecondFactor)
	}
	_, err = b.NewRecoveryCodes(t.Context(), visit, s, wire.ProveSecondFactor{Password: pw.Reveal(), Code: "000000"})
	want(t, err, access.CodeThrottled, "")
}

// Where delegates need a second factor, a sign-in begins with its enrolment, and
// nothing is reached before; a session from before the setting is none.
func TestSignIn_enrolsFirst(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	before := b.inside(delegate, pw)
	b.settings.DelegatesNeedTOTP = true
	_, err := b.Check(t.Context(), before)
	want(t, err, access.CodeUnauthorized, "")

	in, err := b.signIn(delegate, pw)
	if err != nil || in.Token != "" || in.Ticket != "" || in.Session != nil || in.Enrolment == nil {
		t.Fatalf("%+v, %v", in, err)
	}
	_, err = b.Session(t.Context(), in.Enrolment.Ticket)
	want(t, err, access.CodeUnauthorized, "")
	_, err = b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Enrolment.Ticket, Code: "123456"})
	want(t, err, access.CodeExpired, access.HintSecondFactor)
	added := Added{TOTPSeed: secret.New(in.Enrolment.Seed)}
	_, err = b.EnrolAtSignIn(t.Context(), visit, wire.ConfirmEnrolment{Ticket: in.Enrolment.Ticket, Code: b.code(added, 9)})
	field(t, err, "code", access.HintSecondFactor)
	done, err := b.EnrolAtSignIn(t.Context(), visit, wire.ConfirmEnrolment{Ticket: in.Enrolment.Ticket, Code: b.code(added, 0)})
	if err != nil {
		t.Fatal(err)
	}
	state := wire.SecondFactorState{Enrolled: true, Mandatory: true, Passed: true, RecoveryCodesLeft: recoveryCodes}
	if len(done.RecoveryCodes.Codes) != recoveryCodes || done.SignedIn.Session == nil || done.SignedIn.Session.SecondFactor != state {
		t.Fatalf("%+v", done.SignedIn.Session)
	}
	if s := b.sessionOf(done.SignedIn.Token); !s.Viewer.SecondFactor || s.Device != "linux test" {
		t.Errorf("%+v", s)
	}
	_, err = b.EnrolAtSignIn(t.Context(), visit, wire.ConfirmEnrolment{Ticket: in.Enrolment.Ticket, Code: b.code(added, 1)})
	want(t, err, access.CodeExpired, access.HintLink)
}
