// Package metrics is what the operator's tools read: counters of what happened,
// gauges of how things stand, and the page that shows them beside /live and
// /ready.
//
// No label holds anything of a person, and each has few values, known before:
// a pattern of the route table and never a path, a kind of job, a code that is
// on a list. What a stranger can choose becomes "other".
//
// Counters are told as things happen, from many goroutines. Gauges are read from
// their Sources when somebody looks; figures of the database at most every
// fifteen seconds, however often that is.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"llavero/server/internal/entra"
)

// Other stands for whatever is on no list.
const Other = "other"

// Metrics counts. It is safe for many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	patterns map[string]bool

	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	signIns  *prometheus.CounterVec
	mails    *prometheus.CounterVec
	calls    *prometheus.CounterVec
	callTook prometheus.Histogram
	waits    prometheus.Counter
	writes   prometheus.Histogram
	wall     func() time.Time
}

// Routes names the patterns that may be labels. It is called before Request.
func (m *Metrics) Routes(patterns []string) {
	for _, p := range patterns {
		m.patterns[p] = true
	}
}

// New makes the counters. version is the program's; wall the machine's clock.
func New(version string, wall func() time.Time) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), patterns: map[string]bool{}, wall: wall}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m.requests = counter("llavero_http_requests_total", "Answers, by route and status.", "pattern", "status")
	m.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "llavero_http_request_seconds", Help: "Time to answer, by route; feeds are not among them.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"pattern"})
	m.signIns = counter("llavero_sign_in_failures_total", "Refused sign-ins and second factors, by status.", "status")
	m.mails = counter("llavero_mails_total", "Mails, by what became of the attempt.", "outcome")
	m.calls = counter("llavero_entra_calls_total", "Attempts of calls to Entra, by call and status; 0: no answer.", "call", "status")
	m.callTook = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "llavero_entra_call_seconds", Help: "Time of one attempt of a call to Entra.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	})
	m.waits = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "llavero_entra_throttles_total", Help: "Answers of Entra that asked to wait (429).",
	})
	m.writes = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "llavero_database_write_seconds", Help: "Time of a writing transaction, waiting for its turn included.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	})
	about := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "llavero_build_info", Help: "The program's version."}, []string{"version"})
	about.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.requests, m.took, m.signIns, m.mails, m.calls, m.callTook, m.waits, m.writes, about,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range []string{"sent", "failed"} { // there from the start: an alert can be written
		m.mails.WithLabelValues(outcome)
	}
	return m
}

// Request counts an answer. pattern is that of the route that served it, "" when
// none did; a status of 0 is that of a connection that was given away.
func (m *Metrics) Request(pattern string, status int, took time.Duration) {
	if !m.patterns[pattern] {
		pattern = Other
	}
	code := statusText(status)
	m.requests.WithLabelValues(pattern, code).Inc()
	if status != http.StatusSwitchingProtocols {
		m.took.WithLabelValues(pattern).Observe(took.Seconds())
	}
	if isSignIn[pattern] && status >= 400 && status < 500 {
		m.signIns.WithLabelValues(code).Inc()
	}
}

// Mail counts an attempt to send.
func (m *Metrics) Mail(err error) {
	outcome := "sent"
	if err != nil {
		outcome = "failed"
	}
	m.mails.WithLabelValues(outcome).Inc()
}

// Entra counts an attempt of a call.
func (m *Metrics) Entra(a entra.Attempt) {
	call := a.Call
	if !calls[call] {
		call = Other
	}
	m.calls.WithLabelValues(call, statusText(a.Status)).Inc()
	m.callTook.Observe(a.Took.Seconds())
	if a.Status == http.StatusTooManyRequests {
		m.waits.Inc()
	}
}

// Write times a writing transaction: call what it returns at its end.
func (m *Metrics) Write() (end func()) {
	began := m.wall()
	return func() { m.writes.Observe(m.wall().Sub(began).Seconds()) }
}

// Page shows everything, in Prometheus' text.
func (m *Metrics) Page() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Registry: m.registry,
	})
}

// statusText is a status that HTTP knows, 0, or other: Entra is another's to
// command.
func statusText(status int) string {
	if status != 0 && http.StatusText(status) == "" {
		return Other
	}
	return strconv.Itoa(status)
}
