package scenes

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/logbook"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// trailEntries are entries of many kinds, newest first.
func trailEntries() []wire.TrailEntry {
	codes := assigned(4)
	entry := func(i int, kind trail.Kind, person string, detail map[string]string) wire.TrailEntry {
		k := codes[i%len(codes)]
		return wire.TrailEntry{
			Seq: int64(48_213 - i), At: now.Add(-time.Duration(i*17) * time.Minute), Kind: kind, Person: person, Entity: "NI-999100005",
			Name: k.Name(), Code: k.Code, About: "c0000000-0000-4000-8000-" + pad(i, 12), Detail: detail,
			Request: "e0000000-0000-4000-8000-" + pad(i, 12), Hash: strings.Repeat(pad(i, 4), 16),
		}
	}
	delegate, officer := "CC 9999000021 María del Pilar Ñáñez Demostración", "CC 9999000101 Beatriz Quiñones Demostración"
	all := []wire.TrailEntry{
		entry(0, "key.revealed", delegate, map[string]string{
			"environment": "production", "field": "client_secret", "purpose": "copy", "name": "IHCE-PROD-0500199001", "device": "Equipo de sistemas", "address": "192.0.2.17",
		}),
		entry(1, "request.assigned", officer, map[string]string{"number": "SOL-2026-000412", "device": "Portátil del Ministerio", "address": "192.0.2.40"}),
		entry(2, "issue.attempt", "", map[string]string{"call": "addPassword", "status": "503", "outcome": "later", "environment": "production", "step": "secret", "number": "SOL-2026-000411"}),
		entry(3, "session.sign_in_failed", "?", map[string]string{"address": "192.0.2.99", "device": "Equipo desconocido", "loginHash": "5f2a90bc11d0aa07"}),
		entry(4, "key.permission_granted", "", map[string]string{"permission": "Urgencias", "name": "IHCE-PROD-0500199002", "environment": "production"}),
		entry(5, "registry.imported", "", map[string]string{"kind": "reps", "cutOff": "2026-09-16T00:00:00Z", "hash": strings.Repeat("ab", 32)}),
		entry(6, "key.amended", officer, map[string]string{"changed": "production.secret, production.expiresAt", "name": "IHCE-PROD-0500199003", "secretFrom": "9f2c01d4", "secret": "77ab3410"}),
		entry(7, "audit.searched", officer, map[string]string{"document": "9999000021", "device": "Portátil del Ministerio"}),
		entry(8, "request.code_failed", delegate, map[string]string{"why": "code_wrong", "number": "SOL-2026-000410"}),
		entry(9, "audit.head_signed", "", map[string]string{"seq": "47902", "entries": "1184", "hash": strings.Repeat("0c", 32)}),
	}
	all[2].Attempts, all[2].Since = 26, all[2].At.Add(-14*time.Minute)
	for _, i := range []int{3, 5, 7, 9} {
		all[i].Entity, all[i].Name, all[i].Code = "", "", ""
	}
	return all
}

// ownEntries are those a delegate sees.
func ownEntries() []wire.TrailEntry {
	all := trailEntries()
	own := []wire.TrailEntry{all[0], all[1], all[4], all[8]}
	for i := range own {
		own[i].Hash = ""
		delete(own[i].Detail, "address")
	}
	own[1].Person, own[1].Ministry = "", true
	delete(own[1].Detail, "device")
	return append(own, wire.TrailEntry{
		Seq: 48_100, At: now.Add(-26 * time.Hour), Kind: "session.sign_in", Person: own[0].Person, Entity: own[0].Entity, Name: own[0].Name,
		Detail: map[string]string{"device": "Equipo de sistemas", "address": "192.0.2.17", "secondFactor": "yes"},
	})
}

func trailScenes() []Scene {
	known := func() *wire.TrailState {
		return &wire.TrailState{Entries: 48_213, Head: &wire.TrailHead{
			Day: now.AddDate(0, 0, -1).In(es.Colombia).Format(time.DateOnly), Seq: 47_902, Entries: 1184, KeyID: "3f9a01bc55d0aa17",
			SignedAt: time.Date(now.Year(), now.Month(), now.Day(), 5, 0, 0, 0, time.UTC),
		}}
	}
	data := func() state.Trail {
		return state.Trail{Link: online(), Items: trailEntries(), Known: known(), Loaded: true, More: true, Now: now}
	}
	list := func(s state.Trail) fyne.CanvasObject {
		l := logbook.NewLogbook(s.IsOwn)
		l.Render(s)
		return l
	}
	entry := func(e wire.TrailEntry, isOwn bool) fyne.CanvasObject {
		sheet := logbook.NewEntry()
		sheet.Put(e, isOwn)
		return sheet.Object()
	}
	with := func(change func(*state.Trail)) func() fyne.CanvasObject {
		return func() fyne.CanvasObject {
			s := data()
			change(&s)
			return list(s)
		}
	}
	own := func(change func(*state.Trail)) func() fyne.CanvasObject {
		return with(func(s *state.Trail) {
			s.IsOwn, s.Items, s.Known, s.More = true, ownEntries(), nil, false
			change(s)
		})
	}
	return []Scene{
		screen("ministry-trail-data", with(func(*state.Trail) {})),
		screen("ministry-trail-loading", with(func(s *state.Trail) { s.Items, s.Known, s.Loaded, s.Loading, s.More = nil, nil, false, true, false })),
		screen("ministry-trail-empty", with(func(s *state.Trail) {
			s.Items, s.More, s.Form = nil, false, state.TrailForm{Document: "9999000999", Group: trail.GroupValues}
		})),
		screen("ministry-trail-further", with(func(s *state.Trail) {
			s.Items, s.Searched, s.Form = nil, now.AddDate(0, -2, 0), state.TrailForm{Text: "inventado"}
		})),
		screen("ministry-trail-error", with(func(s *state.Trail) { s.Trouble = refused(access.CodeUnavailable, "", nil) })),
		screen("ministry-trail-wrong", with(func(s *state.Trail) {
			s.Form = state.TrailForm{From: "ayer", About: "1234"}
			s.Fields = []access.FieldError{{Field: wire.TrailFrom, Hint: access.HintFormat}, {Field: wire.TrailEntity, Hint: access.HintFormat}}
		})),
		screen("ministry-trail-offline", with(func(s *state.Trail) { s.Link, s.Items, s.Known, s.Loaded, s.More = offline(), nil, nil, false, false })),
		screen("ministry-trail-broken", with(func(s *state.Trail) { s.Known.Broken, s.Known.Fault = 47_911, trail.FaultChanged })),
		screen("ministry-trail-exporting", with(func(s *state.Trail) { s.Exporting, s.Form = true, state.TrailForm{Each: true} })),
		screen("ministry-trail-entry", func() fyne.CanvasObject { return entry(trailEntries()[0], false) }),
		screen("ministry-trail-attempts", func() fyne.CanvasObject { return entry(trailEntries()[2], false) }),
		screen("delegate-activity-data", own(func(*state.Trail) {})),
		screen("delegate-activity-loading", own(func(s *state.Trail) { s.Items, s.Loaded, s.Loading = nil, false, true })),
		screen("delegate-activity-empty", own(func(s *state.Trail) { s.Items = nil })),
		screen("delegate-activity-error", own(func(s *state.Trail) { s.Trouble = refused(access.CodeUnavailable, "", nil) })),
		screen("delegate-activity-offline", own(func(s *state.Trail) { s.Link, s.Items, s.Loaded = offline(), nil, false })),
		screen("delegate-activity-entry", func() fyne.CanvasObject { return entry(ownEntries()[0], true) }),
	}
}
