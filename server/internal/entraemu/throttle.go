package entraemu

import (
	"math"
	"time"
)

// bucket is a token bucket of Graph writes. Guarded by Emulator.mu.
type bucket struct {
	level float64
	at    time.Time
}

// spend takes one write from the caller's bucket and the tenant's, or returns
// the seconds to wait; mu is held.
func (e *Emulator) spend(client string) (wait int, ok bool) {
	t := e.knobs.Throttle
	now := e.now()
	type limit struct {
		b    *bucket
		rate float64
	}
	var limits []limit
	for name, rate := range map[string]float64{"app " + client: t.AppPerSecond, "tenant": t.TenantPerSecond} {
		if rate <= 0 {
			continue
		}
		b := e.buckets[name]
		full := math.Max(1, float64(t.Burst))
		if b == nil {
			b = &bucket{level: full, at: now}
			e.buckets[name] = b
		}
		b.level = math.Min(full, b.level+now.Sub(b.at).Seconds()*rate)
		b.at = now
		limits = append(limits, limit{b, rate})
	}
	for _, l := range limits {
		if l.b.level < 1 {
			wait = max(wait, int(math.Ceil((1-l.b.level)/l.rate)))
		}
	}
	if wait > 0 {
		return wait, false
	}
	for _, l := range limits {
		l.b.level--
	}
	return 0, true
}
