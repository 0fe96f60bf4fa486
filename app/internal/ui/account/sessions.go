package account

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// sessionList shows where one is signed in.
type sessionList struct {
	content *fyne.Container
	banner  *kit.Banner
	rows    *fyne.Container
	wait    *kit.Text
	others  *kit.Button
	end     func(string)
	retry   func()
	drawn   []wire.OpenSession
	isOff   bool
	ends    []*kit.Button
}

func newSessionList(end func(string), endOthers, retry func()) *sessionList {
	l := &sessionList{banner: kit.NewBanner(), rows: kit.NewStack(), wait: kit.NewNote(""), end: end, retry: retry}
	l.others = kit.NewButton(es.EndOthers, func() {
		kit.ShowAsk(kit.CanvasOf(l.rows), kit.Ask{
			Title: "Cerrar las demás sesiones", Do: "Cerrar las demás",
			Text: "Quedan cerradas en el acto en los otros equipos; la de este sigue. Si no reconoce alguna, cambie también su contraseña.",
			OnDo: func() bool { endOthers(); return true },
		})
	})
	l.content = kit.NewSection(es.SessionsTitle, "Dónde está abierto su usuario. Si no reconoce una sesión, ciérrela y cambie su contraseña.",
		l.banner, l.wait, l.rows, container.NewHBox(l.others))
	return l
}

func (l *sessionList) render(s state.Security) {
	l.banner.Set(tell.Trouble(s.ListTrouble, tell.Retry(l.retry)))
	if s.ListTrouble == nil && s.Ended >= 0 {
		l.banner.Set(kit.Message{Level: look.Success, Text: es.SessionsEnded(s.Ended)})
	}
	wait := ""
	switch {
	case s.IsListLoaded:
	case s.Loading:
		wait = "Cargando sesiones…"
	case !s.Link.IsOnline():
		wait = es.NeedsLink
	}
	kit.Put(l.wait, wait)
	if !slices.Equal(l.drawn, s.Sessions) {
		l.drawn = s.Sessions
		l.draw(s)
	}
	for _, b := range l.ends {
		b.SetEnabled(s.Link.IsOnline() && s.Ending == "")
	}
	kit.SetVisible(l.others, len(s.Sessions) > 1)
	l.others.SetBusy(s.Ending == state.EndingOthers, "Cerrando…")
	l.others.SetEnabled(s.Link.IsOnline() && s.Ending == "")
}

func (l *sessionList) draw(s state.Security) {
	l.rows.RemoveAll()
	l.ends = nil
	for _, o := range s.Sessions {
		device := es.Device(o.Device)
		name := container.NewHBox(kit.NewStrong(device).Natural())
		var right fyne.CanvasObject
		if o.Current {
			name.Add(container.NewCenter(kit.NewStatusChip(kit.Chip{Word: es.ThisComputer, Level: look.Success, Icon: look.IconCheck})))
		} else {
			end := kit.NewButton(es.EndSession, func() { l.ask(o, device) })
			l.ends = append(l.ends, end)
			right = container.NewCenter(end)
		}
		line := kit.NewTight(name, kit.NewNote(sessionLine(o, s)))
		l.rows.Add(kit.NewPanel(container.NewBorder(nil, nil, nil, right, line)))
	}
	l.rows.Refresh()
}

// sessionLine says since when and from where.
func sessionLine(o wire.OpenSession, s state.Security) string {
	text := "Abierta el " + es.DateTime(o.OpenedAt)
	if o.Address != "" {
		text += " desde " + o.Address
	}
	if !o.Current {
		text += " · usada " + es.Relative(o.SeenAt, s.Now)
	}
	return text + " · termina el " + es.DateTime(o.ExpiresAt)
}

func (l *sessionList) ask(o wire.OpenSession, device string) {
	kit.ShowAsk(kit.CanvasOf(l.rows), kit.Ask{
		Title: "Cerrar la sesión de " + device, Do: "Cerrar sesión",
		Text: "Abierta el " + es.DateTime(o.OpenedAt) + " desde " + cmp.Or(o.Address, "una dirección desconocida") + ". Queda cerrada en el acto en ese equipo.",
		OnDo: func() bool { l.end(o.ID); return true },
	})
}

// lockBlock chooses after how long without use the session is locked.
type lockBlock struct {
	content *fyne.Container
	pick    *kit.Picker
}

// lockMinutes are the choices, in minutes.
var lockMinutes = []int{1, 2, 3, 5, 10, 15}

func newLockBlock(chosen func(int)) *lockBlock {
	b := &lockBlock{}
	b.pick = picker("", lockMinutes, func(n int) kit.PickItem { return kit.PickItem{Title: es.Minutes(n)} }, chosen)
	field := kit.NewField(es.LockAfter, false, b.pick, "Sin tocar el teclado ni el ratón. También se bloquea con Ctrl+L y con la pantalla del computador.")
	b.content = kit.NewSection(es.LockSettings, "Al bloquear se ocultan los valores y se borra el portapapeles; con su contraseña todo sigue como estaba.", field)
	return b
}

func (b *lockBlock) set(minutes int) { choose(b.pick, lockMinutes, minutes) }
