package workflow

import (
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// An attempt of the request itself that an officer's keys took the place of goes
// at once: nobody was given it.
func TestAssign_ownAttemptGoesAtOnce(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	env := access.Preproduction
	op, _, err := d.flow.IntendSecret(t.Context(), id, env)
	ok(t, err)
	ok(t, d.flow.RecordApplication(t.Context(), id, env, newGUID(), newGUID()))
	ok(t, d.flow.RecordSecret(t.Context(), id, env, op, IssuedSecret{KeyID: newGUID(), Hint: "abc", ExpiresAt: d.clock().Add(365 * day), Text: textOf(madeSecret())}))
	d.park(id)
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, typedKeys(d.clock()))
	ok(t, err)
	if plan, err := d.flow.RetirePlan(t.Context(), op); err != nil || plan == nil || plan.ObjectID == "" || !d.nextRetire().Equal(d.clock()) {
		t.Errorf("plan %+v, %v, due %s", plan, err, d.nextRetire())
	}
}

// One that somebody has seen meanwhile works on as the reason says.
func TestAssign_ownAttemptThatWasShown(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	id := d.signRenewal(access.ReasonVendor)
	env := access.Preproduction
	op, _, err := d.flow.IntendSecret(t.Context(), id, env)
	ok(t, err)
	ok(t, d.flow.RecordSecret(t.Context(), id, env, op, IssuedSecret{KeyID: newGUID(), Hint: "abc", ExpiresAt: d.clock().Add(365 * day), Text: textOf(madeSecret())}))
	_, err = d.flow.Reveal(t.Context(), by(d.delegate), d.keys(ourCode)[env].ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(t, err)
	d.park(id)
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, typedKeys(d.clock()))
	ok(t, err)
	_, overlap, _ := d.secrets(ourCode, env)
	if len(overlap) != 2 || !overlap[1].EndsAt.Equal(d.clock().Add(7*day)) && !overlap[1].EndsAt.Equal(d.clock().Truncate(time.Second).Add(7*day)) {
		t.Errorf("overlapping: %+v", overlap)
	}
}

func TestRetirePlan_neverTheLastValid(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	id := d.signRenewal(access.ReasonVendor)
	d.reissue(id)
	env := access.Production
	active, overlap, _ := d.secrets(ourCode, env)
	active[0].ExpiresAt = d.clock().Add(day) // the new one is short-lived
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return tx.SaveSecret(active[0]) }))
	d.wait(7 * day)
	plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID)
	if plan != nil || err != nil {
		t.Fatalf("the last valid secret is to be removed: %+v, %v", plan, err)
	}
	_, overlap, _ = d.secrets(ourCode, env)
	row := d.keyRow(d.delegate, d.keys(ourCode)[env].ID)
	if !overlap[0].EndsAt.Equal(overlap[0].ExpiresAt) || !row.OverlapUntil.Equal(overlap[0].ExpiresAt) || row.State != access.KeyOverlap {
		t.Errorf("kept: %+v, row %+v", overlap[0], row)
	}
	if kinds := d.kinds(string(d.keys(ourCode)[env].ID)); kinds[len(kinds)-1] != audit.SecretKept {
		t.Errorf("the trail ends with %v", kinds)
	}
}

// A removal that fails for good is tried again another time, and is told.
func TestRetireFailed(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	d.reissue(d.signRenewal(access.ReasonVendor))
	d.wait(7 * day)
	_, overlap, _ := d.secrets(ourCode, access.Production)
	_, before, _ := d.secrets(ourCode, access.Preproduction)
	ok(t, d.flow.RecordRetired(t.Context(), before[0].ID, access.StepRetire))
	ok(t, d.flow.RetireFailed(t.Context(), overlap[0].ID, access.Failure{Status: 403, Code: "Authorization_RequestDenied"}))
	if at := d.nextRetire(); !at.Equal(d.clock().Add(retireAgain)) {
		t.Errorf("the next try is at %s", at)
	}
	k := d.keys(ourCode)[access.Production]
	if row := d.keyRow(d.delegate, k.ID); row.OverlapUntil.IsZero() {
		t.Errorf("the row hides that the old secret works: %+v", row)
	}
	if kinds := d.kinds(string(k.ID)); kinds[len(kinds)-1] != audit.SecretKept {
		t.Errorf("the trail ends with %v", kinds)
	}
}

// A change for security ends an overlap that is under way too.
func TestFlow_securityEndsOverlaps(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	d.reissue(d.signRenewal(access.ReasonVendor))
	d.wait(day)
	d.reissue(d.signRenewal(access.ReasonSecurity))
	for _, env := range access.Environments() {
		active, overlap, revoked := d.secrets(ourCode, env)
		if len(active) != 1 || len(overlap) != 0 || len(revoked) != 2 {
			t.Errorf("%s: %d active, %d overlapping, %d revoked", env, len(active), len(overlap), len(revoked))
		}
	}
	if at := d.nextRetire(); !at.IsZero() {
		t.Errorf("a removal is due at %s", at)
	}
}

func TestEndOverlap(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	k := d.keys(ourCode)[access.Production]
	_, err := d.flow.EndOverlap(t.Context(), by(d.delegate), k.ID, k.Version)
	refusal(t, err, access.CodeConflict, access.HintState)
	d.reissue(d.signRenewal(access.ReasonVendor))
	k = d.keys(ourCode)[access.Production]
	_, err = d.flow.EndOverlap(t.Context(), by(d.stranger), k.ID, k.Version)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.EndOverlap(t.Context(), by(d.halfway), k.ID, k.Version)
	refusal(t, err, access.CodeForbidden, "")
	_, err = d.flow.EndOverlap(t.Context(), by(d.delegate), k.ID, k.Version-1)
	refusal(t, err, access.CodeConflict, access.HintStale)
	a, err := d.flow.EndOverlap(t.Context(), by(d.second), k.ID, k.Version)
	ok(t, err)
	if a.Seq != d.head() || a.Version != k.Version+1 || !d.nextRetire().Equal(d.clock()) {
		t.Errorf("accepted %+v, removal due %s", a, d.nextRetire())
	}
	_, overlap, _ := d.secrets(ourCode, access.Production)
	if plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID); err != nil || plan == nil {
		t.Errorf("plan %+v, %v", plan, err)
	}
	last := d.trail()[len(d.trail())-1]
	if last.Kind != audit.OverlapEnded || last.Person != audit.PersonText(d.second.Person) {
		t.Errorf("the trail ends with %+v", last)
	}
	_, err = d.flow.EndOverlap(t.Context(), by(d.officer), d.keys(ourCode)[access.Preproduction].ID, d.keys(ourCode)[access.Preproduction].Version)
	ok(t, err)
}
