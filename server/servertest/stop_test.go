package servertest

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// signIn is a delegate's token, by HTTPS.
func signIn(t *testing.T, s *Server, login string) string {
	t.Helper()
	var pz wire.Puzzle
	if status := post(t, s, "/v1/puzzles", struct{}{}, &pz); status >= 300 {
		t.Fatalf("puzzle: %d", status)
	}
	nonce, err := puzzle.Solve(t.Context(), pz.Challenge, pz.Difficulty, nil)
	if err != nil {
		t.Fatal(err)
	}
	var in wire.SignedIn
	status := post(t, s, "/v1/sessions", wire.SignIn{
		Login: login, Password: s.Person(login).Password.Reveal(), Challenge: pz.Challenge, Nonce: nonce, Device: "test",
	}, &in)
	if status >= 300 || in.Token == "" {
		t.Fatalf("%s: %d", login, status)
	}
	return in.Token
}

// serving waits until the process serves, and says where.
func (p *process) serving(t *testing.T) string {
	t.Helper()
	at := regexp.MustCompile(`msg=serving url=(\S+)`)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		if m := at.FindStringSubmatch(p.log.String()); m != nil {
			return m[1]
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("it does not serve: %s", p.log)
		}
	}
}

// intent is one act of a person: what was asked, under which key, and what came.
type intent struct {
	code     access.LicenseCode
	key      string
	status   int // 0: no answer came
	accepted wire.Accepted
}

// send asks; an answer that does not come is none.
func (i *intent) send(t *testing.T, c *http.Client, url, token string) {
	body, err := json.Marshal(enrol(i.code))
	if err != nil {
		t.Error(err)
		return
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/key-requests", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set(wire.HeaderIdempotencyKey, i.key)
	i.status = 0
	resp, err := c.Do(r)
	if err != nil {
		return
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: half an answer: %v", i.code, err)
		return
	}
	i.status = resp.StatusCode
	if i.status == http.StatusAccepted {
		if err := json.Unmarshal(b, &i.accepted); err != nil {
			t.Errorf("%s: %v: %s", i.code, err, b)
		}
	}
}

// feedOf opens a feed and follows it to its ready.
func feedOf(t *testing.T, s *Server, url, token, epoch string, after int64) (c *websocket.Conn, welcome wire.Frame) {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, TLSClientConfig: &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS13}}
	c, resp, err := d.DialContext(t.Context(), strings.Replace(url, "https:", "wss:", 1)+"/v1/feed", http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteJSON(wire.Frame{Type: wire.FrameHello, Protocol: wire.Protocol, Epoch: epoch, After: after}); err != nil {
		t.Fatal(err)
	}
	for {
		var f wire.Frame
		if err := c.ReadJSON(&f); err != nil {
			t.Fatal(err)
		}
		switch f.Type {
		case wire.FrameWelcome:
			welcome = f
		case wire.FrameReady:
			return c, welcome
		}
	}
}

// SIGTERM under load: requests under way are answered whole, feeds are told, the
// program ends well; started again, clients resume where they were, whoever got
// no answer asks again under the same key, and nothing is doubled.
func TestSIGTERM_underLoad(t *testing.T) {
	s := New(t)
	token := signIn(t, s, seed.LoginBigDelegate)
	s.Kill()
	p := serveProcess(t, s)
	defer p.kill()
	url := p.serving(t)

	feed, welcome := feedOf(t, s, url, token, "", 0)
	bye := make(chan wire.Frame, 1)
	position := welcome.Head
	go func() {
		for {
			var f wire.Frame
			if err := feed.ReadJSON(&f); err != nil {
				bye <- wire.Frame{}
				return
			}
			if f.Type == wire.FrameBye {
				bye <- f
				return
			}
			position = max(position, f.Seq)
		}
	}()

	var intents []*intent
	for _, row := range seed.ProviderRows(seed.Demo().Rows(), s.Person(seed.LoginBigDelegate).Entity) {
		intents = append(intents, &intent{code: row.Code, key: uuid.NewString()})
	}
	const under = 6 // answers before the signal
	if len(intents) < 2*under {
		t.Fatalf("only %d codes", len(intents))
	}
	c := s.newClient()
	defer c.CloseIdleConnections()
	const people = 4
	answered := make(chan struct{}) // nobody goes on before it was heard, at first
	unheard := make(chan struct{})
	var load sync.WaitGroup
	for n := range people {
		load.Go(func() {
			for round := 0; ; round++ { // the same acts again, under the same keys, until none is answered
				for i := n; i < len(intents); i += people {
					before := *intents[i]
					intents[i].send(t, c, url, token)
					if got := intents[i]; got.status == 0 || got.status == http.StatusServiceUnavailable {
						*got = before
						return
					} else if round > 0 && got.accepted != before.accepted {
						t.Errorf("%s: %+v became %+v", got.code, before.accepted, got.accepted)
					}
					select {
					case answered <- struct{}{}:
					case <-unheard:
					}
				}
			}
		})
	}
	for range under {
		<-answered
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	close(unheard)
	load.Wait() // each ended by an act that was not answered
	if f := <-bye; f.Code != wire.ByeGoingDown {
		t.Errorf("the feed was told %q", f.Code)
	}
	if err := p.cmd.Wait(); err != nil || strings.Contains(p.log.String(), "level=ERROR") {
		t.Errorf("%v: %s", err, p.log)
	}
	done := 0
	for _, i := range intents {
		switch i.status {
		case http.StatusAccepted:
			done++
		case 0:
		default:
			t.Errorf("%s: %d", i.code, i.status)
		}
	}
	if t.Logf("%d of %d acts were answered", done, len(intents)); done < under {
		t.Errorf("%d answers, %d came before the signal", done, under)
	}

	s.Start()
	if _, again := feedOf(t, s, s.URL, token, welcome.Epoch, position); again.Reset {
		t.Error("the client starts anew")
	}
	for _, i := range intents {
		again := intent{code: i.code, key: i.key}
		again.send(t, s.HTTPClient(), s.URL, token)
		if again.status != http.StatusAccepted || i.status == http.StatusAccepted && again.accepted != i.accepted {
			t.Errorf("%s: %d %+v, before %+v", i.code, again.status, again.accepted, i.accepted)
		}
	}
	requests := 0
	err := s.World.Server().Store().Read(t.Context(), func(tx *store.Tx) error {
		f, err := tx.Figures()
		for _, r := range f.Requests {
			requests += r.Count
		}
		return err
	})
	if err != nil || requests != len(intents) {
		t.Errorf("%d requests of %d codes, %v", requests, len(intents), err)
	}
}
