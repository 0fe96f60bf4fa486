package httpapi

import (
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/auth"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// account makes one and gives its password.
func (b *bench) account(number string, totp bool) (auth.Added, secret.Text) {
	b.t.Helper()
	pw := secret.New(hex.EncodeToString([]byte(uuid.NewString())))
	added, err := b.auth.Add(b.t.Context(), auth.NewAccount{
		Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number},
		Email:  "persona@example.org", Role: access.RoleDelegate, Independent: true, Password: pw, TOTP: totp,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return added, pw
}

func readySignIn(b *bench) ready {
	added, pw := b.account("9999000003", false)
	return ready{path: "/v1/sessions", body: func() any { return b.form(added.Login, pw) }}
}

func readySecondFactor(b *bench) ready {
	added, pw := b.account("9999000003", true)
	var in wire.SignedIn
	b.good(b.post("", "/v1/sessions", b.form(added.Login, pw)), &in)
	return ready{path: "/v1/sessions/second-factor", body: func() any {
		return wire.SecondFactor{Ticket: in.Ticket, Code: authenticator(b.t, added.TOTPSeed)}
	}}
}

func readyImage(*bench) ready {
	return ready{path: "/v1/images", body: always(wire.NewImage{Replaces: "x", Scale: 2})}
}

// image draws one and reads it.
func (b *bench) image() wire.ImageAnswer {
	b.t.Helper()
	var m wire.Image
	b.good(b.post("", "/v1/images", nil), &m)
	return wire.ImageAnswer{ID: m.ID, Code: imageCode}
}

var ana = access.Document{Type: access.DocumentCC, Number: "9999000011"}

func listing[V any](kind string, rows ...V) store.Listing[V] {
	return store.Listing[V]{
		Snapshot: store.Snapshot{Kind: kind, Hash: kind}, Rows: slices.Values(rows), MaxGone: 1, Unsure: func(V) bool { return false },
	}
}

// people imports Ana, delegate of my entity's NIT, and gives her form.
func (b *bench) people() access.Registration {
	b.t.Helper()
	nit := access.NIT(mine.Number)
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.ApplyPersons(listing(store.SnapshotPersons,
			store.Person{Document: ana, GivenNames: "Ana", FamilyNames: "Inventada", Email: "ana@example.org"}))
		if err != nil {
			return err
		}
		_, err = tx.ApplyOrganizations(listing(store.SnapshotOrganizations, store.Organization{NIT: nit, Name: "CLÍNICA INVENTADA"}))
		if err != nil {
			return err
		}
		_, err = tx.ApplyDelegations(listing(store.SnapshotDelegations,
			store.Delegation{NIT: nit, Document: ana, Novelty: store.NoveltyLinks, On: "2026-01-02"}))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return access.Registration{Kind: access.UserDelegate, EntityType: access.EntityPSS, NIT: nit, Document: ana}
}

func readyPrerequisites(b *bench) ready {
	form := b.people()
	return ready{path: "/v1/registration/prerequisites", body: func() any { return wire.CheckPrerequisites{Form: form, Image: b.image()} }}
}

func (b *bench) registration(form access.Registration) wire.Register {
	b.t.Helper()
	var info wire.RegistrationInfo
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/registration"}), &info)
	m := b.image()
	return wire.Register{Form: form, Image: &m, Pledge: wire.AcceptedText{ID: info.Pledge.ID, Hash: info.Pledge.Hash}}
}

func readyRegister(b *bench) ready {
	form := b.people()
	return ready{path: "/v1/registration", body: func() any { return b.registration(form) }}
}

func readyRecover(b *bench) ready {
	added, _ := b.account("9999000003", false)
	return ready{path: "/v1/recovery", body: func() any {
		return wire.Recover{Login: added.Login, Document: access.Document{Type: access.DocumentCC, Number: "9999000003"}, Image: b.image()}
	}}
}

// link has a link mailed to whoever registers.
func (b *bench) link(form access.Registration) string {
	b.t.Helper()
	b.good(b.post("", "/v1/registration", b.registration(form)), nil)
	return b.code()
}

func readyLink(path string, body func(token string) any) func(b *bench) ready {
	return func(b *bench) ready { return ready{path: path, body: always(body(b.link(b.people())))} }
}

func readySetPassword(b *bench) ready {
	pw := hex.EncodeToString([]byte(uuid.NewString()))
	return readyLink("/v1/account-link/password", func(token string) any { return wire.SetPassword{Token: token, Password: pw} })(b)
}

// readyEnrolment is somebody of the ministry's, who registered and set a password.
func readyEnrolment(b *bench) ready {
	b.people()
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyStaff(listing(store.SnapshotStaff, store.StaffMember{Document: ana, GivenNames: "Ana", FamilyNames: "Inventada", Active: true}))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	token := b.link(access.Registration{Kind: access.UserOther, Document: ana})
	var set wire.PasswordSet
	b.good(b.post("", "/v1/account-link/password", wire.SetPassword{Token: token, Password: hex.EncodeToString([]byte(uuid.NewString()))}), &set)
	return ready{path: "/v1/account-link/second-factor", body: func() any {
		return wire.ConfirmEnrolment{Ticket: set.Enrolment.Ticket, Code: authenticator(b.t, secret.New(set.Enrolment.Seed))}
	}}
}

func readyChangePassword(b *bench) ready {
	added, pw := b.account("9999000003", false)
	var in wire.SignedIn
	b.good(b.post("", "/v1/sessions", b.form(added.Login, pw)), &in)
	next := hex.EncodeToString([]byte(uuid.NewString()))
	return ready{token: in.Token, path: "/v1/session/password", body: always(wire.ChangePassword{Current: pw.Reveal(), New: next})}
}

func readyCreate(b *bench) ready {
	r := ready{token: b.delegate, path: "/v1/key-requests", body: always(wire.NewRequest{Kind: access.KindEnroll, Code: myCode, Form: form})}
	r.unread = "its id is not known before; readyChange reads the same form again"
	return r
}

// signing makes a request that is to be signed, with the texts that are ticked.
func (b *bench) signing() (ready, wire.SendCode) {
	b.t.Helper()
	var made wire.Accepted
	b.good(b.post(b.delegate, "/v1/key-requests", wire.NewRequest{Kind: access.KindEnroll, Code: myCode, Form: form}), &made)
	var texts wire.ConsentTexts
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: b.delegate}), &texts)
	var ticks wire.SendCode
	for _, text := range texts.Texts {
		ticks.Accepted = append(ticks.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	return ready{token: b.delegate, path: "/v1/key-requests/" + string(made.ID), version: made.Version}, ticks
}

func readyChange(b *bench) ready {
	r, _ := b.signing()
	r.body, r.back = always(wire.ChangeRequest{Form: form}), r.path
	return r
}

// shown is a text that was looked at for a while.
func shown(id string) wire.ShownText {
	now := time.Now().UTC()
	return wire.ShownText{ID: id, ShownAt: now.Add(-2 * time.Hour), TickedAt: now.Add(-time.Minute), UntickedAtStart: true}
}

func readyAgreement(b *bench) ready {
	var due wire.Agreement
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/agreement", token: b.delegate}), &due)
	seen := shown("signing")
	return ready{token: b.delegate, path: "/v1/agreement", body: always(wire.AcceptAgreement{Hash: due.Text.Hash, Shown: &seen})}
}

func readySendCode(b *bench) ready {
	r, ticks := b.signing()
	for _, a := range ticks.Accepted {
		ticks.Shown = append(ticks.Shown, shown(a.ID))
	}
	r.path, r.version, r.body = r.path+"/codes", 0, always(ticks)
	return r
}

func readySign(b *bench) ready {
	r, ticks := b.signing()
	var sent wire.CodeSent
	b.good(b.post(b.delegate, r.path+"/codes", ticks), &sent)
	r.path, r.body = r.path+"/sign", always(wire.Sign{Code: b.code(), ContentHash: sent.ContentHash})
	return r
}

// taken is a request that waits for an officer, who took it; what is to follow.
func (b *bench) taken(what string) ready {
	b.t.Helper()
	e := b.settle(b.delegate, myCode)
	path := "/v1/key-requests/" + string(e.request)
	var taken wire.Accepted
	b.good(b.post(b.officer, path+"/take", nil), &taken)
	return ready{token: b.officer, path: path + what, version: taken.Version, body: nobody}
}

func readyTell(b *bench) ready {
	e := b.settle(b.delegate, myCode)
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		n, err := tx.ContactNotice(e.request, access.ContactLead)
		if err != nil {
			return err
		}
		n.SentAt = n.SentAt.Add(-access.NoticePause)
		return tx.SaveContactNotice(*n)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ready{token: b.delegate, path: "/v1/key-requests/" + string(e.request) + "/contacts/lead/notice", body: nobody}
}

func readyCorrect(b *bench) ready {
	e := b.settle(b.delegate, myCode)
	path := "/v1/key-requests/" + string(e.request)
	other := access.Contact{Name: "Otra Persona", Email: "otra@clinica.example", Phone: "3009876543"}
	return ready{token: b.delegate, path: path + "/contacts/lead", back: path, body: always(wire.CorrectContact{Contact: other})}
}

func readyTake(b *bench) ready {
	e := b.settle(b.delegate, myCode)
	return ready{token: b.officer, path: "/v1/key-requests/" + string(e.request) + "/take", body: always(wire.Take{})}
}

func readyAssign(b *bench) ready {
	r := b.taken("/assign")
	r.body = always(wire.Assign{Production: typed(), Preproduction: typed()})
	return r
}

func readyReveal(b *bench) ready {
	pro, _ := b.assigned()
	return ready{
		token: b.delegate, path: "/v1/keys/" + string(pro.ID) + "/reveal",
		body: always(wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow}),
	}
}

func readyHandOver(b *bench) ready {
	pro, _ := b.assigned()
	path := "/v1/keys/" + string(pro.ID)
	return ready{
		token: b.delegate, path: path + "/hand-over", back: path + "/audit",
		body: always(wire.HandOver{Vendor: "Proveedor", Person: "Persona"}),
	}
}

func readyEndOverlap(b *bench) ready {
	pro, _ := b.assigned()
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		all, err := tx.Secrets(pro.ID)
		if err != nil {
			return err
		}
		old := store.Secret{
			ID: uuid.NewString(), Key: pro.ID, Request: all[0].Request, State: store.SecretOverlap, EntraKeyID: uuid.NewString(),
			ObjectID: uuid.NewString(), CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour), EndsAt: tx.Now().Add(time.Hour),
		}
		all[0].ProvedAt = tx.Now() // the one in force is good
		return errors.Join(tx.InsertSecret(old), tx.SaveProof(all[0]))
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ready{token: b.delegate, path: "/v1/keys/" + string(pro.ID) + "/end-overlap", version: pro.Version, body: nobody}
}

func readyCompromise(b *bench) ready {
	pro, _ := b.assigned()
	return ready{
		token: b.officer, path: "/v1/keys/" + string(pro.ID) + "/compromise", version: pro.Version, back: "/v1/codes/" + string(myCode) + "/history",
		body: always(wire.Compromise{LastDigits: access.LastDigits(myCode), What: "Se publicó en un correo"}),
	}
}

func readyRevoke(b *bench) ready {
	pro, _ := b.assigned()
	return ready{
		token: b.officer, path: "/v1/keys/" + string(pro.ID) + "/revoke", version: pro.Version, back: "/v1/codes/" + string(myCode) + "/history",
		body: always(wire.Revoke{LastDigits: access.LastDigits(myCode), Why: "Se cerró la sede"}),
	}
}

// readyReminder tells my production key that it ends in 20 days, to be postponed.
func readyReminder(b *bench) ready {
	pro, _ := b.assigned()
	now := time.Now().UTC().Truncate(time.Second)
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		s, err := tx.SecretInForce(pro.ID)
		if err != nil {
			return err
		}
		s.ExpiresAt = now.AddDate(0, 0, 20)
		if err := tx.SaveSecret(*s); err != nil {
			return err
		}
		r := store.Reminder{Secret: s.ID, Key: pro.ID, EndsAt: s.ExpiresAt}
		r.Days, r.SentAt = 30, tx.Now()
		return tx.SaveReminder(r)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ready{
		token: b.delegate, path: "/v1/keys/" + string(pro.ID) + "/reminder", version: pro.Version,
		body: always(wire.AnswerReminder{Act: access.ReminderSnooze, Until: now.AddDate(0, 0, 5)}),
	}
}

func readyTest(b *bench) ready {
	pro, _ := b.assigned()
	return ready{token: b.delegate, path: "/v1/keys/" + string(pro.ID) + "/test", body: nobody}
}

func readyAmend(b *bench) ready {
	pro, pre := b.assigned()
	amend := func(k *store.Key) *wire.AmendKey {
		in := typed()
		return &wire.AmendKey{Version: k.Version, ClientID: in.ClientID, Secret: in.Secret, ExpiresAt: in.ExpiresAt}
	}
	body := wire.AmendKeys{Production: amend(pro), Preproduction: amend(pre)}
	return ready{token: b.officer, path: "/v1/codes/" + string(myCode) + "/keys", body: always(body)}
}

// readyPermissions is a key with proof of its tests, and a catalogue of two.
func readyPermissions(b *bench) ready {
	proof := readyEvidence(b)
	b.good(b.call(wire.RouteAddEvidence, proof, []byte(quotedJSON(proof.body()))), nil)
	err := b.flow.RecordCatalogue(b.t.Context(), workflow.Catalogue{
		Resource: b.flow.CatalogueResource(), At: time.Now(),
		Offer: wire.Permissions{Items: []wire.Permission{{Value: "consulta.externa"}, {Value: "urgencias"}}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	k := b.keyOf(access.Production)
	k.State = access.KeyActive // as if Entra had confirmed it
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.SaveKey(k) }); err != nil {
		b.t.Fatal(err)
	}
	return ready{
		token: b.officer, path: "/v1/keys/" + string(k.ID) + "/permissions", version: k.Version, back: "/v1/codes/" + string(myCode) + "/history",
		body: always(wire.ChangePermissions{Grant: []string{"urgencias"}, Remove: []string{"consulta.externa"}, Why: "x"}),
	}
}

func readyRefresh(b *bench) ready {
	pro, pre := b.assigned()
	return ready{token: b.officer, path: "/v1/permissions/refresh", body: always(wire.RefreshPermissions{Keys: []access.KeyID{pro.ID, pre.ID}})}
}

func readyEvidence(b *bench) ready {
	b.assigned()
	path := "/v1/codes/" + string(myCode) + "/evidence"
	return ready{token: b.officer, path: path, back: path, body: always(wire.NewEvidence{
		Kind: access.EvidenceFile, Note: "Prueba", Name: "prueba.txt", File: []byte(strings.Repeat("línea\n", 3)),
	})}
}

func readyValidity(b *bench) ready {
	return ready{token: b.officer, path: "/v1/validity/production", back: "/v1/validity", body: always(wire.SetValidity{Days: 100, Why: "x"})}
}

func readyKeyValidity(b *bench) ready {
	pro, _ := b.assigned()
	return ready{
		token: b.officer, path: "/v1/keys/" + string(pro.ID) + "/validity", version: pro.Version,
		back: "/v1/codes/" + string(myCode) + "/history", body: always(wire.SetValidity{Days: 100, Why: "x"}),
	}
}
