package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"llavero/server/internal/store"
)

// Sources say how things stand. Each is called when somebody looks, from
// whatever goroutine; a nil one, or one that fails, shows nothing.
type Sources struct {
	Figures     func(context.Context) (store.Figures, error)
	FeedsOpen   func() int
	Connections func() Connections
	WAL         func() (int64, error)           // bytes
	Disk        func() (free uint64, err error) // bytes
	Ends        func() map[string]time.Time     // when a credential ends, by its name
	Backup      func() (time.Time, error)       // the last good one; zero: none yet
	Health      func() Report
}

// Connections are those of the listening socket.
type Connections struct {
	Open    int
	Refused int64 // closed because their address had too many
	Plain   int64 // spoke in clear
}

const (
	figuresFor  = 15 * time.Second
	figuresTime = 5 * time.Second // for the database to count
)

// gauges reads the sources at each look.
type gauges struct {
	from Sources
	wall func() time.Time

	mu    sync.Mutex
	kept  store.Figures
	until time.Time
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("llavero_"+name, help, labels, nil)
}

var (
	jobsWaiting = desc("jobs_waiting", "Jobs that are to be done, by kind; those that wait for later too.", "kind")
	jobsDue     = desc("jobs_due", "Jobs that could run now, or do, by kind.", "kind")
	jobsOldest  = desc("jobs_oldest_seconds", "How long the job has been due that is due longest, by kind.", "kind")
	jobsParked  = desc("jobs_parked", "Jobs set aside for a person, by kind.", "kind")
	keysNow     = desc("keys", "Keys, by environment and state.", "environment", "state")
	requestsNow = desc("requests", "Requests, by status.", "status")
	feedsOpen   = desc("feeds_open", "Feeds that are open.")
	connsOpen   = desc("connections_open", "Connections that are open, feeds included.")
	connsEnded  = desc("connections_refused_total", "Connections closed because their address had too many.")
	connsPlain  = desc("connections_plain_total", "Connections that spoke in clear.")
	walBytes    = desc("database_wal_bytes", "Writes that are not in the database file yet.")
	diskFree    = desc("disk_free_bytes", "Room left on the database's volume.")
	endsIn      = desc("credential_days_left", "Days until one of the server's own credentials ends.", "credential")
	backupAge   = desc("backup_age_seconds", "How old the last good backup is.")
	healthy     = desc("health", "1: well, 0.5: degraded, 0: failing, by part.", "part")
)

// Watch shows how things stand too. It is called once.
func (m *Metrics) Watch(from Sources) { m.registry.MustRegister(&gauges{from: from, wall: m.wall}) }

// Describe implements prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		jobsWaiting, jobsDue, jobsOldest, jobsParked, keysNow, requestsNow, feedsOpen, connsOpen, connsEnded, connsPlain,
		walBytes, diskFree, endsIn, backupAge, healthy,
	} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	g.figures(gauge)
	if g.from.FeedsOpen != nil {
		gauge(feedsOpen, float64(g.from.FeedsOpen()))
	}
	if g.from.Connections != nil {
		c := g.from.Connections()
		gauge(connsOpen, float64(c.Open))
		out <- prometheus.MustNewConstMetric(connsEnded, prometheus.CounterValue, float64(c.Refused))
		out <- prometheus.MustNewConstMetric(connsPlain, prometheus.CounterValue, float64(c.Plain))
	}
	if g.from.WAL != nil {
		if n, err := g.from.WAL(); err == nil {
			gauge(walBytes, float64(n))
		}
	}
	if g.from.Disk != nil {
		if n, err := g.from.Disk(); err == nil {
			gauge(diskFree, float64(n))
		}
	}
	now := g.wall()
	if g.from.Ends != nil {
		for name, at := range g.from.Ends() {
			if !at.IsZero() {
				gauge(endsIn, at.Sub(now).Hours()/24, name)
			}
		}
	}
	if g.from.Backup != nil {
		if at, err := g.from.Backup(); err == nil && !at.IsZero() {
			gauge(backupAge, now.Sub(at).Seconds())
		}
	}
	if g.from.Health != nil {
		for _, p := range g.from.Health().Parts {
			gauge(healthy, p.Status.worth(), p.Name)
		}
	}
}

// figures shows the database's counts, of some seconds ago at most. A database
// that does not answer shows none.
func (g *gauges) figures(gauge func(*prometheus.Desc, float64, ...string)) {
	if g.from.Figures == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.wall()
	if !now.Before(g.until) {
		ctx, cancel := context.WithTimeout(context.Background(), figuresTime) //nolint:forbidigo // a Collector is given none
		defer cancel()
		f, err := g.from.Figures(ctx)
		if err != nil {
			return
		}
		g.kept, g.until = f, now.Add(figuresFor)
	}
	for _, j := range g.kept.Jobs {
		gauge(jobsWaiting, float64(j.Waiting), j.Kind)
		gauge(jobsDue, float64(j.Due), j.Kind)
		gauge(jobsParked, float64(j.Parked), j.Kind)
		oldest := 0.0
		if !j.Oldest.IsZero() {
			oldest = max(0, now.Sub(j.Oldest).Seconds())
		}
		gauge(jobsOldest, oldest, j.Kind)
	}
	for _, k := range g.kept.Keys {
		gauge(keysNow, float64(k.Count), string(k.Environment), string(k.State))
	}
	for _, r := range g.kept.Requests {
		gauge(requestsNow, float64(r.Count), string(r.Status))
	}
}
