package workflow

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// wrong is a code that is none of these.
func wrong(codes ...string) string {
	for n := 0; ; n++ {
		typed := fmt.Sprintf("%06d", n)
		clash := false
		for _, c := range codes {
			clash = clash || c == typed
		}
		if !clash {
			return typed
		}
	}
}

// ask is one try to sign; the version is always the current one.
func (d *desk) ask(id access.RequestID, typed string) error {
	d.Helper()
	r := d.request(id)
	_, err := d.flow.Sign(d.Context(), by(d.delegate), id, r.Version, wire.Sign{Code: typed, ContentHash: r.ContentHash})
	return err
}

func (d *desk) send(id access.RequestID) (wire.CodeSent, error) {
	return d.flow.SendCode(d.Context(), by(d.delegate), id, wire.SendCode{Accepted: d.ticks()})
}

func TestSendCode_resend(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	start := d.clock()
	for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 2 * time.Minute} {
		_, sent := d.code(id)
		if sent.Sends != i+1 || sent.ResendAt.Sub(sent.SentAt) != pause {
			t.Errorf("send %d: %+v", i+1, sent)
		}
		d.wait(pause - time.Second)
		_, err := d.send(id)
		if e := refusal(t, err, access.CodeThrottled, access.HintResendWait); e.Args["seconds"] != "1" {
			t.Errorf("args: %v", e.Args)
		}
		d.wait(time.Second)
	}
	d.code(id)
	d.wait(10 * time.Minute)
	_, err := d.send(id) // the sixth within an hour
	e := refusal(t, err, access.CodeThrottled, access.HintResendWait)
	if want := start.Add(time.Hour).Format(time.RFC3339); e.Args["until"] != want {
		t.Errorf("until %s, want %s", e.Args["until"], want)
	}
	d.wait(start.Add(time.Hour).Sub(d.clock()))
	d.code(id)
}

func TestSign_hints(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	one, sent := d.code(id)

	refusal(t, d.ask(id, ""), access.CodeInvalid, "")
	refusal(t, d.ask(id, "12345"), access.CodeInvalid, "")
	refusal(t, d.ask(id, "12345a"), access.CodeInvalid, "")
	if e := refusal(t, d.ask(id, wrong(one)), access.CodeInvalid, access.HintCodeWrong); e.Args["left"] != "4" {
		t.Errorf("left: %v", e.Args) // what is no code at all was not counted
	}
	var codes []string
	for codes = []string{one}; len(codes) < 4; {
		d.wait(2 * time.Minute)
		c, sent := d.code(id)
		codes = append(codes, c)
		if sent.TriesLeft != 4 {
			t.Errorf("a resend reset the failures: %d", sent.TriesLeft)
		}
	}
	if codes[0] != codes[1] && codes[0] != codes[2] && codes[0] != codes[3] {
		refusal(t, d.ask(id, codes[0]), access.CodeInvalid, access.HintCodeReplaced)
	}
	d.wait(9 * time.Minute) // the second is ten minutes old and more
	if codes[1] != codes[2] && codes[1] != codes[3] {
		e := refusal(t, d.ask(id, codes[1]), access.CodeExpired, access.HintCodeExpired)
		if want := sent.SentAt.Add(12 * time.Minute).Format(time.RFC3339); e.Args["until"] != want {
			t.Errorf("expired at %s, want %s", e.Args["until"], want)
		}
	}
	ok(t, d.ask(id, codes[3])) // none of those was counted as a guess
}

func TestSign_anyLiveCode(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	first, _ := d.code(id)
	d.wait(30 * time.Second)
	d.code(id)
	d.wait(time.Minute)
	d.code(id)
	ok(t, d.ask(id, first))
	if err := d.ask(id, first); access.HintOf(err) != access.HintState {
		t.Errorf("signed twice: %v", err)
	}
}

func TestSign_failuresSpent(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	good, _ := d.code(id)
	for left := 4; left >= 1; left-- {
		e := refusal(t, d.ask(id, wrong(good)), access.CodeInvalid, access.HintCodeWrong)
		if e.Args["left"] != strconv.Itoa(left) {
			t.Fatalf("left %s, want %d", e.Args["left"], left)
		}
	}
	e := refusal(t, d.ask(id, wrong(good)), access.CodeThrottled, access.HintCodeSpent)
	if want := d.clock().Add(15 * time.Minute).Format(time.RFC3339); e.Args["until"] != want {
		t.Errorf("until %s, want %s", e.Args["until"], want)
	}
	refusal(t, d.ask(id, good), access.CodeThrottled, access.HintCodeSpent)
	d.wait(5 * time.Minute)
	_, err := d.send(id)
	refusal(t, err, access.CodeThrottled, access.HintResendWait)
	d.wait(10 * time.Minute) // the signature begins anew
	next, sent := d.code(id)
	if sent.TriesLeft != 5 || sent.Sends != 1 {
		t.Errorf("sent: %+v", sent)
	}
	ok(t, d.ask(id, next))
	failed := 0
	for _, k := range d.kinds(string(id)) {
		if k == audit.CodeFailed {
			failed++
		}
	}
	if failed != 5 {
		t.Errorf("%d failures in the trail, want 5", failed)
	}
}

func TestSign_contentChanged(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	typed, sent := d.code(a.ID)
	form := goodForm()
	form.Lead.Phone = "3009999999"
	_, err := d.flow.ChangeRequest(t.Context(), by(d.delegate), a.ID, a.Version, wire.ChangeRequest{Form: form})
	ok(t, err)
	refusal(t, d.ask(a.ID, typed), access.CodeConflict, access.HintContentChanged)
	_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, d.request(a.ID).Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	refusal(t, err, access.CodeConflict, access.HintContentChanged)
	next, _ := d.code(a.ID) // another content, no wait
	ok(t, d.ask(a.ID, next))
}

func TestSendCode_ticks(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	try := func(in ...wire.AcceptedText) error {
		_, err := d.flow.SendCode(t.Context(), by(d.delegate), id, wire.SendCode{Accepted: in})
		return err
	}
	all := d.ticks()
	e := refusal(t, try(all[0]), access.CodeInvalid, "")
	if fmt.Sprint(e.Fields) != "[{accepted.data not_accepted}]" {
		t.Errorf("fields: %v", e.Fields)
	}
	refusal(t, try(), access.CodeInvalid, "")
	refusal(t, try(all[0], wire.AcceptedText{ID: "data", Hash: "00"}), access.CodeConflict, access.HintTextsChanged)
	ok(t, try(all...))
}

// A text is replaced between the code and the signature: nothing is signed that
// was not seen.
func TestSign_textsReplaced(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	typed, before := d.code(id)
	old := d.ticks()
	d.wait(time.Minute)
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.InstallConsentText(store.ConsentText{ID: "terms", Version: "2", Label: "Acepto", Body: "Texto oficial", Hash: "22", Origin: store.OfPublisher})
		return err
	}))
	refusal(t, d.ask(id, typed), access.CodeConflict, access.HintTextsChanged)
	_, err := d.flow.SendCode(t.Context(), by(d.delegate), id, wire.SendCode{Accepted: old})
	refusal(t, err, access.CodeConflict, access.HintTextsChanged)
	next, sent := d.code(id)
	if sent.ContentHash == before.ContentHash {
		t.Error("the content is not the same any more")
	}
	if next != typed {
		refusal(t, d.ask(id, typed), access.CodeConflict, access.HintContentChanged)
	}
	ok(t, d.ask(id, next))
	ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Consents(id)
		if len(all) != 2 || all[1].TextID != "terms" || all[1].TextVersion != "2" || all[1].TextHash != "22" || all[1].Account != d.delegate.Account {
			t.Errorf("consents: %+v", all)
		}
		return err
	}))
}

func TestSendCode_noAddress(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return tx.SetEmail(d.delegate.Account, "") }))
	_, err := d.send(id)
	refusal(t, err, access.CodeConflict, access.HintNoAddress)
}

// A code signs for the person it was mailed to, and for no colleague at the same
// request: what signs is the signer's alone. The trail and the receipt name who
// signed, with the ticks and the address of that person.
func TestSign_onlyWithOnesOwnCode(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	typed, sent := d.code(a.ID)
	_, err := d.flow.Sign(t.Context(), by(d.second), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	refusal(t, err, access.CodeInvalid, access.HintCodeWrong)
	d.wait(time.Minute)
	theirs, err := d.flow.SendCode(t.Context(), by(d.second), a.ID, wire.SendCode{Accepted: d.ticks()})
	ok(t, err)
	own := d.nextMail().Data["code"]
	askedAt := d.clock()
	d.wait(time.Minute)
	if _, err := d.flow.SendCode(t.Context(), by(d.delegate), a.ID, wire.SendCode{Accepted: d.ticks()}); err != nil { // ticks after them
		t.Fatal(err)
	}
	_, err = d.flow.Sign(t.Context(), by(d.second), a.ID, a.Version, wire.Sign{Code: own, ContentHash: theirs.ContentHash})
	ok(t, err)
	got := d.receipt(d.second, a.ID)
	if got.Person.Person != d.second.Person || got.Code.SentTo != theirs.To || !got.Times.AcceptedAt.Equal(askedAt) {
		t.Errorf("receipt %+v %+v %+v", got.Person, got.Code, got.Times)
	}
	for _, e := range d.trail() {
		if e.Kind == audit.RequestSigned && e.Person != "CC 9999000012 Beto de Ejemplo" {
			t.Errorf("trail: %+v", e)
		}
	}
}

func TestMail_doesNotPrint(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	_, err := d.send(id)
	ok(t, err)
	m := d.nextMail()
	typed := m.Data["code"]
	if len(typed) != 6 || m.Template != TemplateOTP || m.Data["license"] != string(ourCode) || m.Data["number"] != "SOL-2026-000001" {
		t.Errorf("mail of another kind: %d digits, %s", len(typed), m.Template)
	}
	for _, s := range []string{fmt.Sprint(m), fmt.Sprintf("%+v", m), fmt.Sprintf("%#v", m), m.LogValue().String(), fmt.Sprintf("%v", []Mail{m})} {
		if s != "mail otp" && s != "[mail otp]" {
			t.Errorf("printed %q", s)
		}
	}
}
