package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entra"
	"llavero/server/internal/mail"
	"llavero/server/internal/metrics"
	"llavero/shared/access"
	"llavero/shared/journal"
)

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func withMetrics(t *testing.T) config.Config {
	t.Helper()
	c := workable(t)
	c.Metrics.Listen = "127.0.0.1:0"
	return c
}

func ready(t *testing.T, s *Server) (int, metrics.Report) {
	t.Helper()
	status, body := get(t, "http://"+s.MetricsAddr()+metrics.PathReady)
	var r metrics.Report
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return status, r
}

func part(r metrics.Report, name string) metrics.Part {
	for _, p := range r.Parts {
		if p.Name == name {
			return p
		}
	}
	return metrics.Part{}
}

// A server that is well says so, part by part, and to the command.
func TestHealth_well(t *testing.T) {
	cfg := withMetrics(t)
	s, _ := start(t, cfg)
	if status, body := get(t, "http://"+s.MetricsAddr()+metrics.PathLive); status != 200 || !strings.Contains(body, `"ok"`) {
		t.Errorf("live: %d %s", status, body)
	}
	status, r := ready(t, s)
	if status != 200 || r.Status == metrics.Failing || len(r.Parts) < 9 {
		t.Errorf("ready: %d %+v", status, r)
	}
	for _, name := range []string{"database", "keyset", "worker mail", "worker provision", "certificate", "mail"} {
		if p := part(r, name); p.Status != metrics.OK {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, path := range []string{"/", "/nada", "/debug/pprof/"} {
		if status, _ := get(t, "http://"+s.MetricsAddr()+path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}

	// The command asks the page; and without one, the server's own address.
	var out, errs output
	w := world{stdout: &out, stderr: &errs, clock: time.Now}
	listen := cfg
	listen.Metrics.Listen = s.MetricsAddr()
	if err := askReady(t.Context(), w, "http://"+reachable(listen.Metrics.Listen)+metrics.PathReady); err != nil || !strings.Contains(out.String(), "worker mail") {
		t.Errorf("%v: %s", err, out.String())
	}
	cfg.Listen = s.Addr()
	if err := askHealthy(t.Context(), w, cfg); err != nil {
		t.Error(err)
	}
	other := workable(t) // whose certificate is another's
	start(t, other)
	other.Listen = s.Addr()
	if err := askHealthy(t.Context(), w, other); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another server's certificate: %v", err)
	}
}

// Each part that can fail does, and is named; what is only degraded leaves the
// server in service.
func TestHealth_parts(t *testing.T) {
	s, err := New(t.Context(), withMetrics(t), slog.New(slog.DiscardHandler)) // it does not run: nothing mends itself
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.beatOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(s.metrics.Handler(s.report, false))
	t.Cleanup(page.Close)
	now := time.Now()
	for _, tt := range []struct {
		part   string
		spoil  func()
		mend   func()
		want   metrics.Status
		detail string
	}{
		{"database", func() { s.health.wrong = os.ErrPermission }, func() { s.health.wrong = nil }, metrics.Failing, "permission"},
		{"database", func() { s.health.beat = now.Add(-staleBeat - time.Second) }, func() { s.health.beat = now }, metrics.Failing, "no write was taken"},
		{"keyset", func() { s.health.keyset = os.ErrNotExist }, func() { s.health.keyset = nil }, metrics.Failing, "not exist"},
		{"mail", func() { s.health.mail.why = "the last attempt failed: mail: dial" }, func() { s.health.mail.why = "" }, metrics.Degraded, "dial"},
		{"server", func() { s.health.isDown = true }, func() { s.health.isDown = false }, metrics.Failing, "going down"},
	} {
		s.health.set(tt.spoil)
		status, body := get(t, page.URL+metrics.PathReady)
		var r metrics.Report
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		if p := part(r, tt.part); p.Status != tt.want || !strings.Contains(p.Detail, tt.detail) {
			t.Errorf("%s: %+v", tt.part, p)
		}
		if (status == 503) != (tt.want == metrics.Failing) || (s.isReady(t.Context()) != nil) != (tt.want == metrics.Failing) {
			t.Errorf("%s: status %d, %v", tt.part, status, s.isReady(t.Context()))
		}
		s.health.set(tt.mend)
	}
	if err := s.isReady(t.Context()); err != nil {
		t.Errorf("mended: %v", err)
	}
	// A database that takes no write any more is seen by the next look.
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.beatOnce(t.Context()); err == nil || s.isReady(t.Context()) == nil {
		t.Errorf("a closed database: %v", err)
	}
}

// What happens to mail and to Entra is seen, and degrades.
func TestHealth_outcomes(t *testing.T) {
	s, _ := start(t, withMetrics(t))
	s.entra = map[access.Environment]*entra.Client{}
	letters := told{failing{}, s}
	_ = letters.Send(t.Context(), mail.Message{})
	if p := part(s.report(), "mail"); p.Status != metrics.Degraded || !strings.Contains(p.Detail, "mail: dial") {
		t.Errorf("%+v", p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.health.set(func() { s.health.mail = outcome{} })
	_ = letters.Send(ctx, mail.Message{}) // stopped: nobody's trouble
	if p := part(s.report(), "mail"); p.Status != metrics.OK {
		t.Errorf("%+v", p)
	}
	for _, tt := range []struct {
		a    entra.Attempt
		well bool
	}{
		{entra.Attempt{Call: "token", Status: 200, Outcome: entra.Done}, true},
		{entra.Attempt{Call: "grantRole", Status: 400, Outcome: entra.Refused}, true},
		{entra.Attempt{Call: "token", Outcome: entra.Later}, false},
		{entra.Attempt{Call: "token", Status: 429, Outcome: entra.Later}, false},
		{entra.Attempt{Call: "token", Status: 503, Outcome: entra.Later}, false},
	} {
		s.sawEntra(access.Production, tt.a)
		if why := s.health.entra[access.Production].why; (why == "") != tt.well {
			t.Errorf("%+v: %q", tt.a, why)
		}
	}
}

type failing struct{}

func (failing) Send(context.Context, mail.Message) error { return &mail.Error{Reason: "dial"} }

// A page in the operator's browser cannot read the figures under a name that it
// had resolved to this machine.
func TestAside_otherNames(t *testing.T) {
	s, _ := start(t, withMetrics(t))
	for host, want := range map[string]int{"127.0.0.1:1": 200, "localhost": 200, "[::1]:9": 200, "rebind.example": 421, "10.0.0.1": 421} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.MetricsAddr()+metrics.PathMetrics, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d", host, resp.StatusCode)
		}
	}
}

// Whatever strangers ask for, the labels stay those of the route table and
// nothing they sent is in the figures or in the log; every line of a request
// carries its id.
func TestFigures_strangers(t *testing.T) {
	cfg := withMetrics(t)
	var log output
	s, err := New(t.Context(), cfg, slog.New(journal.New(slog.NewJSONHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	c := client(t, s)
	const planted = "PlantedToken4711"
	ask := func(method, path, token string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, bytes.NewReader([]byte(`{"login":"`+planted+`"}`)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("User-Agent", planted)
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	series := func() int {
		_, page := get(t, "http://"+s.MetricsAddr()+metrics.PathMetrics)
		if strings.Contains(page, planted) {
			t.Fatal("the figures hold what a stranger sent")
		}
		return strings.Count(page, "llavero_http_requests_total{")
	}
	ask("GET", "/nada", "x")
	ask("BREW", "/v1/about", "x")
	ask("POST", "/v1/sessions", "x")
	ask("GET", "/v1/keys/"+planted+"/history", "x")
	before := series()
	for i := range 50 {
		path := "/" + strings.Repeat("x", i+1) + planted
		ask("GET", path, planted)
		ask("GET", "/v1/keys/"+path[1:]+"/history?token="+planted, planted)
		ask("POST", "/v1/sessions?login="+planted, planted)
	}
	if after := series(); after != before {
		t.Errorf("%d series became %d", before, after)
	}
	text := log.String()
	if strings.Contains(text, planted) {
		t.Error("the log holds what a stranger sent")
	}
	lines := 0
	for line := range strings.Lines(text) {
		var l struct{ Msg, Pattern, RequestID string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if l.Msg == "request" {
			lines++
			if len(l.RequestID) != 36 || l.Pattern == "" {
				t.Errorf("%s", line)
			}
		}
	}
	if lines != 154 {
		t.Errorf("%d lines for 154 requests", lines)
	}
}
