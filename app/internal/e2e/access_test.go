package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// codeAt is the authenticator's code of now, or of a step before or after: each
// works once.
func (d *desk) codeAt(seedText string, step int) string {
	d.t.Helper()
	code, err := totp.GenerateCode(seedText, time.Now().Add(time.Duration(step)*30*time.Second))
	must(d.t, err)
	return code
}

// A delegate sets a second factor up with what the QR holds, signs in with its
// code and then with a recovery code, sees both sessions and ends the other,
// whose program says so and keeps the form that was being written.
func TestAccess_secondFactorAndSessions(t *testing.T) {
	s := servertest.New(t)
	one, two := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), one.model
	p := one.signIn(seed.LoginDelegate)
	m.OpenSecurity()
	m.AskFactor(state.FactorBegin)
	if err := m.ProveFactor(ctx, state.FactorProof{Password: secret.New("no es la clave")}); err == nil || m.Security().Phase != state.FactorProve {
		t.Errorf("a wrong password: %v", err)
	}
	must(t, m.ProveFactor(ctx, state.FactorProof{Password: p.Password}))
	key, err := otp.NewKeyFromURL(m.Security().Enrolment.Address)
	must(t, err)
	must(t, m.ConfirmFactor(ctx, one.codeAt(key.Secret(), -1)))
	codes := m.Security().Codes
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	must(t, m.KeptCodes(ctx))
	if f := m.Security().Session.SecondFactor; !f.Enrolled || f.RecoveryCodesLeft != 10 {
		t.Errorf("second factor %+v", f)
	}
	must(t, m.SignOut(ctx))

	must(t, one.enter(seed.LoginDelegate, p.Password))
	if m.SignIn().Phase != state.SignInSecondFactor {
		t.Fatal("no second step")
	}
	must(t, m.SubmitSecondFactor(ctx, one.codeAt(key.Secret(), 0)))
	one.online()
	must(t, two.model.Start(ctx))
	must(t, two.enter(seed.LoginDelegate, p.Password))
	must(t, two.model.SubmitRecoveryCode(ctx, codes[0]))
	two.online()

	must(t, m.LoadSecurity(ctx))
	list := m.Security().Sessions
	other := slices.IndexFunc(list, func(o wire.OpenSession) bool { return !o.Current })
	if len(list) != 2 || other < 0 || list[other].Address == "" || list[other].OpenedAt.IsZero() {
		t.Fatalf("sessions %+v", list)
	}
	if left := m.Security().Session.SecondFactor.RecoveryCodesLeft; left != 9 {
		t.Errorf("%d recovery codes left", left)
	}
	two.model.SetForm(access.RequestForm{Vendor: "Proveedor a medio escri"})
	must(t, m.EndSession(ctx, list[other].ID))
	two.until("ended", func() bool { _, isIn := two.model.Who(); return !isIn })
	if tr := two.model.SignIn().Trouble; tr == nil || tr.Err.Hint != access.HintSessionEnded {
		t.Errorf("the other says %+v", tr)
	}
	if len(m.Security().Sessions) != 1 {
		t.Errorf("sessions %+v", m.Security().Sessions)
	}
	must(t, two.enter(seed.LoginDelegate, p.Password))
	if err := two.model.SubmitRecoveryCode(ctx, codes[0]); err == nil {
		t.Error("a recovery code was taken twice")
	}
	must(t, two.model.SubmitRecoveryCode(ctx, codes[1]))
	two.online()
	if v := two.model.Enroll().Form.Vendor; v != "Proveedor a medio escri" {
		t.Errorf("the form came back as %q", v)
	}
}

// A locked program opens with its password, asked of the server; the fifth wrong
// one ends the session there too.
func TestAccess_lock(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	p := d.signIn(seed.LoginDelegate)
	m.SetForm(access.RequestForm{Vendor: "Proveedor"})
	m.Lock(state.LockAsked)
	if err := m.Reopen(ctx, secret.New("no es la clave")); err == nil {
		t.Error("opened with a wrong password")
	}
	if v, on := m.Locked(); !on || v.TriesLeft != state.UnlockTries-1 || !v.IsWrong {
		t.Errorf("locked %v: %+v", on, v)
	}
	must(t, m.Reopen(ctx, p.Password))
	if _, on := m.Locked(); on || m.Enroll().Form.Vendor != "Proveedor" {
		t.Error("still locked, or the form is lost")
	}
	token := d.client.Token()
	m.Lock(state.LockAsked)
	for range state.UnlockTries {
		_ = m.Reopen(ctx, secret.New("no es la clave"))
	}
	if _, isIn := m.Who(); isIn {
		t.Fatal("still signed in")
	}
	d.client.SetToken(token)
	if _, err := d.client.Session(ctx); access.CodeOf(err) != access.CodeUnauthorized {
		t.Errorf("the server still knows the session: %v", err)
	}
}

// An administrator gives the role to somebody who then signs in by the mail's
// link; taking it away closes their program's work at once.
func TestAccess_officers(t *testing.T) {
	s := servertest.New(t)
	boss, d := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), boss.model
	boss.signIn(seed.LoginOfficer)
	boss.until("administrator", func() bool { return m.Menu().Administrator })
	must(t, m.LoadStaff(ctx))
	before := len(m.Staff().Rows)
	n := newcomer(t, seed.NewOfficer)
	must(t, m.GrantOfficer(ctx, wire.GrantOfficer{Document: n.Person.Document, Why: "Ingresa al equipo"}))
	v := m.Staff()
	if v.Done != state.StaffGrant || v.Mail != access.MaskEmail(n.Email) || len(v.Rows) != before+1 {
		t.Fatalf("%+v", v)
	}
	at := slices.IndexFunc(v.Rows, func(o wire.Officer) bool { return o.Person.Document == n.Person.Document })
	login, id := v.Rows[at].Login, v.Rows[at].ID
	must(t, d.model.Start(ctx))
	seedText := d.unlock(d.link(n.Email), secret.New(goodWords))
	must(t, d.enter(login, secret.New(goodWords)))
	must(t, d.model.SubmitSecondFactor(ctx, d.codeAt(seedText, 1)))
	d.online()
	if who, _ := d.model.Who(); who.Role != access.RoleOfficer || who.Administrator {
		t.Errorf("signed in as %+v", who)
	}
	if err := d.model.LoadStaff(ctx); access.CodeOf(err) != access.CodeForbidden {
		t.Errorf("who is no administrator reads the list: %v", err)
	}

	m.OpenOfficer(id)
	must(t, m.LoadOfficerAudit(ctx))
	if len(m.Staff().Audit) == 0 {
		t.Error("no trail")
	}
	must(t, m.ActOnOfficer(ctx, state.StaffWithdraw, id, "Cambió de dependencia"))
	d.until("closed", func() bool { _, isIn := d.model.Who(); return !isIn })
	if o := m.Staff().Chosen; o == nil || o.Withdrawn.Why != "Cambió de dependencia" || o.Withdrawn.By == "" {
		t.Errorf("%+v", o)
	}
	if own := m.Staff().Viewer.Account; own != "" {
		if err := m.ActOnOfficer(ctx, state.StaffWithdraw, own, "Me voy"); access.HintOf(err) != access.HintSelf {
			t.Errorf("their own role: %v", err)
		}
	}
}
