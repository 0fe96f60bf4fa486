package ui

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/help"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/login"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// Deps is what a Shell works with.
type Deps struct {
	Window    fyne.Window
	Clipboard kit.Board
	Model     *state.Model
	Clock     func() time.Time
	Log       *slog.Logger
	Version   string
	// Shield keeps the window from being captured while on, and reports whether
	// this system can. Nil: it cannot.
	Shield func(on bool) bool
	// Preferences remember how lists were left, and after how long without use a
	// session is locked. Nil: nothing is remembered.
	Preferences Preferences
}

// Shell is the window's content. UI goroutine only.
type Shell struct {
	deps    Deps
	model   *state.Model
	notices *kit.Notices
	keeper  *kit.Keeper

	// do and doAndWait run something on the UI goroutine.
	do, doAndWait func(func())

	header  *header
	crumbs  *crumbs
	strip   *strip
	stage   *fyne.Container
	outside *outside          // around the screens that need no session
	inside  fyne.CanvasObject // header and all, when somebody is signed in
	root    *fyne.Container

	at    route
	visit int // grows with each change of screen: late answers are dropped
	role  access.Role
	isIn  bool
	// isAwaitingAttend: the list gives way to the form once the model has it.
	isAwaitingAttend bool

	signIn       *login.SignIn
	accounts     accounts
	delegateMenu *delegate.Menu
	agreement    *delegate.Agreement
	enroll       *delegate.Enroll
	// askAgreement shows the agreement before a form, or before none; pledged is
	// that form.
	askAgreement func(next access.Kind)
	pledged      access.Kind
	renew        *delegate.Enroll
	confirm      *delegate.Confirm
	progress     *delegate.Progress
	keys         *delegate.Keys
	officerMenu  *ministry.Menu
	queue        *ministry.Queue
	attend       *ministry.Attend
	assigned     *ministry.Assigned
	amend        *ministry.Amend
	grants       *ministry.Grants
	grant        *ministry.Grant
	evidence     *ministry.Evidence
	validity     *ministry.Validity
	drift        *ministry.Drift
	driftForm    *ministry.DriftForm
	directory    *ministry.Directory
	trail        trailScreens
	staff        staff
	files        *dialog.FileDialog // the question which file, or where to; nil: not asked

	hotkeys fyne.ShortcutHandler // the window's

	warned     warned
	toSecurity func()

	veil veil // over everything while the session is locked
	idle idle

	help   *kit.Sheet
	helpAt help.ID // the section it was opened at
}

// New builds the shell and puts it into the window. Run connects and starts it.
func New(d Deps) *Shell {
	s := &Shell{deps: d, model: d.Model, notices: kit.NewNotices(), header: newHeader(), crumbs: newCrumbs(), strip: newStrip(), stage: container.NewStack(), do: fyne.Do, doAndWait: fyne.DoAndWait}
	s.keeper = kit.NewKeeper(d.Clipboard, s.notices)
	s.keeper.Run = s.aside
	s.outside = newOutside(s.toggleHelp)
	top := container.NewVBox(s.header, s.strip, s.crumbs)
	s.inside = container.NewBorder(kit.NewTight(top.Objects...), nil, nil, nil, s.stage)
	s.root = container.NewStack()
	return s
}

// Run connects the screens, shows the window's content and follows the model
// until ctx ends. It returns at once; call it on the UI goroutine.
func (s *Shell) Run(ctx context.Context) {
	s.build(ctx)
	s.shortcuts(ctx)
	root := kit.NewRoot(s.root, s.intoSight)
	root.OnUse = s.used
	s.deps.Window.SetContent(root)
	s.watchIdle(ctx)
	s.render()
	s.background(ctx, s.model.Start, nil)
	s.background(ctx, s.follow, nil)
}

// follow draws anew whenever the model says so, until ctx ends.
func (s *Shell) follow(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.model.Changed():
			s.doAndWait(s.render)
		}
	}
}

// build makes the screens and connects what they ask for.
func (s *Shell) build(ctx context.Context) {
	s.header.onSignOut = func() {
		s.act(ctx, s.model.SignOut, true, nil)
	}
	s.header.onLock = func() { s.lock(state.LockAsked) }
	s.buildLock(ctx)
	s.header.onHelp = s.toggleHelp
	s.header.onAccount = s.openAccount
	s.crumbs.onGo, s.outside.crumbs.onGo = s.open, s.open
	s.buildSignIn(ctx)
	s.fresh(ctx)
}

// fresh makes the signed-in screens anew, so that nothing typed by one person
// stays for the next.
func (s *Shell) fresh(ctx context.Context) {
	s.buildAccounts(ctx)
	s.buildDelegate(ctx)
	s.buildKeys(ctx)
	s.buildMinistry(ctx)
	s.buildTrail(ctx)
	s.buildKeysOfOthers(ctx)
	s.header.renew = func() { s.fresh(ctx) }
}

func (s *Shell) buildSignIn(ctx context.Context) {
	v := login.NewSignIn()
	v.OnServer = func(a string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SetServer(ctx, a) }, false, nil)
	}
	v.OnSolve = func() { s.act(ctx, s.model.SolvePuzzle, false, nil) }
	v.OnSubmit = s.submitSignIn(ctx)
	v.OnCode = func(code string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitSecondFactor(ctx, code) }, false, nil)
	}
	v.OnRecovery = func(code secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitRecoveryCode(ctx, code) }, false, nil)
	}
	v.OnCancel = s.model.CancelSignIn
	v.OnCopyText = s.copyText
	v.OnRegister = func() { s.openRegister(ctx) }
	v.OnRecover = func() { s.openRecover(ctx) }
	v.OnHaveCode = func() { s.open(routeUnlock) }
	v.OnHelp = s.toggleHelp
	s.signIn = v
}

func (s *Shell) copyText(text string) { s.keeper.Copy("Copiado", text) }

// render draws the current screen from fresh snapshots.
func (s *Shell) render() {
	who, isIn := s.model.Who()
	if isIn != s.isIn || (isIn && who.Role != s.role) {
		s.isIn, s.role = isIn, who.Role
		s.cross(isIn)
	}
	if !isIn {
		if s.at == routeNone {
			s.open(routeSignIn)
		}
		if s.at == routeSignIn && s.model.Unlock().IsSignIn {
			s.open(routeUnlock) // the authenticator comes first
		}
		s.renderScreen()
		s.outside.render(s.model.SignIn().About)
		s.tell()
		return
	}
	if s.renderLock() {
		return
	}
	h := s.model.Header()
	s.header.render(h)
	s.strip.render(h, s.deps.Clock())
	s.warn(h.Session)
	if _, ok := s.model.Attend(); ok && s.isAwaitingAttend && s.at == routeQueue {
		s.open(routeAttend)
	}
	s.renderScreen()
	s.show(s.inside)
	s.tell()
}

// cross goes over the threshold, in or out.
func (s *Shell) cross(isIn bool) {
	s.visit++
	if isIn {
		s.takeHabits()
		s.idle.last = s.wallClock()
		s.at = routeNone
		s.open(s.home())
		if s.model.Agreement().Due {
			s.askAgreement("")
		}
		return
	}
	s.dropVeil()
	s.closeScreens()
	s.keeper.Close(nil)
	s.notices.Clear()
	if s.header.renew != nil {
		s.header.renew()
	}
	s.at = routeNone
	s.open(routeSignIn)
}

func (s *Shell) show(o fyne.CanvasObject) {
	if len(s.root.Objects) == 2 && s.root.Objects[0] == o {
		return
	}
	s.root.Objects = []fyne.CanvasObject{o, s.notices}
	s.root.Refresh()
	s.settle()
}

// tell puts the model's notices up.
func (s *Shell) tell() {
	for _, n := range s.model.TakeNotices() {
		level := look.Info
		switch n.Kind {
		case state.NoticeKeyReady, state.NoticeKeyUsable, state.NoticeBack:
			level = look.Success
		case state.NoticeKeysRefused:
			level = look.Danger
		case state.NoticeTakenBy, state.NoticeLapsed, state.NoticeAnew, state.NoticeNotKept, state.NoticeRestored:
			level = look.Warning
		}
		s.notices.Notify(kit.Notice{Level: level, Text: es.Notice(string(n.Kind), n.Args)})
	}
}

// Conceal hides the values that are shown: the window was minimised, or another
// program has the keyboard.
func (s *Shell) Conceal() { s.keys.Close() }

// Close hides what is shown and takes what is ours out of the clipboard, on
// quitting; then it calls done on the UI goroutine.
func (s *Shell) Close(done func()) {
	s.closeScreens()
	s.keeper.Close(done)
}

func (s *Shell) closeScreens() {
	s.confirm.Close()
	s.progress.Close()
	s.keys.Close()
	s.attend.Close()
	s.accounts.unlock.Close()
	s.accounts.mine.Close()
	s.accounts.security.Close()
	s.amend.Close()
	s.closeSheets()
}
