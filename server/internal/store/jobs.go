package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The kinds of jobs.
const (
	JobProvision   = "provision"   // subject: the request's id
	JobPermissions = "permissions" // subject: the key's id; one live job a subject
	JobCatalogue   = "catalogue"   // subject: the environment; as JobPermissions
	JobMail        = "mail"        // subject: what the mail is about; payload sealed
	JobRetire      = "retire"      // subject: id of the secret to remove from Entra
	JobTest        = "test"        // subject: the key's id; step: how often it was put off; as JobPermissions
	JobDrift       = "drift"       // subject: a key's id, or all/ or again/ and an environment; as JobPermissions
	JobDriftFix    = "drift_fix"   // subject: the difference's id; as JobPermissions
)

// Job is one thing the worker has to do. It is never deleted on failure: it is
// tried again, then parked with the reason.
type Job struct {
	ID          string // UUID; made by Enqueue when empty
	Kind        string
	Subject     string
	Step        string
	Payload     []byte
	Attempts    int // claims so far, this one included
	CreatedAt   time.Time
	RunAfter    time.Time // zero: at once
	LeasedUntil time.Time
	LastError   string
	Urgent      bool // before all others
}

// Enqueue writes a job. It commits with the act that needs it.
func (tx *Tx) Enqueue(j Job) error {
	if j.ID == "" {
		j.ID = uuid.NewString()
	}
	if j.RunAfter.IsZero() {
		j.RunAfter = tx.now
	}
	_, err := tx.exec(`INSERT INTO jobs (id, kind, subject, step, payload, created_at, run_after, urgent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		j.ID, j.Kind, j.Subject, j.Step, j.Payload, micros(tx.now), micros(j.RunAfter), bit(j.Urgent))
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	tx.told = true
	return nil
}

const jobColumns = `
	id,
	kind,
	subject,
	step,
	payload,
	attempts,
	created_at,
	run_after,
	leased_until,
	last_error,
	urgent`

func (j *Job) into() []any {
	return []any{
		&j.ID, &j.Kind, &j.Subject, &j.Step, &j.Payload, &j.Attempts,
		timeInto{&j.CreatedAt},
		timeInto{&j.RunAfter},
		timeInto{&j.LeasedUntil},
		&j.LastError,
		&j.Urgent,
	}
}

// Job reads one job, finished and parked ones too.
func (tx *Tx) Job(id string) (Job, error) {
	var j Job
	err := tx.row(`SELECT `+jobColumns+` FROM jobs WHERE id = $1`, id).Scan(j.into()...)
	return j, found(err)
}

// ClaimJob leases the job that has waited longest among those due, urgent ones
// first, and counts the attempt; nil when none is due. A job whose lease ran out is due again.
func (tx *Tx) ClaimJob(kinds []string, lease time.Duration) (*Job, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	args := []any{micros(tx.now.Add(lease)), micros(tx.now)}
	in := kindList(&args, kinds)
	due := `finished_at = 0 AND parked_at = 0 AND run_after <= $2 AND leased_until <= $2 AND kind IN (` + in + `)
		ORDER BY run_after, created_at`
	var j Job
	err := found(tx.row(`UPDATE jobs SET leased_until = $1, attempts = attempts + 1 WHERE id = (
			SELECT coalesce(
			(SELECT id FROM jobs WHERE urgent = 1 AND `+due+` LIMIT 1),
			(SELECT id FROM jobs WHERE `+due+` LIMIT 1))
		) RETURNING `+jobColumns, args...).Scan(j.into()...))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &j, nil
}

// ExtendLease keeps a running job leased for as long again. ErrNotFound: it was
// finished or parked meanwhile.
func (tx *Tx) ExtendLease(id string, lease time.Duration) error {
	return tx.execOne(`UPDATE jobs SET leased_until = $1 WHERE id = $2 AND finished_at = 0 AND parked_at = 0`,
		micros(tx.now.Add(lease)), id)
}

// FinishJob closes a job and drops its payload; one closed already is no error.
func (tx *Tx) FinishJob(id string) error {
	_, err := tx.exec(`UPDATE jobs SET finished_at = $1, leased_until = 0, payload = NULL
		WHERE id = $2 AND finished_at = 0`, micros(tx.now), id)
	return err
}

// RetryJob gives a job back, due at runAfter. One finished or parked meanwhile
// stays so.
func (tx *Tx) RetryJob(id string, runAfter time.Time, lastError string) error {
	n, err := tx.execCount(`UPDATE jobs SET run_after = $1, leased_until = 0, last_error = $2
		WHERE id = $3 AND finished_at = 0 AND parked_at = 0`, micros(runAfter), lastError, id)
	tx.told = tx.told || n > 0
	return err
}

// PostponeJob is RetryJob that gives the attempt back.
func (tx *Tx) PostponeJob(id string, runAfter time.Time, lastError string) error {
	n, err := tx.execCount(`UPDATE jobs SET run_after = $1, leased_until = 0, last_error = $2, attempts = max(attempts - 1, 0)
		WHERE id = $3 AND finished_at = 0 AND parked_at = 0`, micros(runAfter), lastError, id)
	tx.told = tx.told || n > 0
	return err
}

// ParkJob sets a job aside with the reason, to be looked at by a person. One
// finished or parked already stays as it is.
func (tx *Tx) ParkJob(id, lastError string) error {
	_, err := tx.exec(`UPDATE jobs SET parked_at = $1, leased_until = 0, last_error = $2
		WHERE id = $3 AND finished_at = 0 AND parked_at = 0`, micros(tx.now), lastError, id)
	return err
}

// FinishJobsOf closes the live jobs of one kind about one subject.
func (tx *Tx) FinishJobsOf(kind, subject string) error {
	_, err := tx.exec(`UPDATE jobs SET finished_at = $1, leased_until = 0, payload = NULL
		WHERE kind = $2 AND subject = $3 AND finished_at = 0 AND parked_at = 0`, micros(tx.now), kind, subject)
	return err
}

// ParkJobsOf sets the live jobs of one kind about one subject aside.
func (tx *Tx) ParkJobsOf(kind, subject, lastError string) error {
	_, err := tx.exec(`UPDATE jobs SET parked_at = $1, leased_until = 0, last_error = $2
		WHERE kind = $3 AND subject = $4 AND finished_at = 0 AND parked_at = 0`, micros(tx.now), lastError, kind, subject)
	return err
}

// NextJobAt says when the next job of these kinds falls due: when it may run, or
// when its lease ends. False: there is none. It looks at those due already and
// at the next one, not at a country's backlog that waits for later.
func (tx *Tx) NextJobAt(kinds []string) (time.Time, bool, error) {
	if len(kinds) == 0 {
		return time.Time{}, false, nil
	}
	args := []any{micros(tx.now)}
	in := kindList(&args, kinds)
	var at *int64
	live := ` AND finished_at = 0 AND parked_at = 0 AND kind IN (` + in + `)`
	err := tx.row(`SELECT min(at) FROM (
			SELECT min(leased_until) AS at FROM jobs WHERE run_after <= $1 AND leased_until > $1`+live+`
			UNION ALL SELECT at FROM (
				SELECT run_after AS at FROM jobs WHERE run_after <= $1 AND leased_until <= $1`+live+` ORDER BY run_after LIMIT 1)
			UNION ALL SELECT at FROM (
				SELECT max(run_after, leased_until) AS at FROM jobs WHERE run_after > $1`+live+` ORDER BY run_after LIMIT 1)
		)`, args...).Scan(&at)
	if err != nil || at == nil {
		return time.Time{}, false, err
	}
	return instant(*at), true, nil
}

// DropLeases frees every leased job: for the start of the only server on this
// database, whose earlier life may have been killed at work.
func (tx *Tx) DropLeases() (int64, error) {
	n, err := tx.execCount(`UPDATE jobs SET leased_until = 0 WHERE finished_at = 0 AND parked_at = 0 AND leased_until > 0`)
	tx.told = tx.told || n > 0
	return n, err
}

// BoundJobs brings back what a clock that was put back left in the future: jobs
// made there wait as long as they would have, those tried before and due after
// latest are tried now, and no lease lasts longer than lease. Whoever runs a job
// extends its lease before that.
func (tx *Tx) BoundJobs(latest time.Time, lease time.Duration) (int64, error) {
	const live = ` AND finished_at = 0 AND parked_at = 0`
	total := int64(0)
	for _, q := range []struct {
		set  string
		args []any
	}{
		{`run_after = run_after - created_at + $1, created_at = $1 WHERE created_at > $1`, []any{micros(tx.now)}},
		{`run_after = $1 WHERE attempts > 0 AND run_after > $2`, []any{micros(tx.now), micros(latest)}},
		{`leased_until = $1 WHERE leased_until > $1`, []any{micros(tx.now.Add(lease))}},
	} {
		n, err := tx.execCount(`UPDATE jobs SET `+q.set+live, q.args...)
		if err != nil {
			return 0, err
		}
		total += n
	}
	tx.told = tx.told || total > 0
	return total, nil
}

// SweepJobs forgets jobs finished before an instant.
func (tx *Tx) SweepJobs(before time.Time) (int64, error) {
	return tx.execCount(`DELETE FROM jobs WHERE finished_at > 0 AND finished_at < $1`, micros(before))
}

func kindList(args *[]any, kinds []string) string {
	marks := make([]string, len(kinds))
	for i, k := range kinds {
		*args = append(*args, k)
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return strings.Join(marks, ", ")
}
