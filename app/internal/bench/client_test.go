package bench

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	mathrand "math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llavero/app/internal/api"
	"llavero/app/internal/cache"
	"llavero/app/internal/live"
	"llavero/app/internal/state"
	"llavero/server/benchtest"
	"llavero/shared/secret"
)

// patience bounds each wait: what takes longer is broken, not slow.
const patience = time.Minute

// memory is a keychain that forgets with the program.
type memory struct {
	mu   sync.Mutex
	kept map[string]secret.Text
	key  [32]byte
}

func newMemory(b *testing.B) *memory {
	b.Helper()
	m := &memory{kept: map[string]secret.Text{}}
	if _, err := rand.Read(m.key[:]); err != nil {
		b.Fatal(err)
	}
	return m
}

func (m *memory) Get(name string) (secret.Text, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.kept[name]
	return value, ok, nil
}

func (m *memory) Set(name string, value secret.Text) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[name] = value
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, name)
	return nil
}

func (m *memory) CacheKey(string) ([]byte, error) { return m.key[:], nil }

// keeper is a keychain, the system's or one in memory.
type keeper interface {
	state.Keeper
	cache.Keys
}

// client is the desktop's core as package desktop wires it, without a window.
type client struct {
	model *state.Model
	feed  *live.Client
	rows  *cache.Cache
	api   *api.Client
	bytes *atomic.Int64 // that came in by the feed's connection, TLS and all
}

func trust(b *testing.B, c *benchtest.Country) *tls.Config {
	b.Helper()
	config, err := api.TLSConfig(c.CAFile)
	if err != nil {
		b.Fatal(err)
	}
	return config
}

// newClient makes a client whose rows are in folder.
func newClient(b *testing.B, c *benchtest.Country, keys keeper, folder string) *client {
	b.Helper()
	config := trust(b, c)
	conn, err := api.New(c.URL, config)
	if err != nil {
		b.Fatal(err)
	}
	k := &client{api: conn, rows: cache.New(folder, keys, nil), bytes: new(atomic.Int64)}
	k.model = state.New(state.Deps{API: conn, Rows: k.rows, Keeper: keys, Clock: time.Now, Rand: rand.Reader, Device: "bench"})
	k.feed = live.New(live.Config{
		Server: conn.Server, Token: conn.Token, TLS: config, Jitter: mathrand.Float64,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			inner, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return counted{inner, k.bytes}, err
		},
	}, k.model.Facts())
	return k
}

// counted counts what is read.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// signIn signs the country's officer in, as a person does.
func (k *client) signIn(b *testing.B, c *benchtest.Country) {
	b.Helper()
	ctx := b.Context()
	if err := k.model.Start(ctx); err != nil {
		b.Fatal(err)
	}
	if err := k.model.SolvePuzzle(ctx); err != nil {
		b.Fatal(err)
	}
	if err := k.model.SubmitSignIn(ctx, c.Officer.Login, c.Officer.Password); err != nil {
		b.Fatal(err)
	}
	code, err := totp.GenerateCode(c.Officer.TOTPSeed.Reveal(), time.Now())
	if err != nil {
		b.Fatal(err)
	}
	if err := k.model.SubmitSecondFactor(ctx, code); err != nil {
		b.Fatal(err)
	}
}

// goOn takes up the session that the keychain remembers, with the rows kept.
func (k *client) goOn(b *testing.B) {
	b.Helper()
	if err := k.model.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, ok := k.model.Who(); !ok {
		b.Fatal("the remembered session was not taken up")
	}
}

// run follows the feed; stop ends that and waits until it ended.
func (k *client) run(b *testing.B) (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- k.model.Run(ctx, k.feed) }()
	return func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	}
}

func (k *client) close(b *testing.B) {
	b.Helper()
	k.api.Close()
	if err := k.rows.Close(); err != nil {
		b.Error(err)
	}
}

// wait waits until the screens would show what is asked for.
func (k *client) wait(b *testing.B, what string, holds func() bool) {
	b.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for !holds() {
		select {
		case <-k.model.Changed():
		case <-limit.C:
			b.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// isCurrent reports that the list is on screen and up to date at a position.
func (k *client) isCurrent(rows int, seq int64) bool {
	if !k.model.Header().Link.IsOnline() || k.model.Facts().Position().Seq < seq {
		return false
	}
	return len(k.model.Queue().Rows) == rows
}
