package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/calendar"
)

// CodeRestored is the code of work that was under way in a backup: what became of
// it in the life that was lost is not known.
const CodeRestored = "Restored"

// metaRestored is what clients are told of the last restoration.
const metaRestored = "restored"

// skipNumbers is how many numbers of requests a restoration leaves out: more than
// are given between two backups.
const skipNumbers = 1000

// Restoration is how a database came back.
type Restoration struct {
	By     string    // who did it, for the trail
	From   string    // the file's name
	MadeAt time.Time // the state's
	// Lost is how many changes the life before had made since; negative: unknown.
	Lost int64
}

// Restored is what a restoration did.
type Restored struct {
	Epoch    string
	Parked   int   // requests that an officer is to resume
	Sessions int64 // ended
	Codes    int64 // one-time codes and links that are void
	Mails    int   // not sent: they may have been
}

// Restore begins a new life of a restored database, before any server works on
// it, in one transaction. Nothing is done twice that the life before may have
// done: what was being issued waits for an officer, mails that were waiting are
// not sent, reminders that fell due count as told. Whatever was good once is
// void, everybody signs in anew, and all keys are compared with Entra, which may
// be ahead of the records.
func Restore(ctx context.Context, db *store.DB, r Restoration) (done Restored, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.Meta("epoch")
		if err != nil {
			return err
		}
		head, err := tx.Head()
		if err != nil {
			return err
		}
		if done.Epoch, err = tx.NewEpoch(); err != nil {
			return err
		}
		if err := done.voidAll(tx); err != nil {
			return err
		}
		if done.Parked, err = parkUnderWay(tx); err != nil {
			return err
		}
		if err := assumeTold(tx); err != nil {
			return err
		}
		if err := compareAnew(tx); err != nil {
			return err
		}
		if err := tx.SkipRequestNumbers(skipNumbers); err != nil {
			return err
		}
		told, err := json.Marshal(struct {
			At     time.Time `json:"at"`
			MadeAt time.Time `json:"madeAt"`
		}{tx.Now(), r.MadeAt.UTC()})
		if err != nil {
			return err
		}
		return errors.Join(tx.SetMeta(metaRestored, string(told)), tx.Audit(done.entry(r, before, head)))
	})
	return done, err
}

func (done *Restored) entry(r Restoration, before string, head int64) audit.Entry {
	lost := "unknown"
	if r.Lost >= 0 {
		lost = strconv.FormatInt(r.Lost, 10)
	}
	e := audit.Entry{Kind: audit.BackupRestored, Person: access.Person{Name: r.By}, Subject: r.From}
	e.Detail = audit.Details(audit.Time("madeAt", r.MadeAt), audit.Word("epochBefore", before), audit.Word("epoch", done.Epoch),
		audit.Count("head", head), audit.Word("lost", lost), audit.Count("parked", int64(done.Parked)),
		audit.Count("sessions", done.Sessions), audit.Count("codes", done.Codes), audit.Count("mails", int64(done.Mails)))
	return e
}

// voidAll ends what must not be good again: sessions that may have been ended,
// codes and links that may have been used, mails that may have been sent.
func (done *Restored) voidAll(tx *store.Tx) error {
	var err error
	if done.Sessions, err = tx.EndAllSessions(); err != nil {
		return err
	}
	codes, links, err := tx.VoidEverySent()
	if err != nil {
		return err
	}
	done.Codes = codes + links
	mails, err := tx.LiveSubjects(store.JobMail)
	if err != nil {
		return err
	}
	for _, subject := range mails {
		if err := tx.FinishJobsOf(store.JobMail, subject); err != nil {
			return err
		}
	}
	done.Mails = len(mails)
	return nil
}

// parkUnderWay hands what was writing to Entra to people: requests go to the
// pending list, permissions and fixes fail and may be asked for again.
func parkUnderWay(tx *store.Tx) (parked int, err error) {
	requests, err := tx.IssuingRequests()
	if err != nil {
		return 0, err
	}
	f := new(Flow) // parking needs nothing of it
	for _, r := range requests {
		env, step := r.Environment, r.Step
		if env == "" {
			env = r.Environments()[0]
		}
		if err := f.parkIssue(tx, r.ID, access.Failure{Environment: env, Step: step, Code: CodeRestored}); err != nil {
			return 0, err
		}
	}
	for kind, fail := range map[string]func(id string) error{
		store.JobPermissions: func(id string) error { return failPermissions(tx, access.KeyID(id), CodeRestored) },
		store.JobDriftFix:    func(id string) error { return failFix(tx, id, CodeRestored) },
	} {
		subjects, err := tx.LiveSubjects(kind)
		if err != nil {
			return 0, err
		}
		for _, id := range subjects {
			if err := fail(id); err != nil {
				return 0, err
			}
		}
	}
	if _, err := tx.ForgetIntended(); err != nil {
		return 0, err
	}
	_, err = tx.DropLeases()
	return len(requests), err
}

// assumeTold marks the reminders that are due now as told, as the life before
// told them or would have, but the last: better twice than never.
func assumeTold(tx *store.Tx) error {
	var due []store.Reminder
	until := tx.Now().AddDate(0, 0, access.ReminderDays()[0]+1)
	err := tx.EachExpiring(until, func(e store.Expiring) error {
		rung := access.RungOf(calendar.DaysBetween(tx.Now(), e.ExpiresAt), calendar.DaysBetween(e.CreatedAt, e.ExpiresAt))
		if rung <= access.LastRung || e.Reminder != nil && e.Reminder.Days <= rung && !isOver(e.Reminder, tx.Now()) {
			return nil
		}
		r := store.Reminder{Secret: e.Secret, Key: e.Key, EndsAt: e.ExpiresAt}
		r.Days, r.SentAt = rung, tx.Now()
		if e.Reminder != nil {
			r.EscalatedAt = e.Reminder.EscalatedAt
		}
		due = append(due, r)
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range due {
		if err := tx.SaveReminder(r); err != nil {
			return err
		}
		k, err := tx.Key(r.Key)
		if err != nil {
			return err
		}
		if err := tellKeyQuietly(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// isOver reports that a reminder was postponed until a day that came.
func isOver(r *store.Reminder, now time.Time) bool {
	return r.Act == access.ReminderSnooze && !now.Before(r.Until)
}

// compareAnew has every key compared with Entra, from the first page.
func compareAnew(tx *store.Tx) error {
	for _, env := range access.Environments() {
		if err := tx.EndSweep(env); err != nil {
			return err
		}
	}
	_, err := compareAll(tx)
	return err
}

// RestoredFrom says of which instant the state is that this life began with;
// zero: the database was never restored.
func RestoredFrom(tx *store.Tx) (time.Time, error) {
	text, err := tx.Meta(metaRestored)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	var told struct {
		MadeAt time.Time `json:"madeAt"`
	}
	err = json.Unmarshal([]byte(text), &told)
	return told.MadeAt, err
}
