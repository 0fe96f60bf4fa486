package delegate

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Progress follows a signed request to its keys, or to the help desk. UI
// goroutine only.
type Progress struct {
	widget.BaseWidget

	// OnOpenKeys is «Ir a Consultar Token».
	OnOpenKeys func(access.LicenseCode)
	// OnBack is «← Volver al Menú»; the request goes on.
	OnBack func()
	// OnCopyText copies the request's number.
	OnCopyText func(string)
	// Beat moves the elapsed time; nil and it stands still.
	Beat Beat

	clock func() time.Time

	page    *kit.Page
	wizard  *wizard
	banner  *kit.Banner
	offline *kit.Banner
	number  *kit.Text
	entity  *kit.Text
	envs    []*envPanel
	elapsed *kit.Text
	about   *kit.StatusChip // the reason of a request that no form asked for
	leak    *kit.Text       // what is known of a compromised secret
	open    *kit.Button

	last   state.Progress
	ticker ticker
}

// NewProgress makes the screen; clock drives the elapsed time.
func NewProgress(clock func() time.Time) *Progress {
	p := &Progress{
		Beat: everySecond, clock: clock,
		wizard:  newWizard(1),
		banner:  kit.NewBanner(),
		offline: kit.NewBanner(),
		number:  kit.NewCode("").Natural(), entity: kit.NewText(""), elapsed: kit.NewNote(""),
		about: kit.NewStatusChip(kit.Chip{}), leak: kit.NewText(""),
	}
	p.open = kit.NewPrimary("Ir a Consultar Token", func() { kit.Call(p.OnOpenKeys, p.last.Request.Code) })
	panels := make([]fyne.CanvasObject, 0, 2)
	for _, env := range access.Environments() {
		e := newEnvPanel(env)
		p.envs = append(p.envs, e)
		panels = append(panels, e.content)
	}
	numberRow := kit.NewRow(kit.NewStrong("Solicitud").Natural(), p.number,
		kit.NewQuiet(es.Copy, look.IconCopy, func() { kit.Call(p.OnCopyText, p.last.Request.Number) }))
	body := kit.NewColumn(p.wizard.content, p.banner, p.offline,
		kit.NewPanel(kit.NewTight(numberRow, p.entity, tell.Inset(p.about), p.leak)),
		kit.NewPairs(panels...), p.elapsed)
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(p.OnBack) })
	p.page = kit.NewFormPage("Creando sus llaves", "", body, kit.NewFooter([]fyne.CanvasObject{back}, p.open))
	p.ExtendBaseWidget(p)
	return p
}

// FollowFocus brings what has the keyboard into sight.
func (p *Progress) FollowFocus(o fyne.CanvasObject) { p.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(p.page)
}

// Render shows a snapshot.
func (p *Progress) Render(s state.Progress) {
	p.last = s
	r := s.Request
	p.wizard.render(r.Kind)
	p.number.SetText(r.Number)
	p.entity.SetText(entityTitle(s.Entity.Provider))
	isReport := r.Reason == access.ReasonCompromise
	kit.SetVisible(p.wizard.content, !isReport) // no form leads to it
	p.about.Set(kit.Chip{})
	if isReport {
		p.about.Set(kit.Chip{Word: es.Reason(r.Reason), Level: look.Danger, Icon: look.IconAlert})
	}
	rows := progressRows(r)
	for i, e := range p.envs {
		kit.SetVisible(e.content, i < len(rows))
		if i < len(rows) {
			e.render(rows[i])
		}
	}
	switch r.Status {
	case access.StatusDone:
		p.page.Title.SetText("Solicitud registrada con éxito")
		p.banner.Set(doneMessage(r))
	case access.StatusPending:
		p.page.Title.SetText("Solicitud enviada")
		p.banner.Set(kit.Message{
			Level: look.Warning, Title: "La solicitud será revisada por el equipo de mesa de ayuda",
			Text: reviewText(r),
		})
	default:
		p.page.Title.SetText(workingTitle(r))
		p.banner.Clear()
	}
	if s.Link.IsOnline() {
		p.offline.Clear()
	} else {
		p.offline.Set(kit.Message{
			Level: look.Neutral, Title: "Sin conexión",
			Text: "La solicitud sigue en el servidor. Al volver la conexión verá aquí en qué va.",
		})
	}
	p.open.SetEnabled(r.Status == access.StatusDone)
	kit.SetVisible(p.open, r.Status == access.StatusDone)
	p.showElapsed()
	p.ticker.run(r.Status == access.StatusIssuing || isReport, p.Beat, p.showElapsed)
}

// Close stops the elapsed time. The screen can be rendered again afterwards.
func (p *Progress) Close() { p.ticker.run(false, nil, nil) }

func (p *Progress) showElapsed() {
	text := elapsedText(p.last, p.clock())
	p.elapsed.SetText(text)
	kit.SetVisible(p.elapsed, text != "")
	kit.Put(p.leak, leakText(p.last, p.clock()))
}

// envPanel is one environment's column of steps.
type envPanel struct {
	content *fyne.Container
	env     access.Environment
	tag     *fyne.Container
	text    *kit.Text
	steps   []*stepLine
}

func newEnvPanel(env access.Environment) *envPanel {
	e := &envPanel{text: kit.NewStrong("")}
	e.tag = container.NewStack(tell.EnvironmentTag(env))
	e.env = env
	rows := []fyne.CanvasObject{tell.Inset(e.tag), e.text}
	for range es.Steps {
		l := &stepLine{icon: widget.NewIcon(look.IconCircle), text: kit.NewText("").Natural()}
		l.content = container.NewHBox(tell.Inset(l.icon), l.text)
		e.steps = append(e.steps, l)
		rows = append(rows, l.content)
	}
	e.content = kit.NewPanel(kit.NewTight(rows...))
	return e
}

func (e *envPanel) render(p envProgress) {
	if e.env != p.Environment {
		e.env = p.Environment
		e.tag.Objects = []fyne.CanvasObject{tell.EnvironmentTag(e.env)}
		e.tag.Refresh()
	}
	e.text.SetText(p.Text)
	e.text.SetColor(markColor(p.Mark))
	for i, s := range p.Steps {
		e.steps[i].render(s)
	}
}

// stepLine is a step: its mark as an icon, and the word when it is under way.
type stepLine struct {
	content *fyne.Container
	icon    *widget.Icon
	text    *kit.Text
}

func (l *stepLine) render(s stepRow) {
	l.icon.SetResource(look.Coloured(markIcon(s.Mark), markColor(s.Mark)))
	text := s.Text
	if s.Mark == markNow || s.Mark == markStopped {
		text += " · " + s.Mark.word()
	}
	l.text.SetText(text)
	if s.Mark == markWaiting {
		l.text.SetColor(look.ColorMuted)
	} else {
		l.text.SetColor("foreground")
	}
}

func markIcon(m mark) fyne.Resource {
	switch m {
	case markDone:
		return look.IconCheck
	case markNow:
		return look.IconDots
	case markStopped:
		return look.IconClock
	default:
		return look.IconCircle
	}
}

func markColor(m mark) fyne.ThemeColorName {
	switch m {
	case markDone:
		return look.Ink(look.Success)
	case markNow:
		return look.Ink(look.Info)
	case markStopped:
		return look.Ink(look.Warning)
	default:
		return look.ColorMuted
	}
}
