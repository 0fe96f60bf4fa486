package state

import (
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestDrifts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		found := time.Now().Add(-time.Hour)
		s.keepDrift(access.Drift{ID: "d-1", Kind: access.DriftUnknownSecret, State: access.DriftOpen, Code: theCode, Detail: "Qwe", FoundAt: found})
		s.keepDrift(access.Drift{ID: "d-2", Kind: access.DriftOrphanApp, State: access.DriftDismissed, Name: "IHCE-X", FoundAt: found.Add(time.Minute)})
		s.keepDrift(access.Drift{ID: "d-3", Kind: access.DriftName, State: access.DriftOpen, FoundAt: found.Add(time.Second)})
		s.bring()
		v := m.Drifts()
		if len(v.Rows) != 3 || v.Rows[0].ID != "d-3" || v.Rows[1].ID != "d-1" || v.Rows[2].ID != "d-2" || v.Open() != 2 {
			t.Fatalf("%+v", v.Rows)
		}
		if found := v.Search.Filter("desconocido"); len(found) != 1 || found[0] != 1 {
			t.Errorf("the search found %v", found)
		}
		must(t, m.LoadDirectory(t.Context()))
		if v := m.Drifts(); v.Directory == nil || len(v.Directory.Items) != 1 || v.Trouble != nil {
			t.Errorf("%+v", v)
		}

		must(t, done(t, s, func() error {
			return m.FixDrift(t.Context(), "d-1", wire.FixDrift{Fix: access.FixRemove, Why: "  No es nuestro "})
		}))
		v = m.Drifts()
		if d := v.Rows[1]; d.ID != "d-1" || d.State != access.DriftFixing || d.Why != "No es nuestro" || len(v.Fixing) != 0 || v.Open() != 1 {
			t.Errorf("%+v, %v", d, v.Fixing)
		}
		s.refuses("fix drift", access.Refuse(access.CodeConflict, access.HintState))
		if err := m.FixDrift(t.Context(), "d-3", wire.FixDrift{Fix: access.FixRename}); access.HintOf(err) != access.HintState {
			t.Errorf("got %v", err)
		}
		if v := m.Drifts(); v.Troubles["d-3"] == nil || v.Rows[0].State != access.DriftOpen || len(v.Fixing) != 0 {
			t.Errorf("%+v", v)
		}
	})
}

func TestCompareDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		must(t, m.CompareDrift(t.Context()))
		if v := m.Drifts(); v.Asked != 2 || v.Comparing || v.Trouble != nil {
			t.Errorf("%+v", v)
		}
		s.refuses("compare", access.Refuse(access.CodeUnavailable, ""))
		if err := m.CompareDrift(t.Context()); err == nil || m.Drifts().Trouble == nil || m.Drifts().Asked != 0 {
			t.Errorf("%v, %+v", err, m.Drifts())
		}
	})
}
