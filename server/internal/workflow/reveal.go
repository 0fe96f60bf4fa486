package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// auditShown is how many acts KeyAudit lists.
const auditShown = 500

// Reveal opens one value of a key to a delegate of its entity, and writes down
// who saw it, what for and from where. The answer is never kept: the same
// Idempotency-Key is another reveal, and another entry.
func (f *Flow) Reveal(ctx context.Context, act Act, id access.KeyID, in wire.Reveal) (wire.RevealReply, error) {
	var reply wire.RevealReply
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := revealable(tx, act.Who, id)
		if err != nil {
			return err
		}
		if !in.Purpose.IsValid() {
			return access.InvalidField("purpose", access.HintUnknownValue)
		}
		if reply.Value, err = f.value(tx, k, in.Field); err != nil {
			return err
		}
		reply.At = tx.Now()
		e := audit.By(act.Who, audit.KeyRevealed, string(k.ID), act.RequestID)
		e.Entity = k.Entity
		e.Detail = detail(act, audit.Field(in.Field), audit.Purpose(in.Purpose), audit.Environment(k.Environment), audit.Word("name", k.Name))
		return tx.Audit(e)
	})
	if err != nil {
		return wire.RevealReply{}, refused(err)
	}
	return reply, nil
}

func revealable(tx *store.Tx, who access.Viewer, id access.KeyID) (*store.Key, error) {
	if !who.IsDelegate() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	k, err := tx.Key(id)
	if err != nil {
		return nil, err
	}
	return k, access.CanReveal(who, &k.Key)
}

func (f *Flow) value(tx *store.Tx, k *store.Key, field access.Field) (secret.Text, error) {
	switch field {
	case access.FieldClientID:
		return secret.New(k.ClientID), nil
	case access.FieldExpiresAt:
		return secret.New(k.ExpiresAt.UTC().Format(time.RFC3339)), nil
	case access.FieldSecret:
		return f.openSecret(tx, k)
	}
	if name, ok := strings.CutPrefix(string(field), string(access.ParamField(""))); ok {
		if p, ok := f.params.Of(k.Environment).Find(name); ok {
			return p.Value, nil
		}
	}
	return secret.Text{}, access.InvalidField("field", access.HintUnknownValue)
}

func (f *Flow) openSecret(tx *store.Tx, k *store.Key) (secret.Text, error) {
	s, err := tx.SecretInForce(k.ID)
	if err != nil {
		return secret.Text{}, err
	}
	if s == nil || s.Sealed == nil {
		return secret.Text{}, access.Refuse(access.CodeNotFound, "")
	}
	if !s.RevealedAt.IsZero() && f.params.Of(k.Environment).Reveal == params.RevealOnce {
		return secret.Text{}, &access.Error{Code: access.CodeForbidden, Hint: access.HintRevealOnce, Args: map[string]string{
			"at": s.RevealedAt.UTC().Format(time.RFC3339),
		}}
	}
	if s.RevealedAt.IsZero() {
		s.RevealedAt = tx.Now()
		if err := tx.SaveSecret(*s); err != nil {
			return secret.Text{}, err
		}
	}
	return f.box.Open(s.Sealed, secretIdentity(s.ID, k.ID))
}

// Parameters lists the connection parameters of a key's environment; sensitive
// ones come without their value.
func (f *Flow) Parameters(ctx context.Context, act Act, id access.KeyID) (wire.Parameters, error) {
	reply := wire.Parameters{Items: []wire.Parameter{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		k, err := revealable(tx, act.Who, id)
		if err != nil {
			return err
		}
		reply.Environment = k.Environment
		reply.RevealOnce = f.params.Of(k.Environment).Reveal == params.RevealOnce
		s, err := tx.SecretInForce(k.ID)
		if err != nil || s == nil {
			return err
		}
		reply.RevealedAt = s.RevealedAt
		r, err := tx.KeyRequest(s.Request)
		if err == nil {
			reply.Vendor = r.Form.Vendor
		}
		return err
	})
	if err != nil {
		return wire.Parameters{}, refused(err)
	}
	for _, p := range f.params.Of(reply.Environment).Params {
		item := wire.Parameter{Name: p.Name, Sensitive: p.Sensitive}
		if !p.Sensitive {
			item.Value = p.Value.Reveal()
		}
		reply.Items = append(reply.Items, item)
	}
	return reply, nil
}

// KeyAudit lists who saw, copied or exported a key's values or handed it over,
// newest first.
func (f *Flow) KeyAudit(ctx context.Context, act Act, id access.KeyID) (wire.KeyAudit, error) {
	reply := wire.KeyAudit{Entries: []wire.KeyAuditEntry{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		k, err := revealable(tx, act.Who, id)
		if err != nil {
			return err
		}
		uses, err := tx.AuditOf(string(k.ID), audit.KeyRevealed, auditShown)
		if err != nil {
			return err
		}
		handed, err := tx.AuditOf(string(k.ID), audit.KeyHandedOver, auditShown)
		all := append(uses, handed...)
		slices.SortFunc(all, func(a, b audit.Record) int { return cmp.Compare(b.Seq, a.Seq) })
		for _, r := range all[:min(len(all), auditShown)] {
			reply.Entries = append(reply.Entries, keyAuditEntry(r))
		}
		return err
	})
	return reply, refused(err)
}

func keyAuditEntry(r audit.Record) wire.KeyAuditEntry {
	e := wire.KeyAuditEntry{
		At: r.At, Person: r.Person, Field: access.Field(r.DetailOf("field")),
		Purpose: access.Purpose(r.DetailOf("purpose")), Device: r.DetailOf("device"),
	}
	if r.Kind == audit.KeyHandedOver {
		e.Purpose, e.To = access.PurposeHandOver, r.DetailOf("person")+", "+r.DetailOf("vendor")
	}
	return e
}
