package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/mail"
	"llavero/server/internal/metrics"
	"llavero/shared/access"
)

// When the server looks at itself, and what it makes of it.
const (
	beatEvery = 10 * time.Second
	staleBeat = 4 * beatEvery // since the last write that was taken
	lowDisk   = 1 << 30       // bytes: somebody should look
	noDisk    = 64 << 20      // bytes: writes fail soon
)

// health is what the server knows of its own parts. It is safe for many
// goroutines. Its times are the machine's own.
type health struct {
	wall func() time.Time

	mu     sync.Mutex
	beat   time.Time // of the last write that was taken
	wrong  error     // why the last one was not
	keyset error
	mail   outcome
	entra  map[access.Environment]outcome
	isDown bool // going down
}

// outcome is how the last attempt ended.
type outcome struct {
	at  time.Time // zero: there was none
	why string    // "": well
}

func newHealth(wall func() time.Time) *health {
	return &health{wall: wall, entra: map[access.Environment]outcome{}}
}

func (h *health) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

// beatOnce writes to the database and looks at the keyset, as serving would.
func (s *Server) beatOnce(ctx context.Context) error {
	err := s.store.Beat(ctx)
	keyset := s.box.Check()
	s.health.set(func() {
		s.health.keyset, s.health.wrong = keyset, err
		if err == nil {
			s.health.beat = s.health.wall()
		}
	})
	return err
}

// beatAlways looks at the server's own parts while it runs.
func (s *Server) beatAlways(ctx context.Context) error {
	before := map[string]metrics.Status{}
	return every(ctx, func() (time.Duration, error) {
		_ = s.beatOnce(ctx) // the report tells it, once
		s.tellHealth(ctx, before)
		s.notify(ctx, stateAlive) // it came back from the database, whatever that said
		return beatEvery, nil
	}, s.log)
}

// report says how each part is. It asks nobody: it may be called as often as
// somebody likes.
func (s *Server) report() metrics.Report {
	h := s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.wall()
	r := metrics.Report{Time: now.UTC()}
	put := func(name string, wrong metrics.Status, detail string) {
		if detail == "" {
			r.Add(name, metrics.OK, "")
			return
		}
		r.Add(name, wrong, detail)
	}
	switch {
	case h.wrong != nil:
		put("database", metrics.Failing, "the last write was not taken: "+h.wrong.Error())
	case now.Sub(h.beat) > staleBeat:
		put("database", metrics.Failing, fmt.Sprintf("no write was taken for %s", now.Sub(h.beat).Truncate(time.Second)))
	default:
		put("database", metrics.Failing, "")
	}
	status, text := diskState(s.store.Path())
	r.Add("disk", status, text)
	put("keyset", metrics.Failing, textOf(h.keyset))
	for _, w := range s.workers {
		dead := ""
		if !w.IsAlive(now) {
			dead = "its loop stands still"
		}
		put("worker "+w.Kinds()[0], metrics.Failing, dead)
	}
	status, text = s.backupState()
	r.Add("backup", status, text)
	put("certificate", metrics.Degraded, s.certificateTrouble())
	put("mail", metrics.Degraded, h.mail.why)
	for _, env := range access.Environments() {
		if s.entra[env] != nil {
			put("entra "+string(env), metrics.Degraded, h.entra[env].why)
		}
	}
	if h.isDown {
		r.Add("server", metrics.Failing, "it is going down")
	}
	return r
}

// diskState is how much room there is; where nobody can tell, all is well.
func diskState(path string) (metrics.Status, string) {
	free, err := diskFree(path)
	if err != nil {
		return metrics.OK, ""
	}
	text := fmt.Sprintf("%d MiB are left", free>>20)
	switch {
	case free < noDisk:
		return metrics.Failing, text
	case free < lowDisk:
		return metrics.Degraded, text
	}
	return metrics.OK, text
}

func (s *Server) certificateTrouble() string {
	if err := s.pair.Failed(); err != nil {
		return "the new certificate does not serve: " + err.Error()
	}
	if left := daysLeft(s.pair.Ends(), s.clock()); left <= alarmDays {
		return fmt.Sprintf("it ends in %d days", left)
	}
	return ""
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sawEntra notes how the last attempt of a call ended. One that was refused by
// what it asked is no trouble of the directory's.
func (s *Server) sawEntra(env access.Environment, a entra.Attempt) {
	s.metrics.Entra(a)
	o := outcome{at: s.health.wall()}
	if a.Outcome == entra.Later || a.Status == 0 || a.Status >= 500 {
		o.why = fmt.Sprintf("the last call got no answer to work with: %s, status %d %s", a.Call, a.Status, a.Code)
	}
	s.health.set(func() { s.health.entra[env] = o })
}

// told is a Mailer whose outcomes are counted.
type told struct {
	mail.Mailer
	server *Server
}

// Send implements mail.Mailer.
func (t told) Send(ctx context.Context, m mail.Message) error {
	began := t.server.health.wall()
	err := t.Mailer.Send(ctx, m)
	if ctx.Err() != nil {
		return err // nobody's trouble
	}
	t.server.metrics.Mail(err)
	o := outcome{at: t.server.health.wall()}
	if err != nil {
		o.why = "the last attempt failed: " + err.Error()
	}
	t.server.health.set(func() {
		// One that hung while another went out says nothing of now.
		if last := t.server.health.mail; err == nil || last.why != "" || !last.at.After(began) {
			t.server.health.mail = o
		}
	})
	return err
}

// isReady is the verdict for whoever asks without looking at the parts.
func (s *Server) isReady(context.Context) error {
	r := s.report()
	if r.Status != metrics.Failing {
		return nil
	}
	for _, p := range r.Parts {
		if p.Status == metrics.Failing {
			return fmt.Errorf("%s: %s", p.Name, p.Detail)
		}
	}
	return nil
}

// ends are when the server's own credentials do.
func (s *Server) ends() map[string]time.Time {
	all := map[string]time.Time{"tls": s.pair.Ends()}
	for env, client := range s.entra {
		if c := client.Certificate(); c != nil {
			all["entra "+string(env)] = c.NotAfter
		}
	}
	return all
}

// tellHealth tells the log when a part gets worse or better, once.
func (s *Server) tellHealth(ctx context.Context, before map[string]metrics.Status) {
	for _, p := range s.report().Parts {
		was, ok := before[p.Name]
		before[p.Name] = p.Status
		if ok && was == p.Status || !ok && p.Status == metrics.OK {
			continue
		}
		level := slog.LevelInfo
		switch p.Status {
		case metrics.Failing:
			level = slog.LevelError
		case metrics.Degraded:
			level = slog.LevelWarn
		case metrics.OK:
		}
		s.log.Log(ctx, level, "health", "part", p.Name, "status", string(p.Status), "detail", p.Detail)
	}
}
