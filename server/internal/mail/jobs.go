package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
)

// Flow is what a Runner asks of the use cases; *workflow.Flow in the server.
type Flow interface {
	// OpenMail opens the sealed payload of a mail's job.
	OpenMail(ctx context.Context, job store.Job) (workflow.Mail, error)
	// MailParked is told that a mail was given up, with the mail server's status;
	// empty: none came.
	MailParked(ctx context.Context, job store.Job, status string) error
}

// Runner is the worker's Runner of jobs of kind store.JobMail: it opens, renders
// and sends one message.
type Runner struct {
	Flow   Flow
	Mailer Mailer
	Clock  func() time.Time
	Log    *slog.Logger
}

// errLate is the end of a mail nobody could use any more.
var errLate = errors.New("mail: too late to be of use")

var _ worker.Runner = Runner{}

// Run implements worker.Runner. A mail that was sent and could not be recorded
// as sent goes out again with the same Message-ID.
func (r Runner) Run(ctx context.Context, job store.Job) error {
	m, err := r.Flow.OpenMail(ctx, job)
	if err != nil {
		return fmt.Errorf("open mail: %w", err)
	}
	if m.To == "" { // written so that asking costs the same for a user that does not exist
		return nil
	}
	if !m.NotAfter.IsZero() && r.Clock().After(m.NotAfter) {
		return worker.Final(errLate)
	}
	msg, err := Render(job.ID, m.To, m.Template, m.Data, m.Items...)
	for _, f := range m.Files {
		msg.Files = append(msg.Files, File(f))
	}
	if err == nil {
		err = r.Mailer.Send(ctx, msg)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return r.judge(job, m.NotAfter, e)
	}
	return err
}

// How long a mail server that is down is waited for.
const (
	quickTries = 5                  // with the worker's own waits
	letterLife = 3 * 24 * time.Hour // of a mail that says no end of its use
	codeWait   = 30 * time.Second   // then between tries, for somebody at the screen
	letterWait = 10 * time.Minute   // and for a letter
)

// judge says when a mail that was not sent is tried again. While the mail server
// is down it is kept for as long as it is of use, whatever the attempts.
func (r Runner) judge(job store.Job, notAfter time.Time, e *Error) error {
	wait, end := codeWait, notAfter
	if end.IsZero() {
		wait, end = letterWait, job.CreatedAt.Add(letterLife)
	}
	switch {
	case e.Permanent:
		return worker.Final(e)
	case job.Attempts < quickTries:
		return e
	case r.Clock().Add(wait).After(end):
		return worker.Final(e)
	}
	return worker.Postponed(wait, e)
}

// Park implements worker.Runner: whoever waits for the mail asks for another;
// that an address does not work is written down where it matters.
func (r Runner) Park(ctx context.Context, job store.Job, cause error) error {
	r.Log.WarnContext(ctx, "mail not sent", "err", cause)
	status := ""
	if e, ok := errors.AsType[*Error](cause); ok && e.Status != 0 {
		status = strconv.Itoa(e.Status)
	}
	return r.Flow.MailParked(ctx, job, status)
}
