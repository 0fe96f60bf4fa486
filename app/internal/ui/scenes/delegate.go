package scenes

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// delegateScenes are the screens of a delegate.
func delegateScenes() []Scene {
	all := []Scene{
		screen("delegate-menu", func() fyne.CanvasObject { return delegateMenu(access.RoleDelegate) }),
		screen("delegate-menu-no-role", func() fyne.CanvasObject { return delegateMenu(access.RoleNone) }),
	}
	all = append(all, enrollScenes()...)
	all = append(all, renewScenes()...)
	all = append(all, contactScenes()...)
	all = append(all, receiptScenes()...)
	all = append(append(all, agreementScenes()...), verifiedScenes()...)
	all = append(all, confirmScenes()...)
	all = append(all, progressScenes()...)
	all = append(all, keysScenes()...)
	all = append(all, consultScenes()...)
	all = append(all, keyTestScenes()...)
	return append(all, keyEndScenes()...)
}

func delegateMenu(role access.Role) fyne.CanvasObject {
	m := delegate.NewMenu()
	m.Render(state.Menu{Role: role})
	return m
}

func enroll(s state.Enroll) fyne.CanvasObject {
	if s.Kind == "" {
		s.Kind = access.KindEnroll
	}
	e := delegate.NewEnroll(s.Kind)
	e.Render(s)
	return e
}

// enrollData is the form half written, an entity chosen.
func enrollData() state.Enroll {
	rows := entities()
	rows[1].Keys, rows[1].Request = keys(rows[1]), request(rows[1], access.StatusDone)
	rows[2].Request = request(rows[2], access.StatusPending)
	return state.Enroll{
		Link: online(), Entities: state.Entities{Rows: rows, Owner: "NI-999100005"},
		Chosen: rows[0].Provider.Code, Form: form(), Texts: texts(), Ticked: map[string]bool{"terms": true},
	}
}

func enrollScenes() []Scene {
	return []Scene{
		tall("delegate-enroll-data", func() fyne.CanvasObject { return enroll(enrollData()) }),
		screen("delegate-enroll-loading", func() fyne.CanvasObject {
			return enroll(state.Enroll{Link: state.Link{Phase: state.LinkConnecting}, Entities: state.Entities{Loading: true}, Texts: texts()})
		}),
		screen("delegate-enroll-empty", func() fyne.CanvasObject {
			return enroll(state.Enroll{Link: online(), Entities: state.Entities{Owner: "NI-999100005"}, Texts: texts()})
		}),
		tall("delegate-enroll-error", func() fyne.CanvasObject {
			s := enrollData()
			s.Form = access.RequestForm{Software: s.Form.Software, Lead: access.Contact{Email: "lider@", Phone: "12345"}}
			s.Chosen, s.Ticked = "", nil
			s.Fields = append([]access.FieldError{{Field: state.FieldCode, Hint: access.HintRequired}}, s.Form.Validate(false, nil)...)
			s.Fields = append(s.Fields,
				access.FieldError{Field: state.FieldAccepted + "terms", Hint: access.HintNotAccepted},
				access.FieldError{Field: state.FieldAccepted + "data", Hint: access.HintNotAccepted})
			s.Trouble = refused(access.CodeInvalid, "", nil)
			s.Trouble.Err.Fields = s.Fields
			return enroll(s)
		}),
		screen("delegate-enroll-offline", func() fyne.CanvasObject {
			s := enrollData()
			s.Link = offline()
			return enroll(s)
		}),
		screen("delegate-enroll-blocked", func() fyne.CanvasObject {
			s := enrollData()
			s.Chosen, s.Blocked, s.BlockedBy = s.Entities.Rows[2].Provider.Code, &s.Entities.Rows[2], access.HintOpenRequest
			s.Form, s.Ticked = access.RequestForm{}, nil
			return enroll(s)
		}),
		screen("delegate-enroll-has-key", func() fyne.CanvasObject {
			s := enrollData()
			s.Chosen, s.Blocked, s.BlockedBy = s.Entities.Rows[1].Provider.Code, &s.Entities.Rows[1], access.HintKeyExists
			s.Form, s.Ticked = access.RequestForm{}, nil
			return enroll(s)
		}),
	}
}

func confirm(s state.Confirm) fyne.CanvasObject {
	c := delegate.NewConfirm(clock)
	c.Beat = nil
	c.Render(s)
	return c
}

// confirmData is a request whose code was sent 20 s ago.
func confirmData() state.Confirm {
	e := slices.MaxFunc(entities(), func(a, b state.Entity) int { return cmp.Compare(len(a.Provider.Name), len(b.Provider.Name)) })
	return state.Confirm{
		Link: online(), Entity: e, Number: "SOL-2026-000123", Version: 1, Kind: access.KindEnroll,
		Form: form(), Texts: texts(), ContentHash: strings.Repeat("9c41", 16),
		Code: &wire.CodeSent{
			To: "l•••@clinica.example", From: "llaves@ministerio.example", SentAt: now.Add(-20 * time.Second),
			ExpiresAt: now.Add(9*time.Minute + 40*time.Second), ResendAt: now.Add(10 * time.Second), Sends: 1, TriesLeft: 5,
		},
	}
}

func confirmScenes() []Scene {
	return []Scene{
		tall("delegate-confirm-data", func() fyne.CanvasObject { return confirm(confirmData()) }),
		tall("delegate-confirm-empty", func() fyne.CanvasObject {
			s := confirmData()
			s.Code = nil
			return confirm(s)
		}),
		tall("delegate-confirm-loading", func() fyne.CanvasObject {
			s := confirmData()
			s.Signing = true
			return confirm(s)
		}),
		tall("delegate-confirm-error", func() fyne.CanvasObject {
			s := confirmData()
			s.Code.TriesLeft = 3
			s.Trouble = refused(access.CodeInvalid, access.HintCodeWrong, map[string]string{"left": "3"})
			return confirm(s)
		}),
		tall("delegate-confirm-changed", func() fyne.CanvasObject {
			s := confirmData()
			s.Code = nil
			s.Trouble = refused(access.CodeConflict, access.HintContentChanged, map[string]string{"field": "lead.email"})
			return confirm(s)
		}),
		tall("delegate-confirm-offline", func() fyne.CanvasObject {
			s := confirmData()
			s.Link = offline()
			s.Code.ExpiresAt = now.Add(-time.Minute)
			return confirm(s)
		}),
	}
}

func progress(status access.Status, env access.Environment, step access.Step, link state.Link) fyne.CanvasObject {
	e := entities()[0]
	r := request(e, status)
	r.Environment, r.Step = env, step
	p := delegate.NewProgress(clock)
	p.Beat = nil
	p.Render(state.Progress{Link: link, Entity: e, Request: *r})
	return p
}

func progressScenes() []Scene {
	return []Scene{
		screen("delegate-progress-loading", func() fyne.CanvasObject {
			return progress(access.StatusIssuing, "", "", online())
		}),
		screen("delegate-progress-data", func() fyne.CanvasObject {
			return progress(access.StatusIssuing, access.Production, access.StepSecret, online())
		}),
		screen("delegate-progress-throttled", func() fyne.CanvasObject {
			e := entities()[0]
			r := request(e, access.StatusIssuing)
			r.Environment, r.Step, r.RetryAt = access.Preproduction, access.StepApplication, now.Add(24*time.Second)
			p := delegate.NewProgress(clock)
			p.Beat = nil
			p.Render(state.Progress{Link: online(), Entity: e, Request: *r})
			return p
		}),
		screen("delegate-progress-done", func() fyne.CanvasObject {
			return progress(access.StatusDone, "", access.StepReady, online())
		}),
		screen("delegate-progress-error", func() fyne.CanvasObject {
			return progress(access.StatusPending, access.Production, access.StepSecret, online())
		}),
		screen("delegate-progress-offline", func() fyne.CanvasObject {
			return progress(access.StatusIssuing, access.Preproduction, access.StepVerify, offline())
		}),
	}
}

func keysScreen(s state.Keys) *delegate.Keys {
	k := delegate.NewKeys()
	k.OnSaveCalendar = func(access.KeyID) {}
	k.Render(s)
	return k
}

// keysData is a code with both keys, its parameters and who saw what.
func keysData() state.Keys {
	rows := entities()
	rows[0].Keys, rows[0].Request = keys(rows[0]), request(rows[0], access.StatusDone)
	s := state.Keys{
		Link: online(), Entities: state.Entities{Rows: rows, Owner: "NI-999100005"}, Chosen: rows[0].Provider.Code, Entity: &rows[0],
		Parameters: map[access.Environment][]wire.Parameter{}, Policies: map[access.Environment]state.Policy{}, Audit: map[access.KeyID][]wire.KeyAuditEntry{}, Now: now,
	}
	for _, k := range rows[0].Keys {
		s.Parameters[k.Environment] = parameters(k.Environment)
		s.Policies[k.Environment] = state.Policy{Vendor: form().Vendor}
		s.Audit[k.ID] = []wire.KeyAuditEntry{{
			At: now.Add(-time.Hour), Person: "Lucía Ñáñez Demostración", Field: access.FieldSecret, Purpose: access.PurposeCopy, Device: "linux",
		}}
	}
	return s
}

func keysScenes() []Scene {
	return []Scene{
		tall("delegate-keys-data", func() fyne.CanvasObject { return keysScreen(keysData()) }),
		top("delegate-keys-shown", keysShown),
		top("delegate-keys-near-expiry", func() fyne.CanvasObject {
			s := keysData()
			s.Entity.Keys[0].ExpiresAt = now.AddDate(0, 0, 12)
			s.Entity.Keys[1].ExpiresAt = now.AddDate(0, 0, -2)
			return keysScreen(s)
		}),
		top("delegate-keys-expired", func() fyne.CanvasObject {
			s := keysData()
			s.Entity.Keys[0].ExpiresAt = now.AddDate(0, 0, -2)
			return keysScreen(s)
		}),
		top("delegate-keys-error", func() fyne.CanvasObject {
			s := keysData()
			s.Trouble = noAnswer()
			k := delegate.NewKeys()
			k.OnSaveCalendar = func(access.KeyID) {}
			k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) {
				done(secret.Text{}, access.Refuse(access.CodeForbidden, access.HintRevealOnce))
			}
			k.Render(s)
			return k
		}),
		screen("delegate-keys-choose", func() fyne.CanvasObject {
			s := keysData()
			s.Chosen, s.Entity = "", nil
			return keysScreen(s)
		}),
		screen("delegate-keys-loading", func() fyne.CanvasObject {
			return keysScreen(state.Keys{Link: state.Link{Phase: state.LinkConnecting}, Entities: state.Entities{Loading: true}, Now: now})
		}),
		screen("delegate-keys-empty", func() fyne.CanvasObject {
			s := keysData()
			s.Entity = &s.Entities.Rows[4]
			s.Chosen = s.Entity.Provider.Code
			return keysScreen(s)
		}),
		screen("delegate-keys-pending", func() fyne.CanvasObject {
			s := keysData()
			s.Entity = &s.Entities.Rows[4]
			s.Entity.Request = request(*s.Entity, access.StatusPending)
			s.Chosen = s.Entity.Provider.Code
			return keysScreen(s)
		}),
		top("delegate-keys-offline", func() fyne.CanvasObject {
			s := keysData()
			s.Link, s.Parameters, s.Audit = offline(), nil, nil
			return keysScreen(s)
		}),
	}
}

// keysShown is a code whose preproduction secret was just shown.
func keysShown() fyne.CanvasObject {
	k := delegate.NewKeys()
	k.OnSaveCalendar = func(access.KeyID) {}
	k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) {
		done(secret.New("secreto-de-demostracion"), nil)
	}
	k.Render(keysData())
	for _, o := range test.LaidOutObjects(k) {
		if m, ok := o.(*kit.MaskedSecret); ok && strings.HasPrefix(m.Label(), "ClientSecret") {
			m.Still = true
			m.Toggle()
			break
		}
	}
	return k
}
