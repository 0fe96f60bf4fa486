package scenes

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// assigned are n codes with their keys, made of the demonstration world: some
// changed, some without permissions, some with ids that are none.
func assigned(n int) []state.Assigned {
	var rows []state.Assigned
	for i, r := range pending(n) {
		r.Status, r.Failure, r.TakenBy = access.StatusDone, nil, ""
		r.RequestedAt = now.AddDate(0, -2, -i)
		a := state.Assigned{Code: r.Code, Request: &r}
		a.Production = assignedKey(r.Code, access.Production, i)
		a.Preproduction = assignedKey(r.Code, access.Preproduction, i)
		k := a.Production
		switch i % 5 {
		case 1:
			k.Permissions, k.Evidence = []string{"Consulta.Externa", "Urgencias", "Prestadores"}, 2
		case 2:
			k.Evidence = 1
		case 3:
			k.IsMissing, k.State = true, access.KeyUnverified
		case 4:
			k.ClientID, k.State = "llave-de-prueba", access.KeyUnverified
		}
		rows = append(rows, a)
	}
	return rows
}

func assignedKey(code access.LicenseCode, env access.Environment, i int) *wire.KeyRow {
	name, month := "IHCE-PRODUCCION-"+string(code), i
	if env == access.Preproduction {
		name, i = "IHCE-PREPRODUCCION-"+string(code), i+500
	}
	return &wire.KeyRow{
		ID: access.KeyID("7b1e0000-0000-4000-8000-" + pad(i+1, 12)), Code: code, Environment: env, Name: name,
		ClientID: "3f2c" + pad(i, 4) + "-0000-4000-8000-" + pad(i*7919, 12), State: access.KeyActive,
		IssuedAt: now.AddDate(0, -2, -month), ExpiresAt: now.AddDate(0, 10, -month*13), PermissionsAt: now.Add(-40 * time.Minute), Version: 3,
	}
}

// catalog is what can be granted.
func catalog() *wire.Permissions {
	return &wire.Permissions{Application: "APP-IHCE-PROD", Items: []wire.Permission{
		{Value: "Consulta.Externa", Label: "Consulta Externa"},
		{Value: "Urgencias", Label: "Urgencias"},
		{Value: "Hospitalizacion", Label: "Hospitalización"},
		{Value: "Consultas", Label: "Consultas"},
		{Value: "Prestadores", Label: "Prestadores"},
	}}
}

func officerScenes() []Scene {
	return slices.Concat(assignedScenes(), amendScenes(), amendKeyScenes(), grantsScenes(), grantScenes(), evidenceScenes(), validityScenes(), driftScenes(), trailScenes())
}

func assignedList(s state.AssignedKeys) fyne.CanvasObject {
	a := ministry.NewAssigned()
	a.Render(s)
	return a
}

func assignedScenes() []Scene {
	data := func() state.AssignedKeys { return state.AssignedKeys{Link: online(), Rows: assigned(24), Now: now} }
	return []Scene{
		screen("ministry-assigned-data", func() fyne.CanvasObject { return assignedList(data()) }),
		screen("ministry-assigned-empty", func() fyne.CanvasObject {
			return assignedList(state.AssignedKeys{Link: online(), Now: now})
		}),
		screen("ministry-assigned-loading", func() fyne.CanvasObject {
			return assignedList(state.AssignedKeys{Link: state.Link{Phase: state.LinkConnecting}, Loading: true, Now: now})
		}),
		screen("ministry-assigned-error", func() fyne.CanvasObject {
			s := data()
			s.Trouble = refused(access.CodeInternal, "", nil)
			return assignedList(s)
		}),
		screen("ministry-assigned-offline", func() fyne.CanvasObject {
			s := data()
			s.Link = offline()
			return assignedList(s)
		}),
	}
}

func amendForm(s state.Amend) fyne.CanvasObject {
	a := ministry.NewAmend()
	a.Render(s)
	return a
}

func amendData() state.Amend {
	row := assigned(2)[1]
	return state.Amend{
		Link: online(), Row: row, Days: map[access.Environment]int{access.Production: 365, access.Preproduction: 365}, Now: now,
		History: []wire.KeyHistoryEntry{
			{At: now.Add(-50 * time.Hour), Person: "Beatriz Quiñones Demostración", Act: "key.amended", Environment: access.Production, Detail: map[string]string{"changed": "clientId, expiresAt"}},
			{At: now.AddDate(0, -1, 0), Person: "Óscar Peñaloza Demostración", Act: "key.validity_set", Environment: access.Production, Detail: map[string]string{"from": "0", "days": "180", "why": "Lo pide la política de seguridad"}},
			{At: now.AddDate(0, -2, 0), Act: "key.issued", Environment: access.Preproduction},
			{At: now.AddDate(0, -2, 0), Person: "Íngrid Muñoz Demostración", Act: "request.signed"},
		},
	}
}

func amendScenes() []Scene {
	return []Scene{
		tall("ministry-amend-data", func() fyne.CanvasObject { return amendForm(amendData()) }),
		top("ministry-amend-loading", func() fyne.CanvasObject {
			s := amendData()
			s.Days, s.History = nil, nil
			return amendForm(s)
		}),
		tall("ministry-amend-error", func() fyne.CanvasObject {
			s := amendData()
			s.Fields = []access.FieldError{
				{Field: "production.clientId", Hint: access.HintFormat},
				{Field: "production.secret", Hint: access.HintSecretID},
				{Field: "production.expiresAt", Hint: access.HintTooFar},
				{Field: "preproduction.clientId", Hint: access.HintSameInBoth},
			}
			return amendForm(s)
		}),
		tall("ministry-amend-stale", func() fyne.CanvasObject {
			a, s := ministry.NewAmend(), amendData()
			a.Render(s)
			a.Type(access.Production, "00000000-0000-4000-8000-000000000abc", "", "")
			other := *s.Row.Production
			other.ClientID, other.Version, other.IssuedAt = "00000000-0000-4000-8000-000000000def", 4, now.Add(-time.Minute)
			s.Row.Production = &other
			s.Trouble = refused(access.CodeConflict, access.HintStale, nil)
			a.Render(s)
			return a
		}),
		top("ministry-amend-saved", func() fyne.CanvasObject {
			s := amendData()
			s.Saved = true
			return amendForm(s)
		}),
		top("ministry-amend-offline", func() fyne.CanvasObject {
			s := amendData()
			s.Link, s.History = offline(), nil
			return amendForm(s)
		}),
	}
}

// amendWith is «Actualizar Keys» with the rows of both keys changed.
func amendWith(edit func(production, preproduction *wire.KeyRow)) state.Amend {
	s := amendData()
	edit(s.Row.Production, s.Row.Preproduction)
	return s
}

// amendKeyScenes are the life of a key as officers see it.
func amendKeyScenes() []Scene {
	return []Scene{
		tall("ministry-amend-unverified", func() fyne.CanvasObject {
			return amendForm(amendWith(func(pro, pre *wire.KeyRow) {
				pro.State, pro.Check = access.KeyUnverified, &access.KeyCheck{State: access.CheckFailed, Problem: access.HintRefused, Code: "AADSTS7000215", At: now.Add(-time.Minute)}
				pro.Test = lit(access.LightResult{Tries: 1, Status: 401, Code: "AADSTS7000215", RequestID: "0f1e2d3c-0000-4000-8000-000000000002"},
					lightFailed, lightSkipped, lightSkipped, lightSkipped)
				pre.State, pre.Check = access.KeyUnverified, &access.KeyCheck{State: access.CheckWaiting}
			}))
		}),
		tall("ministry-amend-life", func() fyne.CanvasObject {
			return amendForm(amendWith(func(pro, pre *wire.KeyRow) {
				pro.State, pro.Stage, pro.OverlapUntil = access.KeyOverlap, access.StagePropagating, now.AddDate(0, 0, 7)
				pro.Test = lit(access.LightResult{Tries: 4, Status: 401, Code: "AADSTS7000215"}, lightOn, lightRunning, lightWaiting, lightWaiting)
				pre.ExpiresAt, pre.TokensUntil = now.AddDate(0, 0, 22), now.Add(42*time.Minute)
				pre.Reminder = &access.Reminder{Days: 30, SentAt: now.AddDate(0, 0, -8), EscalatedAt: now.AddDate(0, 0, -1)}
				pre.Incident = &wire.Incident{
					Number: "INC-2026-000012", At: now.Add(-50 * time.Minute), By: "Lucía Ñáñez Demostración",
					What: "El secreto salió en un correo.", RemovedAt: now.Add(-48 * time.Minute),
				}
			}))
		}),
		top("ministry-amend-revoked", func() fyne.CanvasObject {
			return amendForm(amendWith(func(pro, _ *wire.KeyRow) {
				pro.State, pro.RevokedAt, pro.TokensUntil = access.KeyRevoked, now.Add(-10*time.Minute), now.Add(80*time.Minute)
			}))
		}),
		top("ministry-amend-compromise", amendAsking(state.KeyActCompromise)),
		top("ministry-amend-revoke", amendAsking(state.KeyActRevoke)),
	}
}

// amendAsking is a question over «Actualizar Keys».
func amendAsking(act state.KeyAct) func() fyne.CanvasObject {
	return func() fyne.CanvasObject {
		a := ministry.NewAmend()
		a.Render(amendData())
		return container.NewStack(a, a.Asking(act, access.Production))
	}
}

func grantsList(s state.Grants) fyne.CanvasObject {
	g := ministry.NewGrants()
	g.Render(s)
	return g
}

func grantsData() state.Grants {
	return state.Grants{Link: online(), Rows: assigned(24), Catalog: catalog(), ReadAt: now.Add(-166 * time.Minute), Now: now}
}

func grantsScenes() []Scene {
	return []Scene{
		screen("ministry-grants-data", func() fyne.CanvasObject { return grantsList(grantsData()) }),
		screen("ministry-grants-reading", func() fyne.CanvasObject {
			s := grantsData()
			s.Waiting = 17
			return grantsList(s)
		}),
		screen("ministry-grants-empty", func() fyne.CanvasObject {
			return grantsList(state.Grants{Link: online(), Catalog: catalog(), Now: now})
		}),
		screen("ministry-grants-loading", func() fyne.CanvasObject {
			return grantsList(state.Grants{Link: state.Link{Phase: state.LinkConnecting}, Loading: true, Now: now})
		}),
		screen("ministry-grants-error", func() fyne.CanvasObject {
			s := grantsData()
			s.Trouble = noAnswer()
			return grantsList(s)
		}),
		screen("ministry-grants-offline", func() fyne.CanvasObject {
			s := grantsData()
			s.Link = offline()
			return grantsList(s)
		}),
	}
}

// over sets a sheet over the list it belongs to.
func over(sheet fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(grantsList(grantsData()), sheet)
}

func grantForm(s state.Grant, tick map[string]bool) fyne.CanvasObject {
	g := ministry.NewGrant()
	g.Render(s)
	for p, on := range tick {
		g.Tick(p, on)
	}
	return over(g.Object())
}

func grantData() state.Grant {
	return state.Grant{Link: online(), Row: assigned(2)[1], Catalog: catalog(), Now: now}
}

func grantScenes() []Scene {
	return []Scene{
		window("ministry-grant-data", func() fyne.CanvasObject { return grantForm(grantData(), nil) }),
		window("ministry-grant-changes", func() fyne.CanvasObject {
			return grantForm(grantData(), map[string]bool{"Hospitalizacion": true, "Urgencias": false})
		}),
		window("ministry-grant-results", func() fyne.CanvasObject {
			s := grantData()
			k := *s.Row.Production
			k.Tasks = []wire.PermissionTask{
				{Permission: "Hospitalizacion", Act: access.PermissionGrant, At: now},
				{Permission: "Urgencias", Act: access.PermissionRemove, At: now},
				{Permission: "Consultas", Act: access.PermissionGrant, Failed: "Authorization_RequestDenied", At: now.Add(-time.Minute)},
			}
			s.Row.Production = &k
			return grantForm(s, nil)
		}),
		window("ministry-grant-empty", func() fyne.CanvasObject {
			s := grantData()
			s.Row = assigned(1)[0] // no proof
			return grantForm(s, nil)
		}),
		window("ministry-grant-loading", func() fyne.CanvasObject {
			s := grantData()
			s.Catalog = nil
			return grantForm(s, nil)
		}),
		window("ministry-grant-error", func() fyne.CanvasObject {
			s := grantData()
			s.Trouble = refused(access.CodeConflict, access.HintStale, nil)
			return grantForm(s, nil)
		}),
		window("ministry-grant-offline", func() fyne.CanvasObject {
			s := grantData()
			s.Link = offline()
			return grantForm(s, nil)
		}),
	}
}

func evidenceForm(s state.Evidence) fyne.CanvasObject {
	e := ministry.NewEvidence()
	e.Render(s)
	return over(e.Object())
}

func evidenceData() state.Evidence {
	return state.Evidence{Link: online(), Row: assigned(2)[1], Now: now, Items: []wire.Evidence{
		{ID: "1", Kind: access.EvidenceFile, Note: "Informe de 40 RDA aceptados en el ambiente de pruebas", Name: "informe-de-pruebas.pdf", Size: 1_258_291, Person: "Beatriz Quiñones Demostración", At: now.Add(-26 * time.Hour)},
		{ID: "2", Kind: access.EvidenceTest, Note: "Prueba por videollamada: 12 de 12 envíos aceptados", Person: "Óscar Peñaloza Demostración", At: now.AddDate(0, 0, -9)},
	}}
}

func evidenceScenes() []Scene {
	return []Scene{
		window("ministry-evidence-data", func() fyne.CanvasObject { return evidenceForm(evidenceData()) }),
		window("ministry-evidence-empty", func() fyne.CanvasObject {
			s := evidenceData()
			s.Items = []wire.Evidence{}
			return evidenceForm(s)
		}),
		window("ministry-evidence-loading", func() fyne.CanvasObject {
			s := evidenceData()
			s.Items = nil
			return evidenceForm(s)
		}),
		window("ministry-evidence-error", func() fyne.CanvasObject {
			s := evidenceData()
			s.Fields = []access.FieldError{{Field: "note", Hint: access.HintRequired}, {Field: "file", Hint: access.HintFormat}}
			return evidenceForm(s)
		}),
		window("ministry-evidence-offline", func() fyne.CanvasObject {
			s := evidenceData()
			s.Link = offline()
			return evidenceForm(s)
		}),
	}
}

func validityScreen(s state.ValidityView) fyne.CanvasObject {
	v := ministry.NewValidity()
	v.Render(s)
	return v
}

func validityData() state.ValidityView {
	return state.ValidityView{Link: online(), Now: now, Items: []wire.EnvironmentValidity{
		{Environment: access.Production, Days: 180, Person: "Beatriz Quiñones Demostración", Why: "Lo pide la política de seguridad del directorio", At: now.AddDate(0, 0, -12)},
		{Environment: access.Preproduction, Days: 365},
	}}
}

func validityScenes() []Scene {
	return []Scene{
		top("ministry-validity-data", func() fyne.CanvasObject { return validityScreen(validityData()) }),
		top("ministry-validity-saved", func() fyne.CanvasObject {
			s := validityData()
			s.Saved = access.Production
			return validityScreen(s)
		}),
		screen("ministry-validity-loading", func() fyne.CanvasObject { return validityScreen(state.ValidityView{Link: online(), Now: now}) }),
		top("ministry-validity-error", func() fyne.CanvasObject {
			v := ministry.NewValidity()
			s := validityData()
			s.Sending = access.Production
			v.Render(s)
			s.Sending = ""
			s.Fields = map[access.Environment][]access.FieldError{access.Production: {{Field: "days", Hint: access.HintTooFar}, {Field: "why", Hint: access.HintRequired}}}
			v.Render(s)
			return v
		}),
		screen("ministry-validity-empty", func() fyne.CanvasObject {
			return validityScreen(state.ValidityView{Link: online(), Trouble: noAnswer(), Now: now})
		}),
		top("ministry-validity-offline", func() fyne.CanvasObject {
			s := validityData()
			s.Link = offline()
			return validityScreen(s)
		}),
	}
}

// window is a scene as large as the program's window is at first.
func window(name string, build func() fyne.CanvasObject) Scene {
	return Scene{Name: name, Size: fyne.NewSize(1180, 720), Build: build}
}
