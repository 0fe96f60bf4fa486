package provision

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// life is one life of the server. At its last boundary it is killed: its context
// ends, and from then on nothing it asks for happens. Boundaries are both sides
// of every record and of every call.
type life struct {
	end func()

	mu    sync.Mutex
	left  int                     // boundaries before death; negative: immortal
	at    func(where string) bool // a boundary of death by its name; nil: none
	dead  bool
	where string
}

var errDead = errors.New("the server is dead")

func (l *life) boundary(where string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead && (l.left == 0 || l.at != nil && l.at(where)) {
		l.dead, l.where = true, where
		l.end()
	}
	l.left--
	if l.dead {
		return errDead
	}
	return nil
}

// record is a commit that the life may not reach, or may not hear of.
func record[T any](l *life, where string, do func() (T, error)) (T, error) {
	var zero T
	if err := l.boundary("before " + where); err != nil {
		return zero, err
	}
	v, err := do()
	if dead := l.boundary("after " + where); dead != nil {
		return zero, dead
	}
	return v, err
}

type nothing = struct{}

func only(err error) (nothing, error) { return nothing{}, err }

// mortalFlow is a Flow seen from a life.
type mortalFlow struct {
	Flow
	*life
}

func (m mortalFlow) IssuePlan(ctx context.Context, id access.RequestID) (workflow.Plan, error) {
	return record(m.life, "plan", func() (workflow.Plan, error) { return m.Flow.IssuePlan(ctx, id) })
}

func (m mortalFlow) BeginStep(ctx context.Context, id access.RequestID, env access.Environment, step access.Step) error {
	_, err := record(m.life, "begin "+string(step), func() (nothing, error) { return only(m.Flow.BeginStep(ctx, id, env, step)) })
	return err
}

func (m mortalFlow) WaitIssue(ctx context.Context, id access.RequestID, until time.Time) error {
	_, err := record(m.life, "wait", func() (nothing, error) { return only(m.Flow.WaitIssue(ctx, id, until)) })
	return err
}

func (m mortalFlow) RecordApplication(ctx context.Context, id access.RequestID, env access.Environment, objectID, clientID string, tried ...workflow.Attempt) error {
	_, err := record(m.life, "application", func() (nothing, error) {
		return only(m.Flow.RecordApplication(ctx, id, env, objectID, clientID, tried...))
	})
	return err
}

func (m mortalFlow) RecordPrincipal(ctx context.Context, id access.RequestID, env access.Environment, principal string, tried ...workflow.Attempt) error {
	_, err := record(m.life, "principal", func() (nothing, error) {
		return only(m.Flow.RecordPrincipal(ctx, id, env, principal, tried...))
	})
	return err
}

func (m mortalFlow) RecordPermissions(ctx context.Context, id access.RequestID, env access.Environment, granted []string, tried ...workflow.Attempt) error {
	_, err := record(m.life, "permissions", func() (nothing, error) {
		return only(m.Flow.RecordPermissions(ctx, id, env, granted, tried...))
	})
	return err
}

func (m mortalFlow) IntendSecret(ctx context.Context, id access.RequestID, env access.Environment, tried ...workflow.Attempt) (string, []string, error) {
	var earlier []string
	op, err := record(m.life, "intent", func() (op string, err error) {
		op, earlier, err = m.Flow.IntendSecret(ctx, id, env, tried...)
		return op, err
	})
	return op, earlier, err
}

func (m mortalFlow) RecordSecret(ctx context.Context, id access.RequestID, env access.Environment, op string, s workflow.IssuedSecret, tried ...workflow.Attempt) error {
	_, err := record(m.life, "secret", func() (nothing, error) {
		return only(m.Flow.RecordSecret(ctx, id, env, op, s, tried...))
	})
	return err
}

func (m mortalFlow) BeginIssueTest(ctx context.Context, id access.RequestID, env access.Environment) (*workflow.TestPlan, error) {
	return record(m.life, "test", func() (*workflow.TestPlan, error) { return m.Flow.BeginIssueTest(ctx, id, env) })
}

func (m mortalFlow) RecordLights(ctx context.Context, t workflow.Trial, news workflow.News) error {
	_, err := record(m.life, "lights", func() (nothing, error) { return only(m.Flow.RecordLights(ctx, t, news)) })
	return err
}

func (m mortalFlow) EndTest(ctx context.Context, t workflow.Trial, end workflow.TestEnd) error {
	_, err := record(m.life, "test end", func() (nothing, error) { return only(m.Flow.EndTest(ctx, t, end)) })
	return err
}

func (m mortalFlow) RecordRetired(ctx context.Context, old string, step access.Step, tried ...workflow.Attempt) error {
	_, err := record(m.life, "retired", func() (nothing, error) {
		return only(m.Flow.RecordRetired(ctx, old, step, tried...))
	})
	return err
}

// mortalRetire is what a Retirer records through, seen from a life.
type mortalRetire struct {
	*workflow.Flow
	*life
}

func (m mortalRetire) RetirePlan(ctx context.Context, old string) (*workflow.OldSecret, error) {
	return record(m.life, "retire plan", func() (*workflow.OldSecret, error) { return m.Flow.RetirePlan(ctx, old) })
}

func (m mortalRetire) RecordRetired(ctx context.Context, old string, step access.Step, tried ...workflow.Attempt) error {
	return mortalFlow{m.Flow, m.life}.RecordRetired(ctx, old, step, tried...)
}

func (m mortalRetire) RetireFailed(ctx context.Context, old string, f access.Failure) error {
	_, err := record(m.life, "retire failed", func() (nothing, error) { return only(m.Flow.RetireFailed(ctx, old, f)) })
	return err
}

func (m mortalFlow) RecordAttempts(ctx context.Context, id access.RequestID, env access.Environment, step access.Step, tried []workflow.Attempt) error {
	_, err := record(m.life, "attempts", func() (nothing, error) {
		return only(m.Flow.RecordAttempts(ctx, id, env, step, tried))
	})
	return err
}

func (m mortalFlow) FinishIssue(ctx context.Context, id access.RequestID) error {
	_, err := record(m.life, "finish", func() (nothing, error) { return only(m.Flow.FinishIssue(ctx, id)) })
	return err
}

func (m mortalFlow) ParkIssue(ctx context.Context, id access.RequestID, f access.Failure) error {
	_, err := record(m.life, "park", func() (nothing, error) { return only(m.Flow.ParkIssue(ctx, id, f)) })
	return err
}

// mortalWire is the network seen from a life: a call that left before its death
// still happens, and its answer reaches nobody.
type mortalWire struct {
	http.RoundTripper
	*life
}

func (m mortalWire) RoundTrip(r *http.Request) (*http.Response, error) {
	where := r.Method + " " + r.URL.Path
	if err := m.boundary("before " + where); err != nil {
		return nil, err
	}
	resp, err := m.RoundTripper.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
	if dead := m.boundary("after " + where); dead != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, dead
	}
	return resp, err
}
