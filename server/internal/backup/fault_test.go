//go:build linux

package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
)

// helperVariable makes this test's binary a process that makes a backup badly:
// "full DATABASE DIR", on a disk without room; "half DATABASE DIR", until it is
// killed.
const helperVariable = "LLAVERO_TEST_BACKUP"

func TestMain(m *testing.M) {
	if words := strings.Fields(os.Getenv(helperVariable)); len(words) == 3 {
		os.Exit(helper(words[0], optionsOf(words[1], words[2])))
	}
	os.Exit(m.Run())
}

func helper(how string, o Options) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch how {
	case "full":
		signal.Ignore(syscall.SIGXFSZ) // a write past the limit then fails, as on a full disk
		limit := syscall.Rlimit{Cur: 200 << 10, Max: 200 << 10}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			panic(err)
		}
	case "half":
		o.Sign = func([]byte) ([]byte, error) {
			_, _ = fmt.Println("half")
			select {}
		}
	}
	if _, err := Make(ctx, o); err != nil {
		_, _ = fmt.Println(err)
		return 1
	}
	return 0
}

func helped(t *testing.T, how, database, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"="+how+" "+database+" "+dir)
	return cmd
}

// A full disk leaves nothing, and says so; with room again the next one is made.
func TestMake_fullDisk(t *testing.T) {
	db, path := database(t, 3)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, err := helped(t, "full", path, dir).CombinedOutput()
	if err == nil || len(out) == 0 {
		t.Fatalf("made on a full disk: %v, %s", err, out)
	}
	t.Logf("it says: %s", out)
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if _, err := Make(t.Context(), optionsOf(path, dir)); err != nil {
		t.Error(err)
	}
}

// One that is killed leaves hidden files and no backup; the next sweeps them
// away, and so nobody waits for the dead one's lock.
func TestMake_killedHalfWay(t *testing.T) {
	_, path := database(t, 3)
	dir := t.TempDir()
	cmd := helped(t, "half", path, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "half\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := Make(t.Context(), optionsOf(path, dir)); !errors.Is(err, ErrBusy) {
		t.Errorf("while it is at it: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	left := names(t, dir)
	if len(left) != 2 || !strings.HasPrefix(left[0], ".llavero-") || !strings.HasPrefix(left[1], ".llavero-") {
		t.Errorf("left: %v", left)
	}
	made, err := Make(t.Context(), optionsOf(path, dir))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != 1 || dir+"/"+got[0] != made.Path {
		t.Errorf("left: %v", got)
	}
}

// While somebody writes for long, a migration say, the backup is of the state
// before, and waits for nobody.
func TestMake_whileMigrating(t *testing.T) {
	db, path := database(t, 3)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.Audit(audit.ByServer(audit.RequestDone, "x", "")); err != nil {
			return err
		}
		made, err := Make(t.Context(), optionsOf(path, t.TempDir()))
		if err == nil && made.Manifest.Audit.Seq != 3 {
			t.Errorf("%+v", made.Manifest)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A clock that goes back changes no order.
func TestMake_clockBack(t *testing.T) {
	_, path := database(t, 1)
	dir := t.TempDir()
	now := noon
	o := optionsOf(path, dir)
	o.Clock = func() time.Time { return now }
	for range 3 {
		if _, err := Make(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		now = now.AddDate(0, -1, 0)
	}
	all, err := List(dir, "")
	if err != nil || len(all) != 3 || all[0].Number != 3 || !all[0].Manifest.MadeAt.Before(all[2].Manifest.MadeAt) {
		t.Errorf("%+v, %v", all, err)
	}
}
