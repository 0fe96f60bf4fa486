package httpapi

import (
	"context"
	"crypto/tls"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"llavero/server/internal/auth"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// plant writes a session that no sign-in gives: should one ever exist, it must
// reach nothing.
func (b *bench) plant(id access.AccountID, passed bool) string {
	b.t.Helper()
	token := "planted-" + uuid.NewString()
	hash := sum(token)
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		return tx.CreateSession(store.Session{TokenHash: hash[:], Account: id, SecondFactor: passed, ExpiresAt: tx.Now().Add(time.Hour)})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// outcast is a session that reaches nothing, and the status it gets.
type outcast struct {
	token  string
	status int
}

// outcasts are those, by why.
func (b *bench) outcasts() map[string]outcast {
	b.t.Helper()
	withdrawn, _ := b.officerAccount("9999000201")
	b.good(b.post(b.admin, "/v1/officers/"+string(withdrawn.ID)+"/withdraw", wire.OfficerWhy{Why: reason}), nil)
	disabledOfficer, _ := b.officerAccount("9999000202")
	disabled, _ := b.account("9999000203", false)
	for _, id := range []access.AccountID{disabledOfficer.ID, disabled.ID} {
		if err := b.auth.Disable(b.t.Context(), id); err != nil {
			b.t.Fatal(err)
		}
	}
	_, bossID := b.administrator("9999000204")
	over := b.plant(disabled.ID, true)
	hash := sum(over)
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.EndSession(hash[:]) }); err != nil {
		b.t.Fatal(err)
	}
	return map[string]outcast{
		"nobody":                              {"", http.StatusUnauthorized},
		"an ended session":                    {over, http.StatusUnauthorized},
		"a disabled delegate":                 {b.plant(disabled.ID, false), http.StatusUnauthorized},
		"a disabled officer":                  {b.plant(disabledOfficer.ID, true), http.StatusUnauthorized},
		"a withdrawn officer":                 {b.plant(withdrawn.ID, true), http.StatusForbidden},
		"an officer without second factor":    {b.half, http.StatusForbidden},
		"an administrator without second one": {b.plant(bossID, false), http.StatusForbidden},
	}
}

// TestMatrix_outcasts: disabled, withdrawn, half signed in: no route that needs a
// session lets any of them in, downloads and the feed among them.
func TestMatrix_outcasts(t *testing.T) {
	b := newBench(t, patient)
	for name, who := range b.outcasts() {
		for _, rt := range b.api.routes() {
			if rt.who == anyone {
				continue
			}
			method, path, _ := strings.Cut(rt.pattern, " ")
			path = strings.NewReplacer("{id}", uuid.NewString(), "{code}", string(myCode), "{environment}", "production").Replace(path)
			if got := b.do(ask{method: method, path: path, token: who.token, body: []byte("{}")}); got.status != who.status {
				t.Errorf("%s, %s: %d, want %d", name, rt.pattern, got.status, who.status)
			}
		}
		if _, status, err := b.dial(who.token); err == nil || status != who.status {
			t.Errorf("%s got a feed: status %d, want %d", name, status, who.status)
		}
	}
}

// open is a feed that is open.
type open struct {
	t    testing.TB
	conn *websocket.Conn
}

// dial opens the feed on a real websocket, up to its first whole copy; status is
// the refusal's.
func (b *bench) dial(token string) (l open, status int, err error) {
	b.t.Helper()
	pool := b.http.Transport.(*http.Transport).TLSClientConfig
	d := websocket.Dialer{
		Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: 10 * time.Second,
		TLSClientConfig: &tls.Config{RootCAs: pool.RootCAs, MinVersion: tls.VersionTLS13},
	}
	conn, resp, err := d.DialContext(b.t.Context(), strings.Replace(b.url, "https:", "wss:", 1)+"/v1/feed", http.Header{"Authorization": {"Bearer " + token}})
	if resp != nil {
		status = resp.StatusCode
		_ = resp.Body.Close()
	}
	if err != nil {
		return open{}, status, err
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	l = open{b.t, conn}
	if err := conn.WriteJSON(wire.Frame{Type: wire.FrameHello, Protocol: wire.Protocol}); err != nil {
		b.t.Fatal(err)
	}
	return l, status, nil
}

// until reads frames up to one of a type, and gives the ids of the rows it saw.
func (l open) until(want wire.FrameType) (wire.Frame, []string) {
	l.t.Helper()
	var seen []string
	for {
		var f wire.Frame
		if err := l.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			l.t.Fatal(err)
		}
		if err := l.conn.ReadJSON(&f); err != nil {
			l.t.Fatalf("waiting for %s: %v", want, err)
		}
		for _, c := range f.Changes {
			seen = append(seen, c.ID)
		}
		if f.Type == want {
			return f, seen
		}
	}
}

// TestMatrix_feedScope: what each role sees of another entity's request on the
// feed: the owner and officers see it, others see nothing of it.
func TestMatrix_feedScope(t *testing.T) {
	b := newBench(t)
	own := b.settle(b.delegate, myCode)
	for name, c := range map[string]struct {
		token string
		sees  bool
	}{
		"the owner": {b.delegate, true}, "another's delegate": {b.other, false}, "an officer": {b.officer, true}, "an administrator": {b.admin, true},
	} {
		l, status, err := b.dial(c.token)
		if err != nil {
			t.Fatalf("%s: %d %v", name, status, err)
		}
		_, rows := l.until(wire.FrameReady)
		if sees := slices.Contains(rows, string(own.request)); sees != c.sees {
			t.Errorf("%s sees the request: %v, want %v", name, sees, c.sees)
		}
		if sees := slices.Contains(rows, string(myCode)); sees != c.sees && !strings.Contains(name, "officer") && !strings.Contains(name, "administrator") {
			t.Errorf("%s sees the provider: %v, want %v", name, sees, c.sees)
		}
	}
}

// TestMatrix_changeWhileOpen: whatever takes a session away says goodbye on its
// open feed at once, and the session reaches nothing from then on.
func TestMatrix_changeWhileOpen(t *testing.T) {
	b := newBench(t, patient)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.auth.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	path := func(a auth.Added, act string) string { return "/v1/officers/" + string(a.ID) + "/" + act }
	gone := func(got answer) {
		t.Helper()
		if got.status/100 != 2 {
			t.Fatalf("%s: %d %s", got.of.path, got.status, got.body)
		}
	}
	for name, c := range map[string]struct {
		officer bool
		act     func(added auth.Added, pw secret.Text, token string)
	}{
		"the role is withdrawn": {true, func(a auth.Added, _ secret.Text, _ string) {
			gone(b.post(b.admin, path(a, "withdraw"), wire.OfficerWhy{Why: reason}))
		}},
		"made an administrator": {true, func(a auth.Added, _ secret.Text, _ string) {
			gone(b.post(b.admin, path(a, "administrator"), wire.SetAdministrator{Administrator: true, Why: reason}))
		}},
		"the second factor is reset": {true, func(a auth.Added, _ secret.Text, _ string) {
			gone(b.post(b.admin, path(a, "reset-second-factor"), wire.OfficerWhy{Why: reason}))
		}},
		"disabled": {false, func(a auth.Added, _ secret.Text, _ string) {
			if err := b.auth.Disable(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
		}},
		"ended from another session": {false, func(a auth.Added, pw secret.Text, _ string) {
			gone(b.post(b.signedIn(a, pw).Token, "/v1/sessions/end-others", nil))
		}},
		"ended by its id": {false, func(a auth.Added, pw secret.Text, _ string) {
			other := b.signedIn(a, pw).Token
			gone(b.post(other, "/v1/sessions/"+b.otherSession(other)+"/end", nil))
		}},
		"another password": {false, func(a auth.Added, pw secret.Text, _ string) {
			gone(b.post(b.signedIn(a, pw).Token, "/v1/session/password", wire.ChangePassword{Current: pw.Reveal(), New: "una frase larga y rara 7"}))
		}},
		"a second factor": {false, func(a auth.Added, pw secret.Text, _ string) {
			other := b.signedIn(a, pw).Token
			var e wire.Enrolment
			b.good(b.post(other, "/v1/second-factor", wire.BeginSecondFactor{Password: pw.Reveal()}), &e)
			gone(b.post(other, "/v1/second-factor/confirm", wire.ConfirmEnrolment{Ticket: e.Ticket, Code: authenticator(t, secret.New(e.Seed))}))
		}},
		"five wrong passwords": {false, func(_ auth.Added, _ secret.Text, token string) {
			for range 5 {
				b.post(token, "/v1/session/unlock", wire.Unlock{Password: "no es esta clave"})
			}
		}},
		"signed out": {false, func(_ auth.Added, _ secret.Text, token string) {
			gone(b.do(ask{method: http.MethodDelete, path: "/v1/session", token: token}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			number := "9999" + strings.NewReplacer("-", "", "a", "0", "b", "1", "c", "2", "d", "3", "e", "4", "f", "5").Replace(uuid.NewString())[:8]
			added, pw := auth.Added{}, secret.Text{}
			if c.officer {
				added, pw = b.officerAccount(number)
			} else {
				added, pw = b.account(number, false)
			}
			token := b.signedIn(added, pw).Token
			l, status, err := b.dial(token)
			if err != nil {
				t.Fatalf("%d %v", status, err)
			}
			l.until(wire.FrameReady)
			c.act(added, pw, token)
			if f, _ := l.until(wire.FrameBye); f.Code != wire.ByeSignedOut {
				t.Errorf("bye %s", f.Code)
			}
			b.bad(b.do(ask{method: http.MethodGet, path: "/v1/session", token: token}), http.StatusUnauthorized)
			if _, status, err := b.dial(token); err == nil || status != http.StatusUnauthorized {
				t.Errorf("dialled again: %d %v", status, err)
			}
		})
	}
}
