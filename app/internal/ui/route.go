package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/shared/access"
	"llavero/shared/es"
)

// route names a screen.
type route int

const (
	routeNone route = iota

	// Without a session.
	routeSignIn
	routeRegister
	routeRegisterForm
	routeRegistered
	routeRecover
	routeUnlock

	// Signed in.
	routeAccount
	routeOfficerAccount
	routeDelegateMenu
	routeAgreement
	routeEnroll
	routeConfirm
	routeRenew
	routeConfirmRenew // the screen of routeConfirm, after the form of routeRenew
	routeProgress
	routeKeys
	routeOfficerMenu
	routeQueue
	routeAttend
	routeAssigned
	routeAmend
	routeGrants
	routeValidity
	routeDrift
	routeTrail    // «Bitácora», an officer's
	routeActivity // «Actividad», a delegate's
	routeStaff
	routeSecurity
	routeOfficerSecurity
)

// parent is the screen one step back; routeNone for the menus.
func (r route) parent() route {
	switch r {
	case routeRegister, routeRecover, routeUnlock, routeRegistered:
		return routeSignIn
	case routeRegisterForm:
		return routeRegister
	case routeAgreement, routeEnroll, routeRenew, routeKeys, routeProgress, routeAccount, routeActivity:
		return routeDelegateMenu
	case routeConfirm:
		return routeEnroll
	case routeConfirmRenew:
		return routeRenew
	case routeQueue, routeAssigned, routeGrants, routeValidity, routeDrift, routeTrail, routeStaff, routeOfficerAccount:
		return routeOfficerMenu
	case routeSecurity:
		return routeAccount
	case routeOfficerSecurity:
		return routeOfficerAccount
	case routeAttend:
		return routeQueue
	case routeAmend:
		return routeAssigned
	default:
		return routeNone
	}
}

// title is the screen's name in the breadcrumb.
func (r route) title() string {
	switch r {
	case routeSignIn:
		return es.SignIn
	case routeRegister:
		return es.RegisterLink
	case routeRegisterForm:
		return "Registrar usuario"
	case routeRegistered:
		return "Resumen del registro"
	case routeRecover:
		return es.RecoverLink
	case routeUnlock:
		return es.HaveCodeLink
	case routeAccount, routeOfficerAccount:
		return es.AccountTitle
	case routeDelegateMenu, routeOfficerMenu:
		return "Menú"
	case routeAgreement:
		return es.AgreementTitle
	case routeEnroll:
		return es.WithManual(es.EnrollTitle, es.EnrollManual)
	case routeRenew:
		return es.WithManual(es.RenewTitle, es.RenewManual)
	case routeConfirm, routeConfirmRenew:
		return "Confirmación"
	case routeProgress:
		return "Estado de la solicitud"
	case routeKeys:
		return es.WithManual(es.KeysTitle, es.KeysManual)
	case routeQueue:
		return es.WithManual(es.QueueTitle, es.QueueManual)
	case routeAttend:
		return "Ingresar llaves"
	case routeAssigned:
		return es.WithManual(es.AmendTitle, es.AmendManual)
	case routeAmend:
		return "Actualizar Keys"
	case routeGrants:
		return es.WithManual(es.GrantTitle, es.GrantManual)
	case routeValidity:
		return es.ValidityTitle
	case routeDrift:
		return es.DriftTitle
	case routeTrail:
		return es.TrailTitle
	case routeActivity:
		return es.ActivityTitle
	case routeStaff:
		return es.StaffTitle
	case routeSecurity, routeOfficerSecurity:
		return es.SecurityTitle
	default:
		return ""
	}
}

// trail is the way from the menu to a screen.
func (r route) trail() []route {
	var t []route
	for at := r; at != routeNone; at = at.parent() {
		t = append([]route{at}, t...)
	}
	return t
}

// home is the first screen of the role.
func (s *Shell) home() route {
	if s.role == access.RoleOfficer {
		return routeOfficerMenu
	}
	return routeDelegateMenu
}

// open goes to a screen. Leaving one hides what it showed and keeps what was
// written.
func (s *Shell) open(r route) {
	if r == s.at {
		return
	}
	switch s.at {
	case routeKeys:
		s.keys.Close()
	case routeConfirm, routeConfirmRenew:
		s.confirm.Close()
	case routeProgress:
		s.progress.Close()
	case routeAttend:
		s.attend.Close()
		s.model.CloseAttend()
	case routeAmend:
		s.amend.Close()
		s.model.CloseAmend()
	case routeGrants, routeDrift, routeStaff:
		s.closeSheets()
	case routeTrail, routeActivity:
		s.trail.entry.Hide()
	default:
		s.leaveAccounts(s.at)
	}
	switch r {
	case routeEnroll:
		s.model.AskFor(access.KindEnroll)
	case routeRenew:
		s.model.AskFor(access.KindRenew)
	}
	s.at, s.isAwaitingAttend = r, false
	s.visit++
	s.deps.Window.Canvas().Unfocus() // what had the keyboard goes out of sight
	crumbs, stage := s.crumbs, s.stage
	if !s.isIn {
		crumbs, stage = s.outside.crumbs, s.outside.stage
	}
	crumbs.render(r)
	s.renderScreen()
	if s.at != r {
		return // its subject is gone: another one took its place
	}
	if r == routeSignIn {
		s.show(s.signIn)
		return
	}
	stage.Objects = []fyne.CanvasObject{s.screen()}
	stage.Refresh()
	if !s.isIn {
		s.show(s.outside.box)
	}
	s.settle()
}

// settle gives the keyboard to the screen's first field. A screen just put up is
// not known to the window's driver until it was drawn once: it tries again.
func (s *Shell) settle() {
	s.focusScreen()
	s.trySettle(s.visit, 40)
}

func (s *Shell) trySettle(visit, tries int) {
	if tries == 0 || s.visit != visit || s.deps.Window.Canvas().Focused() != nil {
		return
	}
	time.AfterFunc(25*time.Millisecond, func() {
		s.do(func() {
			if s.visit == visit && s.deps.Window.Canvas().Focused() == nil {
				s.focusScreen()
				s.trySettle(visit, tries-1)
			}
		})
	})
}

func (s *Shell) screen() fyne.CanvasObject {
	if s.veil.isOn {
		return s.veil.view
	}
	switch s.at {
	case routeSignIn:
		return s.signIn
	case routeRegister:
		return s.accounts.choose
	case routeRegisterForm:
		return s.accounts.forms[s.model.Register().Kind]
	case routeRegistered:
		return s.accounts.summary
	case routeRecover:
		return s.accounts.recover
	case routeUnlock:
		return s.accounts.unlock
	case routeAccount, routeOfficerAccount:
		return s.accounts.mine
	case routeAgreement:
		return s.agreement
	case routeEnroll:
		return s.enroll
	case routeRenew:
		return s.renew
	case routeConfirm, routeConfirmRenew:
		return s.confirm
	case routeProgress:
		return s.progress
	case routeKeys:
		return s.keys
	case routeOfficerMenu:
		return s.officerMenu
	case routeQueue:
		return s.queue
	case routeAttend:
		return s.attend
	case routeAssigned:
		return s.assigned
	case routeAmend:
		return s.amend
	case routeDrift:
		return s.drift
	case routeTrail:
		return s.trail.all
	case routeActivity:
		return s.trail.own
	case routeStaff:
		return s.staff.list
	case routeSecurity, routeOfficerSecurity:
		return s.accounts.security
	case routeGrants:
		return s.grants
	case routeValidity:
		return s.validity
	default:
		return s.delegateMenu
	}
}

// intoSight scrolls a form to the control that has the keyboard.
func (s *Shell) intoSight(o fyne.CanvasObject) {
	if f, ok := s.screen().(interface{ FollowFocus(fyne.CanvasObject) }); ok {
		f.FollowFocus(o)
	}
}

func (s *Shell) focusScreen() {
	if f, ok := s.screen().(interface{ Focus() }); ok {
		f.Focus()
	}
}

// renderScreen hands the current screen its snapshot. A screen whose subject is
// gone gives way to the one before it.
func (s *Shell) renderScreen() {
	if s.renderAccounts() {
		return
	}
	switch s.at {
	case routeDelegateMenu:
		s.delegateMenu.Render(s.model.Menu())
	case routeOfficerMenu:
		s.officerMenu.Render(s.model.Menu())
	case routeAgreement:
		s.agreement.Render(s.model.Agreement())
	case routeEnroll:
		s.enroll.Render(s.model.Enroll())
	case routeRenew:
		s.renew.Render(s.model.Enroll())
	case routeConfirm, routeConfirmRenew:
		v, ok := s.model.Confirm()
		if !ok {
			s.open(s.afterConfirm())
			return
		}
		s.confirm.Render(v)
	case routeProgress:
		v, ok := s.model.Progress()
		if !ok {
			s.open(s.home())
			return
		}
		s.progress.Render(v)
	case routeKeys:
		s.renderKeys()
	case routeQueue:
		s.queue.Render(s.model.Queue())
	case routeAttend:
		v, ok := s.model.Attend()
		if !ok {
			s.open(routeQueue)
			return
		}
		s.attend.Render(v)
	case routeTrail, routeActivity:
		s.renderTrail()
	default:
		s.renderOfficer()
	}
}

// afterConfirm is where a signature leads that is no longer there: to the
// progress of what was signed, or back to the form. The model says which, so
// that it does not matter whether the fact or the answer came first.
func (s *Shell) afterConfirm() route {
	if _, signed := s.model.Progress(); signed {
		return routeProgress
	}
	return s.at.parent()
}

// formOf and confirmOf are the two steps of a kind of request.
func formOf(kind access.Kind) route {
	if kind == access.KindRenew {
		return routeRenew
	}
	return routeEnroll
}

func confirmOf(kind access.Kind) route {
	if kind == access.KindRenew {
		return routeConfirmRenew
	}
	return routeConfirm
}
