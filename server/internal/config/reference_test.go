package config

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuracion.md anew")

const referencePage = "../../../docs/configuracion.md"

// The page is what the program says, and the program says something of each
// setting.
func TestReference(t *testing.T) {
	c := Default()
	used := map[string]bool{}
	for _, s := range settingsOf(&c) {
		if Meaning(s.key) == "" {
			t.Errorf("nobody described %s: see meanings.go", s.key)
		}
		key := s.key
		for _, env := range []string{"preproduction.", "production."} {
			if rest, ok := strings.CutPrefix(key, env); ok {
				key = "*." + rest
			}
		}
		used[key] = true
	}
	for key := range meanings {
		if !used[key] {
			t.Errorf("%s is described, and is no setting", key)
		}
	}
	if *update {
		if err := os.WriteFile(referencePage, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != Reference() {
		t.Errorf("%s strays from the program: go test ./server/internal/config -run TestReference -update", referencePage)
	}
}

func TestValidate_edge(t *testing.T) {
	for name, tt := range map[string]struct {
		environ string
		want    string
	}{
		"form of the log":     {"LLAVERO_LOG_FORMAT=xml", "log_format"},
		"metrics for all":     {"LLAVERO_METRICS_LISTEN=0.0.0.0:9464", "metrics.exposed"},
		"metrics nowhere":     {"LLAVERO_METRICS_LISTEN=9464", "metrics.listen"},
		"metrics by name":     {"LLAVERO_METRICS_LISTEN=metrics.example:9464", "metrics.exposed"},
		"no connections":      {"LLAVERO_HTTP_CONNECTIONS=0", "http.connections"},
		"more than all":       {"LLAVERO_HTTP_PER_ADDRESS=9000", "http.per_address"},
		"no time for a head":  {"LLAVERO_HTTP_HEADER_TIMEOUT=0s", "http.header_timeout"},
		"less than a head's":  {"LLAVERO_HTTP_READ_TIMEOUT=5s", "http.read_timeout"},
		"an answer in no":     {"LLAVERO_HTTP_WRITE_TIMEOUT=1s", "http.write_timeout"},
		"never idle":          {"LLAVERO_HTTP_IDLE_TIMEOUT=0s", "http.idle_timeout"},
		"always looking":      {"LLAVERO_TLS_WATCH_EVERY=0s", "tls.watch_every"},
		"no feeds":            {"LLAVERO_FEED_TOTAL=0", "feed.total"},
		"none of an address":  {"LLAVERO_FEED_PER_ADDRESS=0", "feed.per_address"},
		"an address to serve": {"LLAVERO_LISTEN=:0", "neither a host nor a port"},
	} {
		if _, err := Load("", []string{tt.environ}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	for _, fine := range [][]string{
		{"LLAVERO_METRICS_LISTEN=127.0.0.1:9464"},
		{"LLAVERO_METRICS_LISTEN=[::1]:0"},
		{"LLAVERO_METRICS_LISTEN=0.0.0.0:9464", "LLAVERO_METRICS_EXPOSED=true"},
	} {
		if _, err := Load("", fine); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}
