package state

import (
	"context"
	"maps"
	"strings"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// keysState is what «Consultar Token» has beside the rows.
type keysState struct {
	chosen     access.LicenseCode
	parameters map[access.Environment][]wire.Parameter
	policies   map[access.Environment]Policy
	audit      map[access.KeyID][]wire.KeyAuditEntry
	trouble    *Trouble

	busy     map[access.KeyID]KeyAct
	troubles map[access.KeyID]*Trouble
	secrets  map[access.KeyID]KeySecrets
	contacts Contacts
	receipt  Receipt
}

// Keys is «Consultar Token».
func (m *Model) Keys() Keys {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	k := m.keys
	s := Keys{
		Link: m.link, Entities: m.entities(m.rows.entities.consulting), Chosen: k.chosen,
		Parameters: k.parameters, Policies: k.policies, Audit: k.audit,
		Trouble: k.trouble, Busy: k.busy, Troubles: k.troubles, Secrets: k.secrets, Contacts: m.contactsOf(), Receipt: m.receiptOf(), Now: now,
	}
	if entity, ok := m.rows.entity(k.chosen); ok {
		s.Entity = &entity
	}
	return s
}

// ChooseKeys chooses the code whose keys are shown; empty: none.
func (m *Model) ChooseKeys(code access.LicenseCode) {
	m.mu.Lock()
	m.keys = keysState{chosen: code, busy: m.keys.busy} // what is under way goes on
	m.mu.Unlock()
	poke(m.changed)
}

// LoadParameters reads the connection parameters of a key's environment.
func (m *Model) LoadParameters(ctx context.Context, key access.KeyID) error {
	life := m.lifeNow()
	p, err := m.deps.API.Parameters(ctx, key)
	return m.loaded(life, key, err, func() {
		list := maps.Clone(m.keys.parameters)
		if list == nil {
			list = map[access.Environment][]wire.Parameter{}
		}
		list[p.Environment] = p.Items
		m.keys.parameters = list
		policies := maps.Clone(m.keys.policies)
		if policies == nil {
			policies = map[access.Environment]Policy{}
		}
		policies[p.Environment] = Policy{Once: p.RevealOnce, RevealedAt: p.RevealedAt, Vendor: p.Vendor}
		m.keys.policies = policies
	})
}

// LoadAudit reads who saw, copied or exported a key's values.
func (m *Model) LoadAudit(ctx context.Context, key access.KeyID) error {
	life := m.lifeNow()
	a, err := m.deps.API.KeyAudit(ctx, key)
	return m.loaded(life, key, err, func() {
		list := maps.Clone(m.keys.audit)
		if list == nil {
			list = map[access.KeyID][]wire.KeyAuditEntry{}
		}
		list[key] = a.Entries
		m.keys.audit = list
	})
}

// loaded puts in what was read about a key, unless another code was chosen
// meanwhile.
func (m *Model) loaded(life int, key access.KeyID, err error, change func()) error {
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		if k := m.rows.keys[key]; k == nil || k.Code != m.keys.chosen {
			return
		}
		m.keys.trouble = t
		if err == nil {
			change()
		}
	})
	return err
}

func (m *Model) lifeNow() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.life
}

// Reveal fetches one value of a key, which the server records with what it is
// for. The model keeps nothing of it.
func (m *Model) Reveal(ctx context.Context, key access.KeyID, field access.Field, purpose access.Purpose) (secret.Text, error) {
	life, err := m.begin(func() { m.keys.trouble = nil })
	var reply wire.RevealReply
	if err == nil {
		reply, err = m.reveal(ctx, key, field, purpose)
	}
	if err != nil {
		m.ended(life, err)
		t := m.troubleOf(err)
		m.set(life, func() { m.keys.trouble = t })
		return secret.Text{}, err
	}
	return reply.Value, nil
}

func (m *Model) reveal(ctx context.Context, id access.KeyID, field access.Field, purpose access.Purpose) (wire.RevealReply, error) {
	body := wire.Reveal{Field: field, Purpose: purpose}
	act := "reveal/" + string(id) + "/" + string(field)
	key, err := m.keyOf(act, body)
	if err != nil {
		return wire.RevealReply{}, err
	}
	reply, err := m.deps.API.Reveal(ctx, key, id, body)
	m.answered(act, err)
	return reply, err
}

// CopyAll is the text of «Copiar todo»: the environment as heading, then the
// parameters, the name, the client id and the expiry as "name: value" lines; the
// client secret only when asked for. Each revealed value is recorded as export.
func (m *Model) CopyAll(ctx context.Context, key access.KeyID, withSecret bool) (secret.Text, error) {
	life, err := m.begin(func() { m.keys.trouble = nil })
	var text secret.Text
	if err == nil {
		text, err = m.copyAll(ctx, key, withSecret)
	}
	if err != nil {
		m.ended(life, err)
		t := m.troubleOf(err)
		m.set(life, func() { m.keys.trouble = t })
	}
	return text, err
}

func (m *Model) copyAll(ctx context.Context, id access.KeyID, withSecret bool) (secret.Text, error) {
	m.mu.Lock()
	row, ok := m.rows.keys[id]
	m.mu.Unlock()
	if !ok {
		return secret.Text{}, access.Refuse(access.CodeNotFound, "")
	}
	params, err := m.deps.API.Parameters(ctx, id)
	if err != nil {
		return secret.Text{}, err
	}
	var b strings.Builder
	line := func(name, value string) { b.WriteString(name + ": " + value + "\n") }
	b.WriteString(es.Environment(row.Environment) + "\n")
	line(es.FieldLabel("name"), row.Name)
	for _, p := range params.Items {
		value := p.Value
		if p.Sensitive {
			reply, err := m.reveal(ctx, id, access.ParamField(p.Name), access.PurposeExport)
			if err != nil {
				return secret.Text{}, err
			}
			value = reply.Value.Reveal()
		}
		line(p.Name, value)
	}
	fields := []access.Field{access.FieldClientID}
	if withSecret {
		fields = append(fields, access.FieldSecret)
	}
	fields = append(fields, access.FieldExpiresAt)
	for _, f := range fields {
		reply, err := m.reveal(ctx, id, f, access.PurposeExport)
		if err != nil {
			return secret.Text{}, err
		}
		line(es.KeyField(f), reply.Value.Reveal())
	}
	return secret.New(b.String()), nil
}

// HandOver has it written down that a key was given to the vendor, and to whom.
func (m *Model) HandOver(ctx context.Context, id access.KeyID, to wire.HandOver) error {
	_, err := m.askKey(ctx, "hand-over/"+string(id), to, func(key string) (wire.AcceptedKey, error) {
		return m.deps.API.HandOver(ctx, key, id, to)
	})
	return err
}

// askKey sends one intent about a key of «Consultar Token» with the key of its
// act. A refusal of the whole stands in the screen's banner; one of a field is
// the caller's to show.
func (m *Model) askKey(_ context.Context, act string, body any, call func(key string) (wire.AcceptedKey, error)) (wire.AcceptedKey, error) {
	life, err := m.begin(func() { m.keys.trouble = nil })
	var accepted wire.AcceptedKey
	if err == nil {
		var key string
		if key, err = m.keyOf(act, body); err == nil {
			accepted, err = call(key)
			m.answered(act, err)
		}
	}
	if err != nil {
		m.ended(life, err)
		t := m.troubleOf(err)
		m.set(life, func() { m.keys.trouble = t })
	}
	return accepted, err
}
