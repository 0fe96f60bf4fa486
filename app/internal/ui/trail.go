package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/logbook"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// trailScreens are «Bitácora» and «Actividad», and the sheet of one entry.
type trailScreens struct {
	all, own *logbook.Logbook
	entry    *logbook.Entry
}

// buildTrail connects the screens of the audit trail.
func (s *Shell) buildTrail(ctx context.Context) {
	s.trail = trailScreens{all: s.newLogbook(ctx, false), own: s.newLogbook(ctx, true), entry: logbook.NewEntry()}
	s.trail.entry.OnCopyText = s.copyText
	s.trail.entry.OnKey = func(code access.LicenseCode) { s.openKeys(ctx, code) }
}

func (s *Shell) newLogbook(ctx context.Context, isOwn bool) *logbook.Logbook {
	l := logbook.NewLogbook(isOwn)
	l.OnSearch = func(f state.TrailForm) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SearchTrail(ctx, f) }, false, nil)
	}
	l.OnMore = func() { s.act(ctx, s.model.MoreTrail, false, nil) }
	l.OnExport = func() { s.exportTrail(ctx, isOwn) }
	l.OnOpen = func(e wire.TrailEntry) { s.trail.entry.Open(s.deps.Window.Canvas(), e, isOwn) }
	l.OnRetry = func() { l.OnSearch(s.model.Trail().Form) }
	l.OnBack = func() { s.open(s.home()) }
	l.OnCopyText = s.copyText
	name := "trail"
	if isOwn {
		name = "activity"
	}
	l.OnHabits = s.keepHabits(name)
	return l
}

// openTrail goes to «Bitácora», or to a delegate's «Actividad».
func (s *Shell) openTrail(ctx context.Context) {
	to := routeTrail
	if s.role != access.RoleOfficer {
		to = routeActivity
	}
	s.open(to)
	s.act(ctx, func(ctx context.Context) error { return s.model.OpenTrail(ctx, state.TrailForm{}) }, false, nil)
}

func (s *Shell) renderTrail() {
	l := s.trail.all
	if s.at == routeActivity {
		l = s.trail.own
	}
	l.Render(s.model.Trail())
}

// exportTrail asks where to save the file, and writes it there as it comes: it may
// be larger than memory. One that was cut off is taken away.
func (s *Shell) exportTrail(ctx context.Context, isOwn bool) {
	save := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		s.files = nil
		if err != nil {
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: "No pudimos guardar el archivo. Elija otra carpeta.", Key: "file"})
			return
		}
		if w == nil {
			return // nothing was chosen
		}
		s.act(ctx, func(ctx context.Context) error {
			err := s.model.ExportTrail(ctx, w)
			if closing := w.Close(); err == nil {
				err = closing
			}
			if err != nil {
				_ = storage.Delete(w.URI()) // half a file would be taken for a whole one
			}
			return err
		}, false, func() {
			s.notices.Notify(kit.Notice{Level: look.Success, Text: "Guardó " + w.URI().Name() + ". Compruébelo sin conexión con «llavero-server audit verify».", Key: "file"})
		})
	}, s.deps.Window)
	name := "bitacora-"
	if isOwn {
		name = "actividad-"
	}
	save.SetFileName(name + s.deps.Clock().In(es.Colombia).Format("2006-01-02") + ".jsonl")
	save.SetTitleText("Guardar archivo")
	save.SetConfirmText(es.Save)
	save.SetDismissText(es.Cancel)
	s.files = save
	save.Show() // it has no size before it is shown
	sayPlaces(s.deps.Window.Canvas().Overlays().Top())
	save.Resize(s.deps.Window.Canvas().Size())
}
