package state

import (
	"time"

	"llavero/shared/es"
)

// Queue is the ministry's pending list.
func (m *Model) Queue() Queue {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	q := Queue{
		Link: m.link, Rows: m.rows.pending.rows, Search: m.rows.pending.index, Loading: !m.link.HasData(), Now: now,
	}
	if m.who != nil {
		q.Me = m.who.Account
	}
	if isSameDay(m.rows.lastDone, now) {
		q.LastAttended = m.rows.lastDone
	}
	return q
}

// isSameDay tells whether two instants fall on one day for people in Colombia.
func isSameDay(a, b time.Time) bool { return !a.IsZero() && es.Date(a) == es.Date(b) }
