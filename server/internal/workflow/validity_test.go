package workflow

import (
	"fmt"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestSetValidity(t *testing.T) {
	d := newDesk(t)
	got, err := d.flow.Validity(t.Context(), by(d.officer))
	ok(t, err)
	if len(got.Items) != 2 || got.Items[0].Environment != access.Production || got.Items[0].Days != 365 || got.Items[0].Person != "" {
		t.Errorf("of the settings: %+v", got)
	}
	got, err = d.flow.SetValidity(t.Context(), by(d.officer), access.Preproduction, wire.SetValidity{Days: 90, Why: " Pruebas cortas "})
	ok(t, err)
	set := wire.EnvironmentValidity{
		Environment: access.Preproduction, Days: 90, Person: audit.PersonText(d.officer.Person), Why: "Pruebas cortas", At: d.clock(),
	}
	if got.Items[1] != set || got.Items[0].Days != 365 {
		t.Errorf("set: %+v", got)
	}
	trail := d.trail()
	if last := trail[len(trail)-1]; last.Kind != audit.ValiditySet || last.DetailOf("from") != "365" || last.DetailOf("days") != "90" ||
		last.DetailOf("why") != "Pruebas cortas" || last.DetailOf("environment") != "preproduction" {
		t.Errorf("trail %+v", last)
	}
	for in, want := range map[wire.SetValidity]string{
		{Days: 0, Why: "x"}: "[{days format}]", {Days: -1, Why: "x"}: "[{days format}]", {Days: 731, Why: "x"}: "[{days too_far}]",
		{Days: 1}: "[{why required}]", {Days: 1, Why: "a\nb"}: "[{why format}]",
	} {
		_, err := d.flow.SetValidity(t.Context(), by(d.officer), access.Production, in)
		if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != want {
			t.Errorf("%+v: %v", in, e.Fields)
		}
	}
	_, err = d.flow.SetValidity(t.Context(), by(d.officer), "nowhere", wire.SetValidity{Days: 1, Why: "x"})
	refusal(t, err, access.CodeNotFound, "")
	for _, who := range []access.Viewer{d.delegate, d.halfway, {}} {
		_, err := d.flow.SetValidity(t.Context(), by(who), access.Production, wire.SetValidity{Days: 1, Why: "x"})
		refusal(t, err, access.CodeForbidden, "")
		_, err = d.flow.Validity(t.Context(), by(who))
		refusal(t, err, access.CodeForbidden, "")
	}
	if len(d.trail()) != len(trail) {
		t.Error("a refusal was written down")
	}
}

// The validity that was set is what a new secret gets, and what a typed one may
// have: of the environment, and before it of the key.
func TestValidity_isUsed(t *testing.T) {
	d := newDesk(t)
	id := d.situation("taken")
	_, err := d.flow.SetValidity(t.Context(), by(d.officer), access.Preproduction, wire.SetValidity{Days: 90, Why: "x"})
	ok(t, err)
	keys := d.keys(ourCode)
	in := typedKeys(d.clock())
	in.Preproduction.ExpiresAt, in.Production.ExpiresAt = d.clock().Add(91*day), d.clock().Add(300*day)
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, d.request(id).Version, in)
	if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != "[{preproduction.expiresAt too_far}]" {
		t.Errorf("typed: %v", e.Fields)
	}
	_, err = d.flow.SetKeyValidity(t.Context(), by(d.officer), keys[access.Preproduction].ID, 1, wire.SetValidity{Days: 1, Why: "x"})
	refusal(t, err, access.CodeNotFound, "") // nobody sees it yet
	_, err = d.flow.Resume(t.Context(), by(d.officer), id, d.request(id).Version)
	ok(t, err)
	plan, err := d.flow.IssuePlan(t.Context(), id)
	ok(t, err)
	for _, k := range plan.Keys {
		if want := map[access.Environment]time.Duration{access.Preproduction: 90 * day, access.Production: 365 * day}[k.Environment]; k.Validity != want {
			t.Errorf("%s: %s", k.Environment, k.Validity)
		}
	}
	d.issue(id)

	pre := d.keys(ourCode)[access.Preproduction]
	done, err := d.flow.SetKeyValidity(t.Context(), by(d.officer), pre.ID, pre.Version, wire.SetValidity{Days: 400, Why: "Convenio"})
	ok(t, err)
	if done.Version != pre.Version+1 || done.Seq != d.head() || d.keys(ourCode)[access.Preproduction].ValidityDays != 400 {
		t.Errorf("answered %+v", done)
	}
	trail := d.trail()
	if last := trail[len(trail)-1]; last.Kind != audit.KeyValidity || last.Subject != string(pre.ID) || last.DetailOf("days") != "400" || last.DetailOf("why") != "Convenio" {
		t.Errorf("trail %+v", last)
	}
	_, err = d.flow.SetKeyValidity(t.Context(), by(d.other), pre.ID, pre.Version, wire.SetValidity{Days: 10, Why: "x"})
	refusal(t, err, access.CodeConflict, access.HintStale)
	form := d.asItStands()
	form.Preproduction.ExpiresAt = d.clock().Add(399 * day)
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, form)
	ok(t, err)
	_, err = d.flow.SetKeyValidity(t.Context(), by(d.officer), pre.ID, d.keys(ourCode)[access.Preproduction].Version, wire.SetValidity{Why: "Termina"})
	ok(t, err)
	form = d.asItStands()
	form.Preproduction.ExpiresAt = d.clock().Add(398 * day)
	_, err = d.flow.Amend(t.Context(), by(d.officer), ourCode, form)
	if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != "[{preproduction.expiresAt too_far}]" {
		t.Errorf("amended: %v", e.Fields)
	}
	_, err = d.flow.SetKeyValidity(t.Context(), by(d.delegate), pre.ID, pre.Version, wire.SetValidity{Days: 10, Why: "x"})
	refusal(t, err, access.CodeForbidden, "")
}
