package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// asItStands is the form filled with what stands, secrets left empty.
func (d *desk) asItStands() wire.AmendKeys {
	d.Helper()
	keys := d.keys(ourCode)
	side := func(env access.Environment) *wire.AmendKey {
		return &wire.AmendKey{Version: keys[env].Version, ClientID: keys[env].ClientID, ExpiresAt: keys[env].ExpiresAt}
	}
	return wire.AmendKeys{Production: side(access.Production), Preproduction: side(access.Preproduction)}
}

func (d *desk) secretInForce(env access.Environment) (*store.Secret, string) {
	d.Helper()
	var s *store.Secret
	var text string
	k := d.keys(ourCode)[env]
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		if s, err = tx.SecretInForce(k.ID); err != nil {
			return err
		}
		opened, err := d.box.Open(s.Sealed, secretIdentity(s.ID, k.ID))
		text = opened.Reveal()
		return err
	}))
	return s, text
}

func TestAmend(t *testing.T) {
	d := newDesk(t)
	made := d.issue(d.sign(ourCode))
	before := d.keys(ourCode)
	old, _ := d.secretInForce(access.Production)
	d.wait(time.Hour)

	typed := madeSecret()
	in := wire.AmendKeys{Production: &wire.AmendKey{
		Version: before[access.Production].Version, ClientID: " " + strings.ToUpper(newGUID()) + " ", Secret: typed, ExpiresAt: d.clock().Add(90 * day),
	}}
	head := d.head()
	done, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
	after := d.keys(ourCode)
	pro := after[access.Production]
	if len(done.Keys) != 1 || done.Keys[0] != (wire.AcceptedKey{Seq: head + 1, ID: pro.ID, Version: pro.Version}) || done.Seq != head+1 {
		t.Errorf("answered %+v, head was %d", done, head)
	}
	if pro.ClientID != strings.ToLower(strings.TrimSpace(in.Production.ClientID)) || pro.ObjectID != "" || pro.PrincipalID != "" ||
		pro.State != access.KeyUnverified || !pro.ExpiresAt.Equal(in.Production.ExpiresAt) || !pro.IssuedAt.Equal(d.clock()) {
		t.Errorf("key %+v", pro)
	}
	if pre := after[access.Preproduction]; pre.Version != before[access.Preproduction].Version || pre.State != access.KeyActive {
		t.Errorf("the other key changed: %+v", pre)
	}
	s, text := d.secretInForce(access.Production)
	if text != typed || !s.Typed || s.Request != old.Request || !s.ExpiresAt.Equal(pro.ExpiresAt) {
		t.Errorf("secret in force %+v", s)
	}
	ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Secrets(pro.ID)
		if i := slices.IndexFunc(all, func(s store.Secret) bool { return s.ID == old.ID }); i < 0 || all[i].State != store.SecretOverlap ||
			!all[i].EndsAt.Equal(d.clock().Add(d.flow.policy.VendorOverlap)) || d.flow.policy.VendorOverlap <= 0 {
			t.Errorf("the secret before was not set aside: %+v", all)
		}
		if n, errJobs := tx.LiveJobs(store.JobRetire); n != 1 || errJobs != nil {
			t.Errorf("%d jobs remove it, %v", n, errJobs)
		}
		if n, errJobs := tx.LiveJobs(store.JobPermissions); n != 1 || errJobs != nil {
			t.Errorf("%d jobs look for the new application, %v", n, errJobs)
		}
		return err
	}))
	trail := d.trail()
	last := trail[len(trail)-1]
	if last.Kind != audit.KeyAmended || last.DetailOf("changed") != "clientId, expiresAt, secret" || last.Entity != ourEntity ||
		last.DetailOf("clientIdFrom") != before[access.Production].ClientID || last.DetailOf("clientId") != pro.ClientID ||
		last.DetailOf("expiresAtFrom") == last.DetailOf("expiresAt") || last.DetailOf("secretFrom") != old.ID || last.Person != audit.PersonText(d.officer.Person) {
		t.Errorf("trail %+v", last)
	}
	for _, r := range trail {
		if strings.Contains(r.Detail, typed) || strings.Contains(r.Detail, made[access.Production]) {
			t.Error("the trail holds a secret")
		}
	}
}

// What is typed again, or not at all, stays: no new secret, no entry, no change.
func TestAmend_nothingNew(t *testing.T) {
	d := newDesk(t)
	made := d.issue(d.sign(ourCode))
	in := d.asItStands()
	in.Production.Secret, in.Preproduction.ClientID = made[access.Production], strings.ToUpper(in.Preproduction.ClientID)
	old, _ := d.secretInForce(access.Production)
	head, trail, before := d.head(), len(d.trail()), d.keys(ourCode)
	d.wait(400 * day) // an end in the past may stay
	done, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
	if s, _ := d.secretInForce(access.Production); s.ID != old.ID || d.head() != head || len(d.trail()) != trail || done.Seq != head || len(done.Keys) != 2 {
		t.Errorf("answered %+v", done)
	}
	for env, k := range d.keys(ourCode) {
		if k.Version != before[env].Version || k.State != access.KeyActive {
			t.Errorf("%s: %+v", env, k)
		}
	}

	// A date alone: the secret in force carries it.
	in = d.asItStands()
	in.Preproduction = nil
	in.Production.ExpiresAt = d.clock().Add(30 * day)
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
	if s, _ := d.secretInForce(access.Production); s.ID != old.ID || !s.ExpiresAt.Equal(in.Production.ExpiresAt) {
		t.Errorf("secret %+v", s)
	}
	all := d.trail()
	if last := all[len(all)-1]; last.DetailOf("changed") != "expiresAt" {
		t.Errorf("trail %+v", last)
	}
}

func TestAmend_fields(t *testing.T) {
	d := newDesk(t)
	made := d.issue(d.sign(ourCode))
	theirs := newGUID()
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		return tx.InsertKey(&store.Key{Key: access.Key{
			ID: "theirs", Code: otherCode, Entity: otherEntity, Environment: access.Production, ClientID: theirs, State: access.KeyActive,
		}, UniqueName: "theirs"})
	}))
	cases := map[string]struct {
		change func(in *wire.AmendKeys)
		want   string
	}{
		"client id is no GUID": {func(in *wire.AmendKeys) { in.Production.ClientID = "12345" }, "[{production.clientId format}]"},
		"no client id":         {func(in *wire.AmendKeys) { in.Preproduction.ClientID = " " }, "[{preproduction.clientId required}]"},
		"same client id typed": {
			func(in *wire.AmendKeys) { in.Production.ClientID = in.Preproduction.ClientID },
			"[{production.clientId same_in_both} {preproduction.clientId same_in_both}]",
		},
		"same client id stored": {func(in *wire.AmendKeys) {
			in.Production.ClientID, in.Preproduction = in.Preproduction.ClientID, nil
		}, "[{production.clientId same_in_both}]"},
		"another's client id": {func(in *wire.AmendKeys) { in.Preproduction.ClientID = theirs }, "[{preproduction.clientId key_exists}]"},
		"the secret's id":     {func(in *wire.AmendKeys) { in.Production.Secret = newGUID() }, "[{production.secret secret_id}]"},
		"a secret with a space": {
			func(in *wire.AmendKeys) { in.Production.Secret = "a b" },
			"[{production.secret format}]",
		},
		"same secret typed": {func(in *wire.AmendKeys) {
			in.Production.Secret = madeSecret()
			in.Preproduction.Secret = in.Production.Secret
		}, "[{production.secret same_in_both} {preproduction.secret same_in_both}]"},
		"same secret stored": {func(in *wire.AmendKeys) { in.Production.Secret = made[access.Preproduction] }, "[{production.secret same_in_both}]"},
		"same secret stored, the other left out": {func(in *wire.AmendKeys) {
			in.Production, in.Preproduction.Secret = nil, made[access.Production]
		}, "[{preproduction.secret same_in_both}]"},
		"no end":             {func(in *wire.AmendKeys) { in.Production.ExpiresAt = time.Time{} }, "[{production.expiresAt required}]"},
		"an end in the past": {func(in *wire.AmendKeys) { in.Production.ExpiresAt = d.clock() }, "[{production.expiresAt past}]"},
		"an end too far":     {func(in *wire.AmendKeys) { in.Production.ExpiresAt = d.clock().Add(365*day + time.Second) }, "[{production.expiresAt too_far}]"},
		"no version":         {func(in *wire.AmendKeys) { in.Production.Version = 0 }, "[{production.version required}]"},
	}
	head, trail := d.head(), len(d.trail())
	for name, c := range cases {
		in := d.asItStands()
		c.change(&in)
		_, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
		if access.CodeOf(err) != access.CodeInvalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != c.want {
			t.Errorf("%s: %v, want %s", name, e.Fields, c.want)
		}
	}
	_, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, wire.AmendKeys{})
	refusal(t, err, access.CodeInvalid, access.HintNothing)
	if d.head() != head || len(d.trail()) != trail {
		t.Error("a refused form left something behind")
	}

	// Two applications whose environment Entra has confirmed do not change places;
	// two that were typed, and not confirmed, may.
	swap := func() error {
		in := d.asItStands()
		in.Production.ClientID, in.Preproduction.ClientID = in.Preproduction.ClientID, in.Production.ClientID
		_, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
		return err
	}
	if e := refusal(t, swap(), access.CodeInvalid, ""); fmt.Sprint(e.Fields) != "[{production.clientId other_environment} {preproduction.clientId other_environment}]" {
		t.Errorf("confirmed: %v", e.Fields)
	}
	in := d.asItStands()
	in.Production.ClientID, in.Preproduction.ClientID = newGUID(), newGUID()
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
	ok(t, swap())
}

func TestAmend_whoAndWhen(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	in := wire.AmendKeys{Production: &wire.AmendKey{Version: 1, ClientID: newGUID(), ExpiresAt: d.clock().Add(day)}}
	_, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	refusal(t, err, access.CodeNotFound, "") // no key yet
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, typedKeys(d.clock()))
	ok(t, err)
	for name, who := range map[string]access.Viewer{"delegate": d.delegate, "halfway": d.halfway, "nobody": {}} {
		_, err := d.flow.Amend(t.Context(), by(who), ourCode, d.asItStands())
		if access.CodeOf(err) != access.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	in = d.asItStands()
	in.Preproduction.Version++
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	if e := refusal(t, err, access.CodeConflict, access.HintStale); e.Version != d.keys(ourCode)[access.Preproduction].Version {
		t.Errorf("stale: %+v", e)
	}

	// The same intent twice is one; while the worker makes keys there is none.
	act := by(d.officer)
	act.Key, act.BodyHash = newGUID(), [32]byte{1}
	in = d.asItStands()
	in.Production.ExpiresAt = d.clock().Add(day)
	first, err := d.flow.Amend(t.Context(), act, ourCode, in)
	ok(t, err)
	head := d.head()
	again, err := d.flow.Amend(t.Context(), act, ourCode, in)
	ok(t, err)
	if again.Seq != first.Seq || d.head() != head {
		t.Errorf("%+v, then %+v", first, again)
	}
	open := &store.Request{KeyRequest: access.KeyRequest{
		ID: "open", Number: "SOL-X", Kind: access.KindRenew, Code: ourCode, Entity: ourEntity, Status: access.StatusSigning,
		RequestedBy: d.delegate.Account, RequestedAt: d.clock(), UpdatedAt: d.clock(),
	}}
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertRequest(open) }))
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, d.asItStands()) // not signed: nothing in the way
	ok(t, err)
	for _, s := range []access.Status{access.StatusIssuing, access.StatusPending} {
		open.Status = s
		ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return tx.SaveRequest(open) }))
		_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, d.asItStands())
		refusal(t, err, access.CodeConflict, access.HintOpenRequest)
	}
}

func TestKeyHistory(t *testing.T) {
	d := newDesk(t)
	_, err := d.flow.KeyHistory(t.Context(), by(d.officer), ourCode)
	refusal(t, err, access.CodeNotFound, "")
	made := d.issue(d.sign(ourCode))
	_, err = d.flow.Reveal(t.Context(), by(d.delegate), d.keys(ourCode)[access.Production].ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
	ok(t, err)
	d.wait(time.Minute)
	in := d.asItStands()
	typed := madeSecret()
	in.Production, in.Preproduction.Secret = nil, typed
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
	got, err := d.flow.KeyHistory(t.Context(), by(d.other), ourCode)
	ok(t, err)
	first := got.Entries[0]
	if first.Act != string(audit.KeyAmended) || first.Environment != access.Preproduction || first.Person != audit.PersonText(d.officer.Person) ||
		first.Detail["changed"] != "secret" || !first.At.Equal(d.clock()) {
		t.Errorf("first %+v", first)
	}
	var acts []string
	for i, e := range got.Entries {
		acts = append(acts, e.Act)
		if i > 0 && e.At.After(got.Entries[i-1].At) {
			t.Errorf("%s is out of order", e.Act)
		}
		for _, v := range e.Detail {
			if strings.Contains(v, typed) || strings.Contains(v, made[access.Preproduction]) || v == "192.0.2.7" {
				t.Errorf("%s tells %q", e.Act, v)
			}
		}
	}
	for _, want := range []audit.Kind{audit.KeyIssued, audit.RequestSigned, audit.RequestDone, audit.SecretRecorded} {
		if !slices.Contains(acts, string(want)) {
			t.Errorf("no %s in %v", want, acts)
		}
	}
	if slices.Contains(acts, string(audit.KeyRevealed)) {
		t.Error("the history tells who looked")
	}
	if i := slices.Index(acts, string(audit.KeyIssued)); got.Entries[i].Person != "" {
		t.Errorf("the server is %q", got.Entries[i].Person)
	}
	for name, who := range map[string]access.Viewer{"delegate": d.delegate, "halfway": d.halfway} {
		if _, err := d.flow.KeyHistory(t.Context(), by(who), ourCode); access.CodeOf(err) != access.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}
