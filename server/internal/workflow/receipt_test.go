package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/wire"
)

// published is the key ring that anyone gets, read as a stranger reads it.
func (d *desk) published() receipt.KeyRing {
	d.Helper()
	file, err := d.flow.SigningKeys(d.Context())
	ok(d, err)
	ring, err := receipt.ParseKeyRing(file)
	ok(d, err)
	return ring
}

// receipt downloads a receipt and checks it offline.
func (d *desk) receipt(who access.Viewer, id access.RequestID) receipt.Receipt {
	d.Helper()
	file, err := d.flow.Receipt(d.Context(), by(who), id)
	ok(d, err)
	r, err := receipt.Check(file.Body, d.published())
	if err != nil || r.Receipt == nil {
		d.Fatalf("%v: %+v", err, r)
	}
	return *r.Receipt
}

// told is an act of somebody whose client says all there is to say.
func (d *desk) told(who access.Viewer) Act {
	act := by(who)
	act.Client, act.ClientTime = "llavero 0.9.0 linux/amd64", d.clock().Add(-time.Hour)
	return act
}

// signAs signs a request for a code with a client that tells everything, and with
// one wrong code before the right one.
func (d *desk) signAs(who access.Viewer, code access.LicenseCode) access.RequestID {
	d.Helper()
	a, err := d.flow.CreateRequest(d.Context(), by(who), wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: goodForm()})
	ok(d, err)
	body := wire.SendCode{Accepted: d.ticks()}
	act := d.told(who)
	for _, t := range body.Accepted {
		body.Shown = append(body.Shown, wire.ShownText{
			ID: t.ID, ShownAt: act.ClientTime.Add(-5 * time.Minute), TickedAt: act.ClientTime.Add(-time.Minute), UntickedAtStart: true,
		})
	}
	sent, err := d.flow.SendCode(d.Context(), act, a.ID, body)
	ok(d, err)
	typed := d.nextMail().Data["code"]
	d.wait(30 * time.Second)
	_, err = d.flow.Sign(d.Context(), d.told(who), a.ID, a.Version, wire.Sign{Code: another(typed), ContentHash: sent.ContentHash})
	refusal(d.T, err, access.CodeInvalid, access.HintCodeWrong)
	_, err = d.flow.Sign(d.Context(), d.told(who), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(d, err)
	return a.ID
}

// another is a code of the same shape.
func another(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

// Everything of domain.md §9 is in a receipt.
func TestReceipt_saysEverything(t *testing.T) {
	d := newDesk(t)
	d.people(d.delegate)
	agreement, err := d.flow.Agreement(t.Context(), by(d.delegate))
	ok(t, err)
	_, err = d.flow.AcceptAgreement(t.Context(), by(d.delegate), wire.AcceptAgreement{Hash: agreement.Text.Hash})
	ok(t, err)
	agreedAt := d.clock()
	d.wait(time.Hour)
	began := d.clock()
	id := d.signAs(d.delegate, ourCode)
	got, r := d.receipt(d.delegate, id), d.request(id)

	if got.Person.Person != d.delegate.Person || got.Person.Account != d.delegate.Account || got.Person.Login != d.delegate.Login ||
		!got.Authentication.Password || got.Authentication.SecondFactor {
		t.Errorf("person %+v, %+v", got.Person, got.Authentication)
	}
	c := got.Capacity
	if c.Kind != receipt.CapacityDelegate || c.Role != access.RoleDelegate || c.Entity != ourEntity || c.EntityName != "Clínica Ñandú" || c.NIT != "999100005" {
		t.Errorf("capacity %+v", c)
	}
	if g := c.Delegation; g == nil || g.Source != receipt.FromRegistry || g.Since != "2026-01-02" || g.Snapshot == nil || g.Snapshot.Kind != store.SnapshotDelegations || g.Snapshot.FileHash == "" {
		t.Errorf("delegation %+v", g)
	}
	if l := got.License; l.Code != ourCode || l.ProviderName != "Clínica Ñandú" || l.Snapshot.Kind != store.SnapshotREPS || l.Snapshot.FileHash != "two" {
		t.Errorf("license %+v %+v", l, l.Snapshot)
	}
	if a := got.Action; a.Kind != access.KindEnroll || a.Request != id || a.Number != r.Number || a.Hash != r.ContentHash || !strings.Contains(a.Content, "Historia Ñandú") {
		t.Errorf("action %+v", a)
	}
	texts, err := d.flow.ConsentTexts(t.Context())
	ok(t, err)
	if len(got.Texts) != 2 {
		t.Fatalf("texts %+v", got.Texts)
	}
	for i, x := range got.Texts {
		want := texts.Texts[i]
		if x.ID != want.ID || x.Version != want.Version || x.Hash != want.Hash || x.Label != want.Label || x.Language != "es-CO" ||
			x.UntickedAtStart == nil || !*x.UntickedAtStart || !x.ShownAt.Equal(began.Add(-5*time.Minute)) || !x.TickedAt.Equal(began.Add(-time.Minute)) {
			t.Errorf("text %+v", x)
		}
		if got.TextOf([]byte(want.Body)) != want.ID {
			t.Errorf("the bytes shown of %s are not those signed", want.ID)
		}
	}
	code := got.Code
	if code.ID == "" || code.SentTo != access.MaskEmail("admihceips999100005011@example.org") || !code.SentAt.Equal(began) ||
		!code.ExpiresAt.After(began) || code.Sends != 1 || code.Attempts != 2 || !code.Verified {
		t.Errorf("code %+v", code)
	}
	signed := began.Add(30 * time.Second)
	if w := got.Times; !w.AcceptedAt.Equal(began) || !w.EnteredAt.Equal(signed) || !w.Client.Equal(signed.Add(-time.Hour)) {
		t.Errorf("times %+v", w)
	}
	if got.Client != (receipt.Client{Program: "llavero 0.9.0 linux/amd64", Device: "Escritorio de ejemplo", Address: "192.0.2.7"}) {
		t.Errorf("client %+v", got.Client)
	}
	if p := got.Agreement; p == nil || p.ID != "signing" || p.Hash != agreement.Text.Hash || !p.AcceptedAt.Equal(agreedAt) {
		t.Errorf("agreement %+v", p)
	}
	d.linked(got, id)
}

// linked checks that a receipt and the trail name each other.
func (d *desk) linked(got receipt.Receipt, id access.RequestID) {
	d.Helper()
	file, err := d.flow.Receipt(d.Context(), by(d.delegate), id)
	ok(d, err)
	var signed, made bool
	for _, e := range d.trail() {
		if e.Seq == got.Audit.Seq {
			signed = e.Kind == audit.RequestSigned && e.Subject == string(id) && hex.EncodeToString(e.Hash) == got.Audit.Hash
		}
		if e.Kind == audit.ReceiptMade && e.Subject == string(id) {
			made = e.DetailOf("hash") == hashOf(file.Body) && e.DetailOf("receipt") == got.Number
		}
	}
	if !signed || !made {
		d.Errorf("the entry of the signature: %t, of its receipt: %t", signed, made)
	}
}

// people imports the delegation of somebody from the registry.
func (d *desk) people(who access.Viewer) {
	d.Helper()
	d.write(func(tx *store.Tx) error {
		_, err := tx.ApplyDelegations(store.Listing[store.Delegation]{
			Snapshot: store.Snapshot{Kind: store.SnapshotDelegations, Hash: "d1", CutOff: "2026-09-01"}, MaxGone: 1,
			Rows: func(yield func(store.Delegation) bool) {
				yield(store.Delegation{NIT: who.Entity.NIT(), Document: who.Person.Document, Novelty: store.NoveltyLinks, On: "2026-01-02"})
			},
			Unsure: func(store.Delegation) bool { return false },
		})
		return err
	})
}

// A client that says nothing signs as before; the receipt says that it was not told.
func TestReceipt_olderClient(t *testing.T) {
	d := newDesk(t)
	got := d.receipt(d.officer, d.sign(ourCode))
	if got.Agreement != nil || got.Client.Program != "" || !got.Times.Client.IsZero() || got.Texts[0].UntickedAtStart != nil || !got.Texts[0].ShownAt.IsZero() {
		t.Errorf("got %+v", got)
	}
	if g := got.Capacity.Delegation; g == nil || g.Source != receipt.FromProgram || g.Snapshot != nil {
		t.Errorf("delegation %+v", g)
	}
}

func TestReceipt_secondFactorAndIndependent(t *testing.T) {
	d := newDesk(t)
	d.free.SecondFactor = true
	id := d.signAs(d.free, "1100199003")
	got := d.receipt(d.free, id)
	if !got.Authentication.SecondFactor || got.Capacity.Kind != receipt.CapacityIndependent || got.Capacity.Delegation != nil || got.Capacity.NIT != "" {
		t.Errorf("got %+v %+v", got.Authentication, got.Capacity)
	}
}

// A change of key has what becomes of the secrets before.
func TestReceipt_renew(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	d.wait(24 * time.Hour)
	a, err := d.flow.CreateRequest(t.Context(), by(d.delegate), wire.NewRequest{Kind: access.KindRenew, Reason: access.ReasonVendor, Code: ourCode, Form: goodForm()})
	ok(t, err)
	typed, sent := d.code(a.ID)
	_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
	got := d.receipt(d.delegate, a.ID)
	said, err := receipt.ParseContent([]byte(got.Action.Content))
	if err != nil || got.Action.Reason != access.ReasonVendor || len(said.OldSecrets) != 2 || got.Number != "CON-2026-000002" {
		t.Errorf("got %+v, %+v, %v", got.Action, said.OldSecrets, err)
	}
}

// What an old key signed verifies after a rotation; the PDF of an old receipt is
// signed with the new key, and each PDF is the same bytes each time.
func TestReceipt_afterRotation(t *testing.T) {
	d := newDesk(t)
	first := d.sign(ourCode)
	pdf := func(id access.RequestID) []byte {
		t.Helper()
		file, err := d.flow.ReceiptPDF(t.Context(), by(d.delegate), id)
		ok(t, err)
		r, err := receipt.Check(file.Body, d.published())
		if err != nil || !r.PDF || r.Receipt.Action.Request != id {
			t.Fatalf("%v, %+v", err, r)
		}
		return file.Body
	}
	before := pdf(first)
	d.wait(time.Hour)
	done, err := signing.Rotate(t.Context(), d.db, signing.Rotation{Path: filepath.Join(d.dir, "signing.pem")})
	ok(t, err)
	if again := pdf(first); !bytes.Equal(again, before) {
		t.Error("the same receipt became another PDF")
	}
	second := d.sign("0500199002")
	r, err := receipt.Check(pdf(second), d.published())
	if err != nil || r.Signature.KeyID != done.Now || r.Paper.KeyID != done.Now {
		t.Errorf("%+v, %v", r, err)
	}
	d.receipt(d.delegate, first)
}

// Who may see it, and that each look is written down.
func TestReceipt_whoMay(t *testing.T) {
	d := newDesk(t)
	unsigned := d.create("0500199002").ID
	id := d.sign(ourCode)
	for _, read := range []func(Act, access.RequestID) (ReceiptFile, error){
		func(a Act, id access.RequestID) (ReceiptFile, error) { return d.flow.Receipt(t.Context(), a, id) },
		func(a Act, id access.RequestID) (ReceiptFile, error) { return d.flow.ReceiptPDF(t.Context(), a, id) },
	} {
		before := howMany(d.kinds(string(id)), audit.ReceiptRead)
		for _, who := range []access.Viewer{d.delegate, d.second, d.officer} {
			file, err := read(by(who), id)
			ok(t, err)
			if !strings.HasPrefix(file.Name, "constancia-CON-2026-000001.") {
				t.Errorf("name %s", file.Name)
			}
		}
		if n := howMany(d.kinds(string(id)), audit.ReceiptRead) - before; n != 3 {
			t.Errorf("%d looks written down", n)
		}
		_, err := read(by(d.stranger), id)
		refusal(t, err, access.CodeNotFound, "")
		_, err = read(by(d.halfway), id)
		refusal(t, err, access.CodeForbidden, "")
		_, err = read(by(d.delegate), unsigned)
		refusal(t, err, access.CodeNotFound, access.HintNoReceipt)
		_, err = read(by(d.delegate), "nothing")
		refusal(t, err, access.CodeNotFound, "")
		if n := howMany(d.kinds(string(id)), audit.ReceiptRead) - before; n != 3 {
			t.Errorf("a refusal was written down as a look")
		}
	}
	detail, err := d.flow.RequestDetail(t.Context(), by(d.delegate), id)
	ok(t, err)
	file, err := d.flow.Receipt(t.Context(), by(d.delegate), id)
	ok(t, err)
	if detail.Receipt == nil || detail.Receipt.Hash != hashOf(file.Body) || detail.Receipt.Number != "CON-2026-000001" {
		t.Errorf("detail %+v", detail.Receipt)
	}
	if detail, err = d.flow.RequestDetail(t.Context(), by(d.delegate), unsigned); err != nil || detail.Receipt != nil {
		t.Errorf("unsigned: %+v, %v", detail.Receipt, err)
	}
}

// The six digits are nowhere in what is kept or handed out.
func TestReceipt_neverTheCode(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	typed, sent := d.code(a.ID)
	_, err := d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
	file, err := d.flow.Receipt(t.Context(), by(d.delegate), a.ID)
	ok(t, err)
	s, err := receipt.ParseSigned(file.Body)
	ok(t, err)
	alone := regexp.MustCompile(`(^|[^0-9A-Fa-f.])` + typed + `([^0-9A-Fa-f]|$)`) // within a hash any digits may stand
	if alone.Match(s.Document) {
		t.Error("the code is in the receipt")
	}
	if !alone.MatchString(`"code":"` + typed + `"`) {
		t.Error("this would not be found")
	}
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
