package bench

import (
	"bytes"
	"context"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"llavero/app/internal/keychain"
	"llavero/app/internal/live"
	"llavero/server/benchtest"
	"llavero/shared/secret"
	"llavero/shared/seed"
)

// The programs to measure, as `make bench` builds them.
const (
	appVariable    = "LLAVERO_BENCH_APP"
	serverVariable = "LLAVERO_BENCH_SERVER"
)

// BenchmarkProgram measures the built programs, each in a process of its own,
// with the country in both. It needs a display server to start (Xvfb) and a
// keychain on the session's bus, which `make bench` provides.
//
// app_first_frame is from the start of the program until its window shows the
// sign-in screen, on a computer where it never ran; app_first_menu_country,
// until it shows an officer's menu, signed in as they left it, with the country
// read from the cache. Both are the median of five. The graphics are drawn by
// the processor here: a card is faster.
//
// app_rss is the memory of that second one once it stopped growing: the country
// loaded and the feed current; app_rss_sign_in, of the first one. server_rss is the server's after three first
// syncs of the country, with 200 officers connected; server_rss_peak the most
// it ever had. Resident memory as the kernel counts it, in MiB of 2^20 bytes.
func BenchmarkProgram(b *testing.B) {
	app, server := os.Getenv(appVariable), os.Getenv(serverVariable)
	if app == "" || server == "" {
		b.Skipf("%s and %s name no programs to measure: run `make bench`", appVariable, serverVariable)
	}
	c := benchtest.New(b)
	tokens := c.Sessions(b, 200)
	at := c.Position(b)
	pid := c.RunProgram(b, server)

	keys := keychain.For(c.URL)
	data := b.TempDir()
	k := newClient(b, c, keys, filepath.Join(data, "cache"))
	k.signIn(b, c)
	stop := k.run(b)
	k.wait(b, "the country", func() bool { return k.isCurrent(seed.CountryCodes, 1) })
	stop()
	k.close(b)
	b.Cleanup(func() {
		if err := keys.Delete("session"); err != nil {
			b.Error(err)
		}
	})

	d := newDisplay(b)
	const passes = 5
	elsewhere := strings.Replace(c.URL, "127.0.0.1", "localhost", 1) // the keychain remembers no session there
	var fresh, kept []time.Duration
	var signIn uint32
	for range passes {
		p := d.start(b, app, "-server", elsewhere, "-ca", c.CAFile, "-data", b.TempDir())
		fresh = append(fresh, p.firstFrame(b))
		screen, err := d.pixels()
		if err != nil {
			b.Fatal(err)
		}
		signIn = corner(screen)
		p.end(b)
		p = d.start(b, app, "-server", c.URL, "-ca", c.CAFile, "-data", data)
		kept = append(kept, p.signedIn(b, signIn))
		p.end(b)
	}
	benchtest.Say(b, "app_first_frame", benchtest.Milliseconds(benchtest.Quantile(fresh, 0.5)), "ms")
	benchtest.Say(b, "app_first_menu_country", benchtest.Milliseconds(benchtest.Quantile(kept, 0.5)), "ms")

	p := d.start(b, app, "-server", elsewhere, "-ca", c.CAFile, "-data", b.TempDir())
	p.firstFrame(b)
	benchtest.Say(b, "app_rss_sign_in", settled(b, p.cmd.Process.Pid), "MiB")
	p.end(b)
	p = d.start(b, app, "-server", c.URL, "-ca", c.CAFile, "-data", data)
	p.signedIn(b, signIn)
	benchtest.Say(b, "app_rss", settled(b, p.cmd.Process.Pid), "MiB")
	p.end(b)

	for range 3 {
		k := newClient(b, c, keys, b.TempDir())
		k.goOn(b)
		stop := k.run(b)
		k.wait(b, "the country", func() bool { return k.isCurrent(seed.CountryCodes, 1) })
		stop()
		k.close(b)
	}
	connect(b, c, tokens, &sink{at: at, arrivals: make(chan arrival, len(tokens))})
	benchtest.Say(b, "server_rss", memoryOf(b, pid, "VmRSS"), "MiB")
	benchtest.Say(b, "server_rss_peak", memoryOf(b, pid, "VmHWM"), "MiB")
}

// connect connects a feed for each token until the benchmark ends, all of them
// with the rows that model has.
func connect(b *testing.B, c *benchtest.Country, tokens []secret.Text, model *sink) {
	b.Helper()
	ready := make(chan struct{}, len(tokens))
	server, config := c.URL, trust(b, c)
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	b.Cleanup(func() {
		cancel()
		running.Wait()
	})
	for _, token := range tokens {
		own := *model
		own.ready = ready
		feed := live.New(live.Config{
			Server: func() string { return server }, Token: func() secret.Text { return token }, TLS: config, Jitter: mathrand.Float64,
		}, &own)
		running.Go(func() {
			if err := feed.Run(ctx); err != nil {
				b.Error(err)
			}
		})
	}
	limit := time.After(patience)
	for i := range tokens {
		select {
		case <-ready:
		case <-limit:
			b.Fatalf("%d of %d clients are connected after %s", i, len(tokens), patience)
		}
	}
}

// program is a running desktop program.
type program struct {
	cmd   *exec.Cmd
	on    display
	began time.Time
	out   *bytes.Buffer
	ended chan struct{} // closed when err is set
	err   error
}

func (d display) start(b *testing.B, path string, args ...string) *program {
	b.Helper()
	p := &program{cmd: exec.Command(path, args...), on: d, out: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "DISPLAY="+d.name, "WAYLAND_DISPLAY=", "FYNE_THEME=light")
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	b.Cleanup(func() { _ = p.cmd.Process.Kill() }) // if it still runs, the benchmark failed
	return p
}

// firstFrame waits until the window shows something and returns how long that
// took since the program's start.
func (p *program) firstFrame(b *testing.B) time.Duration {
	b.Helper()
	return p.shows(b, "its first frame", isDrawn)
}

// signedIn waits until the window shows something else than the sign-in screen,
// whose corner is given.
func (p *program) signedIn(b *testing.B, signIn uint32) time.Duration {
	b.Helper()
	return p.shows(b, "the menu", func(screen []uint32) bool { return isDrawn(screen) && corner(screen) != signIn })
}

func (p *program) shows(b *testing.B, what string, holds func(screen []uint32) bool) time.Duration {
	b.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		screen, err := p.on.pixels()
		if err != nil {
			b.Fatal(err)
		}
		if holds(screen) {
			return time.Since(p.began)
		}
		p.pause(b, tick, limit, what)
	}
}

func (p *program) pause(b *testing.B, tick *time.Ticker, limit <-chan time.Time, what string) {
	b.Helper()
	select {
	case <-tick.C:
	case <-p.ended:
		b.Fatalf("the program ended: %v\n%s", p.err, p.out)
	case <-limit:
		b.Fatalf("waited %s for %s", patience, what)
	}
}

// end ends the program and waits until the screen is empty.
func (p *program) end(b *testing.B) {
	b.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if screen, err := p.on.pixels(); err != nil || !isDrawn(screen) {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			b.Fatal("the window does not go away")
		}
	}
}

// settled is a process's memory when it has not grown by a hundredth for five
// seconds, in MiB.
func settled(b *testing.B, pid int) float64 {
	b.Helper()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	const still = 10
	most := memoryOf(b, pid, "VmRSS")
	for n, left := 0, 120; n < still && left > 0; left-- {
		<-tick.C
		n++
		if now := memoryOf(b, pid, "VmRSS"); now > most*1.01 {
			most, n = now, 0
		}
	}
	return memoryOf(b, pid, "VmRSS")
}

// memoryOf reads one of the kernel's numbers about a process, in MiB.
func memoryOf(b *testing.B, pid int, name string) float64 {
	b.Helper()
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatalf("the kernel tells no %s of process %d", name, pid)
	return 0
}
