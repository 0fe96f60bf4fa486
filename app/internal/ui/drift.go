package ui

import (
	"context"

	"llavero/app/internal/ui/ministry"
	"llavero/shared/wire"
)

// buildDrift connects the differences with Entra.
func (s *Shell) buildDrift(ctx context.Context) {
	list := ministry.NewDrift()
	list.OnOpen = func(id string) { s.driftForm.Open(s.deps.Window.Canvas(), id, s.model.Drifts()) }
	list.OnCompare = func() { s.act(ctx, s.model.CompareDrift, false, nil) }
	list.OnDirectory = func() {
		s.directory.Open(s.deps.Window.Canvas(), s.model.Drifts())
		s.act(ctx, s.model.LoadDirectory, false, nil)
	}
	list.OnRetry = func() { s.act(ctx, s.model.LoadDirectory, false, nil) }
	list.OnBack = func() { s.open(routeOfficerMenu) }
	list.OnCopyText = s.copyText
	list.OnHabits = s.keepHabits("drift")
	s.drift = list

	form := ministry.NewDriftForm()
	form.OnFix = func(id string, body wire.FixDrift) {
		s.act(ctx, func(ctx context.Context) error { return s.model.FixDrift(ctx, id, body) }, false, nil)
	}
	form.OnCopyText = s.copyText
	s.driftForm = form

	directory := ministry.NewDirectory()
	directory.OnRetry = list.OnRetry
	s.directory = directory
}

func (s *Shell) openDrift(ctx context.Context) {
	s.open(routeDrift)
	s.act(ctx, s.model.LoadDirectory, false, nil)
}

// renderDrift hands its snapshot to the list and to what lies over it.
func (s *Shell) renderDrift() {
	v := s.model.Drifts()
	s.drift.Render(v)
	if s.driftForm.IsOpen() {
		s.driftForm.Render(v)
	}
	if s.directory.IsOpen() {
		s.directory.Render(v)
	}
}
