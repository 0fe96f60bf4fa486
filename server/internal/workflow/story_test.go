package workflow

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/wire"
)

// The whole path: written, signed, issued, consulted.
func TestFlow_firstKey(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	if a.Number != "SOL-2026-000001" || a.Version != 1 || a.Seq != d.head() {
		t.Errorf("accepted: %+v", a)
	}
	if rows := d.seen(d.officer, wire.RowRequest); rows != nil {
		t.Errorf("an officer sees what is not signed: %v", rows)
	}
	detail, err := d.flow.RequestDetail(t.Context(), by(d.delegate), a.ID)
	ok(t, err)
	texts, err := d.flow.ConsentTexts(t.Context())
	ok(t, err)
	content := receipt.Content{
		Request: a.ID, Number: a.Number, Kind: access.KindEnroll, Code: ourCode, Entity: ourEntity, Form: goodForm(),
	}
	for _, x := range texts.Texts {
		content.Texts = append(content.Texts, receipt.Text{ID: x.ID, Version: x.Version, Hash: x.Hash})
	}
	hash, err := content.Hash()
	ok(t, err)
	if detail.ContentHash != hash || detail.Form != goodForm() || detail.Row.Place != "Antioquia-MEDELLÍN" || detail.Row.NIT != "999100005" {
		t.Errorf("detail: %+v, want hash %s", detail, hash)
	}

	typed, sent := d.code(a.ID)
	if sent.To != access.MaskEmail("admihceips999100005011@example.org") || sent.From != "llavero@ministerio.example" ||
		sent.Sends != 1 || sent.TriesLeft != 5 || sent.ContentHash != hash || sent.ExpiresAt.Sub(sent.SentAt) != 10*time.Minute {
		t.Errorf("sent: %+v", sent)
	}
	signed, err := d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed[:3] + " " + typed[3:], ContentHash: hash})
	ok(t, err)
	if r := d.request(a.ID); r.Status != access.StatusIssuing || r.SignedAt.IsZero() || r.Version != signed.Version {
		t.Errorf("signed: %+v", r)
	}
	if rows := d.seen(d.officer, wire.RowRequest); !slices.Equal(rows, []string{string(a.ID)}) {
		t.Errorf("an officer sees %v", rows)
	}
	if rows := d.seen(d.delegate, wire.RowKey); rows != nil {
		t.Errorf("a key being made is seen: %v", rows)
	}

	d.confirm(a.ID)
	secrets := d.issue(a.ID)
	if r := d.request(a.ID); r.Status != access.StatusDone || r.Step != access.StepReady {
		t.Errorf("done: %+v", r)
	}
	for env, k := range d.keys(ourCode) {
		if k.State != access.KeyActive || k.ExpiresAt.IsZero() || k.UniqueName != "llavero-"+string(env)+"-"+string(ourCode) {
			t.Errorf("key: %+v", k)
		}
		v, err := d.flow.Reveal(t.Context(), by(d.second), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
		ok(t, err)
		if v.Value.Reveal() != secrets[env] {
			t.Errorf("%s: another secret came out", env)
		}
		shown, err := d.flow.KeyAudit(t.Context(), by(d.delegate), k.ID)
		ok(t, err)
		if len(shown.Entries) != 1 || !strings.Contains(shown.Entries[0].Person, "Beto de Ejemplo") ||
			shown.Entries[0].Field != access.FieldSecret || shown.Entries[0].Device != "Escritorio de ejemplo" {
			t.Errorf("audit of the key: %+v", shown)
		}
	}
	want := []audit.Kind{
		audit.RequestCreated, audit.CodeSent, audit.RequestSigned, audit.ReceiptMade, audit.ContactTold, audit.ContactTold,
		audit.ContactConfirmed, audit.ContactConfirmed, audit.RequestDone,
	}
	if got := d.kinds(string(a.ID)); !slices.Equal(got, want) {
		t.Errorf("trail of the request: %v", got)
	}
	d.noLiveJobs(t)
}

func (d *desk) noLiveJobs(t *testing.T) {
	t.Helper()
	ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		at, some, err := tx.NextJobAt([]string{store.JobProvision, store.JobMail})
		if some {
			t.Errorf("a job still waits for %s", at)
		}
		return err
	}))
}

// Issue fails, an officer types the keys, the delegate has them.
func TestFlow_assignedByHand(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	d.park(id)
	var row wire.RequestRow
	ok(t, json.Unmarshal(d.rows(d.officer)["request "+string(id)], &row))
	if row.Status != access.StatusPending || row.Failure == nil || row.Failure.Code != "Authorization_RequestDenied" {
		t.Errorf("an officer's row: %+v", row)
	}
	row = wire.RequestRow{}
	ok(t, json.Unmarshal(d.rows(d.delegate)["request "+string(id)], &row))
	if row.Status != access.StatusPending || row.Failure != nil {
		t.Errorf("a delegate's row: %+v", row)
	}
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	in := typedKeys(d.clock())
	in.Production.ClientID = " " + strings.ToUpper(in.Production.ClientID) + "\n"
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, in)
	ok(t, err)
	if r := d.request(id); r.Status != access.StatusDone || r.TakenBy != "" || r.Failure != nil {
		t.Errorf("assigned: %+v", r)
	}
	k := d.keys(ourCode)[access.Production]
	if k.State != access.KeyUnverified || k.ClientID != strings.ToLower(strings.TrimSpace(in.Production.ClientID)) {
		t.Errorf("key: %+v", k)
	}
	v, err := d.flow.Reveal(t.Context(), by(d.delegate), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(t, err)
	if v.Value.Reveal() != in.Production.Secret {
		t.Error("another secret came out")
	}
	d.trail()
	d.noLiveJobs(t)

	// The same client ids are another key's now.
	d.wait(time.Hour)
	next := d.sign("0500199002")
	d.park(next)
	taken, err = d.flow.Take(t.Context(), by(d.officer), next, wire.Take{})
	ok(t, err)
	again := typedKeys(d.clock())
	again.Preproduction.ClientID = in.Preproduction.ClientID
	_, err = d.flow.Assign(t.Context(), by(d.officer), next, taken.Version, again)
	e := refusal(t, err, access.CodeInvalid, "")
	if want := []access.FieldError{{Field: "preproduction.clientId", Hint: access.HintKeyExists}}; !slices.Equal(e.Fields, want) {
		t.Errorf("fields: %v", e.Fields)
	}
}

func typedKeys(now time.Time) wire.Assign {
	expires := now.Add(300 * 24 * time.Hour)
	return wire.Assign{
		Production:    wire.TypedKey{ClientID: newGUID(), Secret: madeSecret(), ExpiresAt: expires},
		Preproduction: wire.TypedKey{ClientID: newGUID(), Secret: madeSecret(), ExpiresAt: expires},
	}
}

// Resumed, it goes on: what was made stays, the lost secret is told.
func TestFlow_resumed(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	object, client := newGUID(), newGUID()
	ok(t, d.flow.RecordApplication(t.Context(), id, access.Preproduction, object, client))
	lost, earlier, err := d.flow.IntendSecret(t.Context(), id, access.Preproduction)
	ok(t, err)
	if len(earlier) != 0 {
		t.Errorf("earlier: %v", earlier)
	}
	d.park(id)
	refusal(t, d.flow.RecordApplication(t.Context(), id, access.Preproduction, newGUID(), newGUID()), access.CodeConflict, access.HintState)
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	_, err = d.flow.Resume(t.Context(), by(d.officer), id, taken.Version)
	ok(t, err)
	_, err = d.flow.Resume(t.Context(), by(d.other), id, taken.Version)
	refusal(t, err, access.CodeConflict, access.HintState)

	plan, err := d.flow.IssuePlan(t.Context(), id)
	ok(t, err)
	if p := plan.Keys[0]; p.Environment != access.Preproduction || p.ObjectID != object || p.ClientID != client || p.SecretID != "" ||
		p.DisplayName != "IHCE-SANDBOX-"+string(ourCode) || p.Validity != 365*24*time.Hour {
		t.Errorf("plan: %+v", p)
	}
	_, earlier, err = d.flow.IntendSecret(t.Context(), id, access.Preproduction)
	ok(t, err)
	if !slices.Equal(earlier, []string{lost}) {
		t.Errorf("earlier: %v, want %s", earlier, lost)
	}
	d.issue(id)
	for env := range d.keys(ourCode) {
		_, err := d.flow.BeginIssueTest(t.Context(), id, env)
		refusal(t, err, access.CodeConflict, access.HintState) // done: no longer the worker's
	}
	d.trail()
}

func TestFinishIssue_needsBothSecrets(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	op, _, err := d.flow.IntendSecret(t.Context(), id, access.Preproduction)
	ok(t, err)
	in := IssuedSecret{KeyID: newGUID(), Hint: "abc", ExpiresAt: d.clock().Add(time.Hour), Text: textOf(madeSecret())}
	ok(t, d.flow.RecordSecret(t.Context(), id, access.Preproduction, op, in))
	ok(t, d.flow.RecordSecret(t.Context(), id, access.Preproduction, op, in)) // told twice: once
	refusal(t, d.flow.FinishIssue(t.Context(), id), access.CodeConflict, access.HintState)
	_, _, err = d.flow.IntendSecret(t.Context(), id, access.Preproduction)
	refusal(t, err, access.CodeConflict, access.HintState)
	refusal(t, d.flow.RecordSecret(t.Context(), id, access.Production, op, in), access.CodeConflict, access.HintState)
	plan, err := d.flow.BeginIssueTest(t.Context(), id, access.Preproduction)
	ok(t, err)
	if plan.ClientID != "" || plan.Text.Reveal() != in.Text.Reveal() {
		t.Error("another secret was opened")
	}
	if !slices.Contains(d.kinds(string(d.keys(ourCode)[access.Preproduction].ID)), audit.SecretTested) {
		t.Error("opening for the test is not in the trail")
	}
}

func TestLapseLeases(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	d.park(id)
	if next, err := d.flow.LapseLeases(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("nothing is taken: %v, %v", next, err)
	}
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	d.wait(time.Minute)
	head := d.head()
	renewed, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	if renewed.Version != taken.Version || d.head() != head {
		t.Error("a sign of life is no change")
	}
	next, err := d.flow.LapseLeases(t.Context())
	ok(t, err)
	if want := d.clock().Add(access.LeaseTime); !next.Equal(want) {
		t.Errorf("next %s, want %s", next, want)
	}
	_, err = d.flow.Take(t.Context(), by(d.other), id, wire.Take{})
	if e := refusal(t, err, access.CodeConflict, access.HintTaken); e.Args["by"] != "Oscar de Ejemplo" {
		t.Errorf("args: %v", e.Args)
	}
	d.wait(access.LeaseTime)
	next, err = d.flow.LapseLeases(t.Context())
	ok(t, err)
	if r := d.request(id); !next.IsZero() || r.TakenBy != "" {
		t.Errorf("still taken by %q", r.TakenName)
	}
	_, err = d.flow.Take(t.Context(), by(d.other), id, wire.Take{})
	ok(t, err)
	_, err = d.flow.Take(t.Context(), by(d.officer), id, wire.Take{Why: " Olga salió "})
	ok(t, err)
	if r := d.request(id); r.TakenBy != d.officer.Account || r.TakenWhy != "Olga salió" {
		t.Errorf("taken over by %q, because %q", r.TakenName, r.TakenWhy)
	}
	want := []audit.Kind{audit.RequestParked, audit.RequestTaken, audit.RequestLapsed, audit.RequestTaken, audit.RequestTakenOver}
	if got := d.kinds(string(id)); !slices.Equal(got[8:], want) {
		t.Errorf("trail: %v", got)
	}
	_, err = d.flow.Release(t.Context(), by(d.officer), id)
	ok(t, err)
	if r := d.request(id); r.TakenBy != "" || r.TakenWhy != "" {
		t.Errorf("released, and still taken by %q, because %q", r.TakenName, r.TakenWhy)
	}
}
