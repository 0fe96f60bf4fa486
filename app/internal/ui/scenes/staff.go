package scenes

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// officers are one of each situation.
func officers() []wire.Officer {
	person := func(i int, name string) access.Person {
		return access.Person{Name: name, Document: access.Document{Type: access.DocumentCC, Number: "99990001" + pad(i, 2)}}
	}
	full := wire.SecondFactorState{Enrolled: true, Mandatory: true, RecoveryCodesLeft: 7}
	by := wire.OfficerAct{By: "Beatriz Quiñones Demostración", At: now.AddDate(0, -2, 0), Why: "Ingresa al equipo de asignación"}
	return []wire.Officer{
		{ID: "o-3", Login: "CC9999000103", Person: person(3, "Álvaro Íñiguez Demostración"), MaskedEmail: "a•••@ministerio.example", From: access.RoleFromAdministrator, Granted: by, Pending: true},
		{ID: "o-1", Login: "CC9999000101", Person: person(1, "Beatriz Quiñones de la Demostración y Castañeda"), MaskedEmail: "b•••@ministerio.example", From: access.RoleFromCommand, Administrator: true, SecondFactor: full, LastSignIn: now.Add(-2 * time.Hour), Sessions: 1},
		{ID: "o-4", Login: "CC9999000104", Person: person(4, "Nubia Peña Demostración"), MaskedEmail: "n•••@ministerio.example", From: access.RoleFromRoster, SecondFactor: full, LastSignIn: now.AddDate(0, -1, 0), Withdrawn: wire.OfficerAct{By: "Beatriz Quiñones Demostración", At: now.AddDate(0, 0, -3), Why: "Cambió de dependencia"}},
		{ID: "o-2", Login: "CC9999000102", Person: person(2, "Óscar Peñaloza Demostración"), MaskedEmail: "o•••@ministerio.example", From: access.RoleFromAdministrator, Granted: by, SecondFactor: full, LastSignIn: now.Add(-26 * time.Hour), Sessions: 2},
	}
}

// staffScenes are the looks of «Funcionarios».
func staffScenes() []Scene {
	data := state.Staff{
		Link: online(), Rows: officers(), Now: now,
		Viewer: access.Viewer{Account: "o-1", Role: access.RoleOfficer, SecondFactor: true, Administrator: true},
	}
	list := func(name string, change func(*state.Staff)) Scene {
		s := data
		change(&s)
		return screen(name, func() fyne.CanvasObject {
			v := ministry.NewStaff()
			v.Render(s)
			return v
		})
	}
	sheet := func(name string, at int, change func(*state.Staff, *ministry.Officer)) Scene {
		return Scene{Name: name, Size: fyne.NewSize(1180, 900), Build: func() fyne.CanvasObject {
			s, v := data, ministry.NewOfficer()
			s.Chosen = &s.Rows[at]
			change(&s, v)
			v.Render(s)
			return v.Object()
		}}
	}
	grant := func(name string, change func(*state.Staff, *ministry.GrantRole)) Scene {
		return screen(name, func() fyne.CanvasObject {
			s, v := data, ministry.NewGrantRole()
			change(&s, v)
			v.Render(s)
			return v.Object()
		})
	}
	trail := []wire.OfficerAuditEntry{
		{Seq: 41, At: now.Add(-26 * time.Hour), Kind: "session.sign_in", Person: "Óscar Peñaloza Demostración"},
		{Seq: 30, At: now.AddDate(0, -2, 1), Kind: "account.totp_enrolled", Person: "Óscar Peñaloza Demostración"},
		{Seq: 29, At: now.AddDate(0, -2, 0), Kind: "account.changed", Person: "Beatriz Quiñones Demostración", About: true},
	}
	return []Scene{
		list("ministry-staff-data", func(*state.Staff) {}),
		list("ministry-staff-empty", func(s *state.Staff) { s.Rows = nil }),
		list("ministry-staff-loading", func(s *state.Staff) { s.Rows, s.Loading = nil, true }),
		list("ministry-staff-error", func(s *state.Staff) { s.Rows, s.Trouble = nil, refused(access.CodeUnavailable, "", nil) }),
		list("ministry-staff-offline", func(s *state.Staff) { s.Link = offline() }),
		list("ministry-staff-done", func(s *state.Staff) {
			s.Done, s.DoneName, s.Mail, s.ExpiresAt = state.StaffGrant, "9999000103", "a•••@ministerio.example", now.Add(24*time.Hour)
		}),
		sheet("ministry-officer-data", 3, func(*state.Staff, *ministry.Officer) {}),
		sheet("ministry-officer-self", 1, func(*state.Staff, *ministry.Officer) {}),
		sheet("ministry-officer-withdrawn", 2, func(*state.Staff, *ministry.Officer) {}),
		sheet("ministry-officer-error", 3, func(s *state.Staff, _ *ministry.Officer) {
			s.ActTrouble = refused(access.CodeConflict, access.HintPersonNoAddress, nil)
		}),
		sheet("ministry-officer-trail", 3, func(s *state.Staff, v *ministry.Officer) {
			s.Audit = trail
			v.OpenTrail()
		}),
		grant("ministry-grant-role", func(*state.Staff, *ministry.GrantRole) {}),
		grant("ministry-grant-role-error", func(s *state.Staff, v *ministry.GrantRole) {
			v.Fill(access.DocumentCC, "9999000999", "")
			s.Fields = []access.FieldError{{Field: "document.number", Hint: access.HintUnknownPerson}, {Field: "why", Hint: access.HintRequired}}
		}),
	}
}
