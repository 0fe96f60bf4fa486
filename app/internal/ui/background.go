package ui

import (
	"context"
	"errors"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// background runs work off the UI goroutine and hands its outcome to done on
// it. The work ends with ctx; an outcome that comes after the screen changed, or
// of work that was given up, is dropped.
func (s *Shell) background(ctx context.Context, work func(context.Context) error, done func(error)) {
	at := s.visit
	var err error
	s.aside(func() { err = work(ctx) }, func() {
		if s.visit == at && !errors.Is(err, context.Canceled) && done != nil {
			done(err)
		}
	})
}

// aside runs work off the UI goroutine and then done on it, whatever screen is
// shown by then. Every goroutine of this package starts here.
func (s *Shell) aside(work, done func()) {
	go func() {
		work()
		s.do(func() {
			done()
			s.sweep()
		})
	}()
}

// act sends what a person asked for. Leaving the screen does not call it back:
// only its answer goes unheard. Then runs when it was accepted; a refusal that no
// snapshot shows is told as a notice when loud.
func (s *Shell) act(ctx context.Context, work func(context.Context) error, loud bool, then func()) {
	s.background(ctx, work, func(err error) {
		switch {
		case err == nil && then != nil:
			then()
		case err != nil && loud:
			s.tellError(err)
		}
	})
}

// tellError shows a refusal that has no place on the screen.
func (s *Shell) tellError(err error) {
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		e = &access.Error{Code: access.CodeInternal, Err: err}
	}
	level := look.Danger
	if e.Code == access.CodeUnavailable {
		level = look.Warning
	}
	s.notices.Notify(kit.Notice{Level: level, Text: es.Error(e), Key: "error"})
}
