package desktop

import (
	"bufio"
	"context"
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// ownBus starts a message bus of the test's own, as both session and system bus.
func ownBus(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("dbus-daemon is not installed; `make tour` installs it")
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	daemon := exec.CommandContext(ctx, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = daemon.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus did not start: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
}

// manager stands in for the login manager: it knows the caller's session.
type manager struct{}

const ourSession = dbus.ObjectPath("/org/freedesktop/login1/session/c7")

func (manager) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) { return ourSession, nil }

// The screen locked, the computer asleep, the session told to lock: each locks.
// Unlocked, awake and another session's lock do not.
func TestWatchScreen(t *testing.T) {
	ownBus(t)
	desk, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = desk.Close() }()
	if err := desk.Export(manager{}, login1Path, login1Manager); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.RequestName(login1, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	locked := make(chan struct{}, 32)
	watchScreen(t.Context(), slog.New(slog.DiscardHandler), func() { locked <- struct{}{} })

	emit := func(path dbus.ObjectPath, name string, values ...any) {
		t.Helper()
		if err := desk.Emit(path, name, values...); err != nil {
			t.Fatal(err)
		}
	}
	none := []func(){
		func() { emit("/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", false) },
		func() { emit(login1Path, login1Manager+".PrepareForSleep", false) },
		func() { emit("/org/freedesktop/login1/session/other", login1Session+".Lock") },
		func() { emit("/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", "yes") },
		func() { emit("/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged") },
	}
	for _, send := range none {
		send()
	}
	if len(locked) != 0 {
		t.Error("locked by what is no lock")
	}
	for _, name := range screenSavers {
		emit("/ScreenSaver", name+".ActiveChanged", true)
		<-locked
	}
	emit(login1Path, login1Manager+".PrepareForSleep", true)
	<-locked
	emit(ourSession, login1Session+".Lock")
	<-locked
	if len(locked) != 0 {
		t.Error("locked twice, or by what came before")
	}
}

// A computer without a bus starts all the same.
func TestWatchScreen_withoutBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	watchScreen(t.Context(), slog.New(slog.DiscardHandler), func() { t.Error("locked") })
}
