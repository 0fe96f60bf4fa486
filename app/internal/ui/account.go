package ui

import (
	"context"

	"llavero/app/internal/ui/account"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// accounts are the screens of a person's own user.
type accounts struct {
	choose  *account.Choose
	forms   map[access.UserKind]*account.Form
	summary *account.Summary
	recover *account.Recover
	unlock  *account.Unlock
	mine    *account.Mine

	security *account.Security
}

// buildAccounts makes the screens of registration, recovery and password anew, so
// that nothing typed by one person stays for the next.
func (s *Shell) buildAccounts(ctx context.Context) {
	s.accounts = accounts{forms: map[access.UserKind]*account.Form{}}
	s.buildRegister(ctx)
	s.buildRecover(ctx)
	s.buildUnlock(ctx)
	s.buildMine(ctx)
	s.buildSecurity(ctx)
}

// scale is how large the server draws an image code.
func (s *Shell) scale() float64 { return float64(s.deps.Window.Canvas().Scale()) }

// scaled makes an act of one that asks for an image.
func (s *Shell) scaled(ctx context.Context, work func(context.Context, float64) error) {
	scale := s.scale()
	s.act(ctx, func(ctx context.Context) error { return work(ctx, scale) }, false, nil)
}

func (s *Shell) openSignIn() { s.open(routeSignIn) }

func (s *Shell) buildRegister(ctx context.Context) {
	again := func() { s.scaled(ctx, s.model.OpenRegister) }
	c := account.NewChoose()
	c.OnSystem = s.model.ChooseSystem
	c.OnKind = func(k access.UserKind) {
		s.model.ChooseUserKind(k)
		s.open(routeRegisterForm)
		again()
	}
	c.OnBack, c.OnRetry, c.OnCopyText = s.openSignIn, again, s.copyText
	s.accounts.choose = c
	for _, kind := range access.UserKinds() {
		f := account.NewForm(kind)
		f.OnForm = func(form access.Registration) {
			s.model.SetRegistration(form)
			if s.model.NeedsImage() {
				s.scaled(ctx, s.model.OtherImage)
			}
		}
		f.OnCode, f.OnTick = s.model.SetImageCode, s.model.TickPledge
		f.OnImage = func() { s.scaled(ctx, s.model.OtherImage) }
		f.OnCheck = func() { s.scaled(ctx, s.model.CheckPrerequisites) }
		f.OnSubmit = func() { s.scaled(ctx, s.model.SubmitRegister) }
		f.OnCancel = func() { s.cancelRegister(ctx) }
		f.OnRetry, f.OnCopyText = again, s.copyText
		s.accounts.forms[kind] = f
	}
	v := account.NewSummary()
	v.OnAccept = s.finishRegister
	v.OnCode = func() {
		s.model.FinishRegister()
		s.open(routeUnlock)
	}
	v.OnCopy = func(login string) { s.keeper.Copy("Usuario copiado", login) }
	s.accounts.summary = v
}

func (s *Shell) finishRegister() {
	s.model.FinishRegister()
	s.open(routeSignIn)
}

// cancelRegister forgets the form; for a while it can be taken up again.
func (s *Shell) cancelRegister(ctx context.Context) {
	draft := s.model.CancelRegister()
	s.open(routeSignIn)
	s.notices.Notify(kit.Notice{Level: look.Info, Text: "Descartó el registro. No se guardó nada.", Key: "register", Action: kit.Action{Text: es.Undo, Do: func() {
		if s.isIn {
			return
		}
		s.model.RestoreRegister(draft)
		s.open(routeRegisterForm)
		s.scaled(ctx, s.model.OpenRegister)
	}}})
}

func (s *Shell) openRegister(ctx context.Context) {
	s.notices.Dismiss("register") // another one begins
	s.open(routeRegister)
	s.act(ctx, s.model.AskAbout, false, nil)
}

func (s *Shell) buildRecover(ctx context.Context) {
	r := account.NewRecover()
	r.OnForm, r.OnImageCode = s.model.SetRecovery, s.model.SetRecoveryCode
	r.OnImage = func() { s.scaled(ctx, s.model.OtherRecoveryImage) }
	r.OnSubmit = func() { s.scaled(ctx, s.model.SubmitRecovery) }
	r.OnHaveCode = func() { s.open(routeUnlock) }
	r.OnBack, r.OnCopyText = s.openSignIn, s.copyText
	r.OnRetry = func() { s.scaled(ctx, s.model.OpenRecovery) }
	s.accounts.recover = r
}

func (s *Shell) openRecover(ctx context.Context) {
	s.open(routeRecover)
	s.scaled(ctx, s.model.OpenRecovery)
}

func (s *Shell) buildUnlock(ctx context.Context) {
	u := account.NewUnlock()
	u.OnLink = func(text string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitLink(ctx, text) }, false, nil)
	}
	u.OnPassword = func(password, again secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitNewPassword(ctx, password, again) }, false, nil)
	}
	u.OnCode = func(code string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitEnrolment(ctx, code) }, false, nil)
	}
	u.OnKept = func() { s.act(ctx, s.model.KeptUnlockCodes, false, nil) }
	u.OnCopyCodes = func(codes secret.Text) { s.keeper.CopySecret("Códigos copiados", codes.Reveal()) }
	u.OnSave = s.saveCodes
	u.OnTyped, u.OnSight = s.model.UnlockTyped, s.shield
	u.OnBack, u.OnDone = s.openSignIn, s.openSignIn
	u.OnCopySecret = func(seed string) { s.keeper.CopySecret("Clave copiada", seed) }
	u.OnCopyText = s.copyText
	s.accounts.unlock = u
}

func (s *Shell) buildMine(ctx context.Context) {
	m := account.NewMine()
	m.OnChange = func(current, password, again secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.ChangePassword(ctx, current, password, again) }, false, nil)
	}
	m.OnTyped = s.model.AccountTyped
	m.OnBack = func() { s.open(s.home()) }
	m.OnCopyText = s.copyText
	m.OnSecurity = func() { s.openSecurity(ctx) }
	s.accounts.mine = m
}

// openAccount opens «Mi cuenta».
func (s *Shell) openAccount() {
	s.model.OpenAccount()
	if s.role == access.RoleOfficer {
		s.open(routeOfficerAccount)
		return
	}
	s.open(routeAccount)
}

// leaveAccounts forgets, on leaving a screen, what must not stay.
func (s *Shell) leaveAccounts(from route) {
	switch from {
	case routeUnlock:
		s.accounts.unlock.Close()
		s.model.CloseUnlock()
	case routeRecover:
		s.model.CloseRecovery()
	case routeRegistered:
		s.model.FinishRegister()
	case routeAccount, routeOfficerAccount:
		s.accounts.mine.Close()
	case routeSecurity, routeOfficerSecurity:
		s.accounts.security.Close()
		s.model.CloseSecurity()
	}
}

// renderAccounts hands the current screen its snapshot; false: it is none of
// these.
func (s *Shell) renderAccounts() bool {
	a := &s.accounts
	switch s.at {
	case routeSignIn:
		s.signIn.Render(s.model.SignIn())
	case routeRegister:
		a.choose.Render(s.model.Register())
	case routeRegisterForm:
		v := s.model.Register()
		switch {
		case v.Done != nil:
			s.open(routeRegistered)
		case a.forms[v.Kind] == nil:
			s.open(routeRegister)
		default:
			a.forms[v.Kind].Render(v)
		}
	case routeRegistered:
		a.summary.Render(s.model.Register())
	case routeRecover:
		a.recover.Render(s.model.Recovery())
	case routeUnlock:
		a.unlock.Render(s.model.Unlock())
	case routeAccount, routeOfficerAccount:
		a.mine.Render(s.model.Account())
	case routeSecurity, routeOfficerSecurity:
		a.security.SetMinutes(s.idleMinutes())
		a.security.Render(s.model.Security())
	default:
		return false
	}
	return true
}
