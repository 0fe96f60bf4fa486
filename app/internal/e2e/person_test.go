package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/zalando/go-keyring"

	"llavero/app/internal/api"
	"llavero/app/internal/cache"
	"llavero/app/internal/keychain"
	"llavero/app/internal/live"
	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// patience bounds every wait. It is a limit, not an expectation.
const patience = time.Minute

func TestMain(m *testing.M) {
	keyring.MockInit() // the keyring's own in-memory stand-in
	os.Exit(m.Run())
}

// desk is one running client: all of it but the screens.
type desk struct {
	t      *testing.T
	server *servertest.Server
	folder string // of the cache
	clock  func() time.Time
	model  *state.Model
	client *api.Client
	close  func()
}

// sit starts a client whose cache is in a folder.
func sit(t *testing.T, s *servertest.Server, folder string, dial func(context.Context, string, string) (net.Conn, error)) *desk {
	t.Helper()
	return sitAt(t, s, computer{folder: folder, dial: dial, clock: time.Now})
}

// computer is what a client runs on.
type computer struct {
	folder string // of the cache
	dial   func(context.Context, string, string) (net.Conn, error)
	clock  func() time.Time
	log    *slog.Logger // nil: none
}

// sitAt starts a client on a computer.
func sitAt(t *testing.T, s *servertest.Server, at computer) *desk {
	t.Helper()
	config, err := api.TLSConfig(s.CAFile)
	must(t, err)
	config.Time = at.clock
	client, err := api.New(s.URL, config)
	must(t, err)
	client.Identify("llavero e2e", at.clock)
	keys := keychain.For(s.URL + at.folder) // each desk is a computer of its own
	rows := cache.New(at.folder, keys, at.log)
	d := &desk{t: t, server: s, folder: at.folder, clock: at.clock, client: client, model: state.New(state.Deps{
		API: client, Rows: rows, Keeper: keys, Clock: at.clock, Rand: rand.Reader, Device: "e2e", Log: at.log,
	})}
	feed := live.New(live.Config{
		Server: client.Server, Token: client.Token, TLS: config, Jitter: mathrand.Float64, Dial: at.dial, Wait: 20 * time.Millisecond, Log: at.log,
	}, d.model.Facts())
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- d.model.Run(ctx, feed) }()
	isOpen := true
	d.close = func() {
		if !isOpen {
			return
		}
		isOpen = false
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		client.Close()
		must(t, rows.Close())
	}
	t.Cleanup(d.close)
	return d
}

// signIn goes the way of the sign-in screen, second factor and all.
func (d *desk) signIn(login string) world.Person {
	d.t.Helper()
	ctx, p := d.t.Context(), d.server.Person(login)
	must(d.t, d.model.Start(ctx))
	must(d.t, d.model.SolvePuzzle(ctx))
	must(d.t, d.model.SubmitSignIn(ctx, login, p.Password))
	if d.model.SignIn().Phase == state.SignInSecondFactor {
		code, err := totp.GenerateCode(p.TOTPSeed.Reveal(), d.clock())
		must(d.t, err)
		must(d.t, d.model.SubmitSecondFactor(ctx, code))
	}
	d.online()
	return p
}

func (d *desk) online() {
	d.t.Helper()
	d.until("online", func() bool { return d.model.Header().Link.IsOnline() })
}

// until waits for the model to show something.
func (d *desk) until(what string, is func() bool) {
	d.t.Helper()
	deadline := time.After(patience)
	for !is() {
		select {
		case <-d.model.Changed():
		case <-deadline:
			d.t.Fatalf("%s: not in time; header %+v, sign-in %+v", what, d.model.Header(), d.model.SignIn())
		}
	}
}

// request is a code's latest request as this desk sees it; nil: none.
func (d *desk) request(code access.LicenseCode) *wire.RequestRow {
	for _, e := range d.model.Keys().Entities.Rows {
		if e.Provider.Code == code {
			return e.Request
		}
	}
	return nil
}

// pending is a code's row in the pending list; nil: none.
func (d *desk) pending(code access.LicenseCode) *wire.RequestRow {
	rows := d.model.Queue().Rows
	if i := slices.IndexFunc(rows, func(r wire.RequestRow) bool { return r.Code == code }); i >= 0 {
		return &rows[i]
	}
	return nil
}

// ask fills the form, signs it with the code from the mail, and returns when the
// worker has the request.
func (d *desk) ask(code access.LicenseCode, mail string) {
	d.t.Helper()
	d.sends(code)
	must(d.t, d.model.Sign(d.t.Context(), d.code(mail)))
}

// sends fills the form and has the code sent.
func (d *desk) sends(code access.LicenseCode) {
	d.t.Helper()
	ctx, m := d.t.Context(), d.model
	must(d.t, m.OpenEnroll(ctx))
	m.ChooseEnroll(code)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(d.t, m.SubmitEnroll(ctx))
	must(d.t, m.SendCode(ctx))
}

// code reads the one-time code from the next mail to an address.
func (d *desk) code(mail string) secret.Text {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	letter, err := d.server.Mail.Wait(ctx, mail)
	must(d.t, err)
	code, err := world.CodeIn(letter)
	must(d.t, err)
	return secret.New(code)
}

// breakEntra makes the tenant refuse, by its control address, as from another
// process.
func breakEntra(t *testing.T, s *servertest.Server, fault map[string]any) {
	t.Helper()
	control(t, s, http.MethodPost, fault)
}

// mendEntra takes every fault away.
func mendEntra(t *testing.T, s *servertest.Server) {
	t.Helper()
	control(t, s, http.MethodDelete, nil)
}

func control(t *testing.T, s *servertest.Server, method string, fault map[string]any) {
	t.Helper()
	body, err := json.Marshal(fault)
	must(t, err)
	r, err := http.NewRequestWithContext(t.Context(), method, s.Emulator.ControlURL()+"/faults", bytes.NewReader(body))
	must(t, err)
	r.Header.Set("X-Control-Key", s.Emulator.ControlKey())
	res, err := s.Emulator.HTTPClient().Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		raw, _ := io.ReadAll(res.Body)
		t.Fatalf("control: %d %s", res.StatusCode, raw)
	}
}

// refusal is what a tenant without the permission answers.
func refusal() map[string]any {
	return map[string]any{"kind": "status", "status": 403, "surface": "graph", "method": "PATCH", "path": "/applications(", "count": -1}
}

// typed is an officer's form, its secrets made now: no such text stands in a
// file.
func typed(t *testing.T) wire.Assign {
	t.Helper()
	key := func(id string) wire.TypedKey {
		raw := make([]byte, 15)
		_, err := rand.Read(raw)
		must(t, err)
		return wire.TypedKey{ClientID: id, Secret: "Pq3" + "8Q~" + hex.EncodeToString(raw), ExpiresAt: time.Now().Add(300 * 24 * time.Hour).UTC().Truncate(time.Second)}
	}
	return wire.Assign{
		Production: key("11111111-1111-4111-8111-" + fmt.Sprintf("%012d", 1)), Preproduction: key("22222222-2222-4222-8222-" + fmt.Sprintf("%012d", 2)),
	}
}

// holdsNone looks for texts in every file below a folder.
func holdsNone(t *testing.T, folder string, texts map[string]string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for what, text := range texts {
			if text == "" || bytes.Contains(raw, []byte(text)) {
				t.Errorf("%s holds %s", filepath.Base(path), what)
			}
		}
		return nil
	}))
	if files == 0 {
		t.Errorf("no file in %s: nothing was looked at", folder)
	}
}

// rows is all that two clients must agree on, as text.
func rows(m *state.Model) string {
	var b strings.Builder
	q := m.Queue()
	for _, r := range q.Rows {
		fmt.Fprintf(&b, "%+v\n", struct {
			ID, Number, Status, By string
			Version                int64
		}{string(r.ID), r.Number, string(r.Status), string(r.TakenBy), r.Version})
	}
	for _, e := range m.Keys().Entities.Rows {
		raw, err := json.Marshal([]any{e.Provider, e.Request, e.Keys})
		if err != nil {
			panic(err)
		}
		b.Write(raw)
		b.WriteByte('\n')
	}
	return b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
