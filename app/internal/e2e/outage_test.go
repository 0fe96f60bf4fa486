package e2e

import (
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// gate stands before the mail drop and can be shut: it cuts who comes, or says
// nothing to them.
type gate struct {
	net.Listener
	shut atomic.Value // string: "", "cut", "silent"
}

func newGate(t *testing.T) *gate {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	g := &gate{Listener: ln}
	g.shut.Store("")
	t.Cleanup(func() { _ = ln.Close() })
	return g
}

// serve passes connections on to the drop until the gate is closed.
func (g *gate) serve(to string) {
	for {
		in, err := g.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = in.Close() }()
			switch g.shut.Load() {
			case "cut":
				return
			case "silent":
				_, _ = io.Copy(io.Discard, in) // until the other side gives up
				return
			}
			out, err := net.Dial("tcp", to) //nolint:noctx // its life is the connection's
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			_, _ = io.Copy(in, out)
		}()
	}
}

// While mail is down, however it is, the request stays and the person may ask for
// another code; the server says that mail is degraded. Once it is back what still
// serves arrives, a code that went by does not, and one request is signed once.
func TestFault_mailDown(t *testing.T) {
	for _, mode := range []string{"cut", "silent", "refused"} {
		t.Run(mode, func(t *testing.T) {
			g, clock, drop := newGate(t), &offset{}, ""
			s := servertest.New(t, servertest.WithClock(clock.now), servertest.WithMailAt(g.Addr().String(), &drop))
			go g.serve(drop)
			d := sit(t, s, t.TempDir(), nil)
			ctx, p := t.Context(), d.signIn(seed.LoginDelegate)
			if mode == "refused" {
				s.Mail.FailNext(1_000_000)
			} else {
				g.shut.Store(mode)
			}
			before := len(s.Mail.To(p.Email))
			d.sends(code)
			c, ok := d.model.Confirm()
			if !ok || c.Code == nil || c.Code.From == "" || !c.Code.ExpiresAt.After(clock.now()) {
				t.Fatalf("a person cannot see where it stands: %+v", c.Code)
			}
			if ready := becomes(t, s, "mail", "degraded"); ready != 200 {
				t.Errorf("without mail the server is not ready: %d", ready)
			}
			clock.pass(c.Code.ExpiresAt.Sub(clock.now()) + time.Minute) // nobody could use it now
			if got := words(t, d.model.Sign(ctx, secret.New("000000"))); got == "" {
				t.Error("signed without a code")
			}
			must(t, d.model.SendCode(ctx)) // the next one
			if n := len(s.Mail.To(p.Email)); n != before {
				t.Errorf("%d mails came through", n-before)
			}

			s.Mail.FailNext(0)
			g.shut.Store("")
			clock.pass(time.Minute)          // the tries that were put off are due
			must(t, asks(d, later(d, 1)[0])) // and this has the worker look
			must(t, d.model.OpenConfirm(ctx, d.request(code).ID))
			for _, text := range d.model.Enroll().Texts {
				d.model.Tick(text.ID, true)
			}
			must(t, d.model.Sign(ctx, d.code(p.Email)))
			d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
			becomes(t, s, "mail", "ok")
			codes := 0
			for _, m := range s.Mail.To(p.Email)[before:] {
				if _, err := world.CodeIn(m); err == nil {
					codes++
				}
			}
			if codes != 1 {
				t.Errorf("%d codes came, want the one that still served", codes)
			}
			oneOfEach(t, s)
			trailIsWhole(t, s)
		})
	}
}

// Entra is down for days: what is asked for parks with the reason, delegates read
// that it was sent, a test says it in its lights, a compromised key stays open as
// an incident, and reminders go on. Back again, officers have all of it go on;
// nothing is made twice and the compromised secret is gone.
func TestFault_entraDown(t *testing.T) {
	const other = access.LicenseCode("0500199002")
	clock := &offset{}
	s := servertest.New(t, servertest.WithClock(clock.now), servertest.WithReminders(), servertest.WithTestsAtWill())
	first := sit(t, s, t.TempDir(), nil)
	p := first.signIn(seed.LoginDelegate)
	first.ask(code, p.Email)
	first.until("issued", func() bool { return first.request(code).Status == access.StatusDone })
	end := first.keyOf(code, access.Production).ExpiresAt
	first.close()
	jump(s, clock, morning(end, 34))
	first.letter(p.Email, "vence") // the first reminder

	at := func() *desk { return sitAt(t, s, computer{folder: t.TempDir(), clock: clock.now}) }
	d, o := at(), at()
	d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	_, old := d.values(code)
	for _, surface := range []string{"login", "graph"} {
		breakEntra(t, s, map[string]any{"kind": "status", "status": 503, "surface": surface, "count": -1})
	}
	d.ask(other, p.Email)
	d.until("sent", func() bool { return d.inscription(other) == "Solicitud enviada" })
	test := d.tests(code, access.Preproduction)
	if r := test.Light(access.LightSecret); r.State == access.LightOn {
		t.Errorf("the test says that Entra answers: %+v", test)
	}
	must(t, d.model.Compromise(t.Context(), d.keyOf(code, access.Production).ID, wire.Compromise{LastDigits: access.LastDigits(code), What: "Se envió por correo"}))
	down := []string{"Entra tuvo una falla.", "Entra está fuera de servicio por un momento."} // as who answers says it
	for _, c := range []access.LicenseCode{other, code} {
		o.until("the row", func() bool { return o.pending(c) != nil })
		if f := o.pending(c).Failure; f == nil || !slices.Contains(down, es.FailureCause(*f)) {
			t.Errorf("%s: the officer reads %+v", c, f)
		}
	}
	d.close()
	o.close()

	jump(s, clock, morning(end, 29)) // days later, and still down
	if letter := first.letter(p.Email, "vence"); !strings.Contains(letter, string(code)) {
		t.Errorf("the reminder says %s", letter)
	}
	d, o = at(), at()
	d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	o.until("both rows", func() bool { return o.pending(code) != nil && o.pending(other) != nil })
	if i := d.keyOf(code, access.Production).Incident; i == nil || !i.RemovedAt.IsZero() {
		t.Errorf("the incident: %+v", i)
	}

	mendEntra(t, s)
	for _, c := range []access.LicenseCode{other, code} {
		must(t, o.model.OpenAttend(t.Context(), o.pending(c).ID))
		v, _ := o.model.Attend()
		must(t, o.model.Resume(t.Context(), v.Row.ID, v.Row.Version))
		d.until("done", func() bool { return d.request(c).Status == access.StatusDone })
	}
	d.until("the old secret is gone", func() bool { return !d.keyOf(code, access.Production).Incident.RemovedAt.IsZero() })
	if _, now := d.values(code); now[access.Production] == old[access.Production] || now[access.Preproduction] != old[access.Preproduction] {
		t.Error("not just the compromised secret changed")
	}
	once(t, s, 4)
	trailIsWhole(t, s)
}

// once: so many applications, no two of a name, each with the one secret in force.
func once(t *testing.T, s *servertest.Server, want int) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range s.Emulator.State().Issued() {
		if seen[a.DisplayName] || len(a.Live()) != 1 {
			t.Errorf("%s: there before %t, %d secrets", a.DisplayName, seen[a.DisplayName], len(a.Live()))
		}
		seen[a.DisplayName] = true
	}
	if len(seen) != want {
		t.Errorf("%d applications, want %d", len(seen), want)
	}
}
