package ui

import (
	"context"

	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// connectKeyActs connects what «Consultar Token» can have done to a key.
func (s *Shell) connectKeyActs(ctx context.Context, k *delegate.Keys) {
	k.OnTest = func(key access.KeyID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.TestKey(ctx, key) }, false, nil)
	}
	k.OnEndOverlap = func(ask kit.Ask, key access.KeyID) {
		ask.OnDo = func() bool {
			s.act(ctx, func(ctx context.Context) error { return s.model.EndOverlap(ctx, key) }, false, nil)
			return true
		}
		kit.ShowAsk(s.deps.Window.Canvas(), ask)
	}
	k.OnCompromise = func(key access.KeyID, body wire.Compromise, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.Compromise(ctx, key, body) }, func(err error) {
			done(err)
			if err == nil {
				s.open(routeProgress)
			}
		})
	}
	k.OnRevoke = func(key access.KeyID, body wire.Revoke, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.Revoke(ctx, key, body) }, done)
	}
	k.OnReminder = func(key access.KeyID, body wire.AnswerReminder, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.AnswerReminder(ctx, key, body) }, done)
	}
	k.OnSaveCalendar = func(key access.KeyID) {
		if name, file, ok := s.model.Calendar(key); ok {
			s.askWhere(name, file)
		}
	}
	k.OnForget = s.model.ForgetTrouble
	k.OnSecrets = func(key access.KeyID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.LoadSecrets(ctx, key) }, false, nil)
	}
}

// answerKey sends an act on a key and tells its question what came of it; the
// screen is drawn first, so that a refusal stands there already.
func (s *Shell) answerKey(ctx context.Context, work func(context.Context) error, done func(error)) {
	s.background(ctx, work, func(err error) {
		s.render()
		if done != nil {
			done(err)
		}
	})
}
