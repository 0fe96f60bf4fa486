package workflow

import (
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// What was promised stays while the same is written again, for a day; another
// reason is another content and voids the codes.
func TestChangeRequest_promise(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	a, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(access.ReasonVendor))
	ok(t, err)
	first := d.request(a.ID)
	d.wait(3 * time.Hour)
	again, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(access.ReasonVendor))
	ok(t, err)
	if r := d.request(a.ID); again.Version != a.Version || r.ContentHash != first.ContentHash {
		t.Errorf("the same content changed the request: %+v, was %+v", r, first)
	}
	_, _ = d.code(a.ID)
	d.wait(22 * time.Hour)
	next, err := d.flow.ChangeRequest(t.Context(), by(d.delegate), a.ID, a.Version, wire.ChangeRequest{Reason: access.ReasonVendor, Form: goodForm()})
	ok(t, err)
	second := d.request(a.ID)
	if next.Version == a.Version || second.ContentHash == first.ContentHash || !second.Overlaps[access.Production].After(first.Overlaps[access.Production]) {
		t.Errorf("a promise of yesterday stands: %+v", second)
	}
	next, err = d.flow.ChangeRequest(t.Context(), by(d.delegate), a.ID, next.Version, wire.ChangeRequest{Reason: access.ReasonSecurity, Form: goodForm()})
	ok(t, err)
	if r := d.request(a.ID); r.Version != next.Version || !r.Overlaps[access.Production].IsZero() || len(r.Overlaps) != 2 {
		t.Errorf("another reason: %+v", r)
	}
}

// A request that was left unsigned for days promises anew, and is shown again
// before a code is sent.
func TestSendCode_promiseTooOld(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	a, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(access.ReasonVendor))
	ok(t, err)
	d.wait(3 * day)
	ticks := wire.SendCode{Accepted: d.ticks()}
	_, err = d.flow.SendCode(t.Context(), by(d.delegate), a.ID, ticks)
	e := refusal(t, err, access.CodeConflict, access.HintContentChanged)
	detail, err := d.flow.RequestDetail(t.Context(), by(d.delegate), a.ID)
	ok(t, err)
	if e.Args["field"] != "overlap" || e.Version != detail.Row.Version || e.Version == a.Version {
		t.Errorf("refused with %+v, the request is at %d", e, detail.Row.Version)
	}
	for _, old := range detail.OldSecrets {
		if left := old.Until.Sub(d.clock()); left < 7*day-time.Second || left > 7*day {
			t.Errorf("%s: %s are left of the overlap", old.Environment, left)
		}
	}
	typed, sent := d.code(a.ID)
	if sent.ContentHash != detail.ContentHash {
		t.Error("the code signs something else than was shown")
	}
	_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, detail.Row.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
}
