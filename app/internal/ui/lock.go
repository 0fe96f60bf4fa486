package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/login"
	"llavero/shared/secret"
)

// veil is what the window shows while the session is locked, and what it covers:
// the screens stay as they are, with all that was typed, and nothing of them is
// drawn. What lay over them is taken off the window and put back as it was.
type veil struct {
	isOn   bool
	view   *login.Lock
	over   []fyne.CanvasObject // dialogs and sheets, the lowest first
	before fyne.Focusable      // what had the keyboard
}

func (s *Shell) buildLock(ctx context.Context) {
	v := login.NewLock(s.deps.Clock)
	v.OnUnlock = func(password secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Reopen(ctx, password) }, false, nil)
	}
	v.OnSignOut = func() { s.act(ctx, s.model.SignOut, false, nil) }
	v.OnCopyText = s.copyText
	s.veil.view = v
}

// LockBySystem locks the session because the computer's own screen was locked,
// or the computer goes to sleep. UI goroutine.
func (s *Shell) LockBySystem() { s.lock(state.LockSystem) }

// lock hides everything at once.
func (s *Shell) lock(why state.LockReason) {
	if !s.isIn || s.veil.isOn {
		return
	}
	s.model.Lock(why)
	s.render()
	s.aside(s.model.KeepLock, func() {})
}

// renderLock puts the veil on or takes it off, as the model says; true: it is on
// and nothing else is drawn.
func (s *Shell) renderLock() bool {
	v, isLocked := s.model.Locked()
	switch {
	case isLocked && !s.veil.isOn:
		s.putVeil()
	case !isLocked && s.veil.isOn:
		s.liftVeil()
	}
	if isLocked {
		s.veil.view.Render(v)
	}
	return isLocked
}

func (s *Shell) putVeil() {
	c := s.deps.Window.Canvas()
	s.veil.isOn = true
	s.veil.before = c.Focused()
	s.notices.Dismiss(idleKey)
	s.sweep()
	c.Unfocus()
	s.accounts.mine.Close() // passwords are typed again
	s.accounts.security.Forget()
	s.veil.view.Clear()
	s.root.Objects = []fyne.CanvasObject{s.veil.view}
	s.root.Refresh()
	s.settle()
}

// sweep takes away, while the session is locked, what an answer or a count-down
// brought up meanwhile: values in sight or in the clipboard, dialogs.
func (s *Shell) sweep() {
	if !s.veil.isOn {
		return
	}
	s.keys.Close()
	s.keeper.Withdraw(func(failed bool) {
		if failed {
			s.veil.view.Warn(kit.CannotClear)
		}
	})
	if s.files != nil { // the toolkit's own: it is asked anew
		s.files.Dismiss()
		s.files = nil
	}
	over := s.deps.Window.Canvas().Overlays()
	list := over.List()
	if len(list) == 0 {
		return
	}
	s.veil.over = append(s.veil.over, list...)
	over.Remove(list[0]) // and all above it
}

// liftVeil shows everything as it was left.
func (s *Shell) liftVeil() {
	over, before := s.veil.over, s.veil.before
	s.dropVeil()
	s.idle.last = s.wallClock()
	s.show(s.inside)
	c := s.deps.Window.Canvas()
	for _, o := range over {
		c.Overlays().Add(o)
		o.Resize(c.Size())
	}
	if before != nil {
		c.Focus(before)
	}
}

// dropVeil forgets what lay under it.
func (s *Shell) dropVeil() {
	s.veil.isOn, s.veil.over, s.veil.before = false, nil, nil
	s.veil.view.Clear()
}
