package state

import (
	"context"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// passwordState is a change of the password of who is signed in.
type passwordState struct {
	fields  []access.FieldError
	sending bool
	trouble *Trouble
	doneAt  time.Time
}

// Account is «Mi cuenta» as it stands.
func (m *Model) Account() Account {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := &m.password
	s := Account{Link: m.link, Fields: p.fields, Sending: p.sending, Trouble: p.trouble, DoneAt: p.doneAt}
	if m.who != nil {
		s.Session = *m.who
	}
	return s
}

// OpenAccount forgets how the last change went.
func (m *Model) OpenAccount() {
	m.mu.Lock()
	if !m.password.sending {
		m.password = passwordState{}
	}
	m.mu.Unlock()
	poke(m.changed)
}

// AccountTyped takes the complaint about a field away: it is being written anew.
func (m *Model) AccountTyped(field string) {
	m.mu.Lock()
	m.password.fields = without(m.password.fields, field)
	m.mu.Unlock()
	poke(m.changed)
}

// ChangePassword sets another password. All other sessions of this user end.
func (m *Model) ChangePassword(ctx context.Context, current, password, again secret.Text) error {
	var wrong []access.FieldError
	if current.IsEmpty() {
		wrong = append(wrong, access.FieldError{Field: "current", Hint: access.HintRequired})
	}
	wrong = append(wrong, twice(password, again)...)
	if len(wrong) == 0 && password == current {
		wrong = append(wrong, access.FieldError{Field: FieldNew, Hint: access.HintSamePassword})
	}
	isBusy := false
	life, err := m.begin(func() {
		isBusy = m.password.sending
		if isBusy {
			return
		}
		m.password = passwordState{fields: wrong, sending: len(wrong) == 0}
	})
	switch {
	case isBusy:
		return nil
	case err == nil && len(wrong) > 0:
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	if err == nil {
		err = m.sendPassword(ctx, life, wire.ChangePassword{Current: current.Reveal(), New: password.Reveal()})
	}
	t, at := m.troubleOf(err), m.now()
	m.set(life, func() {
		p := &m.password
		p.sending, p.trouble = false, t
		switch {
		case t == nil && err == nil:
			p.doneAt = at
		case t != nil && t.Err.Hint == access.HintCredentials:
			p.trouble, p.fields = nil, []access.FieldError{{Field: "current", Hint: access.HintCredentials}}
		case t != nil && (t.Err.Hint == access.HintWeak || t.Err.Hint == access.HintSamePassword):
			p.trouble, p.fields = nil, []access.FieldError{{Field: FieldNew, Hint: t.Err.Hint}}
		case t != nil && len(t.Err.Fields) > 0:
			p.fields, p.trouble = partFields(t, "current", FieldNew)
		}
	})
	return err
}

func (m *Model) sendPassword(ctx context.Context, life int, body wire.ChangePassword) error {
	const act = "password"
	key, err := m.keyOf(act, body)
	if err != nil {
		return err
	}
	err = m.deps.API.ChangePassword(ctx, key, body)
	m.answered(act, err)
	if err == nil {
		m.rememberPassword(life, secret.New(body.New))
	}
	// A wrong current password may come as unauthorized: the session goes on.
	if access.HintOf(err) != access.HintCredentials {
		m.ended(life, err)
	}
	return err
}
