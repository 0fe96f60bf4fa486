package servertest

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// commandVariable makes this test's binary the server's program with a command
// line, in a process that can be killed.
const commandVariable = "LLAVERO_TEST_COMMAND"

// rotateUntil runs the change of the sealing key as a process and kills it when it
// has said so many lines. False: it came to its end first.
func rotateUntil(t *testing.T, s *Server, lines int) (killed bool) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(append(os.Environ(), s.environ()...),
		config.Prefix+"CONFIG="+s.settingsFile(), commandVariable+"=seal rotate --retire")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for n := 0; n < lines && said.Scan(); n++ {
		t.Log(said.Text())
	}
	killed = cmd.Process.Kill() == nil
	for said.Scan() { // what it had said by then
	}
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("seal rotate: %v: %s", err, errs.String())
	}
	return killed && err != nil
}

// The command is killed as a process after each line that it says, while the
// server issues keys, shows them and enrols second factors. Whatever was sealed
// opens after each kill; in the end there is one key and all is sealed with it.
func TestRotate_killedWhileServing(t *testing.T) {
	s := New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	p := s.Person(seed.LoginBigDelegate)
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		for _, row := range seed.ProviderRows(seed.Demo().Rows(), p.Entity) {
			select {
			case <-done:
				return
			default:
			}
			if err := issueAndShow(ctx, s, owned{p, row.Code}); err != nil {
				t.Errorf("%s: %v", row.Code, err)
				return
			}
		}
	})
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if _, err := s.World.Server().Auth().EnrollTOTP(ctx, s.Person(seed.LoginOfficer).Account); err != nil {
				t.Errorf("second factor: %v", err)
				return
			}
		}
	})
	kills := 0
	for lines := 1; lines < 30 && rotateUntil(t, s, lines); lines++ {
		kills++
		s.Sealed() // fails the test for what does not open
	}
	close(done)
	wg.Wait()
	if kills == 0 {
		t.Error("it was never killed")
	}
	code, said := s.Command("seal", "rotate", "--retire")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	if n := len(s.Sealed()); n < 8 {
		t.Errorf("only %d values", n)
	}
	if code, said = s.Command("seal", "status"); code != 0 || strings.Count(said, "\n") != 2 {
		t.Errorf("exit %d: %s", code, said)
	}
	s.Kill()
	s.Start() // with the keyset that is left
	if err := issueAndShow(ctx, s, owned{s.Person(seed.LoginDelegate), "0500199001"}); err != nil {
		t.Error(err)
	}
}

// issueAndShow has the keys of a code issued and opens their secrets.
func issueAndShow(ctx context.Context, s *Server, ask owned) error {
	id, err := s.World.Ask(ctx, ask.by, enrol(ask.code))
	if err != nil {
		return err
	}
	if _, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending); err != nil {
		return err
	}
	var keys []*store.Key
	err = s.World.Server().Store().Read(ctx, func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k, err := tx.KeyOf(ask.code, env)
			if err != nil {
				return err
			}
			keys = append(keys, k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		act := workflow.Act{Who: ask.by.Viewer(), RequestID: "test", Device: "test", Address: "127.0.0.1"}
		_, err := s.World.Server().Flow().Reveal(ctx, act, k.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
		if err != nil {
			return err
		}
	}
	return nil
}
