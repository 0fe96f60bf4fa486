package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// work is what an act wrote, by kind, and how many passwords it hashed.
func (b *bench) work(act func()) string {
	b.t.Helper()
	before, mails, runs := len(b.trail()), len(b.out.mails), b.hasher.runs.Load()
	act()
	var kinds []string
	for _, r := range b.trail()[before:] {
		kinds = append(kinds, string(r.Kind))
	}
	return fmt.Sprintf("%v, %d mails, %d hashes", kinds, len(b.out.mails)-mails, b.hasher.runs.Load()-runs)
}

// No oracle: who registers for the first time, again, or with a password set
// gets the same bytes for the same work.
func TestRegister_tellsNobodyWhoExists(t *testing.T) {
	b := withPeople(t)
	image := func() *wire.ImageAnswer { a := b.answer(); return &a }
	pledge := wire.AcceptedText{ID: "pledge", Hash: "aa11"}
	var works, bodies []string
	ask := func() {
		img := image()
		works = append(works, b.work(func() {
			r, err := b.Register(t.Context(), visit, wire.Register{Form: delegateForm(ana.Document), Image: img, Pledge: pledge})
			doc, _ := json.Marshal(r)
			bodies = append(bodies, fmt.Sprint(string(doc), err))
		}))
	}
	ask() // new
	ask() // again
	b.finish(password(t).Reveal())
	ask() // with a password
	all, err := b.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Disable(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	ask() // shut: only the mailbox learns it
	if m := b.out.mails[len(b.out.mails)-1]; m.Template != TemplateClosed || m.To != "ana@example.org" {
		t.Errorf("a shut account was mailed %s", m.Template)
	}
	for i := range works {
		if works[i] != works[0] || bodies[i] != bodies[0] {
			t.Errorf("%d:\n%s %s\nfirst:\n%s %s", i, works[i], bodies[i], works[0], bodies[0])
		}
	}
	_, err = b.AccountLink(t.Context(), visit, wire.AccountLink{Token: b.out.code(t)})
	want(t, err, access.CodeExpired, access.HintLink)
}

func TestRecover_tellsNobodyWhoExists(t *testing.T) {
	b := withPeople(t)
	b.registered(delegateForm(ana.Document))
	b.registered(delegateForm(beto.Document)) // no address
	works, bodies := map[string]string{}, map[string]string{}
	for name, c := range map[string]struct {
		login string
		d     access.Document
	}{
		"there":            {delegate, ana.Document},
		"no address":       {delegate, beto.Document},
		"another document": {delegate, pedro},
		"another login":    {"CC9999000011", ana.Document},
		"nobody":           {"CC1000", access.Document{Type: access.DocumentCC, Number: "1000"}},
	} {
		in := wire.Recover{Login: " " + strings.ToLower(c.login), Document: c.d, Image: b.answer()}
		works[name] = b.work(func() {
			r, err := b.Recover(t.Context(), visit, in)
			doc, _ := json.Marshal(r)
			bodies[name] = fmt.Sprint(string(doc), err)
		})
		m := b.out.mails[len(b.out.mails)-1]
		if sent := m.To != ""; sent != (name == "there") {
			t.Errorf("%s: mailed to %q", name, m.To)
		}
		info, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: m.Data["code"]})
		if name == "there" {
			if err != nil || info.Purpose != wire.LinkRecover || !info.ExpiresAt.Equal(b.now().Add(time.Hour)) {
				t.Errorf("%+v %v", info, err)
			}
			continue
		}
		want(t, err, access.CodeExpired, access.HintLink)
	}
	for name := range works {
		if works[name] != works["there"] || bodies[name] != bodies["there"] {
			t.Errorf("%s:\n%s %s\nthere:\n%s %s", name, works[name], bodies[name], works["there"], bodies["there"])
		}
	}
}

func TestLinks_endInTime(t *testing.T) {
	b := withPeople(t)
	b.registered(delegateForm(ana.Document))
	finish := b.out.code(t)
	look := func(token string) error {
		_, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: token})
		return err
	}
	b.pass(24*time.Hour - time.Microsecond)
	if err := look(finish); err != nil {
		t.Error(err)
	}
	if _, err := b.Recover(t.Context(), visit, wire.Recover{Login: delegate, Document: ana.Document, Image: b.answer()}); err != nil {
		t.Fatal(err)
	}
	want(t, look(finish), access.CodeExpired, access.HintLink) // replaced
	other := b.out.code(t)
	b.pass(time.Hour - time.Microsecond)
	if err := look(other); err != nil {
		t.Error(err)
	}
	b.pass(time.Microsecond)
	want(t, look(other), access.CodeExpired, access.HintLink)
	if err := look(" "); fields(err) != "token required" {
		t.Error(err)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := b.store.Read(t.Context(), func(tx *store.Tx) error {
		hash := access.TokenHash(other)
		_, err := tx.AccountLink(hash[:])
		return err
	})
	if err == nil {
		t.Error("an old link is kept")
	}
}

func TestLinkHash_forgivesTyping(t *testing.T) {
	const token = "ABCO-IBEF-2345-6777"
	for _, typed := range []string{token, "abco ibef 2345 6777", "https://llaves.example/cuenta#" + token, "ABC0-18EF-2345-6777\n"} {
		if access.TokenHash(typed) != access.TokenHash(token) {
			t.Errorf("%q", typed)
		}
	}
	if access.TokenHash("ABCO-IBEF-2345-6776") == access.TokenHash(token) {
		t.Error("another token")
	}
}

func TestSetPassword_refuses(t *testing.T) {
	b := withPeople(t)
	b.registered(delegateForm(ana.Document))
	shared := password(t)
	b.delegate(beto, shared)
	set := func(pw string) error {
		_, err := b.SetPassword(t.Context(), visit, wire.SetPassword{Token: b.out.code(t), Password: pw})
		return err
	}
	for pw, wanted := range map[string]string{
		"":                       "password required",
		"k8Jq2#vLm9T":            "password weak", // eleven
		"anananeznanez1":         "password weak",
		"ADMIHCEIPS999100005":    "password weak",
		strings.Repeat("x9", 65): "password too_long",
		"abc\xffdefghijklmn":     "password format",
		shared.Reveal():          "password reused",
	} {
		if got := fields(set(pw)); got != wanted {
			t.Errorf("%q: %s, want %s", pw, got, wanted)
		}
	}
	// The link is still good, and a colleague's password cannot be fished for.
	for range settings().LoginFailures {
		_ = set(shared.Reveal())
	}
	want(t, set(shared.Reveal()), access.CodeThrottled, "")
	b.pass(settings().LongestBlock)
	if err := set(password(t).Reveal()); err != nil {
		t.Error(err)
	}
}

// Two delegates of an entity who choose the same password at once: the login
// could not tell them apart, so that one of them chooses another.
func TestSetPassword_sharedAtOnce(t *testing.T) {
	b := withPeople(t)
	var tokens []string
	for _, d := range []access.Document{ana.Document, diana} {
		b.registered(delegateForm(d))
		tokens = append(tokens, b.out.code(t))
	}
	pw := password(t)
	results := make([]string, len(tokens))
	var wg sync.WaitGroup
	for i, token := range tokens {
		wg.Go(func() {
			_, err := b.SetPassword(context.WithoutCancel(t.Context()), visit, wire.SetPassword{Token: token, Password: pw.Reveal()})
			results[i] = fields(err)
		})
	}
	wg.Wait()
	slices.Sort(results)
	if results[0] != "<nil>" || results[1] != "password reused" {
		t.Errorf("got %q", results)
	}
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Error(err)
	}
}

func TestSetPassword_endsSessions(t *testing.T) {
	b := withPeople(t)
	pw := password(t)
	b.delegate(ana, pw)
	in, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Recover(t.Context(), visit, wire.Recover{Login: delegate, Document: ana.Document, Image: b.answer()}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), in.Token); err != nil {
		t.Errorf("asking ended a session: %v", err)
	}
	next := password(t)
	b.finish(next.Reveal())
	_, err = b.Session(t.Context(), in.Token)
	want(t, err, access.CodeUnauthorized, "")
	_, err = b.signIn(delegate, pw)
	want(t, err, access.CodeUnauthorized, access.HintCredentials)
	if _, err = b.signIn(delegate, next); err != nil {
		t.Error(err)
	}
}

func TestEnrolment(t *testing.T) {
	b := withPeople(t)
	b.registered(otherForm(officer.Document))
	info, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: b.out.code(t)})
	if err != nil || !info.NeedsSecondFactor {
		t.Fatalf("%+v %v", info, err)
	}
	pw := password(t)
	set := b.finish(pw.Reveal())
	if set.Enrolment == nil || set.Enrolment.Seed == "" || !strings.Contains(set.Enrolment.Address, set.Enrolment.Seed) {
		t.Fatalf("%+v", set)
	}
	// Not before its first code.
	_, err = b.signIn("CC9999000101", pw)
	want(t, err, access.CodeForbidden, access.HintNoSecondFactor)

	seed := secret.New(set.Enrolment.Seed)
	confirm := func(code string) error {
		_, err := b.ConfirmEnrolment(t.Context(), visit, wire.ConfirmEnrolment{Ticket: set.Enrolment.Ticket, Code: code})
		return err
	}
	right, err := totpCode(seed, b.now().Unix()/totpPeriod)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "000000"
	if right == wrong {
		wrong = "111111"
	}
	for code, wanted := range map[string]string{"": "code required", "12345": "code format", "12345x": "code format", wrong: "code second_factor"} {
		if got := fields(confirm(code)); got != wanted {
			t.Errorf("%q: %s, want %s", code, got, wanted)
		}
	}
	again, err := b.Enrolment(t.Context(), set.Enrolment.Ticket)
	if err != nil || again.Enrolment.Seed != set.Enrolment.Seed || again.Login != "CC9999000101" {
		t.Errorf("shown again: %v", err)
	}
	if err := confirm(right[:3] + " " + right[3:]); err != nil {
		t.Fatal(err)
	}
	want(t, confirm(right), access.CodeExpired, access.HintLink)
	in, err := b.signIn("CC9999000101", pw)
	if err != nil || in.Ticket == "" {
		t.Fatalf("%+v %v", in, err)
	}
	_, err = b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, Code: right})
	want(t, err, access.CodeUnauthorized, access.HintSecondFactor) // the first code is burnt
	b.pass(totpPeriod * time.Second)
	next, _ := totpCode(seed, b.now().Unix()/totpPeriod)
	if _, err := b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, Code: next}); err != nil {
		t.Error(err)
	}
	if !slices.ContainsFunc(b.trail(), func(r audit.Record) bool { return r.Kind == audit.TOTPEnrolled }) {
		t.Error("the trail has no second factor")
	}
	for _, r := range b.trail() {
		if strings.Contains(r.Detail, seed.Reveal()) {
			t.Error("the trail holds the seed")
		}
	}
}

func TestEnrolment_ends(t *testing.T) {
	b := withPeople(t)
	b.registered(otherForm(officer.Document))
	set := b.finish(password(t).Reveal())
	b.pass(enrolmentLife)
	code, _ := totpCode(secret.New(set.Enrolment.Seed), b.now().Unix()/totpPeriod)
	_, err := b.ConfirmEnrolment(t.Context(), visit, wire.ConfirmEnrolment{Ticket: set.Enrolment.Ticket, Code: code})
	want(t, err, access.CodeExpired, access.HintLink)
	// Another link begins another.
	if _, err := b.Recover(t.Context(), visit, wire.Recover{Login: "CC9999000101", Document: officer.Document, Image: b.answer()}); err != nil {
		t.Fatal(err)
	}
	if again := b.finish(password(t).Reveal()); again.Enrolment == nil || again.Enrolment.Seed == set.Enrolment.Seed {
		t.Errorf("%+v", again)
	}
}

// A setting makes the second factor mandatory for delegates.
func TestEnrolment_ofDelegates(t *testing.T) {
	b := withPeople(t)
	b.settings.DelegatesNeedTOTP = true
	b.registered(delegateForm(ana.Document))
	if set := b.finish(password(t).Reveal()); set.Enrolment == nil {
		t.Error("no second factor")
	}
	b.registered(otherForm(pedro))
	if set := b.finish(password(t).Reveal()); set.Enrolment != nil {
		t.Error("a second factor for who has no role")
	}
}

func TestChangePassword(t *testing.T) {
	b := withPeople(t)
	pw := password(t)
	b.delegate(ana, pw)
	shared := password(t)
	b.delegate(beto, shared)
	here, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	there, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Session(t.Context(), here.Token)
	if err != nil {
		t.Fatal(err)
	}
	change := func(current, next string) error {
		return b.ChangePassword(t.Context(), visit, s, wire.ChangePassword{Current: current, New: next})
	}
	next := password(t)
	for _, c := range []struct{ current, next, want string }{
		{"", next.Reveal(), "current required"},
		{pw.Reveal(), "", "new required"},
		{pw.Reveal(), "Contraseña2026!", "new weak"},
		{next.Reveal(), next.Reveal(), "current credentials"},
		{pw.Reveal(), pw.Reveal(), "new same_password"},
		{pw.Reveal(), shared.Reveal(), "new reused"},
	} {
		if got := fields(change(c.current, c.next)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if err := change(pw.Reveal(), next.Reveal()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), here.Token); err != nil {
		t.Errorf("this session ended: %v", err)
	}
	_, err = b.Session(t.Context(), there.Token)
	want(t, err, access.CodeUnauthorized, "")
	if _, err := b.signIn(delegate, next); err != nil {
		t.Error(err)
	}
	for range settings().LoginFailures {
		_ = change("not the password", password(t).Reveal())
	}
	want(t, change("not the password", password(t).Reveal()), access.CodeThrottled, "")
}

// Every act without a session is limited by address, and mails by whom they are
// about.
func TestLimits_withoutSession(t *testing.T) {
	b := withPeople(t)
	b.settings.AddressTries = 3
	far := func(n int) Visit { return Visit{Address: fmt.Sprintf("198.51.100.%d", n)} }
	at := 0
	until := func(name string, act func(v Visit) error) {
		t.Helper()
		at++
		for n := range 3 {
			if err := act(far(at)); access.CodeOf(err) == access.CodeThrottled {
				t.Errorf("%s: try %d: %v", name, n, err)
			}
		}
		want(t, act(far(at)), access.CodeThrottled, "")
		b.pass(settings().Window)
		if err := act(far(at)); access.CodeOf(err) == access.CodeThrottled {
			t.Errorf("%s: still after the window", name)
		}
	}
	until("images", func(v Visit) error { _, err := b.NewImage(t.Context(), v, wire.NewImage{}); return err })
	wrong := wire.ImageAnswer{ID: "x", Code: "ACEFH"}
	until("prerequisites", func(v Visit) error {
		_, err := b.CheckPrerequisites(t.Context(), v, wire.CheckPrerequisites{Form: otherForm(pedro), Image: wrong})
		return err
	})
	until("registration", func(v Visit) error {
		_, err := b.Register(t.Context(), v, wire.Register{Form: otherForm(pedro), Image: &wrong, Pledge: wire.AcceptedText{ID: "pledge", Hash: "aa11"}})
		return err
	})
	until("recovery", func(v Visit) error {
		_, err := b.Recover(t.Context(), v, wire.Recover{Login: delegate, Document: pedro, Image: wrong})
		return err
	})
	b.settings.AddressFailures = 3
	for range 3 {
		_, err := b.AccountLink(t.Context(), far(99), wire.AccountLink{Token: "AAAA"})
		want(t, err, access.CodeExpired, access.HintLink)
	}
	_, err := b.AccountLink(t.Context(), far(99), wire.AccountLink{Token: "AAAA"})
	want(t, err, access.CodeThrottled, "")
	_, err = b.SetPassword(t.Context(), far(99), wire.SetPassword{Token: "AAAA", Password: "x"})
	want(t, err, access.CodeThrottled, "")

	b.settings.AddressTries = 1000
	for range linksPerHour {
		b.registered(otherForm(pedro))
	}
	_, err = b.register(otherForm(pedro))
	want(t, err, access.CodeThrottled, "")
}
