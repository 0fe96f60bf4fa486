package state

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// validityState is «Vigencia de las llaves».
type validityState struct {
	items   []wire.EnvironmentValidity
	fields  map[access.Environment][]access.FieldError
	sending access.Environment
	saved   access.Environment
	trouble *Trouble
}

// Validity is «Vigencia de las llaves».
func (m *Model) Validity() ValidityView {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	v := m.officer.validity
	return ValidityView{Link: m.link, Items: v.items, Fields: v.fields, Sending: v.sending, Saved: v.saved, Trouble: v.trouble, Now: now}
}

// LoadValidity reads the life of new secrets.
func (m *Model) LoadValidity(ctx context.Context) error {
	var all wire.Validity
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		all, err = m.deps.API.Validity(ctx)
		return err
	})
	m.set(life, func() {
		v := &m.officer.validity
		v.trouble = t
		if err == nil {
			v.items = append([]wire.EnvironmentValidity{}, all.Items...)
		}
	})
	return err
}

// SetValidity sets the life of an environment's new secrets, and reads it anew:
// no row of the feed tells of it.
func (m *Model) SetValidity(ctx context.Context, e access.Environment, body wire.SetValidity) error {
	life, err := m.begin(func() {
		v := &m.officer.validity
		v.sending, v.saved, v.fields, v.trouble = e, "", nil, nil
	})
	if err == nil {
		act := "validity/" + string(e)
		var key string
		if key, err = m.keyOf(act, body); err == nil {
			_, err = m.deps.API.SetValidity(ctx, key, e, body)
			m.answered(act, err)
		}
	}
	if err == nil {
		err = m.LoadValidity(ctx)
	}
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		v := &m.officer.validity
		fields, rest := partFields(t, "days", "why")
		v.sending, v.trouble = "", rest
		if len(fields) > 0 {
			v.fields = map[access.Environment][]access.FieldError{e: fields}
		}
		if err == nil {
			v.saved = e
		}
	})
	return err
}
