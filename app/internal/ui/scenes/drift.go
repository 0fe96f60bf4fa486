package scenes

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// driftRows are a difference of each kind, in the states there are.
func driftRows() []access.Drift {
	codes := assigned(10)
	row := func(i int, kind access.DriftKind, state access.DriftState, env access.Environment, detail string) access.Drift {
		k := codes[i].Key(env)
		return access.Drift{
			ID: "d0000000-0000-4000-8000-" + pad(i, 12), Kind: kind, State: state, Environment: env, Key: k.ID, Code: k.Code,
			Name: k.Name, ClientID: k.ClientID, Detail: detail, FoundAt: now.Add(-time.Duration(7+i) * time.Hour), SeenAt: now.Add(-7 * time.Hour),
		}
	}
	pro, pre := access.Production, access.Preproduction
	rows := []access.Drift{
		row(0, access.DriftUnknownSecret, access.DriftOpen, pro, "Creado el 18/11/2026 16:02; empieza por «k4T»; vence el 18/11/2028"),
		row(1, access.DriftExtraRole, access.DriftOpen, pro, "Hospitalización"),
		row(2, access.DriftMissingApp, access.DriftOpen, pre, ""),
		row(3, access.DriftDeletedApp, access.DriftOpen, pro, "Eliminada el 22/11/2026 09:10"),
		row(4, access.DriftMissingSecret, access.DriftOpen, pro, "Empieza por «Xq9»"),
		row(5, access.DriftMissingPrincipal, access.DriftFixing, pre, ""),
		row(6, access.DriftMissingRole, access.DriftOpen, pro, "Consulta Externa"),
		row(7, access.DriftExpiry, access.DriftDismissed, pre, "En Entra: 20/10/2027 19:00"),
		row(8, access.DriftName, access.DriftFixed, pro, "Se llama «prueba»"),
		row(9, access.DriftOrphanApp, access.DriftOpen, pre, "Sin llave"),
	}
	rows[5].Fix, rows[5].By = access.FixRecreate, "Beatriz Quiñones Demostración"
	rows[6].Failed = "Authorization_RequestDenied"
	rows[7].Fix, rows[7].By, rows[7].Why = access.FixDismiss, "Óscar Peñaloza Demostración", "Se corrige con el próximo cambio de llave"
	rows[9].Key, rows[9].Code, rows[9].Name = "", "", "IHCE-SANDBOX-0000000000"
	return rows
}

func directoryData() *wire.Directory {
	return &wire.Directory{
		ComparedAt: now.Add(-7 * time.Hour), Compared: 122_354,
		Items: []wire.DirectoryOf{
			{
				Environment: access.Preproduction, Configured: true, ClientID: "5a1c0000-0000-4000-8000-000000000001", Credential: wire.CredentialCertificate,
				ExpiresAt: now.AddDate(0, 7, 3), Objects: 244_911, Quota: 300_000, Created: 122_354, TLS: "TLS 1.3", CheckedAt: now.Add(-2 * time.Hour),
			},
			{
				Environment: access.Production, Configured: true, ClientID: "5a1c0000-0000-4000-8000-000000000002", Credential: wire.CredentialSecret,
				ExpiresAt: now.AddDate(0, 0, 12), Missing: []string{"AppRoleAssignment.ReadWrite.All"}, Excess: []string{"Directory.ReadWrite.All"},
				Objects: 244_911, Quota: 300_000, Created: 122_354, TLS: "TLS 1.3", CheckedAt: now.Add(-2 * time.Hour),
			},
		},
	}
}

func driftScenes() []Scene {
	clean := func() *wire.Directory {
		d := directoryData()
		d.Items[1].Missing, d.Items[1].Excess = nil, nil
		return d
	}
	data := func() state.Drifts {
		return state.Drifts{Link: online(), Rows: driftRows(), Directory: clean(), Now: now}
	}
	list := func(s state.Drifts) fyne.CanvasObject {
		d := ministry.NewDrift()
		d.Render(s)
		return d
	}
	form := func(id int, s state.Drifts) fyne.CanvasObject {
		f := ministry.NewDriftForm()
		f.Put(driftRows()[id].ID, s)
		return f.Object()
	}
	return []Scene{
		screen("ministry-drift-data", func() fyne.CanvasObject { return list(data()) }),
		screen("ministry-drift-empty", func() fyne.CanvasObject {
			return list(state.Drifts{Link: online(), Directory: clean(), Now: now})
		}),
		screen("ministry-drift-loading", func() fyne.CanvasObject {
			return list(state.Drifts{Link: state.Link{Phase: state.LinkConnecting}, Loading: true, Now: now})
		}),
		screen("ministry-drift-error", func() fyne.CanvasObject {
			s := data()
			s.Trouble = refused(access.CodeUnavailable, "", nil)
			return list(s)
		}),
		screen("ministry-drift-offline", func() fyne.CanvasObject {
			s := data()
			s.Link = offline()
			return list(s)
		}),
		screen("ministry-drift-permissions", func() fyne.CanvasObject {
			s := data()
			s.Directory, s.Asked = directoryData(), 122_354
			return list(s)
		}),
		screen("ministry-drift-secret", func() fyne.CanvasObject { return form(0, data()) }),
		screen("ministry-drift-role", func() fyne.CanvasObject { return form(1, data()) }),
		screen("ministry-drift-failed", func() fyne.CanvasObject { return form(6, data()) }),
		screen("ministry-drift-fixing", func() fyne.CanvasObject { return form(5, data()) }),
		screen("ministry-drift-dismissed", func() fyne.CanvasObject { return form(7, data()) }),
		screen("ministry-directory-data", func() fyne.CanvasObject {
			d := ministry.NewDirectory()
			s := data()
			s.Directory = directoryData()
			d.Render(s)
			return d.Object()
		}),
	}
}
