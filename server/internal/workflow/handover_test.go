package workflow

import (
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestHandOver(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	k := d.keys(ourCode)[access.Production]
	to := wire.HandOver{Vendor: " Proveedor de Ejemplo ", Person: "Paula de Ejemplo"}
	head := d.head()
	a, err := d.flow.HandOver(t.Context(), by(d.delegate), k.ID, to)
	ok(t, err)
	if a.Seq != head || a.ID != k.ID {
		t.Errorf("accepted %+v", a)
	}
	_, err = d.flow.HandOver(t.Context(), by(d.stranger), k.ID, to)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.HandOver(t.Context(), by(d.officer), k.ID, to)
	refusal(t, err, access.CodeForbidden, "")
	_, err = d.flow.HandOver(t.Context(), by(d.delegate), k.ID, wire.HandOver{Person: "una\nlínea"})
	if e := refusal(t, err, access.CodeInvalid, ""); len(e.Fields) != 2 || e.Fields[0] != (access.FieldError{Field: "vendor", Hint: access.HintRequired}) ||
		e.Fields[1] != (access.FieldError{Field: "person", Hint: access.HintFormat}) {
		t.Errorf("fields %+v", e.Fields)
	}
	_, err = d.flow.Reveal(t.Context(), by(d.second), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(t, err)
	_, err = d.flow.Reveal(t.Context(), by(d.second), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeHandOver})
	refusal(t, err, access.CodeInvalid, "")
	list, err := d.flow.KeyAudit(t.Context(), by(d.delegate), k.ID)
	ok(t, err)
	if len(list.Entries) != 2 || list.Entries[0].Purpose != access.PurposeCopy || list.Entries[1].Purpose != access.PurposeHandOver ||
		list.Entries[1].To != "Paula de Ejemplo, Proveedor de Ejemplo" || list.Entries[1].Person != audit.PersonText(d.delegate.Person) {
		t.Errorf("the key's record: %+v", list.Entries)
	}
}

// Parameters say whether a secret can be seen still, and whom a key is for.
func TestParameters_policy(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	k := d.keys(ourCode)[access.Production]
	p, err := d.flow.Parameters(t.Context(), by(d.delegate), k.ID)
	ok(t, err)
	if p.RevealOnce || p.Vendor != goodForm().Vendor {
		t.Errorf("always: %+v", p)
	}
	d.flow = d.newFlow(t, params.RevealOnce)
	p, err = d.flow.Parameters(t.Context(), by(d.delegate), k.ID)
	ok(t, err)
	if !p.RevealOnce || !p.RevealedAt.IsZero() {
		t.Errorf("once, before: %+v", p)
	}
	_, err = d.flow.Reveal(t.Context(), by(d.second), k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(t, err)
	p, err = d.flow.Parameters(t.Context(), by(d.delegate), k.ID)
	ok(t, err)
	if !p.RevealedAt.Equal(d.clock()) {
		t.Errorf("once, after: %+v", p)
	}
	d.reissue(d.signRenewal(access.ReasonVendor)) // a new secret can be seen again
	if p, err = d.flow.Parameters(t.Context(), by(d.delegate), k.ID); err != nil || !p.RevealedAt.IsZero() {
		t.Errorf("after a change: %+v, %v", p, err)
	}
}
