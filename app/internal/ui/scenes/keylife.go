package scenes

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// lit is a test whose lights stand as said; the last one that is not waiting
// carries the refusal.
func lit(refusal access.LightResult, states ...access.LightState) *access.KeyTest {
	t := &access.KeyTest{StartedAt: now.Add(-2 * time.Minute), EndedAt: now.Add(-time.Minute), By: "Lucía Ñáñez Demostración", TLS: "TLS 1.3"}
	for i, s := range states {
		r := access.LightResult{Light: access.Lights()[i], State: s, At: t.EndedAt}
		switch s {
		case access.LightOn:
			r.Tries = 3
		case access.LightRunning:
			t.EndedAt = time.Time{}
			fallthrough
		case access.LightFailed:
			refusal.Light, refusal.State, refusal.At = r.Light, r.State, now.Add(-time.Minute)
			r = refusal
		}
		t.Lights = append(t.Lights, r)
	}
	return t
}

const (
	lightOn      = access.LightOn
	lightRunning = access.LightRunning
	lightFailed  = access.LightFailed
	lightSkipped = access.LightSkipped
	lightWaiting = access.LightWaiting
)

// keysWith is «Consultar Token» with the rows of both keys changed.
func keysWith(edit func(preproduction, production *wire.KeyRow)) state.Keys {
	s := keysData()
	edit(&s.Entity.Keys[0], &s.Entity.Keys[1])
	return s
}

// asking is a question over «Consultar Token».
func asking(act state.KeyAct, env access.Environment, refused error) func() fyne.CanvasObject {
	return func() fyne.CanvasObject {
		s := keysData()
		for i := range s.Entity.Keys {
			s.Entity.Keys[i].ExpiresAt = now.AddDate(0, 0, 30)
		}
		k := keysScreen(s)
		return container.NewStack(k, k.Asking(act, env, refused))
	}
}

// opened unfolds the drawers of a title.
func opened(k *delegate.Keys, title string) fyne.CanvasObject {
	for _, o := range test.LaidOutObjects(k) {
		if d, ok := o.(*kit.Drawer); ok && d.Title() == title {
			d.SetOpen(true)
		}
	}
	return k
}

// keyTestScenes are the stages of a young secret and what a test shows.
func keyTestScenes() []Scene {
	young := access.LightResult{Tries: 4, Status: 401, Code: "AADSTS7000215", RequestID: "0f1e2d3c-0000-4000-8000-000000000001"}
	refused := func(status int, code string) access.LightResult {
		return access.LightResult{Tries: 1, Status: status, Code: code, RequestID: "0f1e2d3c-0000-4000-8000-000000000002"}
	}
	return []Scene{
		tall("delegate-keys-young", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, pro *wire.KeyRow) {
				pre.Stage, pre.Test = access.StagePropagating, lit(young, lightOn, lightRunning, lightWaiting, lightWaiting)
				pro.Stage = access.StageCreated
			}))
		}),
		tall("delegate-keys-tested", func() fyne.CanvasObject {
			return opened(keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.Stage, pre.Test = access.StageReady, lit(access.LightResult{}, lightOn, lightOn, lightOn, lightOn)
			})), es.TestTitle)
		}),
		tall("delegate-keys-test-gateway", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.Stage, pre.Test = access.StageReady, lit(refused(401, "GatewayKeyRefused"), lightOn, lightOn, lightOn, lightFailed)
			}))
		}),
		tall("delegate-keys-test-refused", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.Test = lit(refused(401, "AADSTS7000215"), lightFailed, lightSkipped, lightSkipped, lightSkipped)
			}))
		}),
		top("delegate-keys-test-expired", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.ExpiresAt = now.AddDate(0, 0, -2)
				pre.Test = lit(refused(401, "AADSTS7000222"), lightFailed, lightSkipped, lightSkipped, lightSkipped)
			}))
		}),
		top("delegate-keys-test-absent", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.Test = lit(refused(400, "AADSTS700016"), lightFailed, lightSkipped, lightSkipped, lightSkipped)
			}))
		}),
		top("delegate-keys-unverified", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.State, pre.Check = access.KeyUnverified, &access.KeyCheck{State: access.CheckFailed, Problem: access.HintOtherEnvironment}
			}))
		}),
	}
}

// keyEndScenes are the end of a secret: reminders, a compromise, a revocation.
func keyEndScenes() []Scene {
	incident := func(removed time.Time) *wire.Incident {
		return &wire.Incident{
			Number: "INC-2026-000012", At: now.Add(-5 * time.Minute), By: "Lucía Ñáñez Demostración",
			What: "El secreto salió en un correo.", RemovedAt: removed,
		}
	}
	notThese := access.InvalidField("lastDigits", access.HintDifferentCode)
	reminded := func(answer func(*access.Reminder)) func() fyne.CanvasObject {
		return func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.ExpiresAt, pre.Reminder = now.AddDate(0, 0, 30), &access.Reminder{Days: 30, SentAt: now.Add(-3 * time.Hour)}
				answer(pre.Reminder)
			}))
		}
	}
	return []Scene{
		top("delegate-keys-reminder", reminded(func(*access.Reminder) {})),
		top("delegate-keys-reminder-answered", reminded(func(r *access.Reminder) {
			r.Act, r.By, r.At, r.Until = access.ReminderSnooze, "Lucía Ñáñez Demostración", now.Add(-time.Hour), now.AddDate(0, 0, 7)
		})),
		top("delegate-keys-snooze", asking(state.KeyActReminder, access.Preproduction, nil)),
		top("delegate-keys-compromise", asking(state.KeyActCompromise, access.Production, nil)),
		top("delegate-keys-compromise-error", asking(state.KeyActCompromise, access.Production, notThese)),
		top("delegate-keys-revoke", asking(state.KeyActRevoke, access.Preproduction, nil)),
		top("delegate-keys-replacing", func() fyne.CanvasObject {
			s := keysWith(func(pre, _ *wire.KeyRow) { pre.Incident = incident(time.Time{}) })
			s.Entity.Request = compromised(*s.Entity, access.StatusIssuing, access.Preproduction)
			return keysScreen(s)
		}),
		top("delegate-keys-incident", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.Stage, pre.Incident, pre.TokensUntil = access.StageReady, incident(now.Add(-3*time.Minute)), now.Add(87*time.Minute)
			}))
		}),
		top("delegate-keys-revoked", func() fyne.CanvasObject {
			return keysScreen(keysWith(func(pre, _ *wire.KeyRow) {
				pre.State, pre.RevokedAt, pre.TokensUntil = access.KeyRevoked, now.Add(-10*time.Minute), now.Add(80*time.Minute)
			}))
		}),
		top("delegate-keys-refused", func() fyne.CanvasObject {
			s := keysData()
			s.Troubles = map[access.KeyID]*state.Trouble{s.Entity.Keys[0].ID: refused(access.CodeConflict, access.HintNotRenewed, nil)}
			return keysScreen(s)
		}),
		tall("delegate-keys-history", func() fyne.CanvasObject {
			s := keysData()
			id := s.Entity.Keys[0].ID
			s.Secrets = map[access.KeyID]state.KeySecrets{id: {Version: 2, Items: []wire.KeySecret{
				{State: access.KeyActive, IssuedAt: now.AddDate(0, -2, 0), ExpiresAt: now.AddDate(0, 10, 0), Request: "SOL-2026-000123"},
				{
					State: access.KeyReplaced, IssuedAt: now.AddDate(0, -8, 0), ExpiresAt: now.AddDate(0, 4, 0), EndedAt: now.AddDate(0, -2, 7),
					Request: "SOL-2026-000077", Reason: access.ReasonVendor,
				},
				{
					State: access.KeyRevoked, IssuedAt: now.AddDate(-1, 0, 0), ExpiresAt: now.AddDate(0, 0, 0), EndedAt: now.AddDate(0, -8, 0),
					Request: "SOL-2025-000009", Reason: access.ReasonCompromise, ByHand: true,
				},
			}}}
			return opened(keysScreen(s), es.EarlierSecrets)
		}),
		screen("delegate-progress-compromise-data", func() fyne.CanvasObject {
			return progressCompromise(access.StatusIssuing, access.StepSecret, incident(time.Time{}), time.Time{})
		}),
		screen("delegate-progress-compromise-done", func() fyne.CanvasObject {
			return progressCompromise(access.StatusDone, access.StepReady, incident(now.Add(-time.Minute)), now.Add(89*time.Minute))
		}),
		screen("delegate-progress-compromise-error", func() fyne.CanvasObject {
			return progressCompromise(access.StatusPending, access.StepSecret, incident(time.Time{}), time.Time{})
		}),
	}
}

// compromised is the request that replaces a compromised secret.
func compromised(e state.Entity, status access.Status, env access.Environment) *wire.RequestRow {
	r := request(e, status)
	r.Kind, r.Reason, r.Only, r.Environment = access.KindRenew, access.ReasonCompromise, env, env
	return r
}

func progressCompromise(status access.Status, step access.Step, incident *wire.Incident, tokens time.Time) fyne.CanvasObject {
	e := entities()[0]
	e.Keys = keys(e)
	e.Keys[1].Incident, e.Keys[1].TokensUntil = incident, tokens
	r := compromised(e, status, access.Production)
	r.Step = step
	p := delegate.NewProgress(clock)
	p.Beat = nil
	p.Render(state.Progress{Link: online(), Entity: e, Request: *r})
	return p
}
