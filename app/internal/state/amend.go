package state

import (
	"cmp"
	"context"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// amendState is «Actualizar Keys». What is typed is the screen's.
type amendState struct {
	row     Assigned // as last seen, should it leave the rows
	days    map[access.Environment]int
	history []wire.KeyHistoryEntry
	fields  []access.FieldError
	sending bool
	saved   bool
	trouble *Trouble
}

// Amend is «Actualizar Keys»; false when it is not open.
func (m *Model) Amend() (Amend, bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.officer.amend
	if a == nil {
		return Amend{Link: m.link, Now: now}, false
	}
	a.row = m.rows.latestOf(a.row)
	return Amend{
		Link: m.link, Row: a.row, Days: a.days, History: a.history, Fields: a.fields, Sending: a.sending, Saved: a.saved,
		Busy: m.keys.busy, Troubles: m.keys.troubles, Secrets: m.keys.secrets,
		Trouble: cmp.Or(a.trouble, m.keys.trouble), Now: now,
	}, true
}

// latestOf is a code as it is now; as it was when it is gone.
func (s *rowSet) latestOf(was Assigned) Assigned {
	if row, ok := s.assignedOf(was.Code); ok {
		return row
	}
	return was
}

// PutAmend opens the form of a code; LoadAmend reads what the feed does not
// bring.
func (m *Model) PutAmend(code access.LicenseCode) {
	m.mu.Lock()
	m.keys = keysState{chosen: code, busy: m.keys.busy} // what is under way goes on
	m.officer.amend = &amendState{row: m.rows.latestOf(Assigned{Code: code})}
	m.mu.Unlock()
	poke(m.changed)
}

// CloseAmend leaves the form.
func (m *Model) CloseAmend() {
	m.mu.Lock()
	m.officer.amend = nil
	m.mu.Unlock()
	poke(m.changed)
}

// LoadAmend reads the history of the open form's keys, and how long a new secret
// may live.
func (m *Model) LoadAmend(ctx context.Context) error {
	code := m.amending()
	if code == "" {
		return nil
	}
	var history wire.KeyHistory
	var validity wire.Validity
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		if history, err = m.deps.API.KeyHistory(ctx, code); err != nil {
			return err
		}
		validity, err = m.deps.API.Validity(ctx)
		return err
	})
	m.setAmend(life, code, func(a *amendState) {
		if err != nil {
			a.trouble = t
			return
		}
		a.history = append([]wire.KeyHistoryEntry{}, history.Entries...)
		a.days = map[access.Environment]int{}
		for _, v := range validity.Items {
			a.days[v.Environment] = v.Days
		}
	})
	return err
}

// amending is the code of the open form; empty: none.
func (m *Model) amending() access.LicenseCode {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.officer.amend == nil {
		return ""
	}
	return m.officer.amend.row.Code
}

func (m *Model) setAmend(life int, code access.LicenseCode, change func(*amendState)) {
	m.set(life, func() {
		if a := m.officer.amend; a != nil && a.row.Code == code {
			change(a)
		}
	})
}

// SaveAmend sends the environments of the form that changed. When it returns nil
// the snapshot says Saved.
func (m *Model) SaveAmend(ctx context.Context, code access.LicenseCode, body wire.AmendKeys) error {
	if err := m.CheckAmend(code, body); err != nil {
		return err
	}
	return m.amendAct(ctx, code, "amend/"+string(code), body, true, func(key string) (int64, error) {
		done, err := m.deps.API.AmendKeys(ctx, key, code, body)
		return done.Seq, err
	})
}

// CheckAmend checks the form as the server will; what is wrong stands in the
// snapshot.
func (m *Model) CheckAmend(code access.LicenseCode, body wire.AmendKeys) error {
	fields := m.amendFields(body)
	m.setAmend(m.lifeNow(), code, func(a *amendState) { a.fields, a.trouble, a.saved = fields, nil, false })
	if len(fields) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: fields}
	}
	return nil
}

// SetKeyValidity sets the life of a key's next secret; zero days: its
// environment's.
func (m *Model) SetKeyValidity(ctx context.Context, code access.LicenseCode, id access.KeyID, version int64, body wire.SetValidity) error {
	return m.amendAct(ctx, code, "validity/"+string(id), body, false, func(key string) (int64, error) {
		done, err := m.deps.API.SetKeyValidity(ctx, key, id, version, body)
		return done.Seq, err
	})
}

// amendAct runs one act of the form, and reads its history anew.
func (m *Model) amendAct(ctx context.Context, code access.LicenseCode, act string, body any, saves bool, call func(key string) (int64, error)) error {
	life, err := m.begin(func() {
		if a := m.officer.amend; a != nil {
			a.sending, a.trouble, a.fields, a.saved = true, nil, nil, false
		}
	})
	if err == nil {
		err = m.askFor(ctx, act, body, call)
	}
	form := []string{"days", "why"}
	if saves {
		form = []string{"production", "preproduction"}
	}
	t := m.troubleOf(err)
	m.setAmend(life, code, func(a *amendState) {
		a.sending, a.saved = false, err == nil && saves
		a.fields, a.trouble = partFields(t, form...)
	})
	if err != nil {
		return err
	}
	return m.LoadAmend(ctx)
}

// amendFields checks what is sent beside what stays.
func (m *Model) amendFields(body wire.AmendKeys) []access.FieldError {
	s, ok := m.Amend()
	if !ok {
		return nil
	}
	sent := map[access.Environment]*wire.AmendKey{access.Production: body.Production, access.Preproduction: body.Preproduction}
	all := access.ValidateKeyForms(s.keyForm(access.Production, body.Production), s.keyForm(access.Preproduction, body.Preproduction), m.now())
	var wrong []access.FieldError
	for _, f := range all {
		env, _, _ := strings.Cut(f.Field, ".")
		if sent[access.Environment(env)] != nil {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// keyForm is an environment of the form to be checked: what is sent, else what
// stays; nil when there is neither.
func (a Amend) keyForm(e access.Environment, in *wire.AmendKey) *access.KeyForm {
	k := a.Row.Key(e)
	form := &access.KeyForm{Longest: cmp.Or(a.Longest(e), longest)} // beyond what is known here, the server knows
	switch {
	case in != nil:
		form.TypedKey = access.TypedKey{ClientID: in.ClientID, Secret: in.Secret, ExpiresAt: in.ExpiresAt}
	case k != nil:
		form.TypedKey = access.TypedKey{ClientID: k.ClientID, ExpiresAt: k.ExpiresAt}
	default:
		return nil
	}
	if k != nil {
		form.InForce = k.ExpiresAt
	}
	return form
}
