package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/config"
	"llavero/server/internal/store"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// litestream finds the tool where `.ci/deps litestream` puts it, or on the path.
func litestream(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"../../.dev/bin/litestream", "litestream"} {
		if found, err := exec.LookPath(path); err == nil {
			abs, err := filepath.Abs(found)
			if err != nil {
				t.Fatal(err)
			}
			return abs
		}
	}
	t.Skip("litestream is not installed: .ci/deps litestream")
	return ""
}

// A machine is lost under load: server and replicator are killed at once and the
// data folder is gone. What Litestream restores from its replica is a new life of
// the database, with everything that had been committed when it last said that it
// was up to date, and whatever followed up to its interval; the trail is whole.
func TestLitestream_machineLost(t *testing.T) {
	tool := litestream(t)
	s := New(t, WithSettings(func(c *config.Config) { c.Backup.Replicated = true }))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	data := s.World.Settings().DataDir
	database := filepath.Join(data, "llavero.db")
	token := loadSession(t, s)
	before, err := s.World.Server().Store().Epoch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Kill()
	address, err := net.ResolveTCPAddr("tcp", s.URL[len("https://"):])
	if err != nil {
		t.Fatal(err)
	}
	server := serveProcess(t, s, config.Prefix+"LISTEN="+address.String())
	replica, socket := filepath.Join(t.TempDir(), "replica"), filepath.Join(t.TempDir(), "s")
	replicator := startLitestream(ctx, t, tool, database, replica, socket)

	load := &writer{s: s, token: token, stop: make(chan struct{}), done: make(chan error, 1)}
	load.until(ctx, t, 1) // the server is there
	go load.run(ctx)
	load.wait(ctx, t, 20)
	promised := load.acknowledged.Load()
	syncNow(ctx, t, tool, database, socket)
	load.wait(ctx, t, 20+promised) // and it goes on after that
	_ = replicator.Process.Kill()
	server.kill()
	close(load.stop)
	if err := <-load.done; err != nil {
		t.Logf("the load ended: %v", err)
	}
	_ = replicator.Wait()
	last := load.acknowledged.Load()
	if err := os.Rename(database, database+".lost"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{database + "-wal", database + "-shm", filepath.Join(data, ".llavero.db-litestream")} {
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}

	restored := filepath.Join(t.TempDir(), "restored.db")
	out, err := exec.CommandContext(ctx, tool, "restore", "-o", restored, "file://"+replica).CombinedOutput()
	if err != nil {
		t.Fatalf("litestream restore: %v\n%s", err, out)
	}
	if out, err := s.World.Command(ctx, "restore", "--from-database", restored); err != nil {
		t.Fatal(out, err)
	}
	s.Start()
	db := s.World.Server().Store()
	var head int64
	err = db.Read(ctx, func(tx *store.Tx) (err error) {
		head, err = tx.Head()
		return err
	})
	after, errEpoch := db.Epoch(ctx)
	if err := errors.Join(err, errEpoch); err != nil {
		t.Fatal(err)
	}
	if head < promised || after == before {
		t.Errorf("position %d, and %d was promised; epoch %s after %s", head, promised, after, before)
	}
	if _, err := audit.Verify(ctx, db); err != nil {
		t.Error(err)
	}
	t.Logf("acknowledged up to %d, replicated for sure %d, restored %d: %d acknowledged changes lost, the last %s after the restored state",
		last, promised, head, max(last-head, 0), load.since(head))
}

// startLitestream replicates a database into a folder, once a second at the
// latest, by the settings that are shipped.
func startLitestream(ctx context.Context, t *testing.T, tool, database, replica, socket string) *exec.Cmd {
	t.Helper()
	settings := filepath.Join(t.TempDir(), "litestream.yml")
	text, err := os.ReadFile("../../packaging/server/litestream.yml")
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		"/run/llavero-litestream/litestream.sock": socket, "/var/lib/llavero/llavero.db": database, "/var/backups/llavero/replica": replica,
	} {
		if !bytes.Contains(text, []byte(" "+from+"\n")) {
			t.Fatalf("the settings that are shipped do not name %s", from)
		}
		text = bytes.Replace(text, []byte(" "+from+"\n"), []byte(" "+to+"\n"), 1)
	}
	if err := os.WriteFile(settings, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, tool, "replicate", "-config", settings)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if t.Failed() {
			t.Logf("litestream:\n%s", log.String())
		}
	})
	return cmd
}

// syncNow returns when all that was committed before is in the replica.
func syncNow(ctx context.Context, t *testing.T, tool, database, socket string) {
	t.Helper()
	for {
		out, err := exec.CommandContext(ctx, tool, "sync", "-wait", "-socket", socket, database).CombinedOutput()
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("litestream sync: %v\n%s", err, out)
		}
	}
}

// loadSession is a session of the demo's delegate.
func loadSession(t *testing.T, s *Server) string {
	t.Helper()
	token := rand.Text()
	hash := sha256.Sum256([]byte(token))
	err := s.World.Server().Store().Write(t.Context(), func(tx *store.Tx) error {
		return tx.CreateSession(store.Session{
			TokenHash: hash[:], Account: s.Person(seed.LoginDelegate).Account, Device: "load", Address: "127.0.0.1", ExpiresAt: tx.Now().Add(time.Hour),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// writer writes over HTTP, a request and its end, again and again, and notes the
// positions that the server acknowledged.
type writer struct {
	s            *Server
	token        string
	stop         chan struct{}
	done         chan error
	acknowledged atomic.Int64
	at           []acknowledgement // of its own goroutine until done
}

type acknowledgement struct {
	seq int64
	at  time.Time
}

func (w *writer) run(ctx context.Context) {
	for {
		select {
		case <-w.stop:
			w.done <- nil
			return
		default:
		}
		if err := w.once(ctx); err != nil {
			w.done <- err
			return
		}
	}
}

// until tries until the server answers.
func (w *writer) until(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	for range n {
		for {
			err := w.once(ctx)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				t.Fatal(err)
			}
		}
	}
}

// wait returns when so many changes were acknowledged.
func (w *writer) wait(ctx context.Context, t *testing.T, n int64) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for w.acknowledged.Load() < n {
		select {
		case err := <-w.done:
			t.Fatalf("the load ended: %v", err)
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		case <-tick.C:
		}
	}
}

// since is how long after the state at a position the last change was acknowledged.
func (w *writer) since(seq int64) time.Duration {
	last := w.at[len(w.at)-1]
	for _, a := range w.at {
		if a.seq > seq {
			return last.at.Sub(a.at)
		}
	}
	return 0
}

func (w *writer) once(ctx context.Context) error {
	made, err := w.send(ctx, http.MethodPost, "/v1/key-requests", 0, wire.NewRequest{Kind: access.KindEnroll, Code: loadCode, Form: world.Form()})
	if err != nil {
		return err
	}
	_, err = w.send(ctx, http.MethodDelete, "/v1/key-requests/"+string(made.ID), made.Version, nil)
	return err
}

// loadCode is one of the delegate's.
const loadCode = access.LicenseCode("0500199001")

func (w *writer) send(ctx context.Context, method, path string, version int64, body any) (done wire.Accepted, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return done, err
	}
	if body == nil {
		raw = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, w.s.URL+path, bytes.NewReader(raw))
	if err != nil {
		return done, err
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Idempotency-Key", uuid.NewString())
	r.Header.Set("Content-Type", "application/json")
	if version > 0 {
		r.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	}
	res, err := w.s.HTTPClient().Do(r)
	if err != nil {
		return done, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		var problem bytes.Buffer
		_, _ = problem.ReadFrom(res.Body)
		return done, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, problem.String())
	}
	if err := json.NewDecoder(res.Body).Decode(&done); err != nil {
		return done, err
	}
	w.acknowledged.Store(done.Seq)
	w.at = append(w.at, acknowledgement{done.Seq, time.Now()})
	return done, nil
}
