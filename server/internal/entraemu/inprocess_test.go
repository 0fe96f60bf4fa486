package entraemu

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble is an emulator without a socket, whose clock is the bubble's.
func inBubble(t *testing.T, cfg Config) *harness {
	t.Helper()
	cfg.Clock = time.Now
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &harness{Emulator: e, t: t, hc: e.HTTPClient()}
}

// A country's pace in virtual time: a writer at Graph's own rate is never told
// to wait, one a little faster is.
func TestInProcess_virtualTime(t *testing.T) {
	for _, tt := range []struct {
		name      string
		every     time.Duration
		throttled bool
	}{
		{"20 a second", 50 * time.Millisecond, false},
		{"25 a second", 40 * time.Millisecond, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := inBubble(t, Config{})
				h.turn(func(k *Knobs) { k.Throttle = GraphLimits(); k.Token.MockSignature = true })
				token := h.admin()
				from := time.Now()
				for range 3500 {
					time.Sleep(tt.every)
					a := h.graph(token, "PATCH", "/applications/x", "{}", false)
					if a.status != 404 && a.status != 429 {
						t.Fatalf("%d %s", a.status, a.raw)
					}
				}
				if c := h.Counters(); (c.Throttled > 0) != tt.throttled || c.Writes != 3500 {
					t.Errorf("after %s: %+v", time.Since(from), c)
				}
			})
		})
	}
}

// Faults do in process what they do over a socket, delays in virtual time.
func TestInProcess_faults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inBubble(t, Config{})
		admin := h.admin()
		m := h.makeApp(admin, "one")
		add := func() error {
			_, err := h.tryGraph(admin, "POST", "/applications/"+m.id+"/addPassword", "{}", false)
			return err
		}
		live := func() int { a, _ := h.State().ByUniqueName("one"); return len(a.Live()) }
		for _, tt := range []struct {
			kind FaultKind
			live int
		}{{FaultCutBefore, 1}, {FaultLostAnswer, 2}, {FaultCutBody, 3}} {
			h.fault(Fault{Kind: tt.kind, Path: "addPassword"})
			if err := add(); !errors.Is(err, io.ErrUnexpectedEOF) || live() != tt.live {
				t.Errorf("%s: %v, %d live secrets", tt.kind, err, live())
			}
		}
		from := time.Now()
		h.fault(Fault{Kind: FaultDelay, Delay: Duration(time.Hour), Path: "addPassword"})
		if err := add(); err != nil || time.Since(from) != time.Hour || live() != 4 {
			t.Errorf("delay: %v after %s, %d live secrets", err, time.Since(from), live())
		}
		h.fault(Fault{Kind: FaultHang, Path: "applications"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "POST", h.URL()+"/v1.0/applications", strings.NewReader(newApp))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+admin)
		if res, err := h.hc.Do(r); !errors.Is(err, context.DeadlineExceeded) {
			if err == nil {
				_ = res.Body.Close()
			}
			t.Errorf("hang: %v", err)
		}
		if len(h.State().Issued()) != 2 {
			t.Error("the call that hangs did not act")
		}
	})
}

// The whole ladder works without a socket: the gateway reads the keys in process.
func TestInProcess_gateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inBubble(t, Config{})
		g := h.Gateway(Sandbox)
		token := h.tokenOf(h.ClientID(), h.ClientSecret(), g.Scope)
		get := func() answer {
			return h.must("GET", "/gateway/sandbox/ihce/CodeSystem?since=2026-01-01", "", map[string]string{
				"Ocp-Apim-Subscription-Key": g.SubscriptionKey, "Authorization": "Bearer " + token,
			})
		}
		if a := get(); a.status != 200 {
			t.Errorf("%d %s", a.status, a.raw)
		}
		time.Sleep(2 * time.Hour)
		if a := get(); a.status != 401 || !strings.Contains(a.raw, "expired") {
			t.Errorf("two hours later: %d %s", a.status, a.raw)
		}
	})
}

func BenchmarkToken(b *testing.B) {
	for _, mock := range []bool{false, true} {
		name := "rsa"
		if mock {
			name = "mock"
		}
		b.Run(name, func(b *testing.B) {
			e, err := New(Config{Clock: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			if err := e.TurnKnobs(func(k *Knobs) { k.Token.MockSignature = mock }); err != nil {
				b.Fatal(err)
			}
			hc, form := e.HTTPClient(), grantForm(e.ClientID(), e.ClientSecret(), e.Gateway(Prod).Scope).Encode()
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), "POST", e.URL()+"/"+e.TenantID()+"/oauth2/v2.0/token", strings.NewReader(form))
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				res, err := hc.Do(r)
				if err != nil || res.StatusCode != 200 {
					b.Fatalf("%v %v", res, err)
				}
				_ = res.Body.Close()
			}
		})
	}
}
