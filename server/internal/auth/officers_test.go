package auth

import (
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

const why = "Encargo de la oficina, oficio inventado 12"

// administrator is an officer who may appoint others, signed in.
func (b *bench) administrator(number string) (By, Added, secret.Text) {
	b.t.Helper()
	pw := password(b.t)
	p := access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Administradora " + number}
	added, err := b.Add(b.t.Context(), NewAccount{Person: p, Role: access.RoleOfficer, Password: pw, Email: "adm@example.org"})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.SetAdministrator(b.t.Context(), By{Why: why}, added.ID, true); err != nil {
		b.t.Fatal(err)
	}
	return By{Session: b.officerIn(added, pw), Visit: visit, Why: why}, added, pw
}

// officerIn signs an officer in, with a code not used before in this step.
func (b *bench) officerIn(added Added, pw secret.Text) Session {
	b.t.Helper()
	in, err := b.signIn(added.Login, pw)
	if err != nil {
		b.t.Fatal(err)
	}
	done, err := b.second(in.Ticket, b.code(added, 0))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.sessionOf(done.Token)
}

func (b *bench) one(by By, id access.AccountID) wire.Officer {
	b.t.Helper()
	all, err := b.Officers(b.t.Context(), by.Session)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, o := range all.Items {
		if o.ID == id {
			return o
		}
	}
	b.t.Fatalf("%s is not in the list", id)
	return wire.Officer{}
}

func TestOfficers_grantByMail(t *testing.T) {
	b := withPeople(t)
	by, _, _ := b.administrator("9999000201")
	grant := func(d access.Document) (wire.GrantedOfficer, error) {
		return b.GrantOfficer(t.Context(), by, wire.GrantOfficer{Document: d, Why: why})
	}
	_, err := grant(access.Document{Type: access.DocumentCC, Number: "9999000999"})
	field(t, err, "document.number", access.HintUnknownPerson)
	_, err = grant(beto.Document)
	field(t, err, "document.number", access.HintPersonNoAddress)
	_, err = b.GrantOfficer(t.Context(), By{Session: by.Session, Visit: visit}, wire.GrantOfficer{Document: pedro})
	field(t, err, "why", access.HintRequired)

	got, err := grant(pedro)
	if err != nil || got.MaskedEmail != "p•••@example.org" {
		t.Fatalf("%+v, %v", got, err)
	}
	if m := b.out.mails[len(b.out.mails)-1]; m.Template != TemplateOfficer || m.To != "pedro@example.org" {
		t.Fatalf("%+v", m)
	}
	_, err = grant(pedro)
	want(t, err, access.CodeConflict, access.HintAlready)
	o := b.one(by, got.ID)
	if !o.Pending || o.From != access.RoleFromAdministrator || o.Granted.By != "Administradora 9999000201" || o.Granted.Why != why || o.Login != "CC"+pedro.Number {
		t.Errorf("%+v", o)
	}
	// The link sets a password and the second factor; only then they come in.
	set := b.finish("una frase larga y rara 7")
	if set.Enrolment == nil {
		t.Fatal("no second factor was asked for")
	}
	_, err = b.signIn(set.Login, secret.New("una frase larga y rara 7"))
	want(t, err, access.CodeForbidden, access.HintNoSecondFactor)
	added := Added{ID: got.ID, Login: set.Login, TOTPSeed: secret.New(set.Enrolment.Seed)}
	codes, err := b.ConfirmEnrolment(t.Context(), visit, wire.ConfirmEnrolment{Ticket: set.Enrolment.Ticket, Code: b.code(added, -1)})
	if err != nil || len(codes.Codes) != recoveryCodes {
		t.Fatal(err)
	}
	if s := b.officerIn(added, secret.New("una frase larga y rara 7")); !s.Viewer.IsOfficer() || s.Viewer.IsAdministrator() {
		t.Errorf("%+v", s.Viewer)
	}
	if o := b.one(by, got.ID); o.Pending || o.LastSignIn.IsZero() || o.Sessions != 1 || !o.SecondFactor.Enrolled || o.SecondFactor.RecoveryCodesLeft != recoveryCodes {
		t.Errorf("%+v", o)
	}
}

func TestOfficers_withdrawAndReinstate(t *testing.T) {
	b := withPeople(t)
	by, _, _ := b.administrator("9999000201")
	pw := password(t)
	added := b.officer(pw)
	s := b.officerIn(added, pw)
	field(t, b.WithdrawOfficer(t.Context(), By{Session: by.Session}, added.ID), "why", access.HintRequired)
	for _, id := range []access.AccountID{"", "x", b.delegate(ana, password(t)).ID} {
		want(t, b.WithdrawOfficer(t.Context(), by, id), access.CodeNotFound, "")
	}
	watched, cancel := b.Watch(s)
	defer cancel()
	run(t, b)
	if err := b.WithdrawOfficer(t.Context(), by, added.ID); err != nil {
		t.Fatal(err)
	}
	<-watched
	_, err := b.Check(t.Context(), s)
	want(t, err, access.CodeUnauthorized, "")
	_, err = b.signIn(added.Login, pw)
	want(t, err, access.CodeForbidden, access.HintNoRole)
	want(t, b.WithdrawOfficer(t.Context(), by, added.ID), access.CodeConflict, access.HintAlready)
	_, err = b.GrantOfficer(t.Context(), by, wire.GrantOfficer{Document: officer.Document, Why: why})
	want(t, err, access.CodeConflict, access.HintAlready)

	// The roster and a registration do not bring back what an administrator took:
	// Olga stands in the roster as active.
	b.registered(otherForm(officer.Document))
	_, err = b.signIn(added.Login, pw)
	want(t, err, access.CodeForbidden, access.HintNoRole)
	again := store.Listing[store.StaffMember]{
		Snapshot: store.Snapshot{Kind: store.SnapshotStaff, Hash: "other"}, MaxGone: 1, Unsure: func(store.StaffMember) bool { return false },
		Rows: func(yield func(store.StaffMember) bool) {
			yield(store.StaffMember{Document: officer.Document, GivenNames: "Olga", FamilyNames: "Inventada", Active: true})
		},
	}
	var appoint []store.Account
	err = b.store.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.ApplyStaff(again); err != nil {
			return err
		}
		appoint, err = tx.AccountsToAppoint()
		return err
	})
	if err != nil || len(appoint) != 0 {
		t.Fatalf("%+v, %v", appoint, err)
	}
	if o := b.one(by, added.ID); o.Withdrawn.Why != why || o.Withdrawn.By == "" || o.Withdrawn.At.IsZero() {
		t.Errorf("%+v", o)
	}
	if err := b.ReinstateOfficer(t.Context(), by, added.ID); err != nil {
		t.Fatal(err)
	}
	want(t, b.ReinstateOfficer(t.Context(), by, added.ID), access.CodeConflict, access.HintAlready)
	b.pass(totpPeriod * 1e9)
	if s := b.officerIn(added, pw); !s.Viewer.IsOfficer() {
		t.Error("no officer")
	}
	if b.kinds(audit.OfficerWithdrawn) != 1 || b.kinds(audit.OfficerReinstated) != 1 {
		t.Error("not told in the trail")
	}
}

func TestOfficers_administrators(t *testing.T) {
	b := withPeople(t)
	by, admin, _ := b.administrator("9999000201")
	pw := password(t)
	added := b.officer(pw)
	s := b.officerIn(added, pw)
	want(t, b.SetAdministrator(t.Context(), by, admin.ID, false), access.CodeConflict, access.HintSelf)
	want(t, b.WithdrawOfficer(t.Context(), by, admin.ID), access.CodeConflict, access.HintSelf)
	// The command line may not leave nobody behind either.
	want(t, b.SetAdministrator(t.Context(), By{Why: why}, admin.ID, false), access.CodeConflict, access.HintLastAdministrator)
	want(t, b.WithdrawOfficer(t.Context(), By{Why: why}, admin.ID), access.CodeConflict, access.HintLastAdministrator)

	plain := By{Session: s, Visit: visit, Why: why}
	_, err := b.Officers(t.Context(), s)
	want(t, err, access.CodeForbidden, "")
	want(t, b.WithdrawOfficer(t.Context(), plain, admin.ID), access.CodeForbidden, "")
	if err := b.SetAdministrator(t.Context(), by, added.ID, true); err != nil {
		t.Fatal(err)
	}
	_, err = b.Check(t.Context(), s)
	want(t, err, access.CodeUnauthorized, "") // what a session may do never grows
	b.pass(totpPeriod * 1e9)
	second := By{Session: b.officerIn(added, pw), Visit: visit, Why: why}

	// Of two who withdraw each other at once, one is second.
	if err := b.WithdrawOfficer(t.Context(), second, admin.ID); err != nil {
		t.Fatal(err)
	}
	want(t, b.WithdrawOfficer(t.Context(), by, added.ID), access.CodeForbidden, "")
	if err := b.ReinstateOfficer(t.Context(), second, admin.ID); err != nil {
		t.Fatal(err)
	}
	if o := b.one(second, admin.ID); o.Administrator {
		t.Error("reinstated as an administrator")
	}
	if b.kinds(audit.AdministratorGranted) != 2 {
		t.Errorf("%d in the trail", b.kinds(audit.AdministratorGranted))
	}
}

func TestOfficers_resetSecondFactor(t *testing.T) {
	b := withPeople(t)
	by, admin, _ := b.administrator("9999000201")
	pw := password(t)
	added := b.officer(pw)
	s := b.officerIn(added, pw)
	_, err := b.ResetSecondFactor(t.Context(), by, admin.ID)
	want(t, err, access.CodeConflict, access.HintSelf)
	reply, err := b.ResetSecondFactor(t.Context(), by, added.ID)
	if err != nil || reply.MaskedEmail != "o•••@example.org" {
		t.Fatalf("%+v, %v", reply, err)
	}
	_, err = b.Check(t.Context(), s)
	want(t, err, access.CodeUnauthorized, "")
	_, err = b.signIn(added.Login, pw)
	want(t, err, access.CodeForbidden, access.HintNoSecondFactor)
	if m := b.out.mails[len(b.out.mails)-1]; m.Template != TemplateReset || m.To != "olga@example.org" {
		t.Fatalf("%+v", m)
	}
	set := b.finish("otra frase larga y rara 8")
	if set.Enrolment == nil {
		t.Fatal("no second factor was asked for")
	}
	// What is asked for it is told, by whom and why.
	audits, err := b.OfficerAudit(t.Context(), by, added.ID)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, e := range audits.Entries {
		found = found || e.Kind == string(audit.TOTPReset) && e.About && e.Detail["why"] == why && e.Person == "CC 9999000201 Administradora 9999000201"
	}
	if !found || b.kinds(audit.OfficerAuditRead) != 1 {
		t.Errorf("%+v", audits.Entries)
	}

	// Without an address there is nowhere to send it.
	nobody, err := b.Add(t.Context(), NewAccount{Person: access.Person{Document: carlaNo, Name: "Sin correo"}, Role: access.RoleOfficer, Password: password(t)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.ResetSecondFactor(t.Context(), by, nobody.ID)
	want(t, err, access.CodeConflict, access.HintPersonNoAddress)
	if o := b.one(by, nobody.ID); !o.SecondFactor.Enrolled {
		t.Error("reset though refused")
	}
}

var carlaNo = access.Document{Type: access.DocumentCC, Number: "9999000888"}

// Notices carry what happened and nothing that opens anything.
func TestNotices_holdNoSecret(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	b.enrolOwn(b.inside(delegate, pw), wire.BeginSecondFactor{Password: pw.Reveal()})
	var notices []workflow.Mail
	for _, m := range b.out.mails {
		if m.Template == TemplateNotice {
			notices = append(notices, m)
		}
	}
	if len(notices) != 1 {
		t.Fatalf("%d notices", len(notices))
	}
	for name := range notices[0].Data {
		switch name {
		case "login", "name", "what", "when", "from":
		default:
			t.Errorf("a notice carries %q", name)
		}
	}
}
