package workflow

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/wire"
)

// ministry is where nobody's keys are told of.
const ministry = "mesa.ayuda@ministerio.example"

// remindDesk is a desk that reminds from 8:00 on, with keys just issued; theirs
// end at end.
func remindDesk(t *testing.T, end time.Time, codes ...access.LicenseCode) *desk {
	t.Helper()
	d := newDesk(t)
	d.flow.policy.Reminders = Reminders{Hour: 8, EscalateTo: ministry}
	d.now = end.AddDate(-1, 0, 0)
	for _, code := range codes {
		d.issue(d.sign(code))
	}
	d.endAt(end)
	d.takeMails()
	return d
}

// endAt moves the end of all secrets in force.
func (d *desk) endAt(end time.Time) {
	d.Helper()
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		for _, code := range []access.LicenseCode{ourCode, "0500199002"} {
			for _, env := range access.Environments() {
				k, err := tx.KeyOf(code, env)
				if err != nil || k == nil {
					return err
				}
				s, err := tx.SecretInForce(k.ID)
				if err != nil || s == nil {
					return err
				}
				s.ExpiresAt, k.ExpiresAt = end, end
				if err := tx.SaveSecret(*s); err != nil {
					return err
				}
				if err := tx.SaveKey(k); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

func (d *desk) takeMails() []Mail {
	d.Helper()
	var all []Mail
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		for {
			job, err := tx.ClaimJob([]string{store.JobMail}, time.Minute)
			if err != nil || job == nil {
				return err
			}
			m, err := d.flow.OpenMail(d.Context(), *job)
			if err != nil {
				return err
			}
			all = append(all, m)
			if err := tx.FinishJob(job.ID); err != nil {
				return err
			}
		}
	}))
	return all
}

// letters runs the clock hour by hour up to an instant, reminding each hour, and
// says which mails went: "2027-09-24 08h a@example.org reminder 2".
func (d *desk) letters(until time.Time) []string {
	d.Helper()
	var all []string
	for d.clock().Before(until) {
		_, _, err := d.flow.Remind(d.Context())
		ok(d, err)
		mails := d.takeMails()
		slices.SortFunc(mails, func(a, b Mail) int { return cmp.Or(cmp.Compare(a.Template, b.Template), cmp.Compare(a.To, b.To)) })
		for _, m := range mails {
			all = append(all, fmt.Sprintf("%s %s %s %d", d.clock().In(calendar.Colombia).Format("2006-01-02 15h"), m.To, m.Template, len(m.Items)))
		}
		d.wait(time.Hour)
	}
	return all
}

const (
	ana  = "admihceips999100005011@example.org"
	beto = "admihceips999100005012@example.org"
	lead = "lider@clinica.example"
)

// three are the mails of one rung about n keys.
func three(day string, n int) []string {
	var all []string
	for _, to := range []string{ana, beto, lead} {
		all = append(all, fmt.Sprintf("%s 08h %s reminder %d", day, to, n))
	}
	return all
}

func escalated(day string, n int) []string {
	return []string{fmt.Sprintf("%s 08h %s reminder_escalated %d", day, ministry, n)}
}

func sameLetters(t *testing.T, got []string, want ...[]string) {
	t.Helper()
	flat := slices.Concat(want...)
	if !slices.Equal(got, flat) {
		t.Errorf("went:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(flat, "\n  "))
	}
}

// midnight UTC of 24 November is 19:00 of the 23rd, a Tuesday.
var ends = time.Date(2027, 11, 24, 0, 0, 0, 0, time.UTC)

// A whole year, hour by hour: two keys of one entity, nobody answers. The rungs
// of 60 and 30 days fall on Friday 24 September and Sunday 24 October: the latter
// waits for Monday. That of 15 days is Monday 8 November.
func TestRemind_aYear(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	got := d.letters(ends.AddDate(0, 1, 0))
	sameLetters(t, got,
		three("2027-09-24", 2), three("2027-10-25", 2), three("2027-11-08", 2),
		three("2027-11-16", 2), escalated("2027-11-16", 2), three("2027-11-22", 2), escalated("2027-11-22", 2))
	if r := d.reminder(); r == nil || r.Days != 1 || r.EscalatedAt.IsZero() {
		t.Errorf("the row says %+v", r)
	}
	kinds := map[audit.Kind]int{}
	for _, k := range d.kinds(string(d.keys(ourCode)[access.Production].ID)) {
		kinds[k]++
	}
	if kinds[audit.ReminderSent] != 5 || kinds[audit.ReminderEscalated] != 2 {
		t.Errorf("the trail has %v", kinds)
	}
}

// reminder is that of our production key, as its delegate's row tells it.
func (d *desk) reminder() *access.Reminder {
	d.Helper()
	return d.keyRow(d.delegate, d.keys(ourCode)[access.Production].ID).Reminder
}

// One mail a person, whatever the number of keys; what it says, and does not.
func TestRemind_letter(t *testing.T) {
	d := remindDesk(t, ends, ourCode, "0500199002")
	d.now = time.Date(2027, 11, 8, 13, 0, 0, 0, time.UTC)
	told, more, err := d.flow.Remind(t.Context())
	if err != nil || told != 4 || more {
		t.Fatalf("%d told, %t, %v", told, more, err)
	}
	mails := d.takeMails()
	if len(mails) != 3 || len(mails[0].Items) != 4 || mails[0].Data["subject"] != "4 llaves de IHCE vencen pronto; la primera vence en 15 días (10 hábiles)" {
		t.Fatalf("%d mails: %+v", len(mails), mails)
	}
	item := mails[0].Items[0]
	if item["expires"] != "23/11/2027 19:00 (hora de Colombia)" || item["left"] != "Vence en 15 días (10 hábiles)" || item["entity"] != "Clínica Ñandú" {
		t.Errorf("%v", item)
	}
	for i, role := range []string{"delegate", "delegate", "lead"} {
		if mails[i].Data["role"] != role {
			t.Errorf("%s is told as %s", mails[i].To, mails[i].Data["role"])
		}
	}
	if len(mails[0].Files) != 1 || strings.Count(string(mails[0].Files[0].Content), "BEGIN:VEVENT") != 4 {
		t.Errorf("files %v", mails[0].Files)
	}
	row := d.keys(ourCode)[access.Production]
	for _, m := range mails {
		text := fmt.Sprint(m.Data, m.Items, string(m.Files[0].Content))
		if strings.Contains(text, d.clientID(row.ID)) {
			t.Errorf("the client id is in a mail:\n%s", text)
		}
	}
}

// clientID is a key's client id, which the row of a delegate does not show.
func (d *desk) clientID(id access.KeyID) (clientID string) {
	d.Helper()
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) error {
		k, err := tx.Key(id)
		clientID = k.ClientID
		return err
	}))
	return clientID
}

// Whoever waits for a code does not wait behind the reminders of a country.
func TestRemind_waitsForCodes(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	d.now = time.Date(2027, 9, 24, 13, 0, 0, 0, time.UTC)
	if told, _, err := d.flow.Remind(t.Context()); told != 2 || err != nil {
		t.Fatalf("%d told, %v", told, err)
	}
	d.wait(time.Minute)
	a := d.create("0500199002")
	if typed, _ := d.code(a.ID); typed == "" {
		t.Error("the first mail to go is not the code's")
	}
}

// A server that slept tells what is due now and never what it missed; one that is
// made anew on the same database, or looks twice, tells nothing twice.
func TestRemind_sleptAndRestarted(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	d.now = time.Date(2027, 9, 24, 13, 0, 0, 0, time.UTC)
	sameLetters(t, d.letters(d.clock().Add(time.Hour)), three("2027-09-24", 2))
	d.flow = d.newFlow(t, params.RevealAlways)
	d.flow.policy.Reminders = Reminders{Hour: 8, EscalateTo: ministry}
	d.now = time.Date(2027, 9, 24, 13, 0, 0, 0, time.UTC)
	sameLetters(t, d.letters(d.clock().Add(48*time.Hour)))
	// The clock jumps over 30 and 15 days.
	d.now = time.Date(2027, 11, 17, 13, 0, 0, 0, time.UTC)
	sameLetters(t, d.letters(d.clock().Add(24*time.Hour)), three("2027-11-17", 2), escalated("2027-11-17", 2))
	// Past the end there is nothing to tell.
	d.now = ends.Add(time.Minute)
	sameLetters(t, d.letters(d.clock().AddDate(0, 0, 3)))
}

// A failure in the middle of a round leaves nothing: neither rows nor mails.
func TestRemind_allOrNothing(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	d.now = time.Date(2027, 9, 24, 13, 0, 0, 0, time.UTC)
	d.execRaw(`CREATE TRIGGER broken BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END`)
	if _, _, err := d.flow.Remind(t.Context()); err == nil {
		t.Fatal("the broken round was no error")
	}
	if r := d.reminder(); r != nil {
		t.Errorf("the row says %+v", r)
	}
	d.execRaw(`DROP TRIGGER broken`)
	sameLetters(t, d.letters(d.clock().Add(time.Hour)), three("2027-09-24", 2))
}

// execRaw runs a statement beside the store.
func (d *desk) execRaw(statement string) {
	d.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(d.dir, "llavero.db"))
	ok(d, err)
	_, err = db.ExecContext(d.Context(), statement)
	ok(d, errors.Join(err, db.Close()))
}

// A round is bounded and never splits an entity.
func TestRemind_rounds(t *testing.T) {
	d := remindDesk(t, ends, ourCode, "0500199002")
	d.flow.policy.Reminders.PerRound = 1
	d.now = time.Date(2027, 9, 24, 13, 0, 0, 0, time.UTC)
	// One key more, of another entity.
	ok(d, d.db.Write(t.Context(), func(tx *store.Tx) error {
		k, err := tx.KeyOf(ourCode, access.Production)
		if err != nil {
			return err
		}
		s, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		theirs, other := *k, *s
		theirs.ID, theirs.Code, theirs.Entity, theirs.UniqueName = "other", otherCode, otherEntity, "other"
		other.ID, other.Key = "other", "other"
		if err := tx.InsertKey(&theirs); err != nil {
			return err
		}
		return tx.InsertSecret(other)
	}))
	var counts []int
	for more := true; more; {
		told, left, err := d.flow.Remind(t.Context())
		ok(d, err)
		counts, more = append(counts, told), left
	}
	if !slices.Equal(counts, []int{1, 4}) {
		t.Errorf("rounds of %v keys", counts)
	}
}

// Once another secret is in force nothing more is told of the one before; the new
// one has a ladder of its own, and «Ya renové» is true.
func TestRemind_renewed(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	sameLetters(t, d.letters(time.Date(2027, 9, 25, 5, 0, 0, 0, time.UTC)), three("2027-09-24", 2))
	d.reissue(d.signRenewal(access.ReasonExpiry))
	d.takeMails()
	if r := d.reminder(); r != nil {
		t.Errorf("the new secret has the reminder %+v", r)
	}
	sameLetters(t, d.letters(ends.AddDate(0, 1, 0)))
	if got := fieldOf(d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderSnooze, Until: ends.AddDate(0, 2, 0)})); got != "" {
		t.Errorf("a reminder of another secret was postponed: %q", got)
	}
	ok(d, d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderRenewed}))
	kinds := d.kinds(string(d.keys(ourCode)[access.Production].ID))
	if !slices.Contains(kinds, audit.ReminderAnswered) {
		t.Errorf("the trail has %v", kinds)
	}
}

// A revoked key, and one whose date was corrected.
func TestRemind_otherEnds(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	sameLetters(t, d.letters(time.Date(2027, 9, 25, 5, 0, 0, 0, time.UTC)), three("2027-09-24", 2))
	later := ends.AddDate(0, 6, 0)
	d.endAt(later)
	if r := d.reminder(); r != nil {
		t.Errorf("a key that lives half a year longer shows %+v", r)
	}
	got := d.letters(later.AddDate(0, 0, -50))
	if len(got) != 3 { // the ladder begins anew at 60 days of the new end
		t.Errorf("went %q", got)
	}
	ok(d, d.db.Write(t.Context(), func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k, err := tx.KeyOf(ourCode, env)
			if err != nil {
				return err
			}
			k.State = access.KeyRevoked
			if err := tx.SaveKey(k); err != nil {
				return err
			}
		}
		return nil
	}))
	sameLetters(t, d.letters(later))
}

// answer answers the reminder of our production key.
func (d *desk) answer(who access.Viewer, in wire.AnswerReminder) error {
	d.Helper()
	k := d.keys(ourCode)[access.Production]
	_, err := d.flow.AnswerReminder(d.Context(), by(who), k.ID, k.Version, in)
	return err
}

// One key is answered for and the other not: only the other is escalated at 7
// days; on the last day both are, for neither was renewed.
func TestAnswerReminder_received(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	d.letters(time.Date(2027, 11, 9, 5, 0, 0, 0, time.UTC))
	ok(d, d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderReceived}))
	r := d.reminder()
	if r == nil || r.Act != access.ReminderReceived || r.By != "Ana de Ejemplo" || !r.At.Equal(d.clock()) || r.Days != 15 {
		t.Errorf("the row says %+v", r)
	}
	sameLetters(t, d.letters(ends),
		three("2027-11-16", 2), escalated("2027-11-16", 1), three("2027-11-22", 2), escalated("2027-11-22", 2))
}

// Postponed, it is silent until the day, then told again; never past the last
// day.
func TestAnswerReminder_snooze(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	d.letters(time.Date(2027, 9, 25, 5, 0, 0, 0, time.UTC))
	at := func(day string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15", day+" 17", calendar.Colombia)
		ok(d, err)
		return when
	}
	for day, hint := range map[string]access.Hint{
		"2027-09-25": access.HintPast, "2027-09-01": access.HintPast, "2027-10-26": access.HintTooFar, "2028-01-01": access.HintTooFar,
	} {
		err := d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderSnooze, Until: at(day)})
		if got := fieldOf(err); got != "until "+string(hint) {
			t.Errorf("until %s: %q, %v", day, got, err)
		}
	}
	// 5 October: the rung of 60 days still, and told again then.
	ok(d, d.answer(d.second, wire.AnswerReminder{Act: access.ReminderSnooze, Until: at("2027-10-05")}))
	if r := d.reminder(); r.Act != access.ReminderSnooze || !r.Until.Equal(calendar.Day(at("2027-10-05"))) {
		t.Errorf("the row says %+v", r)
	}
	sameLetters(t, d.letters(at("2027-10-06")), three("2027-10-05", 1))
	// Postponed over the rung of 7 days: both keys were, and the last day is told.
	d.letters(at("2027-11-08"))
	ok(d, d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderSnooze, Until: at("2027-11-22")}))
	sameLetters(t, d.letters(ends),
		three("2027-11-16", 1), escalated("2027-11-16", 1), three("2027-11-22", 2), escalated("2027-11-22", 2))
}

func fieldOf(err error) string {
	if e, isRefusal := err.(*access.Error); isRefusal && len(e.Fields) == 1 { //nolint:errorlint // as the use case gives it
		return e.Fields[0].Field + " " + string(e.Fields[0].Hint)
	}
	return ""
}

func TestAnswerReminder_refuses(t *testing.T) {
	d := remindDesk(t, ends, ourCode)
	received := wire.AnswerReminder{Act: access.ReminderReceived}
	refused := func(what string, err error, code access.Code, hint access.Hint) {
		t.Helper()
		if e, _ := err.(*access.Error); e == nil || e.Code != code || e.Hint != hint { //nolint:errorlint // as the use case gives it
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("no reminder", d.answer(d.delegate, received), access.CodeConflict, access.HintState)
	refused("no reminder, renewed", d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderRenewed}), access.CodeConflict, access.HintState)
	d.letters(time.Date(2027, 9, 25, 5, 0, 0, 0, time.UTC))
	refused("not renewed", d.answer(d.delegate, wire.AnswerReminder{Act: access.ReminderRenewed}), access.CodeConflict, access.HintNotRenewed)
	refused("another's", d.answer(d.stranger, received), access.CodeNotFound, "")
	refused("an officer", d.answer(d.officer, received), access.CodeForbidden, "")
	k := d.keys(ourCode)[access.Production]
	_, err := d.flow.AnswerReminder(t.Context(), by(d.delegate), k.ID, k.Version-1, received)
	refused("an old version", err, access.CodeConflict, access.HintStale)
	for want, in := range map[string]wire.AnswerReminder{
		"act unknown_value":   {Act: "later"},
		"until required":      {Act: access.ReminderSnooze},
		"until unknown_field": {Act: access.ReminderReceived, Until: ends},
	} {
		if got := fieldOf(d.answer(d.delegate, in)); got != want {
			t.Errorf("%+v: %q, want %q", in, got, want)
		}
	}
	d.now = ends.Add(time.Second)
	refused("past its end", d.answer(d.delegate, received), access.CodeConflict, access.HintState)
}

// The server's own credential is told by the same ladder, each rung once, and
// again from its beginning when it was changed.
func TestRemindCredential(t *testing.T) {
	d := remindDesk(t, ends)
	cred := Credential{Environments: access.Environments(), IsCertificate: true, Ends: ends, To: "operador@ministerio.example"}
	var got []string
	for d.clock().Before(ends.AddDate(0, 0, 5)) {
		rung, err := d.flow.RemindCredential(t.Context(), cred)
		ok(d, err)
		for _, m := range d.takeMails() {
			got = append(got, fmt.Sprintf("%s %s %s %d", d.clock().In(calendar.Colombia).Format("2006-01-02 15h"), m.To, m.Data["left"], rung))
			if m.Data["kind"] != "El certificado" || m.Template != TemplateCredential {
				t.Errorf("%+v", m.Data)
			}
		}
		d.wait(time.Hour)
	}
	sameLetters(t, got, []string{
		"2027-09-24 08h operador@ministerio.example Vence en 60 días (39 hábiles) 60",
		"2027-10-25 08h operador@ministerio.example Vence en 29 días (19 hábiles) 30",
		"2027-11-08 08h operador@ministerio.example Vence en 15 días (10 hábiles) 15",
		"2027-11-16 08h operador@ministerio.example Vence en 7 días (5 hábiles) 7",
		"2027-11-22 08h operador@ministerio.example Vence mañana a las 19:00 1",
	})
	cred.Ends = ends.AddDate(0, 0, 20)
	d.now = time.Date(2027, 11, 24, 14, 0, 0, 0, time.UTC)
	if rung, err := d.flow.RemindCredential(t.Context(), cred); err != nil || rung != 30 {
		t.Errorf("a new one: rung %d, %v", rung, err)
	}
}
