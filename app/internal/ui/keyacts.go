package ui

import (
	"context"

	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// connectKeyActs connects what both roles can have done to a key; replaced is
// called once the secret of a compromised one is being replaced.
func (s *Shell) connectKeyActs(ctx context.Context, k *tell.KeyActs, replaced func()) {
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
				replaced()
			}
		})
	}
	k.OnRevoke = func(key access.KeyID, body wire.Revoke, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.Revoke(ctx, key, body) }, done)
	}
	k.OnForget = s.model.ForgetTrouble
	k.OnSecrets = func(key access.KeyID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.LoadSecrets(ctx, key) }, false, nil)
	}
}

// connectOwnKey connects what «Consultar Token» alone can have done to a key.
func (s *Shell) connectOwnKey(ctx context.Context, k *delegate.Keys) {
	s.connectKeyActs(ctx, &k.KeyActs, func() { s.open(routeProgress) })
	k.OnReminder = func(key access.KeyID, body wire.AnswerReminder, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.AnswerReminder(ctx, key, body) }, done)
	}
	k.OnSaveCalendar = func(key access.KeyID) {
		if name, file, ok := s.model.Calendar(key); ok {
			s.askWhere(name, file, false)
		}
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
