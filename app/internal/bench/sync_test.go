// Package bench measures the desktop's core against a whole server with a
// country in it, and the program itself in a window. It holds benchmarks alone;
// `make bench` runs them with -benchtime=1x, since each takes its own samples.
//
// The server of the timed ones runs in this process; the memory of both
// programs is that of the real ones, in processes of their own.
package bench

import (
	"context"
	"testing"
	"time"

	"llavero/app/internal/live"
	"llavero/server/benchtest"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// BenchmarkCountry runs what needs a server with a country in it.
func BenchmarkCountry(b *testing.B) {
	c := benchtest.New(b)
	keys := newMemory(b)
	first := newClient(b, c, keys, b.TempDir())
	first.signIn(b, c)
	first.close(b)
	b.Run("FirstSync", func(b *testing.B) { firstSync(b, c, keys) })
	b.Run("CatchUp", func(b *testing.B) { catchUp(b, c, keys) })
	b.Run("CommitToClient", func(b *testing.B) { commitToClient(b, c) })
	b.Run("ListFilter", func(b *testing.B) { listFilter(b, c, keys) })
}

// firstSync is an officer's very first start: from the moment they are signed in
// until the list of 61,177 requests can be shown, received, sealed in the cache,
// sorted and indexed for search (first_sync_country; the median of five), and
// what came over the wire for it, TLS and compression included
// (first_sync_country_bytes).
func firstSync(b *testing.B, c *benchtest.Country, keys keeper) {
	const passes = 5
	var took []time.Duration
	var bytes int64
	for range passes {
		k := newClient(b, c, keys, b.TempDir())
		k.goOn(b)
		began := time.Now()
		stop := k.run(b)
		k.wait(b, "the country", func() bool { return k.isCurrent(seed.CountryCodes, 1) })
		took = append(took, time.Since(began))
		bytes = k.bytes.Load()
		stop()
		k.close(b)
	}
	benchtest.Say(b, "first_sync_country", benchtest.Milliseconds(benchtest.Quantile(took, 0.5)), "ms")
	benchtest.Say(b, "first_sync_country_bytes", float64(bytes), "bytes")
}

// catchUp is the return of a client that was away while 100 requests changed,
// with the country in its lists: from connecting, TLS handshake included, until
// the list shows all of it (catchup_100; the median of fifteen).
func catchUp(b *testing.B, c *benchtest.Country, keys keeper) {
	const passes, changes = 15, 100
	k := newClient(b, c, keys, b.TempDir())
	k.goOn(b)
	stop := k.run(b)
	k.wait(b, "the country", func() bool { return k.isCurrent(seed.CountryCodes, 1) })
	stop()
	var took []time.Duration
	for pass := range passes {
		act := c.Take
		if pass%2 == 1 {
			act = c.Release
		}
		var last int64
		for _, id := range c.Pending[:changes] {
			var err error
			if last, err = act(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
		began := time.Now()
		stop := k.run(b)
		k.wait(b, "the changes", func() bool { return k.isCurrent(seed.CountryCodes, last) })
		took = append(took, time.Since(began))
		stop()
	}
	k.close(b)
	benchtest.Say(b, "catchup_100", benchtest.Milliseconds(benchtest.Quantile(took, 0.5)), "ms")
}

// commitToClient is how long a change takes to reach those who see it, with 200
// officers connected, each over a websocket and TLS connection of its own: from
// the call of the use case, so that the transaction itself is in it, until the
// client has read the row. The 99th percentile (and the median) of 10,000
// arrivals: 50 commits by 200 clients. All of it, the 200 clients too, shares
// this machine's processors.
func commitToClient(b *testing.B, c *benchtest.Country) {
	const clients, commits = 200, 50
	tokens := c.Sessions(b, clients)
	at := c.Position(b)
	arrivals := make(chan arrival, clients)
	connect(b, c, tokens, &sink{at: at, arrivals: arrivals})
	var took []time.Duration
	for i := range commits {
		act := c.Take
		if i%2 == 1 {
			act = c.Release
		}
		began := time.Now()
		seq, err := act(b.Context(), c.Pending[1000+i/2])
		if err != nil {
			b.Fatal(err)
		}
		limit := time.After(patience)
		for n := 0; n < clients; {
			select {
			case a := <-arrivals:
				if a.seq != seq {
					continue // of a lease that lapsed
				}
				took = append(took, a.at.Sub(began))
				n++
			case <-limit:
				b.Fatalf("%d of %d clients have change %d after %s", n, clients, seq, patience)
			}
		}
	}
	benchtest.Say(b, "commit_to_client_p99", benchtest.Milliseconds(benchtest.Quantile(took, 0.99)), "ms")
	benchtest.Say(b, "commit_to_client_p50", benchtest.Milliseconds(benchtest.Quantile(took, 0.5)), "ms")
}

// arrival is a change that reached a client.
type arrival struct {
	seq int64
	at  time.Time
}

// sink is a client that notes when changes come.
type sink struct {
	at       wire.Position
	ready    chan<- struct{}
	arrivals chan<- arrival
	isReady  bool
}

func (s *sink) Position() wire.Position { return s.at }
func (s *sink) Connecting()             {}
func (s *sink) Lost(error)              {}
func (s *sink) Restored(time.Time)      {}

func (s *sink) Welcome(context.Context, string, int64, bool) error { return nil }

func (s *sink) Changes(ctx context.Context, changes []wire.Change) error {
	now := time.Now()
	for _, c := range changes {
		s.at.Seq = max(s.at.Seq, c.Seq)
		select {
		case s.arrivals <- arrival{c.Seq, now}:
		case <-ctx.Done():
		}
	}
	return nil
}

func (s *sink) Ready(_ context.Context, seq int64, _ time.Time) error {
	s.at.Seq = max(s.at.Seq, seq)
	if !s.isReady {
		s.isReady = true
		s.ready <- struct{}{}
	}
	return nil
}

func (s *sink) Beat(_ context.Context, seq int64, _ time.Time) error {
	s.at.Seq = max(s.at.Seq, seq)
	return nil
}

var _ live.Sink = (*sink)(nil)
