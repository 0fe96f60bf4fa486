package servertest

import (
	"encoding/json"
	"slices"
	"testing"

	"llavero/server/internal/store"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// mustBeAttended checks what the officers' lists of assigned keys and of
// permissions show of the demonstration.
func mustBeAttended(t *testing.T, s *Server) {
	t.Helper()
	ctx, db := limit(t), s.World.Server().Store()
	wake, cancel := db.Subscribe()
	defer cancel()
	officer := s.Person(seed.LoginOfficer).Viewer()
	rows := map[access.LicenseCode]wire.KeyRow{}
	for !rows[world.CodeTyped].IsMissing { // the worker has yet to look
		err := db.Read(ctx, func(tx *store.Tx) error {
			return tx.VisibleRows(officer, func(c wire.Change) error {
				var row wire.KeyRow
				if c.Kind != wire.RowKey {
					return nil
				}
				err := json.Unmarshal(c.Body, &row)
				if row.Environment == access.Production {
					rows[row.Code] = row
				}
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows[world.CodeTyped].IsMissing {
			break
		}
		select {
		case <-wake:
		case <-ctx.Done():
			t.Fatalf("the typed key was not looked for: %+v", rows[world.CodeTyped])
		}
	}
	granted := []string{"ConsultaExterna", "Urgencias"}
	if k := rows[world.CodePermitted]; k.Evidence != 1 || !slices.Equal(k.Permissions, granted) || len(k.Tasks) != 0 {
		t.Errorf("permitted: %+v", k)
	}
	app, _ := s.Emulator.State().ByClientID(rows[world.CodePermitted].ClientID)
	if len(app.Roles) != 2 || app.Roles[0].API != "APP-IHCE-PROD" {
		t.Errorf("the tenant has %+v", app.Roles)
	}
	if k := rows[world.CodeProven]; k.Evidence != 1 || len(k.Permissions) != 0 || k.State != access.KeyActive {
		t.Errorf("proven: %+v", k)
	}
	if k := rows[world.CodeRenewed]; k.Evidence != 0 || k.State != access.KeyOverlap {
		t.Errorf("renewed: %+v", k)
	}
	if k := rows[world.CodeTyped]; k.State != access.KeyUnverified || !k.PermissionsAt.After(k.IssuedAt) {
		t.Errorf("typed: %+v", k)
	}
}
