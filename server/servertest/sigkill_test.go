package servertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/daemon"
	"llavero/server/internal/entraemu"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// serveVariable makes this test's binary the server itself, in a process that
// can be killed.
const serveVariable = "LLAVERO_TEST_SERVE"

func TestMain(m *testing.M) {
	if path := os.Getenv(serveVariable); path != "" {
		panicOnSignal()
		os.Exit(daemon.Main([]string{"serve", "-config", path}))
	}
	if line := os.Getenv(commandVariable); line != "" {
		os.Exit(daemon.Main(strings.Fields(line)))
	}
	os.Exit(m.Run())
}

// process is the real server program on a world's files.
type process struct {
	cmd *exec.Cmd
	log *buffer
}

// serveProcess starts it; more are variables of its environment.
func serveProcess(t *testing.T, s *Server, more ...string) *process {
	t.Helper()
	path := s.settingsFile()
	p := &process{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0]), log: &buffer{}}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.Env = append(append(append(os.Environ(), s.environ()...), serveVariable+"="+path), more...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// exited reports that the process ended by itself.
func (p *process) exited() bool { return p.cmd.ProcessState != nil }

// kill is SIGKILL; it returns when the process is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// owned is a license code and who may ask for its keys.
type owned struct {
	by   world.Person
	code access.LicenseCode
}

// The server program is killed at every call of an issue, before the tenant
// acts and after; started again, it ends with one application and one live
// secret per environment, and a whole audit chain.
func TestSIGKILL_everyCall(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a process per call")
	}
	s := New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var codes []owned
	for _, login := range []string{seed.LoginBigDelegate, seed.LoginDelegate} {
		for _, row := range seed.ProviderRows(seed.Demo().Rows(), s.Person(login).Entity) {
			codes = append(codes, owned{s.Person(login), row.Code})
		}
	}
	// A first issue, undisturbed, tells how many calls there are.
	id, err := s.World.Ask(ctx, codes[0].by, enrol(codes[0].code))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.WaitRequest(ctx, id, access.StatusDone); err != nil {
		t.Fatal(err)
	}
	calls := s.Emulator.Journal().Count("", "/v1.0/")
	if codes = codes[1:]; calls < 8 || len(codes) < 2*calls {
		t.Fatalf("an issue has %d calls; for two rounds of them there are %d codes", calls, len(codes))
	}
	for _, kind := range []entraemu.FaultKind{entraemu.FaultDelay, entraemu.FaultHang} {
		for n := range calls {
			killAt(ctx, t, s, codes[0], kind, n)
			codes = codes[1:]
		}
	}
	t.Logf("killed at each of %d calls, before and after", calls)
}

// killAt kills the server at the n-th Graph call of an issue.
func killAt(ctx context.Context, t *testing.T, s *Server, ask owned, kind entraemu.FaultKind, n int) {
	t.Helper()
	what := fmt.Sprintf("%s, %s at call %d", ask.code, kind, n)
	// Nothing begins before the process that is to be killed has the job.
	held, err := s.Emulator.Faults().Add(entraemu.Fault{Kind: entraemu.FaultHang, Surface: entraemu.SurfaceGraph, Count: entraemu.Forever})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.World.Ask(ctx, ask.by, enrol(ask.code))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	s.Kill()
	s.Emulator.Faults().Remove(held)

	fault := entraemu.Fault{Kind: kind, Surface: entraemu.SurfaceGraph, Skip: n}
	if kind == entraemu.FaultDelay {
		fault.Delay = entraemu.Duration(time.Hour)
	}
	struck, err := s.Emulator.Faults().Add(fault)
	if err != nil {
		t.Fatal(err)
	}
	p := serveProcess(t, s)
	there, stop := context.WithTimeout(ctx, 30*time.Second)
	err = s.Emulator.Faults().Wait(there, struck)
	stop()
	p.kill()
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, p.log)
	}
	s.Emulator.Faults().Clear()

	s.Start()
	r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil || r.Status != access.StatusDone {
		t.Fatalf("%s: request %s %+v: %v\n%s", what, r.Status, r.Failure, err, p.log)
	}
	apps := 0
	for _, a := range s.Emulator.State().Issued() {
		if !strings.Contains(a.UniqueName, string(ask.code)) {
			continue
		}
		apps++
		if len(a.Live()) != 1 {
			t.Errorf("%s: %s has %d live secrets", what, a.UniqueName, len(a.Live()))
		}
	}
	if apps != len(access.Environments()) {
		t.Errorf("%s: %d applications", what, apps)
	}
	if head, err := audit.Verify(ctx, s.World.Server().Store()); err != nil {
		t.Errorf("%s: audit trail: %v (%+v)", what, err, head)
	}
}
