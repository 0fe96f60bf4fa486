package state

import (
	"context"

	"llavero/shared/wire"
)

// officerState is what the officer's screens have beside the rows.
type officerState struct {
	amend    *amendState
	grant    *grantState
	evidence *evidenceState
	validity validityState
	catalog  *wire.Permissions
	drift    driftState
	reading  readingState
}

// askFor sends an intent about a code's keys and waits until its fact is in the
// rows, as ask does for requests.
func (m *Model) askFor(ctx context.Context, act string, body any, call func(key string) (seq int64, err error)) error {
	_, err := m.ask(ctx, act, body, func(key string) (wire.Accepted, error) {
		seq, err := call(key)
		return wire.Accepted{Seq: seq}, err
	})
	return err
}

// read runs a question whose answer is no fact, and signs out if its session is
// no more.
func (m *Model) read(ctx context.Context, question func(context.Context) error) (life int, t *Trouble, err error) {
	life = m.lifeNow()
	if err = question(ctx); err != nil {
		m.ended(life, err)
	}
	return life, m.troubleOf(err), err
}

// AssignedKeys is «Llaves asignadas».
func (m *Model) AssignedKeys() AssignedKeys {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	l := m.rows.assigned
	return AssignedKeys{Link: m.link, Rows: l.rows, Search: l.index, Loading: !m.link.HasData(), Now: now}
}
