package state

import (
	"context"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// attendState is the officer's form. Its contacts are in memory only.
type attendState struct {
	id      access.RequestID
	row     wire.RequestRow // as last seen, should it leave the rows
	detail  *wire.RequestDetail
	fields  []access.FieldError
	sending bool
	saved   bool
	trouble *Trouble
}

// Attend is the officer's form; false when none is open.
func (m *Model) Attend() (Attend, bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.attend
	if a == nil {
		return Attend{Link: m.link, Now: now}, false
	}
	if r, ok := m.rows.requests[a.id]; ok {
		a.row = r.row
	}
	return Attend{
		Link: m.link, Row: a.row, Detail: a.detail, Mine: m.isMine(a.row), Fields: a.fields,
		Sending: a.sending, Saved: a.saved, Trouble: a.trouble, Now: now,
	}, true
}

// isMine reports that the row is taken by who is signed in; the lock is held.
func (m *Model) isMine(r wire.RequestRow) bool {
	return m.who != nil && r.TakenBy != "" && r.TakenBy == m.who.Account
}

// OpenAttend opens the form of a request, takes it unless a colleague has it,
// and reads its contacts. Without connection the form opens with what is kept.
func (m *Model) OpenAttend(ctx context.Context, id access.RequestID) error {
	m.mu.Lock()
	if m.attend == nil || m.attend.id != id || m.attend.saved {
		m.attend = &attendState{id: id}
	}
	var isOthers bool
	if r, ok := m.rows.requests[id]; ok {
		m.attend.row = r.row
		isOthers = r.row.TakenBy != "" && !m.isMine(r.row)
	}
	m.mu.Unlock()
	poke(m.changed)
	if !isOthers {
		// A colleague who was first is told by the row; the form is read only.
		if err := m.Take(ctx, id, ""); err != nil && access.HintOf(err) != access.HintTaken {
			return err
		}
	}
	return m.LoadDetail(ctx, id)
}

// CloseAttend leaves the form and forgets the contacts. The request stays taken
// until it is released.
func (m *Model) CloseAttend() {
	m.mu.Lock()
	m.attend = nil
	m.mu.Unlock()
	poke(m.changed)
}

// LoadDetail reads the contacts of the request whose form is open.
func (m *Model) LoadDetail(ctx context.Context, id access.RequestID) error {
	life := m.lifeNow()
	detail, err := m.deps.API.Request(ctx, id)
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		if m.attend == nil || m.attend.id != id {
			return
		}
		m.attend.trouble = t
		if err == nil {
			m.attend.detail = &detail
		}
	})
	return err
}

// attendAct runs one act on a request: busy in its form if that is open, trouble
// where it is seen.
func (m *Model) attendAct(ctx context.Context, id access.RequestID, act string, body any, call func(key string) (wire.Accepted, error)) (life int, err error) {
	life, err = m.begin(func() {
		if a := m.attending(id); a != nil {
			a.sending, a.trouble, a.fields = true, nil, nil
		}
	})
	if err == nil {
		_, err = m.ask(ctx, act+"/"+string(id), body, call)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		if a := m.attending(id); a != nil {
			a.sending = false
			a.fields, a.trouble = partFields(t, "production", "preproduction")
		}
	})
	return life, err
}

// attending is the open form if it is of this request; the lock is held.
func (m *Model) attending(id access.RequestID) *attendState {
	if m.attend == nil || m.attend.id != id {
		return nil
	}
	return m.attend
}

// Take takes a pending request. To take it over from a colleague, why is the
// reason, which they are told. Its lease is kept from then on.
func (m *Model) Take(ctx context.Context, id access.RequestID, why string) error {
	body := wire.Take{Why: why}
	life, err := m.attendAct(ctx, id, "take", body, func(key string) (wire.Accepted, error) {
		return m.deps.API.Take(ctx, key, id, body)
	})
	if err != nil {
		return err
	}
	m.set(life, func() {
		if r, ok := m.rows.requests[id]; ok && m.isMine(r.row) {
			m.held[id] = true
		}
	})
	return nil
}

// Release frees a request.
func (m *Model) Release(ctx context.Context, id access.RequestID) error {
	life, wasHeld := m.letGo(id)
	_, err := m.attendAct(ctx, id, "release", nil, func(key string) (wire.Accepted, error) {
		return m.deps.API.Release(ctx, key, id)
	})
	return m.gaveUp(life, id, wasHeld, err, NoticeReleased)
}

// Resume hands a pending request back to the server, at the step that failed.
func (m *Model) Resume(ctx context.Context, id access.RequestID, version int64) error {
	life, wasHeld := m.letGo(id)
	_, err := m.attendAct(ctx, id, "resume", version, func(key string) (wire.Accepted, error) {
		return m.deps.API.Resume(ctx, key, id, version)
	})
	return m.gaveUp(life, id, wasHeld, err, NoticeResumed)
}

// Assign closes a pending request with the keys an officer typed. When it
// returns nil the snapshot says Saved.
func (m *Model) Assign(ctx context.Context, id access.RequestID, version int64, body wire.Assign) error {
	if fields := assignFields(m.onlyOf(id), body, m.now()); len(fields) > 0 {
		m.set(m.lifeNow(), func() {
			if a := m.attending(id); a != nil {
				a.fields, a.trouble = fields, nil
			}
		})
		return &access.Error{Code: access.CodeInvalid, Fields: fields}
	}
	life, wasHeld := m.letGo(id)
	_, err := m.attendAct(ctx, id, "assign", body, func(key string) (wire.Accepted, error) {
		return m.deps.API.Assign(ctx, key, id, version, body)
	})
	if err == nil {
		m.set(life, func() {
			if a := m.attending(id); a != nil {
				a.saved = true
			}
		})
	}
	return m.gaveUp(life, id, wasHeld, err, "")
}

// longest is beyond any validity: how long a key may live, the server knows.
const longest = 100 * 365 * 24 * time.Hour

// onlyOf is the one environment that a request is about; empty: both.
func (m *Model) onlyOf(id access.RequestID) access.Environment {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.rows.requests[id]; ok {
		return r.row.Only
	}
	return ""
}

// assignFields checks the environments that a request is about.
func assignFields(only access.Environment, a wire.Assign, now time.Time) []access.FieldError {
	production := &access.KeyForm{TypedKey: access.TypedKey(a.Production), Longest: longest}
	preproduction := &access.KeyForm{TypedKey: access.TypedKey(a.Preproduction), Longest: longest}
	switch only {
	case access.Production:
		preproduction = nil
	case access.Preproduction:
		production = nil
	}
	return access.ValidateKeyForms(production, preproduction, now)
}

// letGo stops keeping a lease, before the act that ends it: its end is then no
// news.
func (m *Model) letGo(id access.RequestID) (life int, wasHeld bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wasHeld = m.held[id]
	delete(m.held, id)
	return m.life, wasHeld
}

// gaveUp keeps the lease again if the act did not end it, and else tells.
func (m *Model) gaveUp(life int, id access.RequestID, wasHeld bool, err error, notice NoticeKind) error {
	m.set(life, func() {
		r, ok := m.rows.requests[id]
		switch {
		case err != nil:
			if wasHeld && ok && m.isMine(r.row) {
				m.held[id] = true
			}
		case notice != "" && ok:
			m.tell(notice, map[string]string{"number": r.row.Number, "code": string(r.row.Code)})
		}
	})
	return err
}

// keepLease renews, every access.LeaseBeat, the leases of what was taken here.
// It is silent: a lease that is lost is told by the fact.
func (m *Model) keepLease(ctx context.Context) error {
	tick := time.NewTicker(access.LeaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.beat: // connected again
			if !m.wasAway() {
				continue
			}
		case <-tick.C:
		}
		m.renewAll(ctx)
	}
}

// wasAway reports, once, that leases went without renewal for lack of a
// connection.
func (m *Model) wasAway() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.missedBeat && m.isOnline()
	if was {
		m.missedBeat = false
	}
	return was
}

func (m *Model) renewAll(ctx context.Context) {
	m.mu.Lock()
	isOnline, life := m.isOnline(), m.life
	var held []access.RequestID
	for id := range m.held {
		held = append(held, id)
	}
	m.missedBeat = !isOnline && len(held) > 0
	m.mu.Unlock()
	if !isOnline {
		return
	}
	for _, id := range held {
		key, err := m.keyOf("renew/"+string(id), nil)
		if err == nil {
			_, err = m.deps.API.Take(ctx, key, id, wire.Take{})
		}
		m.answered("renew/"+string(id), err)
		if err != nil {
			m.deps.Log.Info("lease not renewed", "error", err)
			m.ended(life, err)
		}
	}
}
