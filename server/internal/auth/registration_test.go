package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func fields(err error) string {
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return fmt.Sprint(err)
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Field+" "+string(f.Hint))
	}
	return strings.Join(all, ", ")
}

// The way of a delegate: register, no sign-in, link, password, sign-in.
func TestRegister_delegate(t *testing.T) {
	b := withPeople(t)
	got := b.registered(delegateForm(ana.Document))
	if got.Login != delegate || got.MaskedEmail != "a•••@example.org" || got.Sender != "llavero@example.org" ||
		!got.LinkExpiresAt.Equal(b.now().Truncate(time.Microsecond).Add(24*time.Hour)) || got.Form != delegateForm(ana.Document) {
		t.Errorf("got %+v", got)
	}
	_, err := b.signIn(delegate, secret.New(b.out.code(t)))
	want(t, err, access.CodeUnauthorized, access.HintCredentials)

	m := b.out.mails[0]
	if m.To != "ana@example.org" || m.Template != TemplateFinish || m.Data["link"] != "https://llaves.example/cuenta#"+m.Data["code"] {
		t.Errorf("mail to %s: %v", m.To, m.Data)
	}
	pw := password(t)
	info, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: strings.ToLower(strings.ReplaceAll(b.out.code(t), "-", " "))})
	if err != nil || info.Login != delegate || info.Purpose != wire.LinkFinish || info.NeedsSecondFactor {
		t.Errorf("link: %+v %v", info, err)
	}
	if set := b.finish(pw.Reveal()); set.Login != delegate || set.Enrolment != nil {
		t.Errorf("set: %+v", set)
	}
	in, err := b.signIn(delegate, pw)
	if err != nil || in.Session.Person.Document != ana.Document || in.Session.Role != access.RoleDelegate || in.Session.Person.Name != ana.Name {
		t.Errorf("%+v %v", in.Session, err)
	}
	// Once.
	_, err = b.SetPassword(t.Context(), visit, wire.SetPassword{Token: b.out.code(t), Password: password(t).Reveal()})
	want(t, err, access.CodeExpired, access.HintLink)
	for _, kind := range []audit.Kind{audit.AccountRegistered, audit.LinkSent, audit.LinkUsed, audit.PasswordSet} {
		if !slices.ContainsFunc(b.trail(), func(r audit.Record) bool {
			return r.Kind == kind && strings.Contains(r.Person, ana.Document.Number)
		}) {
			t.Errorf("the trail has no %s that names the person", kind)
		}
	}
}

func TestRegister_pledgeIsKept(t *testing.T) {
	b := withPeople(t)
	for _, c := range []struct {
		pledge wire.AcceptedText
		code   access.Code
		want   string
	}{
		{wire.AcceptedText{}, access.CodeInvalid, "pledge not_accepted"},
		{wire.AcceptedText{ID: "terms", Hash: "aa11"}, access.CodeInvalid, "pledge not_accepted"},
		{wire.AcceptedText{ID: "pledge", Hash: "bb22"}, access.CodeConflict, ""},
	} {
		image := b.answer()
		_, err := b.Register(t.Context(), visit, wire.Register{Form: delegateForm(ana.Document), Image: &image, Pledge: c.pledge})
		if access.CodeOf(err) != c.code || fields(err) != c.want {
			t.Errorf("%+v: %v", c.pledge, err)
		}
	}
	b.registered(delegateForm(ana.Document))
	all, err := b.Accounts(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d accounts, %v", len(all), err)
	}
	var kept []store.Pledge
	_ = b.store.Read(t.Context(), func(tx *store.Tx) error { kept, err = tx.Pledges(all[0].ID); return err })
	if err != nil || len(kept) != 1 || kept[0].TextVersion != "1" || kept[0].TextHash != "aa11" || !kept[0].AcceptedAt.Equal(b.now()) || kept[0].Address != visit.Address {
		t.Errorf("kept %+v %v", kept, err)
	}
}

// Who registers again gets another link; the older one is dead; there is one
// account.
func TestRegister_again(t *testing.T) {
	b := withPeople(t)
	first := b.registered(delegateForm(ana.Document))
	older := b.out.code(t)
	if second := b.registered(delegateForm(ana.Document)); second != first {
		t.Errorf("%+v, then %+v", first, second)
	}
	_, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: older})
	want(t, err, access.CodeExpired, access.HintLink)
	b.finish(password(t).Reveal())
	if third := b.registered(delegateForm(ana.Document)); third != first {
		t.Errorf("%+v, with a password %+v", first, third)
	}
	if all, err := b.Accounts(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d accounts, %v", len(all), err)
	}
}

func TestRegister_kinds(t *testing.T) {
	b := withPeople(t)
	professional := access.Registration{Kind: access.UserProfessional, Document: carla, ProfessionalRegistry: "RM4321"}
	for _, c := range []struct {
		form  access.Registration
		login string
		role  access.Role
	}{
		{professional, "CC9999000013", access.RoleDelegate},
		{otherForm(officer.Document), "CC9999000101", access.RoleOfficer},
		{otherForm(pedro), "CC9999000014", access.RoleNone},
	} {
		got := b.registered(c.form)
		all, err := b.Accounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(a store.Account) bool { return a.Login == c.login })
		if got.Login != c.login || i < 0 || all[i].Role != c.role {
			t.Errorf("%s: %+v %+v", c.login, got, all)
		}
	}
	// «Otro usuario» whom the roster does not list has no role: nothing to do here.
	pw := password(t)
	b.finish(pw.Reveal())
	_, err := b.signIn("CC9999000014", pw)
	want(t, err, access.CodeForbidden, access.HintNoRole)

	professional.ProfessionalRegistry = "RM9999"
	_, err = b.register(professional)
	if fields(err) != "professionalRegistry other_registry" {
		t.Errorf("another's registry: %v", err)
	}
}

func TestRegister_withoutAddress(t *testing.T) {
	b := withPeople(t)
	got := b.registered(delegateForm(beto.Document))
	if got.MaskedEmail != "" || got.Sender != "" || !got.LinkExpiresAt.IsZero() || len(b.out.mails) != 0 || got.Login != delegate {
		t.Errorf("%+v, %d mails", got, len(b.out.mails))
	}
}

func TestRegister_unmet(t *testing.T) {
	b := withPeople(t)
	_, err := b.register(delegateForm(pedro))
	if access.HintOf(err) != access.HintPrerequisites || fields(err) != "prerequisites.delegation unmet" {
		t.Errorf("got %v", err)
	}
	if all, _ := b.Accounts(t.Context()); len(all) != 0 || len(b.out.mails) != 0 {
		t.Errorf("%d accounts, %d mails", len(all), len(b.out.mails))
	}
}

func TestRegister_fieldsFirst(t *testing.T) {
	b := withPeople(t)
	image := b.answer()
	_, err := b.Register(t.Context(), visit, wire.Register{Form: access.Registration{Kind: access.UserDelegate, NIT: "999.100"}, Image: &image})
	if got := fields(err); got != "entityType required, nit format, document.type required, document.number required, pledge not_accepted" {
		t.Error(got)
	}
	// The image was not spent on it.
	if _, err := b.CheckPrerequisites(t.Context(), visit, wire.CheckPrerequisites{Form: delegateForm(ana.Document), Image: image}); err != nil {
		t.Error(err)
	}
}

func TestImage(t *testing.T) {
	b := withPeople(t)
	check := func(a wire.ImageAnswer) error {
		_, err := b.CheckPrerequisites(t.Context(), visit, wire.CheckPrerequisites{Form: delegateForm(ana.Document), Image: a})
		return err
	}
	refused := func(name string, a wire.ImageAnswer) {
		t.Helper()
		if err := check(a); access.HintOf(err) != access.HintImageCode || fields(err) != "image.code image_code" {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := b.answer()
	if err := check(good); err != nil {
		t.Fatal(err)
	}
	refused("twice", good)

	wrong := b.answer()
	refused("wrong", wire.ImageAnswer{ID: wrong.ID, Code: "ACEFH"})
	refused("right after wrong", wrong)

	old := b.answer()
	b.pass(5 * time.Minute)
	refused("old", old)

	replaced := b.answer()
	if _, err := b.NewImage(t.Context(), visit, wire.NewImage{Replaces: replaced.ID, Scale: 2.5}); err != nil {
		t.Fatal(err)
	}
	refused("replaced", replaced)
	if err := check(wire.ImageAnswer{ID: "x", Code: " - "}); fields(err) != "image.code required" {
		t.Error(err)
	}
	for _, scale := range []float64{-1, 0.5, 4.1} {
		if _, err := b.NewImage(t.Context(), visit, wire.NewImage{Scale: scale}); fields(err) != "scale unknown_value" {
			t.Errorf("scale %v: %v", scale, err)
		}
	}
	n := 0
	for _, r := range b.trail() {
		if r.Kind == audit.ImageRefused {
			n++
		}
	}
	if n != 5 {
		t.Errorf("%d refusals in the trail", n)
	}
}

func TestPass(t *testing.T) {
	b := withPeople(t)
	got, err := b.CheckPrerequisites(t.Context(), visit, wire.CheckPrerequisites{Form: delegateForm(ana.Document), Image: b.answer()})
	if err != nil || !got.Met || len(got.Items) != 3 {
		t.Fatalf("%+v %v", got, err)
	}
	with := func(pass string, form access.Registration) error {
		_, err := b.Register(t.Context(), visit, wire.Register{Form: form, Pass: pass, Pledge: wire.AcceptedText{ID: "pledge", Hash: "aa11"}})
		return err
	}
	if err := with(got.Pass, delegateForm(ana.Document)); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another form":   with(got.Pass, delegateForm(beto.Document)),
		"another's kind": with(got.Pass, otherForm(ana.Document)),
		"made up":        with(strings.Repeat("A", len(got.Pass)), delegateForm(ana.Document)),
	} {
		if fields(err) != "image.code image_code" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := with("", delegateForm(ana.Document)); fields(err) != "image.code required" {
		t.Error(err)
	}
	b.pass(10 * time.Minute)
	if err := with(got.Pass, delegateForm(ana.Document)); fields(err) != "image.code image_code" {
		t.Errorf("old: %v", err)
	}
}
