package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// withKey is a delegate whose code has its keys, and two officers who see them.
func withKey(t *testing.T) (s *servertest.Server, d, o, other *desk) {
	t.Helper()
	s = servertest.New(t)
	d, o, other = sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("issued", func() bool { r := d.request(code); return r != nil && r.Status == access.StatusDone })
	o.signIn(seed.LoginOfficer)
	other.signIn(seed.LoginOfficer2)
	for _, desk := range []*desk{o, other} {
		desk.until("the keys", func() bool { return desk.assigned(code).Production != nil && desk.assigned(code).Preproduction != nil })
	}
	return s, d, o, other
}

// assigned is a code's row in «Llaves asignadas»; empty: none.
func (d *desk) assigned(code access.LicenseCode) state.Assigned {
	rows := d.model.AssignedKeys().Rows
	if i := slices.IndexFunc(rows, func(a state.Assigned) bool { return a.Code == code }); i >= 0 {
		return rows[i]
	}
	return state.Assigned{}
}

// An officer corrects a key: the delegate and the other officer have it without a
// refresh, who saw the old one is refused, and the history says what was done.
func TestOfficer_amendsKeys(t *testing.T) {
	_, d, o, other := withKey(t)
	ctx := t.Context()
	row := o.assigned(code)
	if row.Name() == "" || row.Request.Number == "" || !access.IsGUID(row.Production.ClientID) || row.Production.PermissionsAt.IsZero() && row.HasPermissions() {
		t.Errorf("row %+v", row)
	}
	if hits := o.model.AssignedKeys().Search.Filter(string(code) + " asignado"); len(hits) != 1 {
		t.Errorf("search finds %v", hits)
	}
	for _, desk := range []*desk{o, other} {
		desk.model.PutAmend(code)
		must(t, desk.model.LoadAmend(ctx))
	}
	v, _ := o.model.Amend()
	if len(v.History) == 0 || v.Longest(access.Production) == 0 {
		t.Errorf("form %+v", v)
	}
	secret := typed(t).Production.Secret
	body := wire.AmendKeys{Production: &wire.AmendKey{
		Version: row.Production.Version, ClientID: row.Production.ClientID, Secret: secret, ExpiresAt: time.Now().Add(90 * 24 * time.Hour).UTC().Truncate(time.Second),
	}}
	stale := other.assigned(code).Production.Version
	must(t, o.model.SaveAmend(ctx, code, body))
	if v, _ = o.model.Amend(); !v.Saved || v.Row.Production.Version == row.Production.Version || v.Row.Preproduction.Version != row.Preproduction.Version {
		t.Errorf("after it %+v", v.Row.Production)
	}
	if e := v.History[0]; e.Act != "key.amended" || e.Person == "" || !strings.Contains(e.Detail["changed"], "secret") {
		t.Errorf("history %+v", e)
	}
	other.until("the change", func() bool { return other.assigned(code).Production.Version > stale })
	if err := other.model.SaveAmend(ctx, code, wire.AmendKeys{Production: &wire.AmendKey{
		Version: stale, ClientID: row.Production.ClientID, ExpiresAt: time.Now().Add(50 * 24 * time.Hour).UTC(),
	}}); access.HintOf(err) != access.HintStale {
		t.Errorf("who saw the old one: %v", err)
	}
	d.model.ChooseKeys(code)
	d.until("the new date", func() bool {
		e := d.model.Keys().Entity
		return e != nil && len(e.Keys) == 2 && e.Keys[1].ExpiresAt.Equal(body.Production.ExpiresAt)
	})
	value, err := d.model.Reveal(ctx, d.model.Keys().Entity.Keys[1].ID, access.FieldSecret, access.PurposeCopy)
	must(t, err)
	if value.Reveal() != secret {
		t.Error("the delegate has another secret than was typed")
	}
	for _, desk := range []*desk{d, o, other} {
		desk.close()
		holdsNone(t, desk.folder, map[string]string{"the typed secret": secret})
	}
}

// Nothing is granted without a proof; with one, what an officer grants and takes
// away comes about in Entra, and both officers see each result arrive.
func TestOfficer_grantsAndRemoves(t *testing.T) {
	_, _, o, other := withKey(t)
	ctx, m := t.Context(), o.model
	must(t, m.LoadGrants(ctx))
	catalog := m.Grants().Catalog
	if len(catalog.Items) != 5 || catalog.Application != "APP-IHCE-PROD" {
		t.Fatalf("catalogue %+v", catalog)
	}
	must(t, m.RefreshGrants(ctx))
	o.until("read in Entra", func() bool { return !o.assigned(code).Production.PermissionsAt.IsZero() })
	a, b := catalog.Items[0].Value, catalog.Items[1].Value
	key := func() *wire.KeyRow { return o.assigned(code).Production }
	change := func(body wire.ChangePermissions) error {
		m.PutGrant(code)
		v, _ := m.Grant()
		return m.ChangePermissions(ctx, v.Row.Production.ID, v.Row.Production.Version, body)
	}
	if err := change(wire.ChangePermissions{Grant: []string{a}}); access.HintOf(err) != access.HintNoEvidence {
		t.Errorf("without a proof: %v", err)
	}
	m.PutEvidence(code)
	must(t, m.LoadEvidence(ctx, code))
	proof := []byte("%PDF-1.7 prueba inventada")
	must(t, m.AddEvidence(ctx, code, wire.NewEvidence{Kind: access.EvidenceFile, Note: "Pruebas superadas", Name: "pruebas.pdf", File: proof}))
	e, _ := m.Evidence()
	if len(e.Items) != 1 || e.Row.Production.Evidence != 1 || e.Items[0].Size != int64(len(proof)) {
		t.Fatalf("proofs %+v", e)
	}
	file, err := m.EvidenceFile(ctx, e.Items[0].ID)
	must(t, err)
	if !slices.Equal(file, proof) {
		t.Error("another file comes back")
	}
	must(t, change(wire.ChangePermissions{Grant: []string{a, b}}))
	for _, desk := range []*desk{o, other} {
		desk.until("granted", func() bool {
			k := desk.assigned(code).Production
			return len(k.Tasks) == 0 && slices.Contains(k.Permissions, a) && slices.Contains(k.Permissions, b)
		})
		if hits := desk.model.Grants().Search.Filter("asignados"); len(hits) != 1 {
			t.Errorf("search finds %v", hits)
		}
	}
	if err := change(wire.ChangePermissions{Remove: []string{a}}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("taking away without a reason: %v", err)
	}
	if v, _ := m.Grant(); len(v.Fields) != 1 || v.Fields[0].Field != "why" {
		t.Errorf("fields %v", v.Fields)
	}
	must(t, change(wire.ChangePermissions{Remove: []string{a}, Why: "El prestador cambió de servicios"}))
	for _, desk := range []*desk{o, other} {
		desk.until("taken away", func() bool {
			k := desk.assigned(code).Production
			return len(k.Tasks) == 0 && slices.Equal(k.Permissions, []string{b})
		})
	}
	before := key().PermissionsAt
	must(t, m.RefreshGrants(ctx))
	o.until("read again", func() bool { return m.Grants().Waiting == 0 && key().PermissionsAt.After(before) })
}

// The validity of an environment is told to the officer who asks next, and bounds
// what is typed from then on.
func TestOfficer_setsValidity(t *testing.T) {
	_, _, o, other := withKey(t)
	ctx := t.Context()
	if err := o.model.SetValidity(ctx, access.Production, wire.SetValidity{Days: 9999, Why: "Prueba"}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("too long: %v", err)
	}
	must(t, o.model.SetValidity(ctx, access.Production, wire.SetValidity{Days: 30, Why: "Prueba"}))
	must(t, other.model.LoadValidity(ctx))
	v := other.model.Validity()
	if v.Items[0].Environment != access.Production || v.Items[0].Days != 30 || v.Items[0].Why != "Prueba" || v.Items[0].Person == "" {
		t.Errorf("validity %+v", v.Items)
	}
	other.model.PutAmend(code)
	must(t, other.model.LoadAmend(ctx))
	k := other.assigned(code).Production
	body := wire.AmendKeys{Production: &wire.AmendKey{Version: k.Version, ClientID: k.ClientID, ExpiresAt: time.Now().Add(60 * 24 * time.Hour).UTC()}}
	if err := other.model.CheckAmend(code, body); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("beyond the validity: %v", err)
	}
	must(t, other.model.SetKeyValidity(ctx, code, k.ID, k.Version, wire.SetValidity{Days: 100, Why: "Esta sí"}))
	body.Production.Version = other.assigned(code).Production.Version
	must(t, other.model.SaveAmend(ctx, code, body))
}
