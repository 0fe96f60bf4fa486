package workflow

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func renewal(reason access.Reason) wire.NewRequest {
	return wire.NewRequest{Kind: access.KindRenew, Reason: reason, Code: ourCode, Form: goodForm()}
}

// signRenewal asks for a change of key and signs it.
func (d *desk) signRenewal(reason access.Reason) access.RequestID {
	d.Helper()
	a, err := d.flow.CreateRequest(d.Context(), by(d.delegate), renewal(reason))
	ok(d, err)
	typed, sent := d.code(a.ID)
	_, err = d.flow.Sign(d.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(d, err)
	return a.ID
}

// reissue does the worker's part of a change of key: a secret for each of the
// applications that are there.
func (d *desk) reissue(id access.RequestID) map[access.Environment]string {
	d.Helper()
	made := map[access.Environment]string{}
	for _, env := range access.Environments() {
		made[env] = madeSecret()
		op, _, err := d.flow.IntendSecret(d.Context(), id, env)
		ok(d, err)
		ok(d, d.flow.RecordSecret(d.Context(), id, env, op, IssuedSecret{
			KeyID: uuid.NewString(), Hint: made[env][:3], ExpiresAt: d.clock().Add(365 * day), Text: secret.New(made[env]),
		}))
		due, err := d.flow.DueSecrets(d.Context(), id, env)
		ok(d, err)
		for _, old := range due {
			ok(d, d.flow.RecordRetired(d.Context(), old.ID, access.StepRetire))
		}
	}
	ok(d, d.flow.FinishIssue(d.Context(), id))
	return made
}

func (d *desk) secrets(code access.LicenseCode, env access.Environment) (active, overlap, revoked []store.Secret) {
	d.Helper()
	k := d.keys(code)[env]
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) error {
		all, err := tx.Secrets(k.ID)
		for _, s := range all {
			switch s.State {
			case store.SecretActive:
				active = append(active, s)
			case store.SecretOverlap:
				overlap = append(overlap, s)
			case store.SecretRevoked:
				revoked = append(revoked, s)
			}
		}
		return err
	}))
	return active, overlap, revoked
}

func (d *desk) keyRow(who access.Viewer, id access.KeyID) wire.KeyRow {
	d.Helper()
	var row wire.KeyRow
	ok(d, json.Unmarshal(d.rows(who)["key "+string(id)], &row))
	return row
}

// nextRetire is when a removal is due, zero for none.
func (d *desk) nextRetire() time.Time {
	d.Helper()
	var at time.Time
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		at, _, err = tx.NextJobAt([]string{store.JobRetire})
		return err
	}))
	return at
}

// A change of key, for each reason: shown before, signed, and so it happens.
func TestFlow_renewal(t *testing.T) {
	tests := []struct {
		reason access.Reason
		until  time.Duration // of the old secret, from now; zero: at once
	}{
		{access.ReasonSecurity, 0},
		{access.ReasonVendor, 7 * day},
		{access.ReasonExpiry, 30 * day},
	}
	for _, tt := range tests {
		t.Run(string(tt.reason), func(t *testing.T) {
			d := newDesk(t)
			d.issue(d.sign(ourCode))
			before := d.keys(ourCode)
			d.wait(20 * day)
			now := d.clock().Truncate(time.Second)
			want := now.Add(tt.until)
			if tt.until == 0 {
				want = time.Time{}
			}

			a, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(tt.reason))
			ok(t, err)
			detail, err := d.flow.RequestDetail(t.Context(), by(d.delegate), a.ID)
			ok(t, err)
			if len(detail.OldSecrets) != 2 || detail.Row.Reason != tt.reason || detail.Row.Kind != access.KindRenew {
				t.Fatalf("detail: %+v", detail)
			}
			content := receipt.Content{
				Request: a.ID, Number: a.Number, Kind: access.KindRenew, Reason: tt.reason, Code: ourCode, Entity: ourEntity,
				Form: goodForm(), Overlaps: access.Overlaps{},
			}
			for _, old := range detail.OldSecrets {
				if !old.Until.Equal(want) || old.ByHand || !old.ExpiresAt.Equal(before[old.Environment].ExpiresAt) {
					t.Errorf("shown before the signature: %+v, want until %s", old, want)
				}
				content.Overlaps[old.Environment] = old.Until
			}
			texts, err := d.flow.ConsentTexts(t.Context())
			ok(t, err)
			for _, x := range texts.Texts {
				content.Texts = append(content.Texts, receipt.Text{ID: x.ID, Version: x.Version, Hash: x.Hash})
			}
			if hash, err := content.Hash(); err != nil || hash != detail.ContentHash {
				t.Errorf("the ends are not what is signed: %s, want %s, %v", detail.ContentHash, hash, err)
			}

			typed, sent := d.code(a.ID)
			_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
			ok(t, err)
			made := d.reissue(a.ID)
			d.renewed(t, a.ID, before, made, want)
		})
	}
}

// renewed checks a finished change of key, and what follows at the old secret's
// end.
func (d *desk) renewed(t *testing.T, id access.RequestID, before map[access.Environment]*store.Key, made map[access.Environment]string, until time.Time) {
	t.Helper()
	if r := d.request(id); r.Status != access.StatusDone {
		t.Errorf("the request: %+v", r)
	}
	for env, k := range d.keys(ourCode) {
		if k.ClientID != before[env].ClientID || k.ObjectID != before[env].ObjectID || k.ID != before[env].ID {
			t.Errorf("%s: another application: %+v, was %+v", env, k, before[env])
		}
		if v, err := d.flow.Reveal(t.Context(), by(d.delegate), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow}); err != nil || v.Value.Reveal() != made[env] {
			t.Errorf("%s: the new secret does not come out: %v", env, err)
		}
		row := d.keyRow(d.delegate, k.ID)
		active, overlap, revoked := d.secrets(ourCode, env)
		if len(active) != 1 || !row.OverlapUntil.Equal(until) || row.OverlapByHand {
			t.Errorf("%s: row %+v, want an overlap until %s", env, row, until)
		}
		if until.IsZero() {
			if k.State != access.KeyActive || len(overlap) != 0 || len(revoked) != 1 || revoked[0].Sealed != nil {
				t.Errorf("%s: %s with %+v, %+v", env, k.State, overlap, revoked)
			}
			continue
		}
		if k.State != access.KeyOverlap || len(overlap) != 1 || !overlap[0].EndsAt.Equal(until) || len(revoked) != 0 {
			t.Errorf("%s: %s with %+v, %+v", env, k.State, overlap, revoked)
		}
		if plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID); plan != nil || err != nil {
			t.Errorf("%s: to be removed before its time: %+v, %v", env, plan, err)
		}
	}
	if at := d.nextRetire(); !at.Equal(until) {
		t.Errorf("removal is due at %s, want %s", at, until)
	}
	if until.IsZero() {
		return
	}
	d.wait(until.Sub(d.clock()))
	for env, k := range d.keys(ourCode) {
		_, overlap, _ := d.secrets(ourCode, env)
		plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID)
		if err != nil || plan == nil || plan.ObjectID != k.ObjectID || plan.KeyID != overlap[0].EntraKeyID || plan.Environment != env {
			t.Fatalf("%s: plan %+v, %v", env, plan, err)
		}
		ok(t, d.flow.RecordRetired(t.Context(), overlap[0].ID, access.StepRetire))
		ok(t, d.flow.RecordRetired(t.Context(), overlap[0].ID, access.StepRetire)) // told twice
		_, overlap, revoked := d.secrets(ourCode, env)
		if row := d.keyRow(d.delegate, k.ID); len(overlap) != 0 || len(revoked) != 1 || revoked[0].Sealed != nil ||
			row.State != access.KeyActive || !row.OverlapUntil.IsZero() {
			t.Errorf("%s after the end: %+v, %+v, row %+v", env, overlap, revoked, row)
		}
		kinds := d.kinds(string(k.ID))
		if n := len(slices.DeleteFunc(kinds, func(k audit.Kind) bool { return k != audit.SecretRetired })); n != 1 {
			t.Errorf("%s: %d entries of the removal", env, n)
		}
	}
	if at := d.nextRetire(); !at.IsZero() {
		t.Errorf("a removal is still due at %s", at)
	}
}

func TestCreateRequest_renewalRefusals(t *testing.T) {
	d := newDesk(t)
	ask := func(who access.Viewer, change func(*wire.NewRequest)) error {
		in := renewal(access.ReasonVendor)
		change(&in)
		_, err := d.flow.CreateRequest(t.Context(), by(who), in)
		return err
	}
	refusal(t, ask(d.delegate, func(*wire.NewRequest) {}), access.CodeConflict, access.HintNoKey)
	d.issue(d.sign(ourCode))
	head := d.head()
	field := func(err error, name string, hint access.Hint) {
		t.Helper()
		e, isOurs := errors.AsType[*access.Error](err)
		if !isOurs || e.Code != access.CodeInvalid || len(e.Fields) != 1 || e.Fields[0] != (access.FieldError{Field: name, Hint: hint}) {
			t.Errorf("got %v, want %s %s", err, name, hint)
		}
	}
	field(ask(d.delegate, func(in *wire.NewRequest) { in.Reason = "" }), "reason", access.HintRequired)
	field(ask(d.delegate, func(in *wire.NewRequest) { in.Reason = "porque sí" }), "reason", access.HintUnknownValue)
	field(ask(d.delegate, func(in *wire.NewRequest) { in.Kind = access.KindEnroll }), "reason", access.HintUnknownValue)
	field(ask(d.delegate, func(in *wire.NewRequest) { in.Kind, in.Reason = "otro", "" }), "kind", access.HintUnknownValue)
	refusal(t, ask(d.stranger, func(*wire.NewRequest) {}), access.CodeNotFound, "")
	refusal(t, ask(d.officer, func(*wire.NewRequest) {}), access.CodeForbidden, "")
	if d.head() != head {
		t.Error("a refusal left something behind")
	}
	ok(t, ask(d.delegate, func(*wire.NewRequest) {}))
	var open access.RequestID
	for _, id := range d.seen(d.delegate, wire.RowRequest) {
		if d.request(access.RequestID(id)).Status == access.StatusSigning {
			open = access.RequestID(id)
		}
	}
	r := d.request(open)
	_, err := d.flow.ChangeRequest(t.Context(), by(d.delegate), open, r.Version, wire.ChangeRequest{Form: goodForm()})
	field(err, "reason", access.HintRequired)
	typed, sent := d.code(open)
	_, err = d.flow.Sign(t.Context(), by(d.delegate), open, r.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
	refusal(t, ask(d.delegate, func(*wire.NewRequest) {}), access.CodeConflict, access.HintOpenRequest)
}

// Twenty at once leave one open change of key.
func TestCreateRequest_renewalParallel(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	var all sync.WaitGroup
	ids := make([]access.RequestID, 20)
	for i := range ids {
		who := d.delegate
		if i%2 == 1 {
			who = d.second
		}
		all.Go(func() {
			a, err := d.flow.CreateRequest(t.Context(), by(who), renewal(access.ReasonSecurity))
			if err != nil {
				t.Error(err)
			}
			ids[i] = a.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("more than one request: %v", ids)
		}
	}
	if n := len(d.seen(d.delegate, wire.RowRequest)); n != 2 {
		t.Errorf("%d requests, want the enrolment and one change", n)
	}
}

// Issue fails, an officer types the keys of a change: «Reasignado». Then that
// key is changed too: what was typed cannot be removed, and that is said.
func TestFlow_renewalByHand(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	before := d.keys(ourCode)
	id := d.signRenewal(access.ReasonVendor)
	promised := d.request(id).Overlaps
	d.park(id)
	var row wire.RequestRow
	ok(t, json.Unmarshal(d.rows(d.officer)["request "+string(id)], &row))
	if row.Status != access.StatusPending || row.Kind != access.KindRenew || row.Reason != access.ReasonVendor {
		t.Errorf("an officer's row: %+v", row)
	}
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	in := typedKeys(d.clock())
	in.Production.ClientID = before[access.Production].ClientID // the same application
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, in)
	ok(t, err)
	for env, k := range d.keys(ourCode) {
		_, overlap, _ := d.secrets(ourCode, env)
		if len(overlap) != 1 || !overlap[0].EndsAt.Equal(promised[env]) || overlap[0].ObjectID != before[env].ObjectID {
			t.Errorf("%s: the old secret: %+v, want it removed at %s from where it lives", env, overlap, promised[env])
		}
		if k.State != access.KeyUnverified {
			t.Errorf("%s: %s", env, k.State)
		}
	}
	d.wait(promised[access.Production].Sub(d.clock()))
	for _, env := range access.Environments() {
		d.prove(ourCode, env) // what was typed; else the old one would stay
		_, overlap, _ := d.secrets(ourCode, env)
		plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID)
		if err != nil || plan == nil || plan.ObjectID != before[env].ObjectID {
			t.Fatalf("%s: plan %+v, %v", env, plan, err)
		}
		ok(t, d.flow.RecordRetired(t.Context(), plan.ID, access.StepRetire))
	}

	// A change of what was typed, for security.
	a, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(access.ReasonSecurity))
	ok(t, err)
	detail, err := d.flow.RequestDetail(t.Context(), by(d.delegate), a.ID)
	ok(t, err)
	for _, old := range detail.OldSecrets {
		if !old.ByHand || !old.Until.Equal(old.ExpiresAt) || old.Until.IsZero() {
			t.Errorf("before the signature: %+v", old)
		}
	}
	typed, sent := d.code(a.ID)
	_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
	d.reissue(a.ID)
	for env, k := range d.keys(ourCode) {
		row := d.keyRow(d.delegate, k.ID)
		if row.State != access.KeyOverlap || !row.OverlapByHand || row.OverlapUntil.IsZero() {
			t.Errorf("%s: %+v", env, row)
		}
		said := false
		for _, r := range d.trail() {
			said = said || r.Subject == string(k.ID) && r.Kind == audit.SecretReplaced && r.DetailOf("removal") == "by_hand"
		}
		if !said {
			t.Errorf("%s: the trail does not say that it cannot be removed", env)
		}
		_, overlap, _ := d.secrets(ourCode, env)
		_, err := d.flow.EndOverlap(t.Context(), by(d.delegate), k.ID, row.Version)
		refusal(t, err, access.CodeConflict, access.HintState)
		d.wait(overlap[0].EndsAt.Sub(d.clock()))
		plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID)
		if err != nil || plan == nil || plan.ObjectID != "" {
			t.Errorf("%s: plan %+v, %v", env, plan, err)
		}
	}
}
