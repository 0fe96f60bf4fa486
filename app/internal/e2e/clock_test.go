package e2e

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// The server's clock runs away and is put back while people are at work, and a
// client's own is wrong: sessions end and begin, nobody waits for a year, an
// officer's hold ends, what was sent before still signs, nothing is doubled and
// the trail is whole.
func TestFault_clock(t *testing.T) {
	for _, ahead := range []time.Duration{24 * time.Hour, 300 * 24 * time.Hour} { // no longer than the certificate
		t.Run(ahead.String(), func(t *testing.T) {
			clock, log := &offset{}, &logLines{}
			s := servertest.New(t, servertest.WithClock(clock.now), servertest.WithFigures(),
				servertest.WithLog(slog.New(slog.NewTextHandler(log, nil))))
			const other = access.LicenseCode("0500199002")
			wrong := func() time.Time { return time.Now().Add(20 * time.Hour) } // a client's own
			d := sitAt(t, s, computer{folder: t.TempDir(), clock: wrong})
			o := sitAt(t, s, computer{folder: t.TempDir(), clock: clock.now})
			ctx, p := t.Context(), d.signIn(seed.LoginDelegate)
			o.signIn(seed.LoginOfficer)
			d.sends(code)
			early := d.code(p.Email)

			clock.pass(ahead)
			sees(t, s, "the clock ahead", func() bool { return log.count("the clock was moved") >= 1 })
			if got := words(t, d.model.Sign(ctx, early)); got != "Su sesión terminó. Ingrese de nuevo." {
				t.Errorf("ahead, signing says %q", got)
			}
			d.close() // or its texts were shown too long ago
			d = sitAt(t, s, computer{folder: t.TempDir(), clock: wrong})
			d.signIn(seed.LoginDelegate)
			must(t, d.model.OpenConfirm(ctx, d.request(code).ID))
			if got := words(t, d.model.Sign(ctx, early)); !strings.HasPrefix(got, "El código venció") {
				t.Errorf("ahead, a code of before says %q", got)
			}
			breakEntra(t, s, refusal())
			d.ask(other, p.Email)
			o.close()
			o = sitAt(t, s, computer{folder: t.TempDir(), clock: clock.now})
			o.signIn(seed.LoginOfficer)
			o.until("the row", func() bool { return o.pending(other) != nil })
			must(t, o.model.Take(ctx, o.pending(other).ID, ""))

			clock.pass(-ahead)
			sees(t, s, "the clock set back", func() bool { return log.count("the clock was moved") >= 2 })
			if got := words(t, o.model.Release(ctx, o.pending(other).ID)); got != "Su sesión terminó. Ingrese de nuevo." {
				t.Errorf("back, the officer's session says %q", got)
			}
			clock.pass(access.LeaseTime + time.Minute) // and no longer is a request held
			o.signIn(seed.LoginOfficer)
			o.until("free", func() bool { r := o.pending(other); return r != nil && r.TakenName == "" })
			mendEntra(t, s)
			// The pace of writes to Graph is kept by the machine's own clock, which never
			// goes back; the one given here does.
			s.Kill()
			s.Start()
			o.until("back", func() bool {
				return o.model.Header().Link.IsOnline() && o.model.Take(ctx, o.pending(other).ID, "") == nil
			})
			o.until("taken", func() bool { return o.pending(other).TakenName != "" })
			must(t, o.model.Resume(ctx, o.pending(other).ID, o.pending(other).Version))
			d.close()
			d = sitAt(t, s, computer{folder: t.TempDir(), clock: wrong})
			d.signIn(seed.LoginDelegate)
			d.until("issued", func() bool { r := d.request(other); return r != nil && r.Status == access.StatusDone })
			must(t, d.model.OpenConfirm(ctx, d.request(code).ID)) // what was not signed is still there
			for _, text := range d.model.Enroll().Texts {
				d.model.Tick(text.ID, true)
			}
			must(t, d.model.SendCode(ctx))
			must(t, d.model.Sign(ctx, d.code(p.Email)))
			d.until("issued too", func() bool { return d.request(code).Status == access.StatusDone })
			once(t, s, 4)
			trailIsWhole(t, s)
		})
	}
}

// sees waits for what only the server's own time brings; it is asked in between.
func sees(t *testing.T, s *servertest.Server, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !is() {
		if parts(t, s); ctx.Err() != nil {
			t.Fatalf("%s: not in time", what)
		}
	}
}
