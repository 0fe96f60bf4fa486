package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func TestSessions_ofAnother(t *testing.T) {
	b := newBench(t)
	added, pw := b.account("9999000003", false)
	mine, other := b.signedIn(added, pw).Token, b.signedIn(added, pw).Token
	id := b.otherSession(mine)
	b.bad(b.post(b.delegate, "/v1/sessions/"+id+"/end", nil), http.StatusNotFound)
	b.bad(b.post(b.admin, "/v1/sessions/"+id+"/end", nil), http.StatusNotFound)
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/session", token: other}), nil)
	if got := b.post(mine, "/v1/sessions/"+id+"/end", nil); got.status != http.StatusNoContent {
		t.Errorf("%d %s", got.status, got.body)
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/session", token: other}), http.StatusUnauthorized)
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/session", token: id}), http.StatusUnauthorized)
}

// TestSecondFactor_overHTTP: the whole life of a second factor, as a client sees
// it: none, enrolled, used, recovered, renewed, removed.
func TestSecondFactor_overHTTP(t *testing.T) {
	b := newBench(t)
	added, pw := b.account("9999000003", false)
	token := b.signedIn(added, pw).Token
	var e wire.Enrolment
	b.good(b.post(token, "/v1/second-factor", wire.BeginSecondFactor{Password: pw.Reveal()}), &e)
	added.TOTPSeed = secret.New(e.Seed)
	var codes wire.RecoveryCodes
	b.good(b.post(token, "/v1/second-factor/confirm", wire.ConfirmEnrolment{Ticket: e.Ticket, Code: authenticator(t, added.TOTPSeed)}), &codes)
	if len(codes.Codes) != 10 || e.Issuer == "" {
		t.Fatalf("%d codes, %+v", len(codes.Codes), e)
	}
	var in wire.SignedIn
	b.good(b.post("", "/v1/sessions", b.form(added.Login, pw)), &in)
	if in.Token != "" || in.Ticket == "" {
		t.Fatalf("%+v", in)
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/session", token: in.Ticket}), http.StatusUnauthorized)
	b.good(b.post("", "/v1/sessions/second-factor", wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: codes.Codes[3].Reveal()}), &in)
	want := wire.SecondFactorState{Enrolled: true, Passed: true, RecoveryCodesLeft: 9}
	if in.Session == nil || in.Session.SecondFactor != want || in.Session.IdleSeconds == 0 || !in.Session.ExpiresAt.Equal(in.ExpiresAt) {
		t.Fatalf("%+v", in.Session)
	}
	prove := wire.ProveSecondFactor{Password: pw.Reveal(), Code: next(t, added.TOTPSeed)}
	got := b.post(in.Token, "/v1/second-factor/remove", prove)
	if got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if p := b.bad(b.post(in.Token, "/v1/second-factor/remove", prove), http.StatusConflict); p.Hint != access.HintNotEnrolled {
		t.Errorf("%+v", p)
	}
	b.good(b.post("", "/v1/sessions", b.form(added.Login, pw)), &in)
	if in.Token == "" {
		t.Error("still asked for")
	}
	for _, secret := range append(codes.Codes, added.TOTPSeed, pw) {
		if strings.Contains(b.log.String(), secret.Reveal()) {
			t.Error("the log holds a secret")
		}
	}
}

// TestUnlock_overHTTP: wrong passwords are told with how many are left, and the
// last ends the session.
func TestUnlock_overHTTP(t *testing.T) {
	b := newBench(t)
	added, pw := b.account("9999000003", false)
	token := b.signedIn(added, pw).Token
	for _, left := range []string{"4", "3", "2", "1"} {
		p := b.bad(b.post(token, "/v1/session/unlock", wire.Unlock{Password: "no es esta clave"}), http.StatusUnprocessableEntity)
		if p.Args["left"] != left || errorsOf(p) != "password credentials" {
			t.Errorf("%+v", p)
		}
	}
	b.bad(b.post(token, "/v1/session/unlock", wire.Unlock{Password: "no es esta clave"}), http.StatusUnauthorized)
	b.bad(b.post(token, "/v1/session/unlock", wire.Unlock{Password: pw.Reveal()}), http.StatusUnauthorized)
}

// TestAdministrators_overHTTP: what an administrator does to an officer is meant
// at once, and everything of it says who and why.
func TestAdministrators_overHTTP(t *testing.T) {
	b := newBench(t)
	added, pw := b.officerAccount("9999000103")
	token := b.signedIn(added, pw).Token
	path := "/v1/officers/" + string(added.ID)
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/directory", token: token}), nil)
	if got := b.post(b.admin, path+"/withdraw", wire.OfficerWhy{Why: reason}); got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/directory", token: token}), http.StatusUnauthorized)
	if p := b.bad(b.post("", "/v1/sessions", b.form(added.Login, pw)), http.StatusForbidden); p.Hint != access.HintNoRole {
		t.Errorf("%+v", p)
	}
	var list wire.Officers
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/officers", token: b.admin}), &list)
	for _, o := range list.Items {
		if o.ID == added.ID && (o.Withdrawn.Why != reason || o.Withdrawn.By != "Persona 9999000102") {
			t.Errorf("%+v", o)
		}
	}
	if got := b.post(b.admin, path+"/reinstate", wire.OfficerWhy{Why: reason}); got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var reset wire.ResetOfficer
	b.good(b.post(b.admin, path+"/reset-second-factor", wire.OfficerWhy{Why: reason}), &reset)
	if reset.MaskedEmail != "f•••@example.org" {
		t.Errorf("%+v", reset)
	}
	if p := b.bad(b.post("", "/v1/sessions", b.form(added.Login, pw)), http.StatusForbidden); p.Hint != access.HintNoSecondFactor {
		t.Errorf("%+v", p)
	}
	var trail wire.OfficerAudit
	b.good(b.do(ask{method: http.MethodGet, path: path + "/audit", token: b.admin}), &trail)
	told := map[string]bool{}
	for _, e := range trail.Entries {
		if e.About && e.Detail["why"] == reason && strings.Contains(e.Person, "9999000102") {
			told[e.Kind] = true
		}
	}
	for _, kind := range []string{"officer.withdrawn", "officer.reinstated", "account.totp_reset"} {
		if !told[kind] {
			t.Errorf("%s is not told: %+v", kind, trail.Entries)
		}
	}
}
