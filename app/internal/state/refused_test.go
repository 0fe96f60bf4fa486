package state

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// shows is what a form shows: the wrong fields, what stands above it, what was
// written.
type shows func() ([]access.FieldError, *Trouble, any)

// refusedForm is one form, filled in well, whose server refuses it.
type refusedForm struct {
	name string
	act  string            // what the server is asked
	said []string          // fields as the server names them
	at   map[string]string // where they are shown when not under the same name
	who  func() wire.Session
	// open fills the form in and hands over how it is sent and what it shows.
	open func(t *testing.T, s *server) (send func() error, shown shows)
}

func registerForm(kind access.UserKind, fields ...string) refusedForm {
	return refusedForm{
		name: "register " + string(kind), act: "register", said: append(fields, "image.code", "pledge"), who: delegate,
		open: func(t *testing.T, s *server) (func() error, shows) {
			m := registering(t, s, kind)
			form := delegated()
			form.ProfessionalRegistry = "RM1"
			m.SetRegistration(form)
			m.TickPledge(true)
			send := func() error { m.SetImageCode("A1"); return m.SubmitRegister(t.Context(), 1) }
			return send, func() ([]access.FieldError, *Trouble, any) {
				v := m.Register()
				return v.Fields, v.Trouble, v.Form
			}
		},
	}
}

func refusedForms() []refusedForm {
	word := secret.New("grapa verde con nueve ranas")
	unlocking := func(t *testing.T, s *server) *Model {
		m := s.start(&memory{}, mapKeeper{})
		must(t, m.SubmitLink(t.Context(), "T1"))
		return m
	}
	unlocked := func(m *Model) shows {
		return func() ([]access.FieldError, *Trouble, any) {
			v := m.Unlock()
			return v.Fields, v.Trouble, v.Phase
		}
	}
	officers := func(name, act string, said []string, open func(t *testing.T, s *server, m *Model) (func() error, shows)) refusedForm {
		return refusedForm{name: name, act: act, said: said, who: officer, open: onKeys(open)}
	}
	keys := []string{"production.clientId", "production.secret", "production.expiresAt", "preproduction.clientId", "preproduction.secret", "preproduction.expiresAt"}
	return append(signingForms(), []refusedForm{
		registerForm(access.UserDelegate, "form.entityType", "form.nit", "form.document.type", "form.document.number"),
		registerForm(access.UserDelegate, "entityType", "nit", "document.type", "document.number"),
		registerForm(access.UserProfessional, "document.type", "document.number", "professionalRegistry"),
		registerForm(access.UserOther, "document.type", "document.number"),
		{
			name: "recovery", act: "recover", said: []string{"login", "document.type", "document.number", "image.code"}, who: delegate,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := s.start(&memory{}, mapKeeper{})
				must(t, m.OpenRecovery(t.Context(), 1))
				m.SetRecovery(RecoveryForm{Login: "CC9999000011", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}})
				send := func() error { m.SetRecoveryCode("A1"); return m.SubmitRecovery(t.Context(), 1) }
				return send, func() ([]access.FieldError, *Trouble, any) {
					v := m.Recovery()
					return v.Fields, v.Trouble, v.Form
				}
			},
		},
		{
			name: "the code of a mail", act: "link", said: []string{"token"}, who: delegate,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := s.start(&memory{}, mapKeeper{})
				return func() error { return m.SubmitLink(t.Context(), "T1") }, unlocked(m)
			},
		},
		{
			name: "the first password", act: "set", said: []string{"password"}, at: map[string]string{"password": FieldNew}, who: delegate,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := unlocking(t, s)
				return func() error { return m.SubmitNewPassword(t.Context(), word, word) }, unlocked(m)
			},
		},
		{
			name: "the authenticator", act: "enrol", said: []string{"code"}, who: officer,
			open: func(t *testing.T, s *server) (func() error, shows) {
				s.users.officer = true
				m := unlocking(t, s)
				must(t, m.SubmitNewPassword(t.Context(), word, word))
				return func() error { return m.SubmitEnrolment(t.Context(), "123456") }, unlocked(m)
			},
		},
		{
			name: "change of password", act: "password", said: []string{"current", "new"}, who: delegate,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := s.start(&memory{}, mapKeeper{})
				s.signIn()
				send := func() error { return m.ChangePassword(t.Context(), secret.New("clave"), word, word) }
				return send, func() ([]access.FieldError, *Trouble, any) {
					v := m.Account()
					return v.Fields, v.Trouble, nil
				}
			},
		},
		{
			name: "enrolment", act: "create", who: delegate, said: []string{
				"code", "reason", "vendor", "software", "lead.name", "lead.email", "lead.phone", "privacy.name", "privacy.email", "privacy.phone",
				"form.vendor", "form.lead.email", "accepted.terms", "accepted.data",
			},
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := s.start(&memory{}, mapKeeper{})
				s.signIn()
				must(t, m.OpenEnroll(t.Context()))
				m.ChooseEnroll(theCode)
				m.Tick("terms", true)
				m.Tick("data", true)
				m.SetForm(form())
				return func() error { return m.SubmitEnroll(t.Context()) }, func() ([]access.FieldError, *Trouble, any) {
					v := m.Enroll()
					return v.Fields, v.Trouble, v.Form
				}
			},
		},
		{
			name: "attend", act: "assign", said: keys, who: officer,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := s.start(&memory{}, mapKeeper{})
				s.signIn()
				s.put("r-1", func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusPending, "o-1" })
				s.bring()
				must(t, m.OpenAttend(t.Context(), "r-1"))
				good := wire.Assign{
					Production:    wire.TypedKey{ClientID: prodID, Secret: "uno", ExpiresAt: time.Now().Add(time.Hour)},
					Preproduction: wire.TypedKey{ClientID: preID, Secret: "dos", ExpiresAt: time.Now().Add(time.Hour)},
				}
				return func() error { return m.Assign(t.Context(), "r-1", 1, good) }, func() ([]access.FieldError, *Trouble, any) {
					v, _ := m.Attend()
					return v.Fields, v.Trouble, nil
				}
			},
		},
		officers("roles", "grant", []string{"why"}, func(t *testing.T, _ *server, m *Model) (func() error, shows) {
			must(t, m.LoadGrants(t.Context()))
			m.PutGrant(theCode)
			v, _ := m.Grant()
			k := v.Row.Production
			send := func() error {
				return m.ChangePermissions(t.Context(), k.ID, k.Version, wire.ChangePermissions{Remove: []string{"Urgencias"}, Why: "x"})
			}
			return send, func() ([]access.FieldError, *Trouble, any) {
				v, _ := m.Grant()
				return v.Fields, v.Trouble, nil
			}
		}),
		officers("evidence", "evidence", []string{"note", "name", "file"}, func(t *testing.T, _ *server, m *Model) (func() error, shows) {
			m.PutEvidence(theCode)
			send := func() error {
				return m.AddEvidence(t.Context(), theCode, wire.NewEvidence{Kind: access.EvidenceTest, Note: "Prueba"})
			}
			return send, func() ([]access.FieldError, *Trouble, any) {
				v, _ := m.Evidence()
				return v.Fields, v.Trouble, nil
			}
		}),
		officers("validity", "set validity", []string{"days", "why"}, func(t *testing.T, _ *server, m *Model) (func() error, shows) {
			must(t, m.LoadValidity(t.Context()))
			send := func() error {
				return m.SetValidity(t.Context(), access.Production, wire.SetValidity{Days: 10, Why: "x"})
			}
			return send, func() ([]access.FieldError, *Trouble, any) {
				v := m.Validity()
				return v.Fields[access.Production], v.Trouble, nil
			}
		}),
		officers("amend", "amend", keys, func(t *testing.T, _ *server, m *Model) (func() error, shows) {
			k, shown := amending(t, m)
			body := wire.AmendKeys{Production: &wire.AmendKey{Version: k.Version, ClientID: prodID, Secret: "otro", ExpiresAt: k.ExpiresAt}}
			return func() error { return m.SaveAmend(t.Context(), theCode, body) }, shown
		}),
		officers("validity of a key", "key validity", []string{"days", "why"}, func(t *testing.T, _ *server, m *Model) (func() error, shows) {
			k, shown := amending(t, m)
			body := wire.SetValidity{Days: 10, Why: "x"}
			return func() error { return m.SetKeyValidity(t.Context(), theCode, k.ID, k.Version, body) }, shown
		}),
	}...)
}

// amending opens the form that amends a code's keys.
func amending(t *testing.T, m *Model) (production *wire.KeyRow, shown shows) {
	m.PutAmend(theCode)
	must(t, m.LoadAmend(t.Context()))
	v, _ := m.Amend()
	return v.Row.Production, func() ([]access.FieldError, *Trouble, any) {
		v, _ := m.Amend()
		return v.Fields, v.Trouble, nil
	}
}

// signingForms are the change of a key, the signature and the second factor.
func signingForms() []refusedForm {
	return []refusedForm{
		{
			name: "renewal", act: "create", who: delegate, said: []string{
				"code", "reason", "vendor", "software", "lead.name", "lead.email", "lead.phone", "privacy.name", "privacy.email", "privacy.phone",
				"form.software", "form.privacy.phone", "accepted.terms", "accepted.data",
			},
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := renewing(t, s)
				return func() error { return m.SubmitEnroll(t.Context()) }, func() ([]access.FieldError, *Trouble, any) {
					v := m.Enroll()
					return v.Fields, v.Trouble, v.Form
				}
			},
		},
		{
			name: "signature", act: "sign", said: []string{"code"}, who: delegate,
			open: func(t *testing.T, s *server) (func() error, shows) {
				m := signing(t, s)
				return func() error { return m.Sign(t.Context(), secret.New("123456")) }, func() ([]access.FieldError, *Trouble, any) {
					v, _ := m.Confirm()
					return v.Fields, v.Trouble, v.Request
				}
			},
		},
	}
}

// renewing fills in the change of a key.
func renewing(t *testing.T, s *server) *Model {
	t.Helper()
	m := s.start(&memory{}, mapKeeper{})
	s.signIn()
	s.putKey(theCode, func(*wire.KeyRow) {})
	m.AskFor(access.KindRenew)
	must(t, m.OpenEnroll(t.Context()))
	m.ChooseEnroll(theCode)
	m.SetReason(access.ReasonSecurity)
	m.Tick("terms", true)
	m.Tick("data", true)
	m.SetForm(form())
	return m
}

// signing has a request at its signature, its code mailed.
func signing(t *testing.T, s *server) *Model {
	t.Helper()
	m := s.start(&memory{}, mapKeeper{})
	s.signIn()
	s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status = theCode, access.StatusSigning })
	s.bring()
	must(t, m.OpenConfirm(t.Context(), "r-1"))
	m.Tick("terms", true)
	m.Tick("data", true)
	must(t, m.SendCode(t.Context()))
	return m
}

// secondFactor is a sign-in at its second factor.
func secondFactor(t *testing.T, s *server) *Model {
	t.Helper()
	m := s.start(&memory{}, mapKeeper{})
	s.silent["ticket"] = 1
	must(t, m.SolvePuzzle(t.Context()))
	must(t, m.SubmitSignIn(t.Context(), s.who.Login, secret.New("clave")))
	if p := m.SignIn().Phase; p != SignInSecondFactor {
		t.Fatalf("the sign-in is at %q", p)
	}
	return m
}

// What is refused of the second factor goes to the screen whole, which places
// each field: nothing is lost, and the factor is asked for again.
func TestRefused_secondFactor(t *testing.T) {
	for _, field := range []string{"code", "ticket", "otro.campo"} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, officer())
			m := secondFactor(t, s)
			s.refuses("second factor", access.InvalidField(field, access.HintFormat))
			if err := m.SubmitSecondFactor(t.Context(), "123456"); access.CodeOf(err) != access.CodeInvalid {
				t.Fatalf("sent: %v", err)
			}
			v := m.SignIn()
			if v.Phase != SignInSecondFactor || v.Trouble == nil || !slices.Equal(v.Trouble.Err.Fields, []access.FieldError{{Field: field, Hint: access.HintFormat}}) {
				t.Errorf("%s: %+v", field, v)
			}
		})
	}
}

// onKeys opens an officer's form on a server where one code has its keys.
func onKeys(open func(t *testing.T, s *server, m *Model) (func() error, shows)) func(t *testing.T, s *server) (func() error, shows) {
	return func(t *testing.T, s *server) (func() error, shows) {
		m := s.start(&memory{}, mapKeeper{})
		s.keys()
		return open(t, s, m)
	}
}

// TestRefused_isShown: a 422 of the server is shown below each field that it
// names, the form kept; a field that the form does not have is told above it.
func TestRefused_isShown(t *testing.T) {
	for _, f := range refusedForms() {
		for _, field := range append(slices.Clone(f.said), "otro.campo") {
			t.Run(f.name+"/"+field, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newServer(t, f.who())
					send, shown := f.open(t, s)
					_, _, before := shown()
					s.refuses(f.act, access.InvalidField(field, access.HintFormat))
					if err := send(); access.CodeOf(err) != access.CodeInvalid {
						t.Fatalf("sent: %v", err)
					}
					fields, trouble, after := shown()
					if before != after {
						t.Errorf("the form became %+v", after)
					}
					if field == "otro.campo" {
						if trouble == nil || len(trouble.Err.Fields) != 0 || len(fields) != 0 {
							t.Errorf("passed over: %v, %+v", fields, trouble)
						}
						return
					}
					want := formFields([]access.FieldError{{Field: field}})[0].Field
					if at, ok := f.at[want]; ok {
						want = at
					}
					if trouble != nil || len(fields) != 1 || fields[0] != (access.FieldError{Field: want, Hint: access.HintFormat}) {
						t.Errorf("shown: %v, %+v", fields, trouble)
					}
				})
			})
		}
	}
}
