package metrics

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// page is what is shown.
func page(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Page().ServeHTTP(w, httptest.NewRequest("GET", PathMetrics, nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func shows(t *testing.T, m *Metrics, want ...string) {
	t.Helper()
	got := page(t, m)
	for _, w := range want {
		if !strings.Contains(got, "\n"+w+"\n") {
			t.Errorf("does not show %q:\n%s", w, regexp.MustCompile(`(?m)^(#|go_|process_|promhttp_).*\n`).ReplaceAllString(got, ""))
		}
	}
}

func TestMetrics_counts(t *testing.T) {
	now := time.Now()
	m := New("9.9", func() time.Time { return now })
	m.Routes([]string{wire.RouteSignIn, wire.RouteAbout})
	m.Request(wire.RouteAbout, 200, 30*time.Millisecond)
	m.Request(wire.RouteSignIn, 401, time.Second)
	m.Request("/somebody/pasted/this", 404, 0)
	m.Request("", 404, 0)
	m.Request(wire.RouteAbout, 742, 0)
	m.Mail(nil)
	m.Mail(errors.New("x"))
	m.Entra(entra.Attempt{Call: "grantRole", Status: 429, Took: time.Second})
	m.Entra(entra.Attempt{Call: "of another", Status: 999})
	end := m.Write()
	now = now.Add(3 * time.Second)
	end()
	shows(t, m,
		`llavero_build_info{version="9.9"} 1`,
		`llavero_http_requests_total{pattern="GET /v1/about",status="200"} 1`,
		`llavero_http_requests_total{pattern="GET /v1/about",status="other"} 1`,
		`llavero_http_requests_total{pattern="POST /v1/sessions",status="401"} 1`,
		`llavero_http_requests_total{pattern="other",status="404"} 2`,
		`llavero_http_request_seconds_bucket{pattern="GET /v1/about",le="0.05"} 2`,
		`llavero_sign_in_failures_total{status="401"} 1`,
		`llavero_mails_total{outcome="failed"} 1`, `llavero_mails_total{outcome="sent"} 1`,
		`llavero_entra_calls_total{call="grantRole",status="429"} 1`,
		`llavero_entra_calls_total{call="other",status="other"} 1`,
		`llavero_entra_throttles_total 1`,
		`llavero_database_write_seconds_sum 3`,
	)
}

func TestMetrics_gauges(t *testing.T) {
	now := time.Now()
	m := New("9.9", func() time.Time { return now })
	asked := 0
	var failed error
	m.Watch(Sources{
		Figures: func(context.Context) (store.Figures, error) {
			asked++
			return store.Figures{
				Jobs:     []store.JobFigure{{Kind: "mail", Waiting: 5, Due: 3, Oldest: now.Add(-time.Minute), Parked: 2}},
				Keys:     []store.KeyFigure{{Environment: access.Production, State: access.KeyActive, Count: 7}},
				Requests: []store.RequestFigure{{Status: access.StatusPending, Count: 4}},
			}, failed
		},
		FeedsOpen:   func() int { return 6 },
		Connections: func() Connections { return Connections{Open: 8, Refused: 9, Plain: 10} },
		WAL:         func() (int64, error) { return 4096, nil },
		Disk:        func() (uint64, error) { return 0, errors.New("not here") },
		Ends:        func() map[string]time.Time { return map[string]time.Time{"tls": now.Add(36 * time.Hour), "none": {}} },
		Backup:      func() (time.Time, error) { return now.Add(-time.Hour), nil },
		Health: func() Report {
			var r Report
			r.Add("database", OK, "")
			r.Add("mail", Degraded, "x")
			r.Add("keyset", Failing, "x")
			return r
		},
	})
	shows(t, m,
		`llavero_jobs_waiting{kind="mail"} 5`, `llavero_jobs_due{kind="mail"} 3`, `llavero_jobs_parked{kind="mail"} 2`, `llavero_jobs_oldest_seconds{kind="mail"} 60`,
		`llavero_keys{environment="production",state="active"} 7`, `llavero_requests{status="pending"} 4`,
		`llavero_feeds_open 6`, `llavero_connections_open 8`, `llavero_connections_refused_total 9`, `llavero_connections_plain_total 10`,
		`llavero_database_wal_bytes 4096`, `llavero_credential_days_left{credential="tls"} 1.5`, `llavero_backup_age_seconds 3600`,
		`llavero_health{part="database"} 1`, `llavero_health{part="mail"} 0.5`, `llavero_health{part="keyset"} 0`,
	)
	if got := page(t, m); strings.Contains(got, "disk_free") || strings.Contains(got, `"none"`) || asked != 1 {
		t.Errorf("asked %d times: %s", asked, got)
	}
	now = now.Add(figuresFor)
	failed = errors.New("locked")
	if got := page(t, m); strings.Contains(got, "llavero_jobs_waiting{") || !strings.Contains(got, "llavero_feeds_open 6") || asked != 2 {
		t.Errorf("asked %d times: %s", asked, got)
	}
}

// The calls that may be labels are those that package entra makes.
func TestCalls_areEntras(t *testing.T) {
	files, err := filepath.Glob("../entra/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	named := regexp.MustCompile(`(?:name:|Call:|list\[\w+\]\(ctx, c,)\s*"(\w+)"`)
	made := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			made[m[1]] = true
			if !calls[m[1]] {
				t.Errorf("%s makes %s, which is on no list", f, m[1])
			}
		}
	}
	for name := range calls {
		if !made[name] {
			t.Errorf("nobody makes %s", name)
		}
	}
}
