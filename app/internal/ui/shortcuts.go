package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/help"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// shortcuts gives the window its keys (the list is help.KeyLines).
func (s *Shell) shortcuts(ctx context.Context) {
	c := s.deps.Window.Canvas()
	c.SetOnTypedKey(s.typed)
	always := func(k fyne.Shortcut, do func()) {
		s.hotkeys.AddShortcut(k, func(fyne.Shortcut) {
			s.used()
			if !s.veil.isOn {
				do()
			}
		})
		c.AddShortcut(k, s.hotkeys.TypedShortcut)
	}
	add := func(key fyne.KeyName, mod fyne.KeyModifier, do func()) {
		always(&desktop.CustomShortcut{KeyName: key, Modifier: mod | fyne.KeyModifierShortcutDefault}, func() {
			if c.Overlays().Top() == nil {
				do()
			}
		})
	}
	always(&desktop.CustomShortcut{KeyName: fyne.KeyL, Modifier: fyne.KeyModifierShortcutDefault}, func() { s.lock(state.LockAsked) })
	add(fyne.KeyF, 0, s.search)
	add(fyne.KeyReturn, 0, s.submit)
	add(fyne.KeyEnter, 0, s.submit)
	add(fyne.KeyR, 0, s.refresh)
	add(fyne.KeyN, 0, func() {
		if s.isIn && s.home() == routeDelegateMenu {
			s.openForm(ctx, access.KindEnroll)
		}
	})
	add(fyne.KeyT, 0, func() {
		if s.at == routeQueue {
			s.queue.TakeCurrent()
		}
	})
	add(fyne.KeyT, fyne.KeyModifierShift, func() {
		if s.at == routeQueue {
			s.queue.ReleaseCurrent()
		}
	})
	always(&desktop.CustomShortcut{KeyName: fyne.KeySlash, Modifier: fyne.KeyModifierShortcutDefault}, func() {
		s.toggleHelpAt(help.Keyboard)
	})
	always(&fyne.ShortcutUndo{}, func() { s.notices.Undo() })
}

// typed takes keys that no field wants.
func (s *Shell) typed(e *fyne.KeyEvent) {
	s.used()
	if s.veil.isOn {
		return
	}
	switch e.Name {
	case fyne.KeyF1:
		s.toggleHelp()
	case fyne.KeyF3:
		s.search()
	case fyne.KeyF5:
		s.refresh()
	case fyne.KeyEscape:
		if s.help.IsOpen() {
			s.help.Close()
			return
		}
		if s.files != nil {
			s.files.Dismiss()
			return
		}
		if kit.CloseTop(s.deps.Window.Canvas()) {
			return
		}
		if p := s.at.parent(); p != routeNone {
			s.back(p)
		}
	}
}

// back leaves a screen for the one before it.
func (s *Shell) back(to route) {
	if s.at == routeConfirm || s.at == routeConfirmRenew {
		s.model.BackToForm()
	}
	s.open(to)
}

// refresh asks the server anew for what is shown: the rows, and what the feed
// does not bring.
func (s *Shell) refresh() {
	if !s.isIn {
		return
	}
	s.model.Refresh()
	switch s.at {
	case routeKeys:
		kit.Call0(s.keys.OnRetry)
	case routeAmend:
		kit.Call0(s.amend.OnRetry)
	case routeGrants:
		kit.Call0(s.grants.OnRetry)
	case routeValidity:
		kit.Call0(s.validity.OnRetry)
	case routeDrift:
		kit.Call0(s.drift.OnRetry)
	case routeTrail, routeActivity:
		s.trail.all.OnRetry()
	case routeStaff:
		kit.Call0(s.staff.list.OnRetry)
	case routeSecurity, routeOfficerSecurity:
		kit.Call0(s.accounts.security.OnRetry)
	}
	s.render()
}

func (s *Shell) search() {
	if !s.isIn {
		return
	}
	if f, ok := s.screen().(interface{ FocusSearch() }); ok {
		f.FocusSearch()
	}
}

func (s *Shell) submit() {
	if f, ok := s.screen().(interface{ Submit() }); ok {
		f.Submit()
	}
}

// toggleHelp shows the help at the section of what is on screen, or takes it away.
func (s *Shell) toggleHelp() {
	s.toggleHelpAt(s.at.help())
}

func (s *Shell) toggleHelpAt(section help.ID) {
	if s.help.IsOpen() {
		s.help.Close()
		return
	}
	if s.deps.Window.Canvas().Overlays().Top() != nil {
		return // a question waits for its answer
	}
	h := help.New(s.model.SignIn().About, s.deps.Version)
	h.Open(section)
	s.helpAt = section
	h.OnClose = func() { s.help.Close() }
	h.OnVerify = func() {
		s.help.Close()
		s.askDocument()
	}
	s.help = kit.ShowSheet(s.deps.Window.Canvas(), h, h.First())
}

// help is the section that speaks of a screen.
func (r route) help() help.ID {
	switch r {
	case routeRegister, routeRegisterForm, routeRegistered:
		return help.Register
	case routeRecover:
		return help.Recover
	case routeUnlock:
		return help.Unlock
	case routeAccount, routeOfficerAccount, routeSecurity, routeOfficerSecurity, routeStaff:
		return help.Account
	case routeDelegateMenu, routeAgreement, routeEnroll, routeConfirm, routeProgress:
		return help.Enroll
	case routeRenew, routeConfirmRenew:
		return help.Renew
	case routeKeys:
		return help.Keys
	case routeOfficerMenu, routeQueue, routeAttend:
		return help.Queue
	case routeAssigned, routeAmend, routeValidity:
		return help.Amend
	case routeGrants:
		return help.Grant
	case routeDrift:
		return help.Drift
	case routeTrail:
		return help.Trail
	case routeActivity:
		return help.Activity
	default:
		return help.SignIn
	}
}
