package es

import (
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/calendar"
)

func TestExpiryEvent(t *testing.T) {
	e := Ending{
		Key: "k-1", Name: "IHCE-PRODUCCION-0500199001", Environment: access.Production,
		IssuedAt: noon.AddDate(-1, 0, 0), ExpiresAt: time.Date(2027, 11, 24, 0, 0, 0, 0, time.UTC), Version: 7,
	}
	got := ExpiryEvent(e, noon)
	if got.Summary != "Vencimiento de la llave IHCE-PRODUCCION-0500199001 – Producción (real)" || got.Sequence != 7 || len(got.AlarmDays) != 5 {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(got.Description, "23/11/2027 19:00 (hora de Colombia)") || !strings.Contains(got.Description, "«Cambiar llave (Resolicitud Token)»") {
		t.Errorf("description %q", got.Description)
	}
	again, next := e, e
	again.Version, again.ExpiresAt = 8, e.ExpiresAt.AddDate(0, 1, 0) // its date was corrected
	next.IssuedAt = noon
	if ExpiryEvent(again, noon).UID != got.UID || ExpiryEvent(next, noon).UID == got.UID {
		t.Error("an entry's identity is not that of the secret")
	}
	if file := string(calendar.ICS(got)); !strings.Contains(file, "TRIGGER;RELATED=START:-P60D") {
		t.Errorf("%s", file)
	}
}

func TestReminderSubject(t *testing.T) {
	if got := ReminderSubject(1, "IHCE-1", noon.AddDate(0, 0, 7), noon); got != "La llave IHCE-1: vence en 7 días (5 hábiles)" {
		t.Errorf("%q", got)
	}
	if got := ReminderSubject(1200, "IHCE-1", noon.AddDate(0, 0, 1), noon); got != "1.200 llaves de IHCE vencen pronto; la primera vence mañana a las 12:00" {
		t.Errorf("%q", got)
	}
}
