package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/seed"
)

// logLines is a log that many goroutines write and a test counts.
type logLines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logLines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

// words are what a person reads of an error.
func words(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	refusal, ok := errors.AsType[*access.Error](err)
	if !ok {
		t.Fatalf("nobody can read %v", err)
	}
	return es.Error(refusal)
}

// parts is how the server says it is, by part.
func parts(t *testing.T, s *servertest.Server) (ready int, status map[string]string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.MetricsURL()+"/ready", nil)
	must(t, err)
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	raw, err := io.ReadAll(res.Body)
	must(t, errors.Join(err, res.Body.Close()))
	var report struct {
		Parts []struct{ Name, Status string }
	}
	must(t, json.Unmarshal(raw, &report))
	status = map[string]string{}
	for _, p := range report.Parts {
		status[p.Name] = p.Status
	}
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/healthz", nil)
	must(t, err)
	res, err = s.HTTPClient().Do(r)
	must(t, err)
	must(t, res.Body.Close())
	return res.StatusCode, status
}

// becomes waits for a part of the server to say how it is. What the clock beats is
// the machine's own: there is nothing to wait on but the page.
func becomes(t *testing.T, s *servertest.Server, part, want string) (ready int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		ready, status := parts(t, s)
		if status[part] == want {
			return ready
		}
		if ctx.Err() != nil {
			t.Fatalf("%s is %q, want %q: %v", part, status[part], want, status)
		}
	}
}

// trailIsWhole has the server's own command check the audit trail.
func trailIsWhole(t *testing.T, s *servertest.Server) {
	t.Helper()
	if code, said := s.Command("audit", "verify"); code != 0 {
		t.Errorf("the audit trail: %s", said)
	}
}

// unwritable are the ways in which the server's data takes no write.
var unwritable = []struct {
	name  string
	start func(t *testing.T) (opts []servertest.Option, begin, end func(s *servertest.Server))
}{
	{"disk full", func(t *testing.T) ([]servertest.Option, func(*servertest.Server), func(*servertest.Server)) {
		d := servertest.NewDisk(t, "48")
		return []servertest.Option{servertest.WithDisk(d)}, d.Fill, func(*servertest.Server) { d.Free() }
	}},
	{"read only", func(t *testing.T) ([]servertest.Option, func(*servertest.Server), func(*servertest.Server)) {
		set := func(is bool) func(*servertest.Server) {
			return func(s *servertest.Server) { must(t, s.World.Server().Store().SetReadOnly(t.Context(), is)) }
		}
		return []servertest.Option{servertest.WithFigures()}, set(true), set(false)
	}},
}

// With the disk full, or the database read only, every act is refused with what
// to do next, reading and the feed go on, the server says so, and its log is not
// flooded. Once it takes writes again all goes on by itself from where it was:
// what was answered is there, and the tenant holds nothing twice.
func TestFault_storage(t *testing.T) {
	for _, c := range unwritable {
		t.Run(c.name, func(t *testing.T) {
			opts, begin, end := c.start(t)
			log, clock := &logLines{}, &offset{}
			s := servertest.New(t, append(opts, servertest.WithClock(clock.now), servertest.WithLog(slog.New(slog.NewTextHandler(log, nil))))...)
			d, o := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
			ctx, p, other := t.Context(), d.signIn(seed.LoginDelegate), access.LicenseCode("0500199002")
			o.signIn(seed.LoginOfficer)
			d.ask(code, p.Email)
			d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
			d.sends(other)
			one := d.code(p.Email)
			keep := rows(d.model)

			// The secret of the second code is made in the tenant, and nowhere to be kept.
			breakEntra(t, s, map[string]any{"kind": "delay", "delay": "2s", "surface": "graph", "path": "addPassword", "count": 1})
			must(t, d.model.Sign(ctx, one))
			d.until("at the secret", func() bool { r := d.request(other); return r.Step == access.StepSecret })
			begin(s)

			if got := words(t, asks(d, later(d, 1)[0])); got != es.NoStorage {
				t.Errorf("a request: %q", got)
			}
			if v := d.model.Enroll(); v.Trouble == nil || es.Error(v.Trouble.Err) != es.NoStorage || v.Trouble.RequestID == "" {
				t.Errorf("the form shows %+v", v.Trouble)
			}
			visitor := sit(t, s, t.TempDir(), nil)
			must(t, visitor.model.Start(ctx))
			if err := visitor.model.SolvePuzzle(ctx); err == nil {
				who := s.Person(seed.LoginOfficer2)
				if got := words(t, visitor.model.SubmitSignIn(ctx, seed.LoginOfficer2, who.Password)); got != es.NoStorage {
					t.Errorf("signing in: %q", got)
				}
			}
			clock.pass(2 * touched) // the use of a session would be written down
			for range 20 {
				must(t, d.model.LoadParameters(ctx, d.keyOf(code, access.Production).ID))
			}
			if d.request(code) == nil || !d.model.Header().Link.IsOnline() || !o.model.Header().Link.IsOnline() {
				t.Error("reading does not go on")
			}
			if ready := becomes(t, s, "database", "failing"); ready != http.StatusServiceUnavailable {
				t.Errorf("ready: %d", ready)
			}
			if n := log.count("claim failed"); n > 10 {
				t.Errorf("%d lines of the same trouble", n)
			}

			end(s)
			becomes(t, s, "database", "ok")
			clock.pass(leases) // of the job that could not be recorded
			third := later(d, 1)[0]
			must(t, asks(d, third)) // and this has the worker look
			d.until("the third request", func() bool { return d.request(third) != nil })
			d.until("issued after it", func() bool { r := d.request(other); return r != nil && r.Status == access.StatusDone })
			if n := log.count("claim failed"); n > 10 {
				t.Errorf("%d lines of the same trouble, after it", n)
			}
			if !strings.HasPrefix(rows(d.model), strings.SplitN(keep, "\n", 2)[0]) {
				t.Errorf("what was there is not:\n%s\nnow\n%s", keep, rows(d.model))
			}
			seen := map[string]int{}
			for _, a := range s.Emulator.State().Issued() {
				if seen[a.DisplayName]++; len(a.Secrets) != 1 || seen[a.DisplayName] > 1 {
					t.Errorf("%s: %d secrets, %d times", a.DisplayName, len(a.Secrets), seen[a.DisplayName])
				}
			}
			if len(seen) != 4 {
				t.Errorf("%d applications, want one for each of two codes and environments", len(seen))
			}
			trailIsWhole(t, s)
		})
	}
}

// How far the clock is moved past what waits.
const (
	touched = 2 * 60e9 // beyond the time between two notes of a session's use
	leases  = 5 * 60e9 // beyond a job's lease
)

// asks fills the form of a code and sends it.
func asks(d *desk, c access.LicenseCode) error {
	m, ctx := d.model, d.t.Context()
	m.AskFor(access.KindEnroll)
	must(d.t, m.OpenEnroll(ctx))
	m.ChooseEnroll(c)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	return m.SubmitEnroll(ctx)
}
