package entraemu

import (
	"testing"
	"time"
)

func TestThrottle_slidingWindow(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	h.turn(func(k *Knobs) { k.Throttle = Throttle{AppWrites: 3, AppWindow: Duration(10 * time.Second)} })
	post := func() answer { return h.graph(admin, "POST", "/applications", newApp, false) }
	if got := statuses(2, post); got["201"] != 2 {
		t.Fatalf("below the limit: %v", got)
	}
	h.AdvanceClock(4 * time.Second)
	full := post()
	if full.status != 201 || full.header.Get("x-ms-throttle-limit-percentage") != "1.0" || full.header.Get("x-ms-throttle-scope") != "" {
		t.Errorf("the last that fits: %d %v", full.status, full.header)
	}
	over := post()
	if over.status != 429 || over.code() != "TooManyRequests" || over.str("error", "message") != "Please retry again later." {
		t.Errorf("beyond: %d %s", over.status, over.raw)
	}
	for name, want := range map[string]string{
		"Retry-After":                    "6",
		"x-ms-throttle-scope":            "Tenant_Application/ReadWrite/" + h.ClientID() + "/" + h.TenantID(),
		"x-ms-throttle-information":      "WriteLimitExceeded",
		"x-ms-throttle-limit-percentage": "1.0",
	} {
		if got := over.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a := h.graph(admin, "GET", "/applications", "", false); a.status != 200 {
		t.Errorf("reads are throttled: %d", a.status)
	}
	h.AdvanceClock(6*time.Second - 1)
	if a := post(); a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("an instant too early: %d Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	h.AdvanceClock(1)
	// Two of the three left the window; the third of four seconds later did not.
	if got := statuses(3, post); got["201"] != 2 || got["429 TooManyRequests"] != 1 {
		t.Errorf("after Retry-After: %v", got)
	}
	h.turn(func(k *Knobs) { k.Throttle.NoRetryAfter = true })
	if a := post(); a.status != 429 || a.header.Get("Retry-After") != "" {
		t.Errorf("without the header: %d %q", a.status, a.header.Get("Retry-After"))
	}
	if c := h.Counters(); c.Throttled != 4 || c.Writes != 9 || c.Tokens != 1 {
		t.Errorf("counters: %+v", c)
	}
}

func TestThrottle_tenantHoldsAllApplications(t *testing.T) {
	h := stopped(t)
	one, other := h.admin(), h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	h.turn(func(k *Knobs) {
		k.Throttle = Throttle{AppWrites: 2, AppWindow: Duration(time.Minute), TenantWrites: 3, TenantWindow: Duration(2 * time.Minute)}
	})
	post := func(token string) answer { return h.graph(token, "POST", "/applications", newApp, false) }
	if got := statuses(3, func() answer { return post(one) }); got["201"] != 2 || got["429 TooManyRequests"] != 1 {
		t.Errorf("the first application: %v", got)
	}
	if got := statuses(1, func() answer { return post(other) }); got["201"] != 1 {
		t.Errorf("the second has its own window: %v", got)
	}
	a := post(other)
	if a.status != 429 || a.header.Get("Retry-After") != "120" || a.header.Get("x-ms-throttle-scope") != "Tenant/ReadWrite/"+h.OwnedByClientID()+"/"+h.TenantID() {
		t.Errorf("beyond the tenant's: %d %v", a.status, a.header)
	}
	if got := h.must("GET", controlPath+"/state", "", map[string]string{"X-Control-Key": h.ControlKey()}); got.status != 200 {
		t.Errorf("state: %d", got.status)
	} else if counters, _ := got.body["counters"].(map[string]any); counters["throttled"] != 2.0 {
		t.Errorf("state's counters: %v", got.body["counters"])
	}
}

// Graph's own numbers: 3,000 writes in 150 s, and not one more.
func TestThrottle_graphLimits(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	w := &window{}
	l := GraphLimits()
	for n := range l.AppWrites {
		if wait := w.wait(now, l.AppWrites, time.Duration(l.AppWindow)); wait != 0 {
			t.Fatalf("write %d waits %s", n+1, wait)
		}
		w.taken = append(w.taken, now)
		now = now.Add(time.Millisecond)
	}
	if wait := w.wait(now, l.AppWrites, time.Duration(l.AppWindow)); wait != 147*time.Second {
		t.Errorf("the next waits %s", wait)
	}
}
