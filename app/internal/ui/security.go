package ui

import (
	"context"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/account"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// buildSecurity connects «Seguridad».
func (s *Shell) buildSecurity(ctx context.Context) {
	v := account.NewSecurity()
	v.OnAct, v.OnCancel, v.OnTyped = s.model.AskFactor, s.model.CancelFactor, s.model.FactorTyped
	v.OnProve = func(p state.FactorProof) {
		s.act(ctx, func(ctx context.Context) error { return s.model.ProveFactor(ctx, p) }, false, nil)
	}
	v.OnCode = func(code string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.ConfirmFactor(ctx, code) }, false, nil)
	}
	v.OnKept = func() { s.act(ctx, s.model.KeptCodes, false, nil) }
	v.OnEnd = func(id string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.EndSession(ctx, id) }, false, nil)
	}
	v.OnEndOthers = func() { s.act(ctx, s.model.EndOtherSessions, false, nil) }
	v.OnMinutes = s.setIdleMinutes
	v.OnSight = s.shield
	v.OnCopySecret = func(what string, value secret.Text) { s.keeper.CopySecret(what, value.Reveal()) }
	v.OnSave = s.saveCodes
	v.OnCopyText = s.copyText
	v.OnRetry = func() { s.act(ctx, s.model.LoadSecurity, false, nil) }
	v.OnBack = func() { s.open(s.at.parent()) }
	s.accounts.security = v
	s.toSecurity = func() { s.openSecurity(ctx) }
	s.warned = warned{codes: -1}
}

func (s *Shell) openSecurity(ctx context.Context) {
	s.model.OpenSecurity()
	if s.role == access.RoleOfficer {
		s.open(routeOfficerSecurity)
	} else {
		s.open(routeSecurity)
	}
	s.act(ctx, s.model.LoadSecurity, false, nil)
}

// saveCodes asks where to save recovery codes.
func (s *Shell) saveCodes(codes secret.Text) {
	s.askWhere("codigos-de-recuperacion.txt", []byte(codes.Reveal()), true)
}

// endsSoon is how long before the end of a session it is told.
const endsSoon = 5 * time.Minute

// warn tells, once each, that the session ends whatever happens, and that few
// recovery codes are left.
func (s *Shell) warn(who wire.Session) {
	if left := who.ExpiresAt.Sub(s.deps.Clock()); !who.ExpiresAt.IsZero() && left > 0 && left <= endsSoon && !s.warned.end.Equal(who.ExpiresAt) {
		s.warned.end = who.ExpiresAt
		s.notices.Notify(kit.Notice{Level: look.Warning, Text: es.SessionEndsSoon(es.Clock(who.ExpiresAt)), Key: "ends", Seconds: -1})
	}
	f := who.SecondFactor
	text := es.CodesLeft(f)
	if text == "" {
		s.warned.codes = -1
		return
	}
	if s.warned.codes != f.RecoveryCodesLeft {
		s.warned.codes = f.RecoveryCodesLeft
		s.notices.Notify(kit.Notice{Level: look.Warning, Text: text, Key: "codes", Seconds: 20, Action: kit.Action{Text: es.SecurityTitle, Do: s.toSecurity}})
	}
}

// warned is what was told of this session already.
type warned struct {
	end   time.Time
	codes int // left when it was told; -1: not told
}
