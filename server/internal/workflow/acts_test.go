package workflow

import (
	"context"
	"fmt"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// situation brings a request of ourCode to a status; "done" also has keys.
func (d *desk) situation(name string) access.RequestID {
	d.Helper()
	switch name {
	case "signing":
		return d.create(ourCode).ID
	case "cancelled":
		a := d.create(ourCode)
		_, err := d.flow.CancelRequest(d.Context(), by(d.delegate), a.ID, a.Version)
		ok(d, err)
		return a.ID
	case "issuing":
		return d.sign(ourCode)
	case "pending":
		id := d.sign(ourCode)
		d.park(id)
		return id
	case "taken": // by the officer
		id := d.situation("pending")
		_, err := d.flow.Take(d.Context(), by(d.officer), id, wire.Take{})
		ok(d, err)
		return id
	case "done":
		id := d.sign(ourCode)
		d.issue(id)
		return id
	}
	d.Fatalf("no situation %q", name)
	return ""
}

var situations = []string{"signing", "cancelled", "issuing", "pending", "taken", "done"}

// acts are the buttons on a request, each with a body that is good in itself.
func acts() map[string]func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
	version := func(d *desk, id access.RequestID) int64 { return d.request(id).Version }
	return map[string]func(context.Context, *desk, Act, access.RequestID) error{
		"detail": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.RequestDetail(ctx, act, id)
			return err
		},
		"change": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			form := goodForm()
			form.Vendor = "Otro"
			_, err := d.flow.ChangeRequest(ctx, act, id, version(d, id), wire.ChangeRequest{Form: form})
			return err
		},
		"cancel": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.CancelRequest(ctx, act, id, version(d, id))
			return err
		},
		"code": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.SendCode(ctx, act, id, wire.SendCode{Accepted: d.ticks()})
			return err
		},
		"sign": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			r := d.request(id)
			typed := "000000"
			if r.Status == access.StatusSigning {
				typed, _ = d.codeFor(d.delegate, id)
				if act.Who.Account == d.second.Account { // a colleague's is nothing to them
					d.wait(time.Minute)
					typed, _ = d.codeFor(d.second, id)
				}
			}
			_, err := d.flow.Sign(ctx, act, id, r.Version, wire.Sign{Code: typed, ContentHash: r.ContentHash})
			return err
		},
		"take": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.Take(ctx, act, id, wire.Take{})
			return err
		},
		"release": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.Release(ctx, act, id)
			return err
		},
		"resume": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.Resume(ctx, act, id, version(d, id))
			return err
		},
		"assign": func(ctx context.Context, d *desk, act Act, id access.RequestID) error {
			_, err := d.flow.Assign(ctx, act, id, version(d, id), typedKeys(d.clock()))
			return err
		},
	}
}

// verdict is "ok", or code and hint.
func verdict(err error) string {
	if err == nil {
		return "ok"
	}
	if h := access.HintOf(err); h != "" {
		return string(access.CodeOf(err)) + " " + string(h)
	}
	return string(access.CodeOf(err))
}

// Each act, on a request in each status, by each role. A refused act leaves
// nothing behind.
func TestActs_statusAndRole(t *testing.T) {
	delegateActs := map[string]string{ // by status, for the delegates of the entity
		"signing": "ok", "cancelled": "conflict state", "issuing": "conflict state",
		"pending": "conflict state", "taken": "conflict state", "done": "conflict state",
	}
	officer := func(free, mine string) map[string]string {
		return map[string]string{
			"signing": "not_found", "cancelled": "not_found", "issuing": "conflict state", "pending": free, "taken": mine, "done": "conflict state",
		}
	}
	seen := map[string]string{"signing": "ok", "cancelled": "not_found", "issuing": "ok", "pending": "ok", "taken": "ok", "done": "ok"}
	seenSigned := map[string]string{"signing": "not_found", "cancelled": "not_found", "issuing": "ok", "pending": "ok", "taken": "ok", "done": "ok"}
	always := func(v string) map[string]string {
		m := map[string]string{}
		for _, s := range situations {
			m[s] = v
		}
		return m
	}
	roles := map[string]func(*desk) access.Viewer{
		"delegate": func(d *desk) access.Viewer { return d.delegate },
		"second":   func(d *desk) access.Viewer { return d.second },
		"stranger": func(d *desk) access.Viewer { return d.stranger },
		"officer":  func(d *desk) access.Viewer { return d.officer },
		"other":    func(d *desk) access.Viewer { return d.other },
		"halfway":  func(d *desk) access.Viewer { return d.halfway },
		"nobody":   func(*desk) access.Viewer { return access.Viewer{} },
	}
	want := map[string]map[string]map[string]string{}
	for _, act := range []string{"change", "cancel", "code", "sign"} {
		want[act] = map[string]map[string]string{
			"delegate": delegateActs, "second": delegateActs, "stranger": always("not_found"),
			"officer": always("forbidden"), "other": always("forbidden"), "halfway": always("forbidden"), "nobody": always("forbidden"),
		}
	}
	for _, act := range []string{"take", "release", "resume", "assign"} {
		mine, others := officer("conflict not_taken", "ok"), officer("conflict not_taken", "conflict taken")
		if act == "take" {
			mine, others = officer("ok", "ok"), officer("ok", "conflict taken")
		}
		want[act] = map[string]map[string]string{
			"delegate": always("forbidden"), "second": always("forbidden"), "stranger": always("forbidden"),
			"officer": mine, "other": others, "halfway": always("forbidden"), "nobody": always("forbidden"),
		}
	}
	want["detail"] = map[string]map[string]string{
		"delegate": seen, "second": seen, "stranger": always("not_found"), "officer": seenSigned, "other": seenSigned,
		"halfway": always("forbidden"), "nobody": always("forbidden"),
	}

	type shared struct {
		d  *desk
		id access.RequestID
	}
	rooms := map[string]shared{} // refused acts leave nothing behind: they share a desk
	room := func(s string) shared {
		d := newDesk(t)
		return shared{d, d.situation(s)}
	}
	for _, s := range situations {
		rooms[s] = room(s)
	}
	for name, act := range acts() {
		for role, who := range roles {
			t.Run(name+" by "+role, func(t *testing.T) {
				for _, s := range situations {
					at := rooms[s]
					if want[name][role][s] == "ok" || name == "sign" && s == "signing" {
						at = room(s)
					}
					d, id := at.d, at.id
					before, version, trail := d.head(), d.request(id).Version, len(d.trail())
					if name == "sign" && s == "signing" { // asking for a code is an act too
						trail++
					}
					err := act(t.Context(), d, by(who(d)), id)
					if got := verdict(err); got != want[name][role][s] {
						t.Errorf("%s: got %q, want %q", s, got, want[name][role][s])
					}
					if err != nil && (d.head() != before || d.request(id).Version != version || len(d.trail()) != trail) {
						t.Errorf("%s: a refused act left something behind", s)
					}
				}
			})
		}
	}
}

func TestActs_unknownRequest(t *testing.T) {
	d := newDesk(t)
	_, err := d.flow.CancelRequest(t.Context(), by(d.delegate), "no-such", 1)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.Take(t.Context(), by(d.officer), "no-such", wire.Take{})
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.Take(t.Context(), by(d.delegate), "no-such", wire.Take{})
	refusal(t, err, access.CodeForbidden, "")
	refusal(t, d.flow.FinishIssue(t.Context(), "no-such"), access.CodeNotFound, "")
}

// An act on a version that moved is told which one stands.
func TestActs_stale(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	form := goodForm()
	form.Software = "Otro"
	b, err := d.flow.ChangeRequest(t.Context(), by(d.second), a.ID, a.Version, wire.ChangeRequest{Form: form})
	ok(t, err)
	_, err = d.flow.ChangeRequest(t.Context(), by(d.delegate), a.ID, a.Version, wire.ChangeRequest{Form: goodForm()})
	if e := refusal(t, err, access.CodeConflict, access.HintStale); e.Version != b.Version {
		t.Errorf("version %d, want %d", e.Version, b.Version)
	}
	_, err = d.flow.Sign(t.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: "123456", ContentHash: d.request(a.ID).ContentHash})
	refusal(t, err, access.CodeConflict, access.HintStale)
	_, err = d.flow.CancelRequest(t.Context(), by(d.delegate), a.ID, a.Version)
	refusal(t, err, access.CodeConflict, access.HintStale)

	d.wait(time.Hour)
	id := d.situation("taken")
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, 1, typedKeys(d.clock()))
	refusal(t, err, access.CodeConflict, access.HintStale)
	_, err = d.flow.Resume(t.Context(), by(d.officer), id, 1)
	refusal(t, err, access.CodeConflict, access.HintStale)
}

// The same Idempotency-Key answers the same and does it once.
func TestOnce(t *testing.T) {
	d := newDesk(t)
	act := by(d.delegate)
	act.Key, act.BodyHash = newGUID(), [32]byte{1}
	in := wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: goodForm()}
	first, err := d.flow.CreateRequest(t.Context(), act, in)
	ok(t, err)
	head, trail := d.head(), len(d.trail())
	again, err := d.flow.CreateRequest(t.Context(), act, in)
	ok(t, err)
	if again != first || d.head() != head || len(d.trail()) != trail {
		t.Errorf("again: %+v, first %+v", again, first)
	}
	other := act
	other.BodyHash = [32]byte{2}
	_, err = d.flow.CreateRequest(t.Context(), other, in)
	refusal(t, err, access.CodeConflict, access.HintReused)
	_, err = d.flow.CancelRequest(t.Context(), act, first.ID, first.Version)
	refusal(t, err, access.CodeConflict, access.HintReused)
	theirs := act // a key is its account's
	theirs.Who = d.second
	_, err = d.flow.CancelRequest(t.Context(), theirs, first.ID, first.Version)
	ok(t, err)

	// A refusal is not kept: the act may be tried again.
	act.Key = newGUID()
	_, err = d.flow.CancelRequest(t.Context(), act, first.ID, first.Version)
	refusal(t, err, access.CodeConflict, access.HintState)
	d.wait(72 * time.Hour)
	ok(t, d.flow.Sweep(t.Context()))
}

func TestTake_reasons(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	for _, why := range []string{"a\nb", "\xff", string(make([]byte, 300))} {
		_, err := d.flow.Take(t.Context(), by(d.other), id, wire.Take{Why: why})
		if e := refusal(t, err, access.CodeInvalid, ""); e.Fields[0].Field != "why" {
			t.Errorf("%q: %v", why, e)
		}
	}
	_, err := d.flow.Take(t.Context(), by(d.other), id, wire.Take{Why: "  "}) // no reason
	refusal(t, err, access.CodeConflict, access.HintTaken)
	_, err = d.flow.Take(t.Context(), by(d.other), id, wire.Take{Why: "Turno de la tarde"})
	ok(t, err)
	trail := d.trail()
	last := trail[len(trail)-1]
	if last.Kind != audit.RequestTakenOver || last.DetailOf("why") != "Turno de la tarde" || last.DetailOf("from") != "Oscar de Ejemplo" {
		t.Errorf("trail: %+v", last)
	}
}

func TestAssign_fields(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	version := d.request(id).Version
	in := typedKeys(d.clock())
	in.Production.ClientID, in.Production.Secret = "not a guid", newGUID()
	in.Preproduction.ExpiresAt = d.clock().Add(400 * 24 * time.Hour)
	_, err := d.flow.Assign(t.Context(), by(d.officer), id, version, in)
	e := refusal(t, err, access.CodeInvalid, "")
	want := "[{production.clientId format} {production.secret secret_id} {preproduction.expiresAt too_far}]"
	if got := fmt.Sprint(e.Fields); got != want {
		t.Errorf("got %s", got)
	}
	if d.request(id).Version != version {
		t.Error("a refused form changed the request")
	}
}
