package state

import (
	"strings"

	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/es"
)

// Calendar is the end of a key's secret as a file for a calendar program, with
// the server's own ladder of reminders, and what to call the file. It holds the
// key's name and no secret. False: there is no such key, or it has no end.
func (m *Model) Calendar(id access.KeyID) (name string, file []byte, ok bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.rows.keys[id]
	if !ok || k.ExpiresAt.IsZero() {
		return "", nil, false
	}
	env := es.Environment(k.Environment)
	// The same entry as that of the reminders' mails: imported twice it stands once.
	file = calendar.ICS(es.ExpiryEvent(es.Ending{
		Key: k.ID, Name: k.Name, Environment: k.Environment, IssuedAt: k.IssuedAt, ExpiresAt: k.ExpiresAt, Version: k.Version,
	}, now))
	return "vencimiento-" + strings.ToLower(env) + "-" + string(k.Code) + ".ics", file, true
}
