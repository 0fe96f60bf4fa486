package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/journal"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// logged is what a program logs at its finest: as it writes it, through its journal,
// and bare, as it would be written without.
type logged struct {
	mu           sync.Mutex
	out, bareOut bytes.Buffer
	journal      *journal.Journal
}

func newLogged() *logged {
	l := &logged{}
	finest := &slog.HandlerOptions{Level: slog.LevelDebug}
	l.journal = journal.New(slog.NewTextHandler(l.into(&l.out), finest))
	return l
}

// log is the logger of a program.
func (l *logged) log() *slog.Logger {
	bare := slog.NewTextHandler(l.into(&l.bareOut), &slog.HandlerOptions{Level: slog.LevelDebug})
	return slog.New(slog.NewMultiHandler(l.journal, bare))
}

// lines is a stream of a logged, one writer at a time.
type lines struct {
	l  *logged
	to *bytes.Buffer
}

func (l *logged) into(to *bytes.Buffer) lines { return lines{l, to} }

// Write implements io.Writer.
func (s lines) Write(b []byte) (int, error) {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	return s.to.Write(b)
}

func (l *logged) written() (out, bare []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.out.Bytes()), bytes.Clone(l.bareOut.Bytes())
}

// planting is a full run in which each secret is written down as it is made.
type planting struct {
	t              *testing.T
	s              *servertest.Server
	hunt           *hunt
	server, client *logged
	desks          []*desk
	papers         []byte         // receipts, as JSON and PDF
	mails          int            // how many were read for what they carry
	carried        map[string]int // name of a secret -> the one mail that may hold it
}

func (p *planting) plant(name, value string) string {
	p.t.Helper()
	p.hunt.add(p.t, name, value)
	return value
}

func (p *planting) sit() *desk {
	d := sitAt(p.t, p.s, computer{folder: p.t.TempDir(), clock: time.Now, log: p.client.log()})
	p.desks = append(p.desks, d)
	return d
}

// password makes one that nobody could have written by accident.
func (p *planting) password(name string) secret.Text {
	p.t.Helper()
	raw := make([]byte, 9)
	_, err := rand.Read(raw)
	must(p.t, err)
	return secret.New(p.plant(name, "ñandú & grapa «"+hex.EncodeToString(raw)+"»"))
}

// wrongCode is six digits that are not those.
func (p *planting) wrongCode(name, right string) string {
	p.t.Helper()
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		must(p.t, err)
		if wrong := fmt.Sprintf("%06d", n); wrong != right && strings.Trim(wrong, "0") != "" {
			return p.plant(name, wrong)
		}
	}
}

func (p *planting) seed(name, base string) {
	p.t.Helper()
	p.plant(name, base)
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(base)
	must(p.t, err)
	p.plant(name+", its bytes", string(raw))
}

// totp makes a code of a seed; the step says which after the current one.
func (p *planting) totp(name, base string, step int) string {
	p.t.Helper()
	c, err := totp.GenerateCode(base, time.Now().Add(time.Duration(step)*30*time.Second))
	must(p.t, err)
	return p.plant(name, c)
}

// registers an officer: image, mail, link, password, second factor, session.
func (p *planting) registers() {
	t, d := p.t, p.sit()
	n, ctx, m := newcomer(t, seed.NewOfficer), t.Context(), d.model
	must(t, m.Start(ctx))
	d.fillIn(n.Form)
	must(t, m.CheckPrerequisites(ctx, 1))
	must(t, m.SubmitRegister(ctx, 1))
	login := m.Register().Done.Login
	m.FinishRegister()
	password := p.password("password of who registers")
	must(t, m.SubmitLink(ctx, d.link(n.Email)))
	must(t, m.SubmitNewPassword(ctx, password, password))
	e := *m.Unlock().Enrolment
	p.seed("second factor of who registers", e.Seed)
	p.plant("ticket of an enrolment", e.Ticket)
	first := p.totp("first code of an enrolment", e.Seed, 0)
	if err := m.SubmitEnrolment(ctx, p.wrongCode("wrong code of an enrolment", first)); err == nil {
		t.Error("a wrong code was taken")
	}
	must(t, m.SubmitEnrolment(ctx, first))
	m.CloseUnlock()
	if err := d.enter(login, p.password("wrong password of who registered")); err == nil {
		t.Error("a wrong password was taken")
	}
	must(t, d.enter(login, password))
	second := p.totp("code of a sign-in", e.Seed, 1)
	if err := m.SubmitSecondFactor(ctx, p.wrongCode("wrong code of a sign-in", second)); err == nil {
		t.Error("a wrong code was taken")
	}
	must(t, m.SubmitSecondFactor(ctx, second))
	d.online()
	p.plant("session of who registered", d.client.Token().Reveal())
	next := p.password("changed password")
	if err := m.ChangePassword(ctx, p.password("wrong current password"), next, next); err == nil {
		t.Error("a wrong password was taken")
	}
	must(t, m.ChangePassword(ctx, password, next, next))
}

// enters signs a person of the demonstration in, after a wrong password.
func (p *planting) enters(login string) (*desk, world.Person) {
	d, who := p.sit(), p.s.Person(login)
	p.plant("password of "+login, who.Password.Reveal())
	must(p.t, d.model.Start(p.t.Context()))
	if err := d.enter(login, p.password("wrong password of "+login)); err == nil {
		p.t.Error("a wrong password was taken")
	}
	if !who.TOTPSeed.IsEmpty() {
		p.seed("second factor of "+login, who.TOTPSeed.Reveal())
	}
	d.signIn(login)
	p.plant("session of "+login, d.client.Token().Reveal())
	return d, who
}

// ticket signs in by hand up to the ticket between password and second factor,
// which no screen shows.
func (p *planting) ticket(d *desk, login string) string {
	t, ctx := p.t, p.t.Context()
	q, err := d.client.Puzzle(ctx)
	must(t, err)
	nonce, err := puzzle.Solve(ctx, q.Challenge, q.Difficulty, nil)
	must(t, err)
	in, err := d.client.SignIn(ctx, wire.SignIn{
		Login: login, Password: p.s.Person(login).Password.Reveal(), Challenge: q.Challenge, Nonce: nonce, Device: "e2e",
	})
	must(t, err)
	return p.plant("ticket of a sign-in", in.Ticket)
}

// recoveryCodes has new ones made for an officer, and signs in with one after one
// that is wrong.
func (p *planting) recoveryCodes(d *desk, login string) {
	t, ctx, who := p.t, p.t.Context(), p.s.Person(login)
	body, err := json.Marshal(wire.ProveSecondFactor{
		Password: who.Password.Reveal(), Code: p.totp("code that proves who asks for recovery codes", who.TOTPSeed.Reveal(), 1),
	})
	must(t, err)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.s.URL+strings.TrimPrefix(wire.RouteRecoveryCodes, "POST "), bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+d.client.Token().Reveal())
	r.Header.Set("Content-Type", "application/json")
	resp, err := p.s.HTTPClient().Do(r)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	var made wire.RecoveryCodes
	if err := json.Unmarshal(raw, &made); err != nil || len(made.Codes) < 8 {
		t.Fatalf("recovery codes: %s %v", resp.Status, err)
	}
	for i, c := range made.Codes {
		p.plant(fmt.Sprintf("recovery code %d", i), c.Reveal())
		p.plant(fmt.Sprintf("recovery code %d, bare", i), strings.ReplaceAll(c.Reveal(), "-", ""))
	}
	ticket := p.ticket(d, login)
	wrong := p.plant("wrong recovery code", made.Codes[0].Reveal()[:15]+made.Codes[1].Reveal()[15:])
	if _, err := d.client.SecondFactor(ctx, wire.SecondFactor{Ticket: ticket, RecoveryCode: wrong}); err == nil {
		t.Error("a wrong recovery code was taken")
	}
	in, err := d.client.SecondFactor(ctx, wire.SecondFactor{Ticket: ticket, RecoveryCode: made.Codes[0].Reveal()})
	must(t, err)
	p.plant("session by a recovery code", in.Token)
}

// signs signs with a wrong code, then with the right one from the mail.
func (p *planting) signs(d *desk, mail string) {
	ctx, m := p.t.Context(), d.model
	must(p.t, m.SendCode(ctx))
	right := p.inMail(mail, func(text string) string {
		if m := codeWords.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		return ""
	})
	if err := m.Sign(ctx, secret.New(p.wrongCode("wrong one-time code", right))); err == nil {
		p.t.Error("a wrong code was taken")
	}
	must(p.t, m.Sign(ctx, secret.New(right)))
}

// inMail waits for the next mail to an address that holds something.
func (p *planting) inMail(to string, holds func(text string) string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for {
		letter, err := p.s.Mail.Wait(ctx, to)
		must(p.t, err)
		if found := holds(letter.Text); found != "" {
			return found
		}
	}
}

// asks is an enrolment up to its signature.
func (p *planting) asks(d *desk, of access.LicenseCode, mail string) {
	ctx, m := p.t.Context(), d.model
	m.AskFor(access.KindEnroll)
	must(p.t, m.OpenEnroll(ctx))
	m.ChooseEnroll(of)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(p.t, m.SubmitEnroll(ctx))
	p.signs(d, mail)
}

func (p *planting) keys(d *desk, of access.LicenseCode, when string) {
	_, secrets := d.values(of)
	for env, value := range secrets {
		p.plant(fmt.Sprintf("client secret of %s, %s, %s", of, env, when), value)
	}
}

// livesAKey issues, reveals, copies, hands over, tests, renews and reports
// compromised.
func (p *planting) livesAKey(d *desk, mail string) {
	t, ctx, m := p.t, p.t.Context(), d.model
	p.asks(d, code, mail)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	p.keys(d, code, "first")
	for _, k := range m.Keys().Entity.Keys {
		must(t, m.LoadParameters(ctx, k.ID))
		text, err := m.CopyAll(ctx, k.ID, true)
		must(t, err)
		p.plant("all that was copied of "+string(k.Environment), text.Reveal())
		must(t, m.HandOver(ctx, k.ID, wire.HandOver{Vendor: world.Form().Vendor, Person: "Paula de Ejemplo"}))
		must(t, m.LoadAudit(ctx, k.ID))
	}
	d.tests(code, access.Preproduction)
	d.change(code, access.ReasonVendor)
	p.signs(d, mail)
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	p.keys(d, code, "second")
	p.papers = p.receipts(d, code)
	must(t, m.Compromise(ctx, d.keyOf(code, access.Production).ID, wire.Compromise{LastDigits: access.LastDigits(code), What: "Quedó en un correo"}))
	d.until("the end of the compromised secret", func() bool {
		i := d.keyOf(code, access.Production).Incident
		return i != nil && !i.RemovedAt.IsZero() && d.request(code).Status == access.StatusDone
	})
	p.keys(d, code, "third")
}

// typesKeys is an officer closing a request by hand, after a refusal of Entra.
func (p *planting) typesKeys(d, o *desk, mail string) {
	const other = access.LicenseCode("0500199002") // of the same delegate
	t, ctx := p.t, p.t.Context()
	breakEntra(t, p.s, refusal())
	p.asks(d, other, mail)
	o.until("the row", func() bool { return o.pending(other) != nil })
	mendEntra(t, p.s)
	must(t, o.model.OpenAttend(ctx, o.pending(other).ID))
	v, _ := o.model.Attend()
	keys := typed(t)
	p.plant("typed secret of production", keys.Production.Secret)
	p.plant("typed secret of preproduction", keys.Preproduction.Secret)
	must(t, o.model.Assign(ctx, v.Row.ID, v.Row.Version, keys))
	d.until("assigned", func() bool { return d.request(other).Status == access.StatusDone })
	o.model.PutEvidence(code)
	file := p.plant("a file of a proof", "%PDF-1.4 "+strings.Repeat("paciente inventado ", 9)+rand.Text())
	must(t, o.model.AddEvidence(ctx, code, wire.NewEvidence{Kind: access.EvidenceFile, Note: "Prueba", Name: "prueba.pdf", File: []byte(file)}))
}

// recovers a forgotten password by the link of a mail.
func (p *planting) recovers(who world.Person, elsewhere *desk) {
	t, d := p.t, p.sit()
	ctx, m := t.Context(), d.model
	must(t, m.Start(ctx))
	must(t, m.OpenRecovery(ctx, 1))
	m.SetRecovery(state.RecoveryForm{Login: who.Login, Document: who.Person.Person.Document})
	m.SetRecoveryCode(world.ImageCode)
	must(t, m.SubmitRecovery(ctx, 1))
	m.CloseRecovery()
	password := p.password("recovered password")
	link := p.inMail(who.Email, func(text string) string { return linkWords.FindString(text) })
	must(t, m.SubmitLink(ctx, link))
	must(t, m.SubmitNewPassword(ctx, password, password))
	m.CloseUnlock()
	// The keyring's stand-in is not for two at a time.
	elsewhere.until("signed out", func() bool { _, isIn := elsewhere.model.Who(); return !isIn })
	must(t, d.enter(who.Login, password))
	d.online()
	p.plant("session after a recovery", d.client.Token().Reveal())
}

// forges asks with tokens that are none, as a stranger does: what was refused must
// not be written down either.
func (p *planting) forges() {
	t := p.t
	for name, set := range map[string]func(r *http.Request, value string){
		"forged session": func(r *http.Request, v string) { r.Header.Set("Authorization", "Bearer "+v) },
		"forged cookie":  func(r *http.Request, v string) { r.Header.Set("Cookie", "session="+v) },
		"token in a query": func(r *http.Request, v string) {
			r.URL.RawQuery = "access_token=" + v
		},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.s.URL+strings.TrimPrefix(wire.RouteSession, "GET "), nil)
		must(t, err)
		set(r, p.plant(name, rand.Text()+rand.Text()))
		resp, err := p.s.HTTPClient().Do(r)
		must(t, err)
		must(t, resp.Body.Close())
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
}
