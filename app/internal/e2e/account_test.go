package e2e

import (
	"bytes"
	"context"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// newcomer is somebody of the demonstration who has no user.
func newcomer(t *testing.T, name string) seed.Newcomer {
	t.Helper()
	n, ok := seed.NewcomerByName(name)
	if !ok {
		t.Fatalf("the demonstration has no %s", name)
	}
	return n
}

// fillIn goes from the sign-in screen to the form and writes all of it.
func (d *desk) fillIn(form access.Registration) {
	d.t.Helper()
	m := d.model
	m.ChooseSystem()
	m.ChooseUserKind(form.Kind)
	must(d.t, m.OpenRegister(d.t.Context(), 2))
	v := m.Register()
	c, err := png.DecodeConfig(bytes.NewReader(v.Picture.PNG))
	must(d.t, err)
	if c.Width != 500 || v.Pledge == nil || !strings.Contains(v.Pledge.Body, "1581") || !strings.Contains(v.Pledge.Body, "1074") {
		d.t.Errorf("image of %d pixels, pledge %+v", c.Width, v.Pledge)
	}
	m.SetRegistration(form)
	m.SetImageCode(strings.ToLower(world.ImageCode)) // any case
	m.TickPledge(true)
}

// link is what the next mail to an address has to click on.
func (d *desk) link(mail string) string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	letter, err := d.server.Mail.Wait(ctx, mail)
	must(d.t, err)
	found := regexp.MustCompile(`https://\S+/cuenta#\S+`).FindString(letter.Text)
	if found == "" {
		d.t.Fatalf("the mail %q holds no link", letter.Subject)
	}
	return found
}

// unlock pastes the link of a mail and sets the password; the authenticator too,
// if it is asked for.
func (d *desk) unlock(link string, password secret.Text) (enrolment string) {
	d.t.Helper()
	ctx, m := d.t.Context(), d.model
	must(d.t, m.SubmitLink(ctx, link))
	if err := m.SubmitNewPassword(ctx, secret.New("1234"), secret.New("1234")); err == nil || m.Unlock().Fields[0] != (access.FieldError{Field: state.FieldNew, Hint: access.HintWeak}) {
		d.t.Errorf("a weak password: %v, %v", err, m.Unlock().Fields)
	}
	must(d.t, m.SubmitNewPassword(ctx, password, password))
	if e := m.Unlock().Enrolment; e != nil {
		key, err := otp.NewKeyFromURL(e.Address)
		must(d.t, err)
		if key.Secret() != e.Seed {
			d.t.Error("the QR holds another seed")
		}
		if err := m.SubmitEnrolment(ctx, "000000"); err == nil || m.Unlock().Fields[0].Field != "code" {
			d.t.Errorf("a wrong code: %v, %v", err, m.Unlock().Fields)
		}
		code, err := totp.GenerateCode(e.Seed, time.Now())
		must(d.t, err)
		must(d.t, m.SubmitEnrolment(ctx, code))
		if v := m.Unlock(); v.Phase != state.UnlockCodes || len(v.Codes) != 10 {
			d.t.Errorf("recovery codes: phase %s, %d", v.Phase, len(v.Codes))
		}
		must(d.t, m.KeptUnlockCodes(ctx))
		enrolment = e.Seed
	}
	if p := m.Unlock().Phase; p != state.UnlockDone {
		d.t.Fatalf("phase %s", p)
	}
	m.CloseUnlock()
	return enrolment
}

// enter signs in with a password of one's own.
func (d *desk) enter(login string, password secret.Text) error {
	d.t.Helper()
	must(d.t, d.model.SolvePuzzle(d.t.Context()))
	return d.model.SubmitSignIn(d.t.Context(), login, password)
}

const goodWords = "grapa verde con nueve ranas"

// The three registrations end to end: form, prerequisites, summary, mail, the
// link pasted, the password, the session with its role.
func TestRegister_allThree(t *testing.T) {
	for name, want := range map[string]struct {
		login string
		role  access.Role
		lines int
	}{
		seed.NewDelegate:     {"ADMIHCEIPS999100008", access.RoleDelegate, 3},
		seed.NewProfessional: {"CC9999000002", access.RoleDelegate, 3},
		seed.NewOfficer:      {"CC9999000103", access.RoleOfficer, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := servertest.New(t)
			d := sit(t, s, t.TempDir(), nil)
			n, ctx, m := newcomer(t, name), t.Context(), d.model
			must(t, m.Start(ctx))
			if err := d.enter(want.login, secret.New(goodWords)); access.HintOf(err) != access.HintCredentials {
				t.Errorf("before the registration: %v", err)
			}
			d.fillIn(n.Form)
			must(t, m.CheckPrerequisites(ctx, 1))
			v := m.Register()
			if !v.Check.Met || len(v.Check.Items) < want.lines || !v.IsPassed {
				t.Fatalf("check %+v", v.Check)
			}
			for _, p := range v.Check.Items {
				if p.Verdict != access.VerdictMet || p.DataAt.IsZero() {
					t.Errorf("line %+v", p)
				}
			}
			must(t, m.SubmitRegister(ctx, 1))
			done := m.Register().Done
			if done == nil || done.Login != want.login || done.MaskedEmail != access.MaskEmail(n.Email) || done.Form != n.Form || done.Sender == "" {
				t.Fatalf("summary %+v", done)
			}
			m.FinishRegister()
			if m.SignIn().Login != want.login {
				t.Errorf("the sign-in has the login %q", m.SignIn().Login)
			}
			link := d.link(n.Email)
			password := secret.New(goodWords)
			seedOf := d.unlock(link, password)
			if err := m.SubmitLink(ctx, link); access.HintOf(err) != access.HintLink {
				t.Errorf("a spent link: %v", err)
			}
			must(t, d.enter(want.login, password))
			if seedOf != "" {
				if p := m.SignIn().Phase; p != state.SignInSecondFactor {
					t.Fatalf("an officer is in without the second factor: %s", p)
				}
				// The code of the enrolment is spent; the next one is not far.
				code, err := totp.GenerateCode(seedOf, time.Now().Add(30*time.Second))
				must(t, err)
				must(t, m.SubmitSecondFactor(ctx, code))
			}
			d.online()
			if h := m.Header().Session; h.Role != want.role || h.Login != want.login || h.Person.Name != n.Person.Name {
				t.Errorf("header %+v", h)
			}
			if (seedOf != "") != (want.role == access.RoleOfficer) {
				t.Errorf("second factor %v for %s", seedOf != "", want.role)
			}
			d.close()
			holdsNone(t, d.folder, map[string]string{"the password": goodWords, "the mail": n.Email})
		})
	}
}

// Whoever registers without an address on file has a user and no mail; a delegate
// whose delegation ended has neither, and is told which line is missing.
func TestRegister_whatIsMissing(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	must(t, m.Start(ctx))
	d.fillIn(newcomer(t, seed.NewNoMail).Form)
	must(t, m.SubmitRegister(ctx, 1)) // without a check: the image alone
	if done := m.Register().Done; done == nil || done.MaskedEmail != "" || done.Sender != "" {
		t.Errorf("summary %+v", done)
	}
	m.FinishRegister()

	n := newcomer(t, seed.NewNoDelegation)
	d.fillIn(n.Form)
	if err := m.SubmitRegister(ctx, 1); access.HintOf(err) != access.HintPrerequisites {
		t.Fatalf("without a delegation: %v", err)
	}
	v := m.Register()
	isUnmet := func(p access.Prerequisite) bool {
		return p.ID == access.PrerequisiteDelegation && p.Verdict == access.VerdictUnmet
	}
	if v.Done != nil || v.Check == nil || !slices.ContainsFunc(v.Check.Items, isUnmet) || v.Form != n.Form || !v.Ticked {
		t.Errorf("%+v", v)
	}
	m.SetImageCode(world.ImageCode)
	must(t, m.CheckPrerequisites(ctx, 1))
	if v := m.Register(); v.Check.Met || !slices.ContainsFunc(v.Check.Items, isUnmet) || len(v.Check.Items) < 3 {
		t.Errorf("check %+v", v.Check)
	}
	if err := m.SubmitRegister(ctx, 1); access.HintOf(err) != access.HintPrerequisites {
		t.Errorf("with the pass of an unmet check: %v", err)
	}
	if got := s.Mail.To(n.Email); len(got) != 0 {
		t.Errorf("%d mails to who was refused", len(got))
	}
}

// A wrong image costs nothing but the image; what is wrong in the form is told
// field by field, by the client and by the server alike.
func TestRegister_badInput(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	must(t, m.Start(ctx))
	n := newcomer(t, seed.NewProfessional)
	d.fillIn(n.Form)
	before := m.Register().Picture.ID
	m.SetImageCode("AAAAA")
	if err := m.SubmitRegister(ctx, 1); err == nil {
		t.Fatal("registered without reading the image")
	}
	v := m.Register()
	if !slices.Equal(v.Fields, []access.FieldError{{Field: state.FieldImage, Hint: access.HintImageCode}}) || v.Picture.ID == before || v.Picture.ID == "" || v.Form != n.Form {
		t.Errorf("%+v", v)
	}
	other := n.Form
	other.ProfessionalRegistry = "RM00000"
	m.SetRegistration(other)
	m.SetImageCode(world.ImageCode)
	if err := m.SubmitRegister(ctx, 1); err == nil || m.Register().Fields[0] != (access.FieldError{Field: "professionalRegistry", Hint: access.HintOtherRegistry}) {
		t.Errorf("another's registry: %v, %v", err, m.Register().Fields)
	}
	if m.Register().Done != nil || len(s.Mail.All()) != 0 {
		t.Error("something was made of bad input")
	}
}

// A forgotten password: the same words for who exists and who does not; the link
// of the mail sets another, ends the sessions, and works once.
func TestRecovery(t *testing.T) {
	s := servertest.New(t)
	d, elsewhere := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := elsewhere.signIn(seed.LoginDelegate)
	ctx, m := t.Context(), d.model
	must(t, m.Start(ctx))
	ask := func(login string, doc access.Document) wire.Recovering {
		t.Helper()
		must(t, m.OpenRecovery(ctx, 1))
		m.SetRecovery(state.RecoveryForm{Login: login, Document: doc})
		m.SetRecoveryCode(world.ImageCode)
		must(t, m.SubmitRecovery(ctx, 1))
		said := *m.Recovery().Done
		m.CloseRecovery()
		return said
	}
	stranger := ask("ADMIHCEIPS999100099", access.Document{Type: access.DocumentCC, Number: "9999009999"})
	known := ask(p.Login, p.Person.Person.Document)
	if stranger.Sender != known.Sender || known.LinkExpiresAt.Sub(stranger.LinkExpiresAt).Abs() > patience {
		t.Errorf("a stranger is told %+v, a user %+v", stranger, known)
	}
	password := secret.New("otra " + goodWords)
	d.unlock(d.link(p.Email), password)
	elsewhere.until("signed out", func() bool { _, isIn := elsewhere.model.Who(); return !isIn })
	if err := d.enter(p.Login, p.Password); access.HintOf(err) != access.HintCredentials {
		t.Errorf("the old password: %v", err)
	}
	must(t, d.enter(p.Login, password))
	d.online()
}

// Changing the password ends the other sessions and keeps this one.
func TestChangePassword(t *testing.T) {
	s := servertest.New(t)
	d, elsewhere := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := elsewhere.signIn(seed.LoginDelegate)
	d.signIn(seed.LoginDelegate)
	ctx, m, next := t.Context(), d.model, secret.New("otra "+goodWords)
	if err := m.ChangePassword(ctx, secret.New("no es"), next, next); err == nil || m.Account().Fields[0] != (access.FieldError{Field: "current", Hint: access.HintCredentials}) {
		t.Errorf("a wrong one: %v, %v", err, m.Account().Fields)
	}
	if err := m.ChangePassword(ctx, p.Password, p.Password, p.Password); err == nil || m.Account().Fields[0].Hint != access.HintSamePassword {
		t.Errorf("the same again: %v, %v", err, m.Account().Fields)
	}
	must(t, m.ChangePassword(ctx, p.Password, next, next))
	elsewhere.until("signed out", func() bool { _, isIn := elsewhere.model.Who(); return !isIn })
	if _, isIn := m.Who(); !isIn || m.Account().DoneAt.IsZero() {
		t.Error("this session ended too")
	}
	must(t, m.SignOut(ctx))
	if err := d.enter(p.Login, p.Password); access.HintOf(err) != access.HintCredentials {
		t.Errorf("the old password: %v", err)
	}
	must(t, d.enter(p.Login, next))
}
