package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// The codes of the delegate that are asked for after the backup.
func later(d *desk, n int) (all []access.LicenseCode) {
	d.t.Helper()
	for _, e := range d.model.Enroll().Entities.Rows {
		if c := e.Provider.Code; c != code && e.Request == nil && len(all) < n {
			all = append(all, c)
		}
	}
	if len(all) < n {
		d.t.Fatalf("only %d codes are free", len(all))
	}
	return all
}

// A server comes back from a backup that knows one key less than Entra, three
// times over, and another's old secret. The real client forgets what vanished and
// says why; the comparison finds what Entra has more; asking again makes
// no twin.
func TestRestore_clientsAndEntra(t *testing.T) {
	clock := &offset{}
	s := servertest.New(t, servertest.WithClock(clock.now))
	ctx, folder := t.Context(), t.TempDir()
	d := sit(t, s, folder, nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	ids, _ := d.values(code)
	lost, m := later(d, 3), d.model
	file := filepath.Join(t.TempDir(), "before.backup")
	if _, err := s.World.Command(ctx, "backup", "--to", file); err != nil {
		t.Fatal(err)
	}
	for _, c := range lost {
		d.ask(c, p.Email)
		d.until("issued", func() bool { r := d.request(c); return r != nil && r.Status == access.StatusDone })
	}
	d.change(code, access.ReasonSecurity)
	d.signs(p.Email)
	d.until("renewed", func() bool {
		return d.request(code).Kind == access.KindRenew && d.request(code).Status == access.StatusDone
	})
	apps := len(s.Emulator.State().Issued())
	m.TakeNotices()

	s.Kill()
	if out, err := s.World.Command(ctx, "restore", "--replace", "--by", "Persona Inventada", file); err != nil {
		t.Fatal(out, err)
	}
	s.Start()
	d.until("signed out", func() bool { _, isIn := m.Who(); return !isIn })
	d.signIn(seed.LoginDelegate)
	d.until("told", func() bool {
		for _, n := range m.TakeNotices() {
			if n.Kind == state.NoticeRestored && n.Args["at"] != "" {
				return true
			}
		}
		return false
	})
	for _, c := range lost {
		if r := d.request(c); r != nil {
			t.Errorf("%s is still on the screen: %+v", c, r)
		}
	}
	if r := d.request(code); r == nil || r.Kind != access.KindEnroll {
		t.Errorf("the renewal is still on the screen: %+v", r)
	}
	again := sit(t, s, t.TempDir(), nil) // a client without a past sees the same
	again.signIn(seed.LoginDelegate)
	if a, b := rows(m), rows(again.model); a != b {
		t.Errorf("the client that was there:\n%s\na new one:\n%s", a, b)
	}
	again.close()

	o := sit(t, s, t.TempDir(), nil)
	o.signIn(seed.LoginOfficer)
	o.until("compared at the start", func() bool {
		must(t, o.model.LoadDirectory(ctx))
		return o.model.Drifts().Directory.Compared == 2
	})
	want := map[access.DriftKind]int{access.DriftOrphanApp: 6, access.DriftUnknownSecret: 2, access.DriftMissingSecret: 2}
	isFound := func() bool {
		for kind, n := range want {
			if o.drifts(kind) != n {
				return false
			}
		}
		return true
	}
	// A difference is told when two looks found it; each environment is looked at
	// in its own time.
	for range 8 {
		if isFound() {
			break
		}
		clock.pass(20 * time.Minute)
		at := o.model.Drifts().Directory.ComparedAt
		must(t, o.model.CompareDrift(ctx))
		o.until("compared", func() bool {
			must(t, o.model.LoadDirectory(ctx))
			return o.model.Drifts().Directory.ComparedAt.After(at)
		})
	}
	o.until("what Entra has more", isFound)

	d.ask(lost[0], p.Email)
	d.until("issued again", func() bool { r := d.request(lost[0]); return r != nil && r.Status == access.StatusDone })
	if n := len(s.Emulator.State().Issued()); n != apps {
		t.Errorf("%d applications became %d: twins", apps, n)
	}
	now, secrets := d.values(lost[0])
	for env, id := range now {
		if !(tenant{t, s}).takes(env, id, secrets[env]) {
			t.Errorf("%s: the key that was asked for again does not work", env)
		}
	}
	if back, _ := d.values(code); back[access.Production] != ids[access.Production] {
		t.Error("the first key has another client id")
	}
}

func (d *desk) drifts(kind access.DriftKind) (n int) {
	for _, r := range d.model.Drifts().Rows {
		if r.Kind == kind && r.State == access.DriftOpen {
			n++
		}
	}
	return n
}
