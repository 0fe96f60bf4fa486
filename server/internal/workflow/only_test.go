package workflow

import (
	"testing"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// only writes a request that is being issued for one environment of a code that
// has its keys.
func (d *desk) only(env access.Environment) access.RequestID {
	d.Helper()
	id := access.RequestID(uuid.NewString())
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		number, err := tx.NextRequestNumber(2026)
		if err != nil {
			return err
		}
		return tx.InsertRequest(&store.Request{KeyRequest: access.KeyRequest{
			ID: id, Number: number, Kind: access.KindRenew, Reason: access.ReasonSecurity, Code: ourCode, Only: env, Entity: ourEntity,
			Status: access.StatusIssuing, RequestedBy: d.delegate.Account, RequestedAt: tx.Now(), SignedAt: tx.Now(), UpdatedAt: tx.Now(),
		}, Form: goodForm()})
	}))
	return id
}

// A request of one environment is planned, shown and finished for that one.
func TestOnly_issue(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	before := d.keys(ourCode)
	id := d.only(access.Production)
	plan, err := d.flow.IssuePlan(t.Context(), id)
	ok(t, err)
	if len(plan.Keys) != 1 || plan.Keys[0].Environment != access.Production {
		t.Fatalf("planned %+v", plan.Keys)
	}
	detail, err := d.flow.RequestDetail(t.Context(), by(d.officer), id)
	ok(t, err)
	if detail.Row.Only != access.Production || len(detail.KeyNames) != 1 || detail.KeyNames[access.Production] == "" {
		t.Errorf("detail %+v", detail)
	}
	op, _, err := d.flow.IntendSecret(t.Context(), id, access.Production)
	ok(t, err)
	ok(t, d.flow.RecordSecret(t.Context(), id, access.Production, op, IssuedSecret{KeyID: newGUID(), Hint: "abc", ExpiresAt: d.clock().Add(365 * day), Text: textOf(madeSecret())}))
	ok(t, d.flow.FinishIssue(t.Context(), id))
	after := d.keys(ourCode)
	if after[access.Preproduction].Version != before[access.Preproduction].Version || after[access.Production].IssuedAt.Equal(before[access.Production].IssuedAt) && after[access.Production].Version == before[access.Production].Version {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// What an officer types for it is of that environment alone.
func TestOnly_assign(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	id := d.only(access.Production)
	d.park(id)
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	both := typedKeys(d.clock())
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, both)
	e := refusal(t, err, access.CodeInvalid, "")
	if len(e.Fields) != 1 || e.Fields[0] != (access.FieldError{Field: "preproduction", Hint: access.HintOtherEnvironment}) {
		t.Errorf("refused with %+v", e)
	}
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, wire.Assign{})
	if e := refusal(t, err, access.CodeInvalid, ""); len(e.Fields) != 3 || e.Fields[0].Field != "production.clientId" {
		t.Errorf("nothing typed: %+v", e)
	}
	before := d.keys(ourCode)[access.Preproduction]
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, wire.Assign{Production: both.Production})
	ok(t, err)
	after := d.keys(ourCode)
	if after[access.Production].State != access.KeyUnverified || after[access.Preproduction].Version != before.Version {
		t.Errorf("production %+v, preproduction %+v, was %+v", after[access.Production], after[access.Preproduction], before)
	}
}
