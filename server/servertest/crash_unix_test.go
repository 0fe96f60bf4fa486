//go:build unix

package servertest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"llavero/server/servertest/world"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// panicVariable makes the server of this test's binary panic at SIGUSR1 with what
// holds a secret. The product has no such thing: this file is a test's.
const panicVariable = "LLAVERO_TEST_PANIC"

func panicOnSignal() {
	value := os.Getenv(panicVariable)
	if value == "" {
		return
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		<-asked
		held := secret.New(value)
		panic(fmt.Errorf("cannot go on with %v, %+v and %q", held, struct{ S secret.Text }{held}, held))
	}()
}

// The server program is killed while it holds secrets: passwords that were typed,
// a session, a client secret that it opened, its own keys. What it printed, at
// its most talkative, holds none of them, and there is no core.
func TestCrash_printsNoSecret(t *testing.T) {
	s := New(t, withChattyLog())
	ctx := limit(t)
	p := s.Person(seed.LoginDelegate)
	id, err := s.World.Ask(ctx, p, enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.WaitRequest(ctx, id, "done", "pending"); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"the server's own secret": s.Emulator.ClientSecret(), "the password": p.Password.Reveal()}
	for name, value := range s.SubscriptionKeys() {
		secrets["the subscription key of "+name] = value
	}
	for name, value := range s.KeyMaterial() {
		secrets[name] = value.Reveal()
	}
	for name, value := range s.Sealed() {
		if strings.HasPrefix(name, "secret/") || strings.HasPrefix(name, "totp") || name == "meta/pepper" {
			secrets[name] = value.Reveal()
		}
	}
	s.Kill()
	for name, sig := range map[string]syscall.Signal{"quit": syscall.SIGQUIT, "abort": syscall.SIGABRT, "panic": syscall.SIGUSR1} {
		t.Run(name, func(t *testing.T) {
			all := holdSecrets(t, s, p, sig)
			for what, value := range secrets {
				all.secrets[what] = value
			}
			if !strings.Contains(all.printed, "goroutine ") {
				t.Fatalf("no stack was printed: %s", all.printed)
			}
			if sig == syscall.SIGUSR1 && !strings.Contains(all.printed, "cannot go on with "+secret.Mask) {
				t.Error("the panic was not printed")
			}
			for what, value := range all.secrets {
				for _, form := range []string{value, hex.EncodeToString([]byte(value)), base64.StdEncoding.EncodeToString([]byte(value))} {
					if value == "" || strings.Contains(all.printed, form) {
						t.Errorf("%s was printed", what)
					}
				}
			}
		})
	}
}

// crashed is what a process printed before and as it died, and what it held.
type crashed struct {
	printed string
	secrets map[string]string
}

// address is where the program says it serves.
var address = regexp.MustCompile(`msg=serving url=(https://\S+)`)

func holdSecrets(t *testing.T, s *Server, p world.Person, sig syscall.Signal) crashed {
	t.Helper()
	planted := "planted-" + hex.EncodeToString([]byte(t.Name()))[:20]
	t.Setenv(panicVariable, planted)
	child := serveProcess(t, s)
	defer child.kill()
	deadline := time.Now().Add(30 * time.Second)
	for address.FindStringSubmatch(child.log.String()) == nil {
		if time.Now().After(deadline) || child.exited() {
			t.Fatalf("the server does not serve: %s", child.log.String())
		}
	}
	before := s.URL
	defer func() { s.URL = before }()
	s.URL = address.FindStringSubmatch(child.log.String())[1]
	all := crashed{secrets: map[string]string{"the planted value": planted}}

	wrong := solve(t, s, p.Login, "wrong-"+planted)
	if status := post(t, s, "/v1/sessions", wrong, &wire.SignedIn{}); status != 401 {
		t.Errorf("a wrong password: %d", status)
	}
	all.secrets["the wrong password"] = wrong.Password
	var in wire.SignedIn
	if status := post(t, s, "/v1/sessions", solve(t, s, p.Login, p.Password.Reveal()), &in); status >= 300 {
		t.Fatalf("sign-in: %d", status)
	}
	all.secrets["the session"] = in.Token
	if err := child.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	_ = child.cmd.Wait()
	all.printed = child.log.String()
	return all
}
