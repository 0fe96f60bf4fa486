package scenes

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/delegate"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// renewData is the form of a change half written, on a code with keys.
func renewData() state.Enroll {
	s := enrollData()
	s.Kind, s.Chosen, s.Reason = access.KindRenew, s.Entities.Rows[1].Provider.Code, access.ReasonVendor
	return s
}

func renewScenes() []Scene {
	return []Scene{
		tall("delegate-renew-data", func() fyne.CanvasObject { return enroll(renewData()) }),
		screen("delegate-renew-loading", func() fyne.CanvasObject {
			return enroll(state.Enroll{Kind: access.KindRenew, Link: state.Link{Phase: state.LinkConnecting}, Entities: state.Entities{Loading: true}, Texts: texts()})
		}),
		screen("delegate-renew-empty", func() fyne.CanvasObject {
			return enroll(state.Enroll{Kind: access.KindRenew, Link: online(), Entities: state.Entities{Owner: "NI-999100005"}, Texts: texts()})
		}),
		screen("delegate-renew-error", func() fyne.CanvasObject {
			s := renewData()
			s.Reason, s.Chosen = "", ""
			s.Fields = []access.FieldError{{Field: state.FieldCode, Hint: access.HintRequired}, {Field: state.FieldReason, Hint: access.HintRequired}}
			return enroll(s)
		}),
		screen("delegate-renew-offline", func() fyne.CanvasObject {
			s := renewData()
			s.Link = offline()
			return enroll(s)
		}),
		screen("delegate-renew-no-key", func() fyne.CanvasObject {
			s := renewData()
			s.Chosen, s.Blocked, s.BlockedBy, s.Reason = s.Entities.Rows[0].Provider.Code, &s.Entities.Rows[0], access.HintNoKey, ""
			return enroll(s)
		}),
		screen("delegate-renew-blocked", func() fyne.CanvasObject {
			s := renewData()
			e := &s.Entities.Rows[1]
			e.Request = request(*e, access.StatusPending)
			e.Request.Kind, e.Request.Reason = access.KindRenew, access.ReasonSecurity
			s.Blocked, s.BlockedBy, s.Reason = e, access.HintOpenRequest, ""
			return enroll(s)
		}),
		screen("delegate-renew-single", func() fyne.CanvasObject {
			s := renewData()
			rows := entitiesOf(access.DocumentCC, "9999000001")
			rows[0].Keys = keys(rows[0])
			s.Entities = state.Entities{Rows: rows, Owner: "CC-9999000001"}
			s.Chosen, s.Form = rows[0].Provider.Code, access.RequestForm{}
			return enroll(s)
		}),
		top("delegate-confirm-renew-security", func() fyne.CanvasObject { return confirm(confirmRenew(access.ReasonSecurity)) }),
		top("delegate-confirm-renew-vendor", func() fyne.CanvasObject { return confirm(confirmRenew(access.ReasonVendor)) }),
		top("delegate-confirm-renew-expiry", func() fyne.CanvasObject { return confirm(confirmRenew(access.ReasonExpiry)) }),
		screen("delegate-progress-renew-data", func() fyne.CanvasObject {
			return progressRenew(access.StatusIssuing, access.Production, access.StepRetire)
		}),
		screen("delegate-progress-renew-done", func() fyne.CanvasObject {
			return progressRenew(access.StatusDone, "", access.StepReady)
		}),
	}
}

// confirmRenew is a change about to be signed: preproduction has a key as the
// server makes them, production one that an officer typed.
func confirmRenew(reason access.Reason) state.Confirm {
	s := confirmData()
	s.Kind, s.Reason, s.Code = access.KindRenew, reason, nil
	until := map[access.Reason]time.Time{access.ReasonVendor: now.AddDate(0, 0, 7), access.ReasonExpiry: now.AddDate(0, 0, 21)}[reason]
	expires := now.AddDate(0, 0, 21)
	s.OldSecrets = []wire.OldSecret{
		{Environment: access.Preproduction, Until: until, ExpiresAt: expires},
		{Environment: access.Production, Until: until, ExpiresAt: expires},
	}
	if reason == access.ReasonSecurity {
		s.OldSecrets[1].Until, s.OldSecrets[1].ByHand = expires, true
	}
	return s
}

func progressRenew(status access.Status, env access.Environment, step access.Step) fyne.CanvasObject {
	e := entities()[0]
	r := request(e, status)
	r.Kind, r.Reason, r.Environment, r.Step = access.KindRenew, access.ReasonSecurity, env, step
	p := delegate.NewProgress(clock)
	p.Beat = nil
	p.Render(state.Progress{Link: online(), Entity: e, Request: *r})
	return p
}

// consultScenes are «Consultar Token» after a change, under the policy «una
// vez», and for the largest and the smallest of entities.
func consultScenes() []Scene {
	return []Scene{
		tall("delegate-keys-overlap", func() fyne.CanvasObject {
			s := keysData()
			s.Entity.Request.Kind, s.Entity.Request.Reason = access.KindRenew, access.ReasonVendor
			for i := range s.Entity.Keys {
				s.Entity.Keys[i].State, s.Entity.Keys[i].OverlapUntil = access.KeyOverlap, now.AddDate(0, 0, 7)
			}
			s.Entity.Keys[1].OverlapByHand = true
			s.Entity.Keys[1].Permissions, s.Entity.Keys[1].PermissionsAt = []string{"ConsultaExterna", "Urgencias"}, now.Add(-3*time.Hour)
			id := s.Entity.Keys[0].ID
			s.Audit[id] = append([]wire.KeyAuditEntry{{
				At: now.Add(-10 * time.Minute), Person: "Lucía Ñáñez Demostración", Purpose: access.PurposeHandOver,
				To: "Íngrid Muñoz Demostración, " + form().Vendor, Device: "linux",
			}}, s.Audit[id]...)
			k := keysScreen(s)
			return k
		}),
		tall("delegate-keys-once", func() fyne.CanvasObject {
			s := keysData()
			s.Policies[access.Preproduction] = state.Policy{Once: true, Vendor: form().Vendor}
			s.Policies[access.Production] = state.Policy{Once: true, RevealedAt: now.Add(-2 * time.Hour), Vendor: form().Vendor}
			return keysScreen(s)
		}),
		top("delegate-keys-largest", func() fyne.CanvasObject {
			s := keysData()
			rows := entitiesOf(access.DocumentNI, "999100001")
			most := 0
			for i := range rows {
				if len(rows[i].Provider.Sites) > len(rows[most].Provider.Sites) {
					most = i
				}
			}
			rows[most].Keys, rows[most].Request = keys(rows[most]), request(rows[most], access.StatusDone)
			s.Entities, s.Entity = state.Entities{Rows: rows, Owner: "NI-999100001"}, &rows[most]
			s.Chosen = s.Entity.Provider.Code
			return keysScreen(s)
		}),
		top("delegate-keys-single", func() fyne.CanvasObject {
			s := keysData()
			rows := entitiesOf(access.DocumentCC, "9999000001")
			rows[0].Keys, rows[0].Request = keys(rows[0]), request(rows[0], access.StatusDone)
			s.Entities, s.Entity = state.Entities{Rows: rows, Owner: "CC-9999000001"}, &rows[0]
			s.Chosen = s.Entity.Provider.Code
			return keysScreen(s)
		}),
		screen("delegate-keys-gone", func() fyne.CanvasObject {
			s := keysData()
			s.Entity.Provider.Current = false
			return keysScreen(s)
		}),
	}
}
