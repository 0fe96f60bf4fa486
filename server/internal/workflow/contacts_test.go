package workflow

import (
	"slices"
	"strings"
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// signOnly signs a request and leaves its notices waiting.
func (d *desk) signOnly(form access.RequestForm) (access.RequestID, []Mail) {
	d.Helper()
	a, err := d.flow.CreateRequest(d.Context(), by(d.delegate), wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: form})
	ok(d, err)
	typed, sent := d.code(a.ID)
	_, err = d.flow.Sign(d.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(d, err)
	return a.ID, d.mails()
}

func (d *desk) detail(who access.Viewer, id access.RequestID) wire.RequestDetail {
	d.Helper()
	detail, err := d.flow.RequestDetail(d.Context(), by(who), id)
	ok(d, err)
	return detail
}

func TestNotices_toldConfirmedAndObjected(t *testing.T) {
	d := newDesk(t)
	id, mails := d.signOnly(goodForm())
	if len(mails) != 2 || mails[0].To != "lider@clinica.example" || mails[1].To != "datos@clinica.example" {
		t.Fatalf("mailed %v", mails)
	}
	m := mails[0].Data
	if m["given_by"] != d.delegate.Person.Name || m["entity"] != "Clínica Ñandú" || m["roles"] != "líder técnico" || !strings.HasPrefix(m["link"], ContactPath+"#") {
		t.Errorf("the mail says %v", m)
	}
	if row := d.detail(d.delegate, id).Row; row.Contacts != access.NoticeWaiting {
		t.Errorf("the row says %q", row.Contacts)
	}
	head, version := d.head(), d.request(id).Version

	n, err := d.flow.OpenNotice(t.Context(), m["code"])
	ok(t, err)
	if n.Entity != "Clínica Ñandú" || n.NIT != "999100005" || n.GivenBy != d.delegate.Person.Name || len(n.Items) != 1 || n.Items[0].Contact != goodForm().Lead {
		t.Errorf("the page shows %+v", n)
	}
	if d.head() != head {
		t.Error("opening the link told somebody")
	}
	ok(t, d.flow.ConfirmNotice(t.Context(), strings.ToLower(m["code"]), "req-9", "192.0.2.9"))
	ok(t, d.flow.ConfirmNotice(t.Context(), m["code"], "req-9", "192.0.2.9")) // twice is once
	ok(t, d.flow.ObjectNotice(t.Context(), mails[1].Data["link"], "Ya no trabajo\r\nen la clínica", "req-9", "192.0.2.9"))
	detail := d.detail(d.officer, id)
	if c := detail.Contacts; len(c) != 2 || c[0].Role != access.ContactLead || c[0].State != access.NoticeConfirmed || !c[0].At.Equal(d.clock()) ||
		c[1].State != access.NoticeObjected || c[1].Why != "Ya no trabajo en la clínica" || !c[0].AgainAt.IsZero() || !c[1].AgainAt.IsZero() {
		t.Errorf("the detail says %+v", c)
	}
	if detail.Row.Contacts != access.NoticeObjected || d.request(id).Version != version {
		t.Errorf("the row says %q at version %d", detail.Row.Contacts, d.request(id).Version)
	}
	kinds := d.kinds(string(id))
	for kind, want := range map[audit.Kind]int{audit.ContactTold: 2, audit.ContactConfirmed: 1, audit.ContactObjected: 1} {
		if got := told(kinds, kind); got != want {
			t.Errorf("%d entries %s, want %d", got, kind, want)
		}
	}
	for _, r := range d.trail() {
		if strings.Contains(r.Detail, "lider@clinica.example") {
			t.Error("the trail holds a whole address")
		}
	}
}

// told counts the entries of a kind.
func told(all []audit.Kind, kind audit.Kind) (n int) {
	for _, k := range all {
		if k == kind {
			n++
		}
	}
	return n
}

// Both roles at one address are told once, and answer once.
func TestNotices_onePersonTwoRoles(t *testing.T) {
	d := newDesk(t)
	form := goodForm()
	form.Privacy.Email = strings.ToUpper(form.Lead.Email)
	id, mails := d.signOnly(form)
	if len(mails) != 1 || mails[0].Data["roles"] != "líder técnico y responsable de la protección de datos" {
		t.Fatalf("mailed %v", mails)
	}
	ok(t, d.flow.ConfirmNotice(t.Context(), mails[0].Data["link"], "", ""))
	for _, n := range d.notices(id) {
		if n.State != access.NoticeConfirmed {
			t.Errorf("%s is %s", n.Role, n.State)
		}
	}
}

func TestNotices_linkRefusals(t *testing.T) {
	d := newDesk(t)
	id, mails := d.signOnly(goodForm())
	token := mails[0].Data["link"]
	for _, bad := range []string{"AAAA-BBBB", "#", token + "A", strings.Repeat("é", 400)} {
		_, err := d.flow.OpenNotice(t.Context(), bad)
		refusal(t, err, access.CodeExpired, access.HintLink)
		refusal(t, d.flow.ConfirmNotice(t.Context(), bad, "", ""), access.CodeExpired, access.HintLink)
	}
	refusal(t, d.flow.ConfirmNotice(t.Context(), " ", "", ""), access.CodeInvalid, "")
	for why, hint := range map[string]access.Hint{"": access.HintRequired, strings.Repeat("ñ", 501): access.HintTooLong, "a\x00b": access.HintFormat} {
		e := refusal(t, d.flow.ObjectNotice(t.Context(), token, why, "", ""), access.CodeInvalid, "")
		if len(e.Fields) != 1 || e.Fields[0] != (access.FieldError{Field: "objection", Hint: hint}) {
			t.Errorf("%.10q: %v", why, e.Fields)
		}
	}
	d.wait(access.NoticeLife)
	refusal(t, d.flow.ConfirmNotice(t.Context(), token, "", ""), access.CodeExpired, access.HintLink)
	if s := d.notices(id)[0].State; s != access.NoticeWaiting {
		t.Errorf("the notice is %s", s)
	}
}

func TestTellContact(t *testing.T) {
	d := newDesk(t)
	id, mails := d.signOnly(goodForm())
	again := func(who access.Viewer, role access.ContactRole) error {
		_, err := d.flow.TellContact(t.Context(), by(who), id, role)
		return err
	}
	refusal(t, again(d.stranger, access.ContactLead), access.CodeNotFound, "")
	refusal(t, again(d.officer, access.ContactLead), access.CodeForbidden, "")
	refusal(t, again(d.delegate, "somebody"), access.CodeNotFound, "")
	if e := refusal(t, again(d.delegate, access.ContactLead), access.CodeThrottled, ""); e.Args["wait"] == "" {
		t.Errorf("no wait in %v", e.Args)
	}
	d.wait(access.NoticePause)
	ok(t, again(d.second, access.ContactLead))
	fresh := d.mails()
	if len(fresh) != 1 || fresh[0].Data["link"] == mails[0].Data["link"] {
		t.Fatalf("mailed %v", fresh)
	}
	refusal(t, d.flow.ConfirmNotice(t.Context(), mails[0].Data["link"], "", ""), access.CodeExpired, access.HintLink) // the newer one counts
	for range access.MaxNotices - 2 {
		d.wait(access.NoticePause)
		ok(t, again(d.delegate, access.ContactLead))
	}
	d.wait(access.NoticePause)
	refusal(t, again(d.delegate, access.ContactLead), access.CodeThrottled, "")
	d.wait(access.NoticeLife)
	ok(t, again(d.delegate, access.ContactLead))
	last := d.mails()
	ok(t, d.flow.ConfirmNotice(t.Context(), last[len(last)-1].Data["link"], "", ""))
	d.wait(access.NoticePause)
	refusal(t, again(d.delegate, access.ContactLead), access.CodeConflict, access.HintState)
}

func TestNotices_bounced(t *testing.T) {
	d := newDesk(t)
	id, _ := d.signOnly(goodForm())
	lead, privacy := d.notices(id)[0], d.notices(id)[1]
	ok(t, d.flow.MailParked(t.Context(), store.Job{ID: lead.Job}, "550"))
	n, err := MailReturned(t.Context(), d.db, privacy.MessageID, "5.1.1")
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	for _, junk := range []string{"", "nobody", lead.MessageID} { // that one is settled
		if n, err := MailReturned(t.Context(), d.db, junk, "5.1.1"); err != nil || n != 0 {
			t.Errorf("%q: %d, %v", junk, n, err)
		}
	}
	c := d.detail(d.delegate, id).Contacts
	if c[0].State != access.NoticeBounced || c[0].Why != "550" || c[1].Why != "5.1.1" || c[0].AgainAt.IsZero() {
		t.Errorf("the detail says %+v", c)
	}
	if told(d.kinds(string(id)), audit.ContactBounced) != 2 {
		t.Error("the trail does not say so")
	}
	d.wait(access.NoticePause)
	_, err = d.flow.TellContact(t.Context(), by(d.delegate), id, access.ContactLead)
	ok(t, err)
	if s := d.notices(id)[0].State; s != access.NoticeWaiting {
		t.Errorf("told again it is %s", s)
	}
}

func TestCorrectContact(t *testing.T) {
	d := newDesk(t)
	id, mails := d.signOnly(goodForm())
	signed := d.request(id)
	to := func(who access.Viewer, c access.Contact) error {
		_, err := d.flow.CorrectContact(t.Context(), by(who), id, access.ContactLead, wire.CorrectContact{Contact: c})
		return err
	}
	other := access.Contact{Name: "Otra Persona", Email: "otra@clinica.example", Phone: "3009876543"}
	refusal(t, to(d.stranger, other), access.CodeNotFound, "")
	e := refusal(t, to(d.delegate, access.Contact{Email: "x@libre.example", Phone: "12"}), access.CodeInvalid, "")
	if len(e.Fields) != 3 || e.Fields[1] != (access.FieldError{Field: "contact.email", Hint: access.HintFreeMail}) {
		t.Errorf("fields %v", e.Fields)
	}
	ok(t, to(d.delegate, goodForm().Lead)) // the same: nothing to do
	if got := d.mails(); len(got) != 0 {
		t.Errorf("mailed %v", got)
	}
	ok(t, to(d.delegate, other))
	fresh := d.mails()
	if len(fresh) != 1 || fresh[0].To != other.Email {
		t.Fatalf("mailed %v", fresh)
	}
	refusal(t, d.flow.ConfirmNotice(t.Context(), mails[0].Data["link"], "", ""), access.CodeExpired, access.HintLink) // replaced
	ok(t, d.flow.ConfirmNotice(t.Context(), fresh[0].Data["link"], "", ""))
	phone := other
	phone.Phone = "3001112233"
	ok(t, to(d.delegate, phone)) // the address stays confirmed
	if n := d.notices(id)[0]; n.Contact != phone || n.State != access.NoticeConfirmed || len(d.mails()) != 0 {
		t.Errorf("notice %+v", n)
	}
	if after := d.request(id); after.Form != signed.Form || after.ContentHash != signed.ContentHash {
		t.Error("what was signed changed")
	}
	if told(d.kinds(string(id)), audit.ContactCorrected) != 2 {
		t.Error("the trail does not say so")
	}
}

// What a person said holds for later requests of the entity, and reaches them.
func TestNotices_carriedOver(t *testing.T) {
	d := newDesk(t)
	id, mails := d.signOnly(goodForm())
	ok(t, d.flow.ConfirmNotice(t.Context(), mails[0].Data["link"], "", ""))
	ok(t, d.flow.ObjectNotice(t.Context(), mails[1].Data["link"], "No soy yo", "", ""))
	_, err := d.flow.CorrectContact(t.Context(), by(d.delegate), id, access.ContactPrivacy, wire.CorrectContact{Contact: goodForm().Privacy})
	ok(t, err) // nothing changed
	d.issue(id)
	next := d.sign("0500199002")
	states := func(id access.RequestID) (all []access.NoticeState) {
		for _, n := range d.notices(id) {
			all = append(all, n.State)
		}
		return all
	}
	if got := states(next); !slices.Equal(got, []access.NoticeState{access.NoticeConfirmed, access.NoticeObjected}) {
		t.Errorf("the next request has %v", got)
	}
	if got := d.mails(); len(got) != 0 {
		t.Errorf("mailed %v", got)
	}
	done, err := d.compromise(d.delegate, access.Production) // a request nobody signs
	ok(t, err)
	if got := states(done.Request); !slices.Equal(got, []access.NoticeState{access.NoticeConfirmed, access.NoticeObjected}) {
		t.Errorf("the emergency has %v", got)
	}
	if c := d.detail(d.delegate, done.Request).Contacts; !c[0].At.Equal(d.clock()) {
		t.Errorf("contacts %+v", c)
	}
	back := goodForm().Privacy
	back.Name = "Otra Persona"
	_, err = d.flow.CorrectContact(t.Context(), by(d.delegate), next, access.ContactPrivacy, wire.CorrectContact{Contact: back})
	ok(t, err)
	_, err = d.flow.CorrectContact(t.Context(), by(d.delegate), next, access.ContactPrivacy, wire.CorrectContact{Contact: goodForm().Privacy})
	refusal(t, err, access.CodeInvalid, "") // who objected is not named again
}

// The lead hears of nothing at an address that nobody confirmed.
func TestNotices_unconfirmedHearsNothing(t *testing.T) {
	d := newDesk(t)
	id, _ := d.signOnly(goodForm())
	d.issue(id)
	_, err := d.compromise(d.delegate, access.Production)
	ok(t, err)
	for _, m := range d.mails() {
		if m.To == "lider@clinica.example" && m.Template != TemplateContact {
			t.Errorf("mailed %s", m.Template)
		}
	}
}
