package login

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// Lock (sesión bloqueada) is all that a locked window shows: whose session it
// is, and where its password goes. UI goroutine only.
type Lock struct {
	widget.BaseWidget

	// OnUnlock tries a password.
	OnUnlock func(secret.Text)
	// OnSignOut ends the session instead.
	OnSignOut func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	clock    func() time.Time
	why      *kit.Text
	banner   *kit.Banner
	warning  *kit.Banner
	facts    *kit.Facts
	password *kit.Entry
	passF    *kit.Field
	note     *kit.Text
	unlock   *kit.Button
	out      *kit.Button
	last     state.Locked
	box      fyne.CanvasObject
}

// NewLock makes the screen.
func NewLock(clock func() time.Time) *Lock {
	l := &Lock{
		clock: clock, why: kit.NewNote(""), banner: kit.NewBanner(), warning: kit.NewBanner(), facts: kit.NewFacts(),
		password: kit.NewPasswordEntry(), note: kit.NewNote(""),
	}
	l.banner.OnCopy = func(t string) { kit.Call(l.OnCopyText, t) }
	l.passF = kit.NewField(es.FieldLabel("password"), true, l.password, "")
	l.password.OnSubmitted = func(string) { l.Submit() }
	l.password.OnText(func(string) { l.passF.SetError("") })
	l.unlock = kit.NewPrimary(es.Unlock, l.Submit)
	l.out = kit.NewQuiet(es.SignOut, nil, func() { kit.Call0(l.OnSignOut) })
	form := kit.NewStack(kit.NewHead(kit.NewTitle(es.LockTitle), l.why), l.warning, l.banner, l.facts, l.passF, l.note,
		kit.NewRow(l.out, layout.NewSpacer(), l.unlock))
	column := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(24, 24, 48, 48), container.New(middle{460}, form)))
	l.box = container.NewBorder(nil, nil, kit.NewWidth(400, sidePanel()), nil, column)
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *Lock) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.box) }

// Submit is «Desbloquear».
func (l *Lock) Submit() {
	if l.last.Sending || l.OnUnlock == nil {
		return
	}
	l.OnUnlock(secret.New(l.password.Text))
}

// Focus gives the keyboard to the password.
func (l *Lock) Focus() { kit.Focus(l.password) }

// Clear forgets what was typed and told.
func (l *Lock) Clear() {
	l.password.Put("")
	l.warning.Clear()
	l.last = state.Locked{}
}

// Warn says what went wrong when it was locked.
func (l *Lock) Warn(text string) { l.warning.Set(kit.Message{Level: look.Warning, Text: text}) }

// Render shows a snapshot.
func (l *Lock) Render(s state.Locked) {
	was := l.last
	l.last = s
	l.why.SetText(es.LockedBecause(string(s.Why), s.At, l.clock()))
	facts := []kit.Fact{{Label: "Usuario", Value: s.Session.Person.Name}, {Label: "Login", Value: s.Session.Login, IsCode: true}}
	if s.Session.EntityName != "" {
		facts = append(facts, kit.Fact{Label: "Entidad", Value: s.Session.EntityName})
	}
	l.facts.Set(facts)
	l.complain(s)
	note := ""
	if s.Link.Phase == state.LinkOffline {
		note = es.UnlockOffline
	}
	kit.Put(l.note, note)
	l.passF.SetEnabled(!s.Sending)
	l.unlock.SetBusy(s.Sending, "Comprobando…")
	isMissed := s.IsWrong && s.TriesLeft != was.TriesLeft
	if isMissed || s.Trouble != nil && s.Trouble != was.Trouble {
		l.password.Put("")
		kit.Focus(l.password)
	}
}

// complain says why it is still locked.
func (l *Lock) complain(s state.Locked) {
	switch {
	case s.IsWrong:
		l.passF.SetError(es.UnlockWrong(s.TriesLeft))
		l.banner.Clear()
	case s.Trouble != nil && len(s.Trouble.Err.Fields) > 0:
		l.passF.SetError(es.FieldMessage("password", access.HintRequired))
		l.banner.Clear()
	default:
		l.passF.SetError("")
		l.banner.Set(tell.Trouble(s.Trouble, tell.Retry(l.Submit)))
	}
}
