package httpapi

import (
	"net/http"

	"llavero/server/internal/auth"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// enrolled is a delegate with a second factor, signed in.
func (b *bench) enrolled() (auth.Added, secret.Text, string) {
	b.t.Helper()
	added, pw := b.account("9999000003", true)
	return added, pw, b.signedIn(added, pw).Token
}

func readyBegin(b *bench) ready {
	added, pw, token := b.enrolled()
	return ready{token: token, path: "/v1/second-factor", body: func() any {
		return wire.BeginSecondFactor{Password: pw.Reveal(), Code: next(b.t, added.TOTPSeed)}
	}}
}

func readyConfirm(b *bench) ready {
	added, pw := b.account("9999000003", false)
	token := b.signedIn(added, pw).Token
	var e wire.Enrolment
	b.good(b.post(token, "/v1/second-factor", wire.BeginSecondFactor{Password: pw.Reveal()}), &e)
	return ready{token: token, path: "/v1/second-factor/confirm", body: func() any {
		return wire.ConfirmEnrolment{Ticket: e.Ticket, Code: authenticator(b.t, secret.New(e.Seed))}
	}}
}

func readyProve(path string) func(b *bench) ready {
	return func(b *bench) ready {
		added, pw, token := b.enrolled()
		return ready{token: token, path: path, body: func() any {
			return wire.ProveSecondFactor{Password: pw.Reveal(), Code: next(b.t, added.TOTPSeed)}
		}}
	}
}

// readySignInEnrolment is somebody who was told to enrol at the sign-in.
func readySignInEnrolment(b *bench) ready {
	added, pw := b.account("9999000003", false)
	strict, err := auth.New(b.strictDeps)
	if err != nil {
		b.t.Fatal(err)
	}
	in, err := strict.SignIn(b.t.Context(), auth.Visit{Address: "127.0.0.1"}, b.formOf(strict, added.Login, pw))
	if err != nil {
		b.t.Fatal(err)
	}
	return ready{path: "/v1/sessions/enrolment", body: func() any {
		return wire.ConfirmEnrolment{Ticket: in.Enrolment.Ticket, Code: authenticator(b.t, secret.New(in.Enrolment.Seed))}
	}}
}

func readyEndSession(b *bench) ready {
	added, pw := b.account("9999000003", false)
	token := b.signedIn(added, pw).Token
	b.signedIn(added, pw)
	return ready{token: token, path: "/v1/sessions/" + b.otherSession(token) + "/end", body: nobody}
}

// otherSession is the id of a session beside the one of a token.
func (b *bench) otherSession(token string) string {
	b.t.Helper()
	var all wire.OpenSessions
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/sessions", token: token}), &all)
	for _, s := range all.Items {
		if !s.Current {
			return s.ID
		}
	}
	b.t.Fatalf("no other session: %+v", all)
	return ""
}

func readyUnlock(b *bench) ready {
	added, pw := b.account("9999000003", false)
	return ready{token: b.signedIn(added, pw).Token, path: "/v1/session/unlock", body: always(wire.Unlock{Password: pw.Reveal()})}
}

const reason = "Oficio inventado 12"

func readyGrant(b *bench) ready {
	b.people()
	return ready{token: b.admin, path: "/v1/officers", back: "/v1/officers", body: always(wire.GrantOfficer{Document: ana, Why: reason})}
}

func readyOfficer(act string) func(b *bench) ready {
	return func(b *bench) ready {
		added, _ := b.officerAccount("9999000103")
		return ready{
			token: b.admin, path: "/v1/officers/" + string(added.ID) + "/" + act, back: "/v1/officers/" + string(added.ID) + "/audit",
			body: always(wire.OfficerWhy{Why: reason}),
		}
	}
}

func readyReinstate(b *bench) ready {
	r := readyOfficer("reinstate")(b)
	added := r.path[len("/v1/officers/") : len(r.path)-len("/reinstate")]
	b.good(b.post(b.admin, "/v1/officers/"+added+"/withdraw", wire.OfficerWhy{Why: reason}), nil)
	return r
}

func readyAdministrator(b *bench) ready {
	r := readyOfficer("administrator")(b)
	r.body = always(wire.SetAdministrator{Administrator: true, Why: reason})
	return r
}
