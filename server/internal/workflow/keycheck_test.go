package workflow

import (
	"fmt"
	"strings"
	"testing"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// junkOf are ids that are no key's, and what the form says of each. own is an id
// of the server's own application.
func junkOf(d *desk, own string) map[string]struct {
	id   string
	want access.Hint
} {
	e := d.flow.params.Of(access.Production)
	good := newGUID()
	return map[string]struct {
		id   string
		want access.Hint
	}{
		"empty":               {"", access.HintRequired},
		"spaces":              {"   ", access.HintRequired},
		"a word":              {"oiu7", access.HintFormat},
		"braces":              {"{" + good + "}", access.HintFormat},
		"urn":                 {"urn:uuid:" + good, access.HintFormat},
		"no hyphens":          {strings.ReplaceAll(good, "-", ""), access.HintFormat},
		"a space inside":      {good[:8] + " " + good[8:], access.HintFormat},
		"a letter too far":    {"g" + good[1:], access.HintFormat},
		"zeros":               {"00000000-0000-0000-0000-000000000000", access.HintNotKey},
		"all f":               {"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", access.HintNotKey},
		"Graph":               {"00000003-0000-0000-c000-000000000000", access.HintNotKey},
		"Office":              {"00000002-0000-0ff1-ce00-000000000000", access.HintNotKey},
		"the tenant":          {e.TenantID, access.HintNotKey},
		"the IHCE API":        {strings.ToUpper(e.ResourceAppID), access.HintNotKey},
		"the server's own":    {own, access.HintNotKey},
		"good, in upper case": {strings.ToUpper(good), ""},
		"good, with spaces":   {"  " + good + " ", ""},
	}
}

// Junk ids of every kind are refused at both forms, each in its own words, and
// nothing is written.
func TestTypedKeys_junkIDs(t *testing.T) {
	own := newGUID()
	for name := range junkOf(newDesk(t), own) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.flow.policy.NotKeys = []string{own}
			c := junkOf(d, own)[name]
			id := d.situation("taken")
			in := typedKeys(d.clock())
			in.Production.ClientID = c.id
			_, err := d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, in)
			mustName(t, "assign", err, c.want)
			if c.want != "" {
				in = typedKeys(d.clock())
				_, err = d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, in)
				ok(t, err)
			}
			amend := d.asItStands()
			amend.Preproduction = nil
			amend.Production.ClientID = c.id
			_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, amend)
			mustName(t, "amend", err, c.want)
		})
	}
}

func mustName(t *testing.T, form string, err error, want access.Hint) {
	t.Helper()
	if want == "" {
		ok(t, err)
		return
	}
	if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != fmt.Sprintf("[{production.clientId %s}]", want) {
		t.Errorf("%s: %v, want %s", form, e.Fields, want)
	}
}

// Environments swapped are refused at the form where the records know whose an id
// is, and an id of another code too.
func TestAssign_othersIDs(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	mine := map[access.Environment]string{access.Production: newGUID(), access.Preproduction: newGUID()}
	theirs := newGUID()
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		for env, client := range mine { // as a first attempt of the server left them
			k, err := tx.KeyOf(ourCode, env)
			if err != nil {
				return err
			}
			k.ClientID = client
			if err := tx.SaveKey(k); err != nil {
				return err
			}
		}
		return tx.InsertKey(&store.Key{UniqueName: "theirs", Key: access.Key{
			ID: "theirs", Code: otherCode, Entity: otherEntity, Environment: access.Production, ClientID: theirs, State: access.KeyActive,
		}})
	}))
	for name, c := range map[string]struct {
		change func(in *wire.Assign)
		want   string
	}{
		"swapped": {func(in *wire.Assign) {
			in.Production.ClientID, in.Preproduction.ClientID = mine[access.Preproduction], mine[access.Production]
		}, "[{production.clientId other_environment} {preproduction.clientId other_environment}]"},
		"one of them":    {func(in *wire.Assign) { in.Production.ClientID = mine[access.Preproduction] }, "[{production.clientId other_environment}]"},
		"another code's": {func(in *wire.Assign) { in.Production.ClientID = theirs }, "[{production.clientId key_exists}]"},
	} {
		in := typedKeys(d.clock())
		c.change(&in)
		_, err := d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, in)
		if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != c.want {
			t.Errorf("%s: %v, want %s", name, e.Fields, c.want)
		}
	}
	in := typedKeys(d.clock())
	in.Production.ClientID, in.Preproduction.ClientID = mine[access.Production], mine[access.Preproduction]
	_, err := d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, in)
	ok(t, err)
}

// No permission of production for a key that was typed and not verified, by the
// server's own rule; taking one away stays possible.
func TestChangePermissions_unverified(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	_, err := d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, typedKeys(d.clock()))
	ok(t, err)
	ok(t, d.flow.RecordCatalogue(t.Context(), Catalogue{
		Resource: d.flow.CatalogueResource(), Offer: wire.Permissions{Items: []wire.Permission{{Value: "Prestadores"}}},
	}))
	_, err = d.flow.AddEvidence(t.Context(), by(d.officer), ourCode, wire.NewEvidence{Kind: access.EvidenceTest, Note: "97 % aceptadas"})
	ok(t, err)
	k := d.keys(ourCode)[access.Production]
	_, err = d.flow.ChangePermissions(t.Context(), by(d.officer), k.ID, k.Version, wire.ChangePermissions{Grant: []string{"Prestadores"}})
	refusal(t, err, access.CodeConflict, access.HintUnverified)
	_, err = d.flow.ChangePermissions(t.Context(), by(d.officer), k.ID, k.Version, wire.ChangePermissions{Remove: []string{"Prestadores"}, Why: "limpieza"})
	ok(t, err)
}

// Each way in which a key is typed has it looked for in Entra: the check waits,
// and there is one job.
func TestTypedKeys_areLookedFor(t *testing.T) {
	d := newDesk(t)
	made := d.issue(d.sign(ourCode))
	look := func(what string, stage access.Stage, isProved bool) {
		t.Helper()
		s, _ := d.secretInForce(access.Production)
		if s.Check == nil || s.Check.State != access.CheckWaiting || s.Stage != stage || s.IsProved() != isProved || s.Test != nil {
			t.Errorf("%s: %+v", what, s)
		}
		ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
			n, err := tx.LiveJobs(store.JobTest)
			if err != nil {
				return err
			}
			if n != 1 {
				t.Errorf("%s: %d jobs", what, n)
			}
			s.Check, s.Stage, s.ProvedAt = nil, access.StageReady, tx.Now()
			if err := tx.SaveProof(*s); err != nil {
				return err
			}
			return tx.FinishJobsOf(store.JobTest, string(s.Key))
		}))
	}
	amend := func(change func(in *wire.AmendKey)) {
		t.Helper()
		in := d.asItStands()
		in.Preproduction = nil
		change(in.Production)
		_, err := d.flow.Amend(t.Context(), by(d.officer), ourCode, in)
		ok(t, err)
	}
	amend(func(in *wire.AmendKey) { in.ExpiresAt = d.clock().Add(30 * day) })
	look("another end", access.StageCreated, false)
	amend(func(in *wire.AmendKey) { in.ExpiresAt = d.clock().Add(31 * day) })
	look("another end of one that was proved", access.StageReady, true)
	amend(func(in *wire.AmendKey) { in.ClientID = newGUID() })
	look("another application", "", false)
	amend(func(in *wire.AmendKey) { in.Secret = madeSecret() })
	look("another secret", "", false)
	amend(func(in *wire.AmendKey) { in.Secret = made[access.Production] })
	look("the old secret again", "", false)
}
