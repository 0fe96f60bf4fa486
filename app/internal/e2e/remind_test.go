package e2e

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// morning is ten o'clock in Colombia of the last business day that lies so many
// days, or a few more, before an end.
func morning(end time.Time, days int) time.Time {
	at := calendar.Day(end).AddDate(0, 0, -days).Add(10 * time.Hour)
	for !calendar.IsBusinessDay(at) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// jump has a server live on at another time, as after a long night.
func jump(s *servertest.Server, clock *offset, to time.Time) {
	s.Kill()
	clock.pass(to.Sub(clock.now()))
	s.Start()
}

// Some 25 days before the end of two codes' keys their delegate is told, with a
// date for the calendar, and answers; a change of key then ends it for one code,
// while the other one is told of again.
func TestDelegate_reminded(t *testing.T) {
	const other = access.LicenseCode("0500199002") // of the same delegate
	clock := &offset{}
	s := servertest.New(t, servertest.WithClock(clock.now), servertest.WithReminders())
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	for _, c := range []access.LicenseCode{code, other} {
		d.ask(c, p.Email)
		d.until("issued", func() bool { return d.request(c).Status == access.StatusDone })
	}
	_, secrets := d.values(code)
	end := d.keyOf(code, access.Production).ExpiresAt
	d.close()

	jump(s, clock, morning(end, 25))
	letter := d.letter(p.Email, "vence")
	if !strings.Contains(letter, string(code)) || !strings.Contains(letter, string(other)) {
		t.Errorf("the mail says %s", letter)
	}
	hasDate := false
	for _, m := range s.Mail.To(p.Email) {
		hasDate = hasDate || bytes.Contains(m.Raw, []byte("text/calendar")) && bytes.Contains(m.Raw, []byte(".ics"))
	}
	if !hasDate {
		t.Error("no date for the calendar comes with it")
	}
	noneInMail(t, s, secrets[access.Production], secrets[access.Preproduction])

	d = sitAt(t, s, computer{folder: t.TempDir(), clock: clock.now})
	second := sitAt(t, s, computer{folder: t.TempDir(), clock: clock.now})
	d.signIn(seed.LoginDelegate)
	second.signIn(seed.LoginDelegate)
	answer := func(env access.Environment, in wire.AnswerReminder) error {
		return d.model.AnswerReminder(t.Context(), d.keyOf(code, env).ID, in)
	}
	d.until("the reminder", func() bool { return d.keyOf(code, access.Production).Reminder != nil })
	if r := d.keyOf(code, access.Production).Reminder; r.Days != 30 || r.Act != "" || !r.EscalatedAt.IsZero() {
		t.Errorf("the rung: %+v", r)
	}
	if err := answer(access.Production, wire.AnswerReminder{Act: access.ReminderRenewed}); access.HintOf(err) != access.HintNotRenewed {
		t.Errorf("renewed, and it was not: %v", err)
	}
	must(t, answer(access.Production, wire.AnswerReminder{Act: access.ReminderReceived}))
	day := calendar.Day(clock.now()).AddDate(0, 0, 5)
	if err := answer(access.Preproduction, wire.AnswerReminder{Act: access.ReminderSnooze, Until: day.AddDate(0, 0, -9)}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("put off to a day that went by: %v", err)
	}
	must(t, answer(access.Preproduction, wire.AnswerReminder{Act: access.ReminderSnooze, Until: day}))
	for _, desk := range []*desk{d, second} {
		desk.until("the answers", func() bool {
			pro, pre := desk.keyOf(code, access.Production).Reminder, desk.keyOf(code, access.Preproduction).Reminder
			return pro != nil && pro.Act == access.ReminderReceived && pre != nil && pre.Act == access.ReminderSnooze
		})
		if r := desk.keyOf(code, access.Preproduction).Reminder; !r.Until.Equal(day) || r.Until.In(calendar.Colombia).Hour() != 0 || r.By != p.Person.Person.Name {
			t.Errorf("put off: %+v", r)
		}
	}

	d.change(code, access.ReasonExpiry)
	d.signs(p.Email)
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	d.until("no reminder of the new secret", func() bool {
		r := d.keyOf(code, access.Production).Reminder
		return r == nil || r.Act == access.ReminderRenewed
	})
	d.close()
	second.close()
	jump(s, clock, morning(end, 7))
	if letter := d.letter(p.Email, string(other)); !strings.Contains(letter, "vence") || strings.Contains(letter, string(code)) {
		t.Errorf("after the change the mail says %s", letter)
	}
}
