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
	text := "Vence la llave " + k.Name + " (" + env + "). Cámbiela antes en «" + es.WithManual(es.RenewTitle, es.RenewManual) + "»."
	file = calendar.ICS(calendar.Event{
		UID: calendar.UID("vencimiento", string(k.ID)), Sequence: int(k.Version), Stamp: now, At: k.ExpiresAt,
		Summary: "Vence la llave de " + strings.ToLower(env) + " del código " + string(k.Code), Description: text,
		Categories: []string{"Llavero IHCE", env}, AlarmDays: access.ReminderDays(),
	})
	return "vencimiento-" + strings.ToLower(env) + "-" + string(k.Code) + ".ics", file, true
}
