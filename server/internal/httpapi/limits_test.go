package httpapi

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// strain lets each address and login do little.
func strain(d *auth.Deps) {
	d.Settings.LoginFailures, d.Settings.AddressFailures, d.Settings.AddressTries = 3, 3, 3
}

// TestLimits: each thing that nobody needs a session for, and what guesses at a
// secret, is stopped with the time to come back at. The tries are few; what the
// limits are, auth's tests say.
func TestLimits(t *testing.T) {
	form := access.Registration{Kind: access.UserOther, Document: ana}
	wrong := wire.ImageAnswer{ID: uuid.NewString(), Code: "KMNPR"}
	for pattern, body := range map[string]func(b *bench) any{
		wire.RouteNewImage:      func(*bench) any { return wire.NewImage{} },
		wire.RoutePrerequisites: func(*bench) any { return wire.CheckPrerequisites{Form: form, Image: wrong} },
		wire.RouteRegister: func(b *bench) any {
			in := b.registration(form)
			in.Image = &wrong
			return in
		},
		wire.RouteRecover: func(*bench) any {
			return wire.Recover{Login: "CC9999000011", Document: ana, Image: wrong}
		},
		wire.RouteAccountLink: func(*bench) any { return wire.AccountLink{Token: strings.Repeat("ABCD", 8)} },
		wire.RouteSetPassword: func(*bench) any {
			return wire.SetPassword{Token: strings.Repeat("ABCD", 8), Password: hex.EncodeToString([]byte(uuid.NewString()))}
		},
		wire.RouteConfirmEnrolment: nil, wire.RouteSecondFactor: nil, wire.RouteChangePassword: nil,
	} {
		t.Run(pattern, func(t *testing.T) {
			var r ready
			b := newBench(t, strain)
			switch pattern {
			case wire.RouteConfirmEnrolment:
				r = readyEnrolment(b)
				ticket := r.body().(wire.ConfirmEnrolment).Ticket
				r.body = always(wire.ConfirmEnrolment{Ticket: ticket, Code: "000000"})
			case wire.RouteSecondFactor:
				r = readySecondFactor(b)
				ticket := r.body().(wire.SecondFactor).Ticket
				r.body = always(wire.SecondFactor{Ticket: ticket, Code: "000000"})
			case wire.RouteChangePassword:
				r = readyChangePassword(b)
				in := r.body().(wire.ChangePassword)
				r.body = always(wire.ChangePassword{Current: "wrong " + uuid.NewString(), New: in.New})
			default:
				_, r.path, _ = strings.Cut(pattern, " ")
				made := body(b)
				r.body = always(made)
			}
			b.untilThrottled(func() answer { return b.call(pattern, r, []byte(quotedJSON(r.body()))) })
		})
	}
}

// untilThrottled repeats an act that is stopped at last, and soon.
func (b *bench) untilThrottled(do func() answer) {
	b.t.Helper()
	for range 12 {
		got := do()
		if got.status != http.StatusTooManyRequests {
			continue
		}
		if wait := got.head.Get("Retry-After"); wait == "" || wait == "0" {
			b.t.Errorf("Retry-After %q", wait)
		}
		return
	}
	b.t.Error("never stopped")
}

// TestSendCode_tooSoon: a code is not mailed again at once, and wrong ones are
// not taken for ever.
func TestSendCode_tooSoon(t *testing.T) {
	b := newBench(t, patient)
	r := readySign(b)
	var ticks wire.SendCode
	var texts wire.ConsentTexts
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: b.delegate}), &texts)
	for _, text := range texts.Texts {
		ticks.Accepted = append(ticks.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	codes := strings.TrimSuffix(r.path, "/sign") + "/codes"
	if p := b.bad(b.post(b.delegate, codes, ticks), http.StatusTooManyRequests); p.Hint != access.HintResendWait {
		t.Errorf("%+v", p)
	}
	in := r.body().(wire.Sign)
	wrong := wire.Sign{Code: "000000", ContentHash: in.ContentHash}
	if in.Code == wrong.Code {
		wrong.Code = "000001"
	}
	b.untilThrottled(func() answer { return b.post(b.delegate, r.path, wrong, wire.HeaderIfMatch, quote(r.version)) })
	if p := b.bad(b.post(b.delegate, r.path, in, wire.HeaderIfMatch, quote(r.version)), http.StatusTooManyRequests); p.Hint != access.HintCodeSpent {
		t.Errorf("the right one, after them: %+v", p)
	}
}

// TestSignIn_refused: who has no role gets no session, and a puzzle grows old.
func TestSignIn_refused(t *testing.T) {
	var later time.Duration
	b := newBench(t, patient, func(d *auth.Deps) { d.Clock = func() time.Time { return time.Now().Add(later) } })
	pw := secret.New(hex.EncodeToString([]byte(uuid.NewString())))
	added, err := b.auth.Add(t.Context(), auth.NewAccount{
		Person: access.Person{Document: ana, Name: "Ana Inventada"}, Role: access.RoleNone, Password: pw,
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := b.bad(b.post("", "/v1/sessions", b.form(added.Login, pw)), http.StatusForbidden); p.Hint != access.HintNoRole {
		t.Errorf("%+v", p)
	}
	in := b.form(added.Login, pw)
	later = 24 * time.Hour
	if p := b.bad(b.post("", "/v1/sessions", in), http.StatusGone); p.Hint != access.HintPuzzle {
		t.Errorf("%+v", p)
	}
}

// TestPages_inTheDocument: every kind of answer that openapi.json lists of the
// pages.
func TestPages_inTheDocument(t *testing.T) {
	b := newBench(t, strain)
	for _, p := range b.api.pages() {
		path, isGet := strings.CutPrefix(p.pattern, "GET ")
		if !isGet {
			continue
		}
		if got := b.do(ask{method: http.MethodGet, path: path}); got.status != http.StatusOK {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	step := func(token string) answer {
		return b.do(ask{
			method: http.MethodPost, path: "/cuenta", body: []byte(url.Values{"step": {"open"}, "token": {token}}.Encode()),
			head: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		})
	}
	if got := step(b.link(b.people())); got.status != http.StatusOK {
		t.Errorf("a good link: %d", got.status)
	}
	b.untilThrottled(func() answer { return step(strings.Repeat("ABCD", 8)) })
}

// TestKeyReads: what is read of a key beside its row.
func TestKeyReads(t *testing.T) {
	b := newBench(t)
	pro, _ := b.assigned()
	path := "/v1/keys/" + string(pro.ID)
	var values wire.Parameters
	b.good(b.do(ask{method: http.MethodGet, path: path + "/parameters", token: b.delegate}), &values)
	if len(values.Items) != 1 || values.Items[0].Name != "EndPoint" || values.Environment != access.Production {
		t.Errorf("%+v", values)
	}
	var secrets wire.KeySecrets
	b.good(b.do(ask{method: http.MethodGet, path: path + "/secrets", token: b.delegate}), &secrets)
	if len(secrets.Items) != 1 || secrets.Items[0].State != access.KeyUnverified {
		t.Errorf("%+v", secrets)
	}
}
