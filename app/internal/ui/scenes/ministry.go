package scenes

import (
	"slices"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// ministryScenes are the screens of an officer.
func ministryScenes() []Scene {
	all := []Scene{
		screen("ministry-menu", func() fyne.CanvasObject { return ministryMenu(access.RoleOfficer, 12) }),
		screen("ministry-menu-empty", func() fyne.CanvasObject { return ministryMenu(access.RoleOfficer, 0) }),
		screen("ministry-menu-no-role", func() fyne.CanvasObject { return ministryMenu(access.RoleNone, 0) }),
	}
	return slices.Concat(all, queueScenes(), attendScenes(), officerScenes())
}

func ministryMenu(role access.Role, waiting int) fyne.CanvasObject {
	m := ministry.NewMenu()
	m.Render(state.Menu{Role: role, Pending: waiting})
	return m
}

func attend(s state.Attend) fyne.CanvasObject {
	a := ministry.NewAttend()
	a.Render(s)
	return a
}

// withNames gives a request the names of its keys.
func withNames(s state.Attend) state.Attend {
	s.Detail = &wire.RequestDetail{Row: s.Row, Form: form(), KeyNames: map[access.Environment]string{
		access.Production:    "IHCE-PRODUCCION-" + string(s.Row.Code),
		access.Preproduction: "IHCE-PREPRODUCCION-" + string(s.Row.Code),
	}}
	return s
}

// attendData is a request this officer took, its contacts loaded.
func attendData() state.Attend {
	r := pending(4)[3] // mine
	f := r.Failure
	f.Step, f.Status, f.Code = access.StepSecret, 403, "Authorization_RequestDenied"
	return withNames(state.Attend{Link: online(), Row: r, Mine: true, Now: now})
}

func attendScenes() []Scene {
	return []Scene{
		tall("ministry-attend-data", func() fyne.CanvasObject { return attend(attendData()) }),
		tall("ministry-attend-compromise", func() fyne.CanvasObject {
			s := attendData()
			s.Row.Kind, s.Row.Reason, s.Row.Only = access.KindRenew, access.ReasonCompromise, access.Production
			return attend(s)
		}),
		top("ministry-attend-loading", func() fyne.CanvasObject {
			s := attendData()
			s.Detail = nil
			return attend(s)
		}),
		tall("ministry-attend-error", func() fyne.CanvasObject {
			s := attendData()
			s.Fields = access.ValidateTypedKeys(access.TypedKey{}, access.TypedKey{}, now, 0)
			s.Trouble = refused(access.CodeInvalid, "", nil)
			s.Trouble.Err.Fields = s.Fields
			return attend(s)
		}),
		top("ministry-attend-stale", func() fyne.CanvasObject {
			s := attendData()
			s.Row.Status, s.Mine = access.StatusIssuing, false
			s.Trouble = refused(access.CodeConflict, access.HintStale, nil)
			return attend(s)
		}),
		top("ministry-attend-taken", func() fyne.CanvasObject {
			s := attendData()
			s.Row, s.Mine = pending(3)[2], false
			return attend(withNames(s))
		}),
		top("ministry-attend-free", func() fyne.CanvasObject {
			s := attendData()
			s.Row, s.Mine = pending(1)[0], false
			return attend(withNames(s))
		}),
		top("ministry-attend-saved", func() fyne.CanvasObject {
			s := attendData()
			s.Saved, s.Row.Status, s.Row.Failure, s.Mine = true, access.StatusDone, nil, false
			return attend(s)
		}),
		top("ministry-attend-offline", func() fyne.CanvasObject {
			s := attendData()
			s.Link, s.Detail = offline(), nil
			return attend(s)
		}),
	}
}

func queue(s state.Queue) fyne.CanvasObject {
	q := ministry.NewQueue()
	q.Render(s)
	return q
}

func queueData() state.Queue {
	return state.Queue{Link: online(), Rows: pending(24), Me: me, Now: now}
}

func queueScenes() []Scene {
	return []Scene{
		screen("ministry-queue-data", func() fyne.CanvasObject { return queue(queueData()) }),
		screen("ministry-queue-new-rows", func() fyne.CanvasObject {
			s := queueData()
			q := ministry.NewQueue()
			all := s.Rows
			s.Rows = slices.Delete(slices.Clone(all), 3, 5)
			q.Render(s)
			s.Rows = all // untouched: two come in by themselves, pointed out
			q.Render(s)
			return q
		}),
		screen("ministry-queue-empty", func() fyne.CanvasObject {
			s := queueData()
			s.Rows, s.LastAttended = nil, offline().DataAt
			return queue(s)
		}),
		screen("ministry-queue-no-match", func() fyne.CanvasObject {
			q := ministry.NewQueue()
			q.Render(queueData())
			q.Find("clínica del páramo")
			return q
		}),
		screen("ministry-queue-loading", func() fyne.CanvasObject {
			return queue(state.Queue{Link: state.Link{Phase: state.LinkConnecting}, Loading: true, Now: now})
		}),
		screen("ministry-queue-error", func() fyne.CanvasObject {
			s := queueData()
			s.Trouble = refused(access.CodeInternal, "", nil)
			return queue(s)
		}),
		screen("ministry-queue-offline", func() fyne.CanvasObject {
			s := queueData()
			s.Link = offline()
			return queue(s)
		}),
		screen("ministry-queue-offline-empty", func() fyne.CanvasObject {
			return queue(state.Queue{Link: state.Link{Phase: state.LinkOffline}, Now: now})
		}),
	}
}
