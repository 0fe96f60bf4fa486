package entracontract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// play sends a step until it answers as wanted, so often in a row as it says,
// or patience ends; keeps what it says, and returns the step's part of the shape.
func (r *run) play(ctx context.Context, s step) (string, error) {
	if s.atOnce > 1 {
		return r.together(ctx, s)
	}
	start, sampled := r.clock(), s.lag == ""
	for row := 0; ; {
		a, err := r.send(ctx, s)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.say, err)
		}
		shape := r.shape(s, a)
		problem := s.judge(a, shape)
		if problem == nil {
			if !sampled {
				sampled = true
				r.sample(s.lag, r.clock().Sub(start))
			}
			if row++; row <= s.again {
				continue
			}
			if err := r.keep(s, a); err != nil {
				return shape, err
			}
			return r.shape(s, a), nil
		}
		row = 0
		if r.clock().Sub(start) >= r.target.patience {
			return shape, fmt.Errorf("%s: %s: %w; got:\n%s", s.say, s.call, problem, shape)
		}
		if err := pause(ctx, r.target.pause); err != nil {
			return shape, err
		}
	}
}

// judge says what is not as the step wants it.
func (s step) judge(a answer, shape string) error {
	if a.status != s.want {
		return fmt.Errorf("want %d", s.want)
	}
	if !strings.Contains(shape, s.holds) {
		return fmt.Errorf("want %s", s.holds)
	}
	if code := codeOf(s.say); code != 0 {
		return aadsts[code].judge(code, a)
	}
	return nil
}

// keep takes the variables that a step names out of its answer.
func (r *run) keep(s step, a answer) error {
	for name, path := range s.keep {
		v, ok := at(a.raw, path)
		if !ok {
			return fmt.Errorf("%s: no %s in the answer", s.say, path)
		}
		r.vars[name] = v
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// together sends a step several times at once. Which call wins is chance, and
// what the others are told depends on which of the directory's servers they
// reach: one answer is as wanted, and is the shape; the rest have one of the
// other statuses.
func (r *run) together(ctx context.Context, s step) (string, error) {
	answers, errs := make([]answer, s.atOnce), make([]error, s.atOnce)
	var all sync.WaitGroup
	for i := range s.atOnce {
		all.Go(func() { answers[i], errs[i] = r.send(ctx, s) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return "", fmt.Errorf("%s: %w", s.say, err)
	}
	var won []answer
	for _, a := range answers {
		switch {
		case a.status == s.want:
			won = append(won, a)
		case !slices.Contains(s.or, a.status):
			return "", fmt.Errorf("%s: want %d or %v, got:\n%s", s.say, s.want, s.or, r.shape(s, a))
		}
	}
	if len(won) != 1 {
		return "", fmt.Errorf("%s: %d of %d calls got %d, want 1", s.say, len(won), s.atOnce, s.want)
	}
	if err := r.keep(s, won[0]); err != nil {
		return "", err
	}
	return r.shape(s, won[0]), nil
}
