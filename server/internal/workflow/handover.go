package workflow

import (
	"context"
	"strings"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// HandOver writes down that a delegate gave a key to their technology vendor,
// and to whom. Nothing of the key travels.
func (f *Flow) HandOver(ctx context.Context, act Act, id access.KeyID, in wire.HandOver) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "hand over "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := revealable(tx, act.Who, id)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		vendor, person := strings.TrimSpace(in.Vendor), strings.TrimSpace(in.Person)
		var wrong []access.FieldError
		for _, v := range []struct{ field, value string }{{"vendor", vendor}, {"person", person}} {
			if hint := access.LineHint(v.value); hint != "" {
				wrong = append(wrong, access.FieldError{Field: v.field, Hint: hint})
			}
		}
		if len(wrong) > 0 {
			return wire.AcceptedKey{}, &access.Error{Code: access.CodeInvalid, Fields: wrong}
		}
		head, err := tx.Head()
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		e := audit.By(act.Who, audit.KeyHandedOver, string(k.ID), act.RequestID)
		e.Entity = k.Entity
		e.Detail = detail(act, audit.Word("vendor", vendor), audit.Word("person", person),
			audit.Environment(k.Environment), audit.Word("name", k.Name))
		return wire.AcceptedKey{Seq: head, ID: k.ID, Version: k.Version}, tx.Audit(e)
	})
}
