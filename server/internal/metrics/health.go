package metrics

import (
	"encoding/json"
	"net"
	"net/http"
	"time"
)

// Status says how a part is.
type Status string

// A part that is degraded works, and somebody should look; with one that fails
// the server cannot do its work.
const (
	OK       Status = "ok"
	Degraded Status = "degraded"
	Failing  Status = "failing"
)

func (s Status) worth() float64 {
	switch s {
	case OK:
		return 1
	case Degraded:
		return 0.5
	}
	return 0
}

// Part is how one part of the server is.
type Part struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail,omitempty"` // for the operator; names nobody, holds no secret
}

// Report is how the server is: as its worst part.
type Report struct {
	Status Status    `json:"status"`
	Time   time.Time `json:"time"`
	Parts  []Part    `json:"parts"`
}

// Add puts a part in.
func (r *Report) Add(name string, status Status, detail string) {
	r.Parts = append(r.Parts, Part{name, status, detail})
	if r.Status == "" || status.worth() < r.Status.worth() {
		r.Status = status
	}
}

// Paths of the operator's page.
const (
	PathLive    = "/live"
	PathReady   = "/ready"
	PathMetrics = "/metrics"
)

// Handler serves the operator's page: /live says that the process answers, /ready
// whether it can work (503 when it cannot) and why, /metrics the figures. anyHost
// also answers for other names than this machine's own: a page in its browser
// cannot be made to read them then.
func (m *Metrics) Handler(ready func() Report, anyHost bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathLive, func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": string(OK)})
	})
	mux.HandleFunc("GET "+PathReady, func(w http.ResponseWriter, _ *http.Request) {
		r := ready()
		status := http.StatusOK
		if r.Status == Failing {
			status = http.StatusServiceUnavailable
		}
		write(w, status, r)
	})
	mux.Handle("GET "+PathMetrics, m.Page())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !anyHost && !isOurs(r.Host) {
			http.Error(w, "another host's name", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func isOurs(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that left is all that can be wrong
}
