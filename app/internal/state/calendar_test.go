package state

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestCalendar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := atKeys(t, func(k *wire.KeyRow) {
			k.Name, k.Version, k.ExpiresAt = "IHCE-PRODUCCION-"+theCode, 4, time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
		})
		name, file, ok := m.Calendar(theKey)
		if !ok || name != "vencimiento-producción-"+theCode+".ics" {
			t.Errorf("%q, %t", name, ok)
		}
		text := strings.ReplaceAll(string(file), "\r\n ", "")
		for _, want := range []string{"BEGIN:VEVENT", "20270301T000000Z", "IHCE-PRODUCCION-" + theCode, "SEQUENCE:4"} {
			if !strings.Contains(text, want) {
				t.Errorf("the file lacks %s:\n%s", want, text)
			}
		}
		if got := strings.Count(text, "BEGIN:VALARM"); got != len(access.ReminderDays()) {
			t.Errorf("%d alarms", got)
		}
		if _, _, ok := m.Calendar("k-9"); ok {
			t.Error("a key that is not there ends")
		}
	})
}
