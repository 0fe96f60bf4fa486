package entra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/shared/secret"
)

// fake speaks just enough of the protocol to answer what a real directory would
// only answer on a bad day. The good days are tested on the emulator.
type fake struct {
	*httptest.Server
	graph http.HandlerFunc
	token http.HandlerFunc // nil: a good token

	mu     sync.Mutex
	tokens int // handed out
}

const fakeTenant = "11111111-2222-3333-4444-555555555555"

func newFake(t *testing.T, graph http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{graph: graph}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		base := f.URL + "/" + fakeTenant
		reply(w, 200, map[string]any{
			"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
		})
	case strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
		if f.token != nil {
			f.token(w, r)
			return
		}
		f.mu.Lock()
		f.tokens++
		n := f.tokens
		f.mu.Unlock()
		reply(w, 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": fmt.Sprintf("bearer-%d", n)})
	default:
		f.graph(w, r)
	}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("request-id", "req-1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, code, message string, details ...string) {
	e := map[string]any{"code": code, "message": message}
	var list []map[string]string
	for _, d := range details {
		list = append(list, map[string]string{"code": d})
	}
	if list != nil {
		e["details"] = list
	}
	reply(w, status, map[string]any{"error": e})
}

// idle is a clock that moves only when somebody sleeps; it notes each nap.
type idle struct {
	mu   sync.Mutex
	now  time.Time
	naps []time.Duration
}

func newIdle() *idle { return &idle{now: time.Now()} }

func (c *idle) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *idle) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.now = c.now.Add(d)
		c.naps = append(c.naps, d)
	}
	return ctx.Err()
}

func (f *fake) client(t *testing.T, clock *idle, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Authority: f.URL, GraphURL: f.URL, Tenant: fakeTenant, ClientID: "99999999-8888-7777-6666-555555555555",
		Secret: secret.New("provisioning-" + t.Name()), HTTPClient: f.Client(),
		Clock: clock.Now, Sleep: clock.Sleep, Jitter: func() float64 { return 0.5 },
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
