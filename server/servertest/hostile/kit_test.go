package hostile

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"llavero/server/servertest"
	"llavero/shared/puzzle"
	"llavero/shared/wire"
)

// patience bounds what a test waits for; nothing passes because of it.
const patience = 20 * time.Second

// plug is a TLS connection to the server, with nothing said on it yet.
func plug(t *testing.T, s *servertest.Server) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends bytes as they are, and reads every answer until the server closes or
// has answered want times.
func say(t *testing.T, s *servertest.Server, text string, want int) []said {
	t.Helper()
	c := plug(t, s)
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	var all []said
	for len(all) < want {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			break
		}
		_ = resp.Body.Close()
		all = append(all, said{resp.StatusCode, resp.Header, body, resp.Close})
		if resp.Close {
			break
		}
	}
	return all
}

// said is what was answered to a call, whole.
type said struct {
	status int
	head   http.Header
	body   []byte
	ends   bool // the server closes
}

// call is a good client's call; more are header names and values.
func call(t *testing.T, s *servertest.Server, method, path, token string, body any, more ...string) said {
	t.Helper()
	var doc []byte
	if body != nil {
		var err error
		if doc, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(wire.HeaderIdempotencyKey, uuid.NewString())
	req.Header.Set(wire.HeaderClientTime, time.Now().Format(time.RFC3339Nano))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	resp, err := s.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return said{resp.StatusCode, resp.Header, text, resp.Close}
}

func read(t *testing.T, got said, into any) {
	t.Helper()
	if got.status/100 != 2 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if err := json.Unmarshal(got.body, into); err != nil {
		t.Fatal(err)
	}
}

// enter opens a session as a client does.
func enter(t *testing.T, s *servertest.Server, login string) string {
	t.Helper()
	p := s.Person(login)
	var riddle wire.Puzzle
	read(t, call(t, s, "POST", "/v1/puzzles", "", nil), &riddle)
	nonce, err := puzzle.Solve(t.Context(), riddle.Challenge, riddle.Difficulty, nil)
	if err != nil {
		t.Fatal(err)
	}
	var in wire.SignedIn
	read(t, call(t, s, "POST", "/v1/sessions", "", wire.SignIn{
		Login: login, Password: p.Password.Reveal(), Challenge: riddle.Challenge, Nonce: nonce, Device: "prueba",
	}), &in)
	if in.Ticket != "" {
		code, err := totp.GenerateCode(p.TOTPSeed.Reveal(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		read(t, call(t, s, "POST", "/v1/sessions/second-factor", "", wire.SecondFactor{Ticket: in.Ticket, Code: code}), &in)
	}
	return in.Token
}

// served fails when a good client is not served.
func served(t *testing.T, s *servertest.Server) {
	t.Helper()
	if got := call(t, s, "GET", "/v1/about", "", nil); got.status != http.StatusOK {
		t.Errorf("a good client is answered %d", got.status)
	}
}
