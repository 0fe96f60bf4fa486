package workflow

import (
	"context"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// Attempt is one try of one call to Entra, as the audit trail keeps it: what was
// asked, how it ended, and the two ids to quote to Microsoft. It holds no body.
type Attempt struct {
	Call            string // "add password"
	Try             int    // from 1
	Status          int    // 0 when no answer came
	Code            string // of a refusal
	Outcome         string
	RequestID       string // Microsoft's
	ClientRequestID string // ours
	TLS             string // "TLS 1.3"
	At              time.Time
	Took            time.Duration
}

// attemptsKept bounds the attempts the trail keeps of one request: a directory
// that is out of order for days must not fill the disk. The last one kept says
// that the rest is in the log only.
const attemptsKept = 300

// RecordAttempts writes down what was tried at a step that has nothing else to
// record: it failed, or it only looked. The Record methods take what was tried
// along in their own transaction.
func (f *Flow) RecordAttempts(ctx context.Context, id access.RequestID, env access.Environment, step access.Step, tried []Attempt) error {
	if len(tried) == 0 {
		return nil
	}
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.KeyRequest(id)
		if err != nil {
			return err
		}
		return auditAttempts(tx, r, env, step, tried)
	}))
}

func auditAttempts(tx *store.Tx, r *store.Request, env access.Environment, step access.Step, tried []Attempt) error {
	if len(tried) == 0 {
		return nil
	}
	kept, err := tx.CountAudit(string(r.ID), audit.IssueAttempt)
	if err != nil {
		return err
	}
	for i, a := range tried[:min(len(tried), max(0, attemptsKept-kept))] {
		e := serverEntry(audit.IssueAttempt, r, slices.Concat(a.attrs(), []audit.Attr{audit.Environment(env), audit.Step(step)})...)
		if kept+i+1 == attemptsKept {
			e.Detail = e.Detail.With(audit.Word("rest", "log"))
		}
		if err := tx.Audit(e); err != nil {
			return err
		}
	}
	return nil
}

// attrs are what the trail keeps of an attempt. Ids and codes come from outside:
// a machine word is kept of each, so that none can make the trail refuse the
// record it goes with.
func (a Attempt) attrs() []audit.Attr {
	attrs := []audit.Attr{
		audit.Word("call", machine(a.Call)), audit.Count("try", int64(a.Try)), audit.Count("status", int64(a.Status)),
		audit.Word("outcome", machine(a.Outcome)), audit.Word("entraRequestId", machine(a.RequestID)),
		audit.Word("clientRequestId", machine(a.ClientRequestID)), audit.Word("tls", machine(a.TLS)),
		audit.Time("at", a.At), audit.Count("tookMs", a.Took.Milliseconds()),
	}
	if a.Code != "" {
		attrs = append(attrs, audit.Word("code", machine(a.Code)))
	}
	return attrs
}

// machine keeps of a word from outside at most 80 letters, digits and - _ . :
// and spaces.
func machine(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.: ", r):
			return r
		}
		return -1
	}, s)
	return clean[:min(len(clean), 80)]
}
