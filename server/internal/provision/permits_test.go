package provision

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// TestPermissions_deathAnywhere kills the server at each boundary of a change.
func TestPermissions_deathAnywhere(t *testing.T) {
	dir := newDirectory(t)
	for n := 0; ; n++ {
		w := newPermits(t, dir)
		w.change()
		died := w.permit(&life{left: n})
		if died == "" {
			w.mustBePermitted()
			if n < 15 {
				t.Errorf("only %d boundaries", n)
			}
			return
		}
		w.permit(&life{left: -1})
		w.mustBePermitted()
		if t.Failed() {
			t.Fatalf("died %s", died)
		}
	}
}

// TestPermissions_refused: a refusal is one role's own, shows Graph's code, and
// can be tried again.
func TestPermissions_refused(t *testing.T) {
	dir := newDirectory(t)
	for name, f := range map[string]entraemu.Fault{
		"grant":  {Method: http.MethodPost, Path: "appRoleAssignedTo"},
		"remove": {Method: http.MethodDelete, Path: "appRoleAssignments"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPermits(t, dir)
			f.Kind, f.Status, f.Code = entraemu.FaultStatus, 403, "Authorization_RequestDenied"
			if _, err := dir.Faults().Add(f); err != nil {
				t.Fatal(err)
			}
			w.change()
			w.permit(&life{left: -1})
			k := w.production()
			if len(k.Tasks) != 1 || k.Tasks[0].Failed != "Authorization_RequestDenied" || string(k.Tasks[0].Act) != name {
				t.Fatalf("tasks %+v", k.Tasks)
			}
			if got := w.held(); !slices.Equal(got, k.Permissions) {
				t.Errorf("the directory has %v, the row %v", got, k.Permissions)
			}
			again := wire.ChangePermissions{Why: "Otra vez"}
			if name == "grant" {
				again.Grant = []string{k.Tasks[0].Permission}
			} else {
				again.Remove = []string{k.Tasks[0].Permission}
			}
			if _, err := w.flow.ChangePermissions(t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version, again); err != nil {
				t.Fatal(err)
			}
			w.permit(&life{left: -1})
			w.mustBePermitted()
		})
	}
}

// TestPermissions_exhausted: a directory that stays down ends each change as
// failed, and asking again does it.
func TestPermissions_exhausted(t *testing.T) {
	dir := newDirectory(t)
	w := newPermits(t, dir)
	id, err := dir.Faults().Add(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 503, Path: "appRole", Count: entraemu.Forever})
	if err != nil {
		t.Fatal(err)
	}
	w.change()
	w.permit(&life{left: -1})
	k := w.production()
	if len(k.Tasks) != 4 || slices.ContainsFunc(k.Tasks, func(t store.PermissionTask) bool { return t.Failed == "" }) {
		t.Fatalf("tasks %+v", k.Tasks)
	}
	attempts := 0
	for _, r := range w.trailOf(string(k.ID)) {
		if r.Kind == audit.PermissionAttempt {
			attempts++
		}
	}
	if attempts == 0 {
		t.Error("the attempts are not in the trail")
	}
	if !dir.Faults().Remove(id) {
		t.Fatal("the fault is gone")
	}
	w.change()
	w.permit(&life{left: -1})
	w.mustBePermittedAtLast()
}

// mustBePermittedAtLast leaves out that results are told once.
func (w *world) mustBePermittedAtLast() {
	w.t.Helper()
	if k := w.production(); !slices.Equal(w.held(), changedRoles) || !slices.Equal(k.Permissions, changedRoles) || len(k.Tasks) != 0 {
		w.t.Errorf("directory %v, row %v, tasks %+v", w.held(), k.Permissions, k.Tasks)
	}
}

// TestPermissions_lag: servers that have not heard of a role yet do not make it
// granted twice nor its removal forgotten.
func TestPermissions_lag(t *testing.T) {
	dir := newDirectory(t)
	w := newPermits(t, dir)
	knobs := dir.Knobs()
	knobs.Lag.Role = entraemu.Span{Min: entraemu.Duration(time.Second), Max: entraemu.Duration(3 * time.Second)}
	knobs.Lag.Delete = knobs.Lag.Role
	if err := dir.SetKnobs(knobs); err != nil {
		t.Fatal(err)
	}
	w.change()
	w.permit(&life{left: -1})
	k := w.production()
	_, err := w.flow.ChangePermissions(t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version, wire.ChangePermissions{Remove: []string{"Consultas"}, Why: "x"})
	if err != nil {
		t.Fatal(err)
	}
	w.permit(&life{left: -1})
	_ = dir.clock.Sleep(t.Context(), time.Minute)
	if got := w.held(); !slices.Equal(got, []string{"Hospitalizacion", "Urgencias"}) {
		t.Errorf("the directory has %v", got)
	}
}

// TestPermissions_missing: an application that is not there is told, takes no
// change, and is found again when it is back.
func TestPermissions_missing(t *testing.T) {
	dir := newDirectory(t)
	w := newPermits(t, dir)
	k := w.production()
	act := workflow.Act{Who: w.officer}
	w.change()
	in := wire.AmendKeys{Production: &wire.AmendKey{Version: w.production().Version, ClientID: "00000000-0000-4000-8000-00000000dead", ExpiresAt: k.ExpiresAt}}
	if _, err := w.flow.Amend(t.Context(), act, code, in); err != nil {
		t.Fatal(err)
	}
	w.permit(&life{left: -1})
	lost := w.production()
	if !lost.IsMissing || len(lost.Tasks) != 0 || len(lost.Permissions) != 0 || lost.PermissionsAt.IsZero() {
		t.Fatalf("key %+v", lost)
	}
	_, err := w.flow.ChangePermissions(t.Context(), act, lost.ID, lost.Version, wire.ChangePermissions{Grant: []string{"Consultas"}})
	if access.HintOf(err) != access.HintNotInEntra || access.CodeOf(err) != access.CodeConflict {
		t.Errorf("granting: %v", err)
	}
	in.Production.Version, in.Production.ClientID = lost.Version, k.ClientID
	if _, err := w.flow.Amend(t.Context(), act, code, in); err != nil {
		t.Fatal(err)
	}
	w.permit(&life{left: -1})
	if back := w.production(); back.IsMissing || back.PrincipalID != k.PrincipalID || len(back.Permissions) != 2 {
		t.Errorf("key %+v", back)
	}
}

// TestPermissions_changedOfMind: a later word about a permission stands, also
// over one whose call is out.
func TestPermissions_changedOfMind(t *testing.T) {
	dir := newDirectory(t)
	w := newPermits(t, dir)
	w.change()
	died := w.permit(&life{left: -1, at: func(where string) bool {
		return strings.HasPrefix(where, "after POST") && strings.HasSuffix(where, "appRoleAssignedTo")
	}})
	if died == "" {
		t.Fatal("nothing was granted")
	}
	k := w.production()
	_, err := w.flow.ChangePermissions(t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version, wire.ChangePermissions{
		Remove: []string{"Hospitalizacion", "Consultas"}, Why: "Era otra",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.permit(&life{left: -1})
	if got := w.held(); fmt.Sprint(got) != "[Urgencias]" {
		t.Errorf("the directory has %v", got)
	}
	if k := w.production(); fmt.Sprint(k.Permissions) != "[Urgencias]" || len(k.Tasks) != 0 {
		t.Errorf("the row has %v, %+v", k.Permissions, k.Tasks)
	}
}

// TestSweep reads what was never read and what is to be read again, and stops.
func TestSweep(t *testing.T) {
	dir := newDirectory(t)
	w := newWorldWith(t, dir, nil)
	w.live(-1)
	for i, want := range []int{2, 0} {
		n, err := w.flow.SweepPermissions(t.Context())
		if err != nil || n != want {
			t.Fatalf("sweep %d asked for %d, %v", i, n, err)
		}
		w.permit(&life{left: -1})
	}
	first := w.production()
	if first.PermissionsAt.IsZero() || len(first.Permissions) != 0 {
		t.Errorf("key %+v", first)
	}
	_ = dir.clock.Sleep(t.Context(), time.Hour)
	act := workflow.Act{Who: w.officer}
	got, err := w.flow.RefreshPermissions(t.Context(), act, wire.RefreshPermissions{})
	if err != nil || got.Keys != 2 {
		t.Fatalf("refresh: %+v, %v", got, err)
	}
	for _, want := range []int{2, 0} {
		if n, err := w.flow.SweepPermissions(t.Context()); err != nil || n != want {
			t.Fatalf("asked for %d, want %d: %v", n, want, err)
		}
		w.permit(&life{left: -1})
	}
	again := w.production()
	if !again.PermissionsAt.After(first.PermissionsAt) {
		t.Error("not read again")
	}
	got, err = w.flow.RefreshPermissions(t.Context(), act, wire.RefreshPermissions{Keys: []access.KeyID{first.ID, first.ID}})
	if err != nil || got.Keys != 1 {
		t.Errorf("refresh of one: %+v, %v", got, err)
	}
	_, err = w.flow.RefreshPermissions(t.Context(), act, wire.RefreshPermissions{Keys: []access.KeyID{"none"}})
	if access.CodeOf(err) != access.CodeNotFound {
		t.Errorf("refresh of none: %v", err)
	}
	_, err = w.flow.RefreshPermissions(t.Context(), workflow.Act{Who: w.delegate}, wire.RefreshPermissions{})
	if access.CodeOf(err) != access.CodeForbidden {
		t.Errorf("by a delegate: %v", errors.Unwrap(err))
	}
}

// TestChangePermissions_refusals is what is refused before anything is asked of
// Entra.
func TestChangePermissions_refusals(t *testing.T) {
	dir := newDirectory(t)
	w := newPermits(t, dir)
	k := w.production()
	var pre *store.Key
	for _, other := range w.keys() {
		if other.Environment == access.Preproduction {
			pre = other.Key
		}
	}
	for name, c := range map[string]struct {
		who     access.Viewer
		key     *store.Key
		version int64
		in      wire.ChangePermissions
		want    string
	}{
		"nothing":           {w.officer, k, k.Version, wire.ChangePermissions{Why: "x"}, "invalid nothing []"},
		"unknown":           {w.officer, k, k.Version, wire.ChangePermissions{Grant: []string{"Todo"}}, "invalid  [{grant unknown_value}]"},
		"unknown to remove": {w.officer, k, k.Version, wire.ChangePermissions{Remove: []string{"Todo"}, Why: "x"}, "invalid  [{remove unknown_value}]"},
		"both":              {w.officer, k, k.Version, wire.ChangePermissions{Grant: []string{"Consultas"}, Remove: []string{"Consultas"}, Why: "x"}, "invalid  [{remove unknown_value}]"},
		"no reason":         {w.officer, k, k.Version, wire.ChangePermissions{Remove: []string{"Urgencias"}, Why: " "}, "invalid  [{why required}]"},
		"stale":             {w.officer, k, k.Version - 1, wire.ChangePermissions{Grant: []string{"Consultas"}}, "conflict stale []"},
		"preproduction":     {w.officer, pre, pre.Version, wire.ChangePermissions{Grant: []string{"Consultas"}}, "conflict state []"},
		"delegate":          {w.delegate, k, k.Version, wire.ChangePermissions{Grant: []string{"Consultas"}}, "forbidden  []"},
	} {
		_, err := w.flow.ChangePermissions(t.Context(), workflow.Act{Who: c.who}, c.key.ID, c.version, c.in)
		e, _ := errors.AsType[*access.Error](err)
		if e == nil || fmt.Sprintf("%s %s %v", e.Code, e.Hint, e.Fields) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare := newWorld(t, dir) // no proof
	bare.live(-1)
	_, err := bare.flow.Permissions(t.Context(), workflow.Act{Who: bare.officer})
	if access.CodeOf(err) != access.CodeUnavailable {
		t.Fatal(err)
	}
	bare.permit(&life{left: -1})
	k = bare.production()
	_, err = bare.flow.ChangePermissions(t.Context(), workflow.Act{Who: bare.officer}, k.ID, k.Version, wire.ChangePermissions{Grant: []string{"Consultas"}})
	if access.HintOf(err) != access.HintNoEvidence || access.CodeOf(err) != access.CodeConflict {
		t.Errorf("no proof: %v", err)
	}
	_, err = bare.flow.ChangePermissions(t.Context(), workflow.Act{Who: bare.officer}, k.ID, k.Version, wire.ChangePermissions{Remove: []string{"Urgencias"}, Why: "x"})
	if err != nil {
		t.Errorf("taking away needs no proof: %v", err)
	}
}
