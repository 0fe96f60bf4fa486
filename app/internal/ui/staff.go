package ui

import (
	"context"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// staff are the list of officers and what lies over it.
type staff struct {
	list  *ministry.Staff
	sheet *ministry.Officer
	grant *ministry.GrantRole
}

// buildStaff connects «Funcionarios».
func (s *Shell) buildStaff(ctx context.Context) {
	list := ministry.NewStaff()
	list.OnOpen = func(id access.AccountID) {
		s.model.OpenOfficer(id)
		s.staff.sheet.Open(s.deps.Window.Canvas(), s.model.Staff())
	}
	list.OnGrant = func() {
		s.model.CloseOfficer()
		s.staff.grant.Open(s.deps.Window.Canvas(), s.model.Staff())
	}
	list.OnRetry = func() { s.act(ctx, s.model.LoadStaff, false, nil) }
	list.OnBack = func() { s.open(routeOfficerMenu) }
	list.OnCopyText = s.copyText
	list.OnHabits = s.keepHabits("staff")

	sheet := ministry.NewOfficer()
	sheet.OnAct = func(act state.StaffAct, id access.AccountID, why string) {
		s.act(ctx, func(ctx context.Context) error { return s.model.ActOnOfficer(ctx, act, id, why) }, false, nil)
	}
	sheet.OnTrail = func() { s.act(ctx, s.model.LoadOfficerAudit, false, nil) }
	sheet.OnCopyText = s.copyText
	sheet.OnClose = s.model.CloseOfficer

	grant := ministry.NewGrantRole()
	grant.OnGrant = func(in wire.GrantOfficer) {
		s.act(ctx, func(ctx context.Context) error { return s.model.GrantOfficer(ctx, in) }, false, nil)
	}
	grant.OnTyped = s.model.StaffTyped
	grant.OnCopyText = s.copyText
	s.staff = staff{list, sheet, grant}
}

func (s *Shell) openStaff(ctx context.Context) {
	s.model.CloseOfficer()
	s.open(routeStaff)
	s.act(ctx, s.model.LoadStaff, false, nil)
}

// renderStaff hands its snapshot to the list and to what lies over it.
func (s *Shell) renderStaff() {
	v := s.model.Staff()
	s.staff.list.Render(v)
	if s.staff.sheet.IsOpen() {
		s.staff.sheet.Render(v)
	}
	if s.staff.grant.IsOpen() {
		s.staff.grant.Render(v)
	}
}
