package ui

import (
	"context"

	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// buildMinistry connects the officer's screens.
func (s *Shell) buildMinistry(ctx context.Context) {
	menu := ministry.NewMenu()
	menu.OnQueue = func() { s.open(routeQueue) }
	menu.OnAssigned = func() { s.open(routeAssigned) }
	menu.OnGrants = func() { s.openGrants(ctx) }
	menu.OnValidity = func() { s.openValidity(ctx) }
	menu.OnDrift = func() { s.openDrift(ctx) }
	menu.OnTrail = func() { s.openTrail(ctx) }
	menu.OnStaff = func() { s.openStaff(ctx) }
	s.officerMenu = menu

	list := ministry.NewQueue()
	list.OnOpen = func(id access.RequestID) { s.openAttend(ctx, id) }
	list.OnTake = func(id access.RequestID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Take(ctx, id, "") }, true, nil)
	}
	list.OnRelease = func(id access.RequestID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Release(ctx, id) }, true, nil)
	}
	list.OnRetry = s.refresh
	list.OnBack = func() { s.open(routeOfficerMenu) }
	list.OnAssigned = func() { s.open(routeAssigned) }
	list.OnCopyText = s.copyText
	list.OnHabits = s.keepHabits("pending")
	s.queue = list

	form := ministry.NewAttend()
	form.OnTake = func(id access.RequestID, why string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Take(ctx, id, why) }, false, nil)
	}
	form.OnRelease = func(id access.RequestID) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Release(ctx, id) }, false, func() { s.open(routeQueue) })
	}
	form.OnResume = func(id access.RequestID, version int64) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Resume(ctx, id, version) }, false, func() { s.open(routeQueue) })
	}
	form.OnSave = func(id access.RequestID, version int64, keys wire.Assign) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Assign(ctx, id, version, keys) }, false, nil)
	}
	form.OnRetry = func() {
		if v, ok := s.model.Attend(); ok {
			s.act(ctx, func(ctx context.Context) error { return s.model.LoadDetail(ctx, v.Row.ID) }, false, nil)
		}
	}
	form.OnBack = func() { s.open(routeQueue) }
	form.OnCopyText = s.copyText
	form.OnReceipt = func(id access.RequestID) { s.saveReceipt(ctx, id, true) }
	s.attend = form
}

// openAttend takes the row and goes to its form as soon as the model has it.
func (s *Shell) openAttend(ctx context.Context, id access.RequestID) {
	s.isAwaitingAttend = true
	s.act(ctx, func(ctx context.Context) error { return s.model.OpenAttend(ctx, id) }, true, nil)
}
