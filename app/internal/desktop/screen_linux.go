package desktop

import (
	"context"
	"log/slog"
	"os"

	"github.com/godbus/dbus/v5"
)

// Names on the buses. The session bus tells that the screen was locked, by the
// desktop's own name; the system bus that the computer goes to sleep, and that
// somebody asked for this session to be locked.
const (
	login1        = "org.freedesktop.login1"
	login1Manager = login1 + ".Manager"
	login1Session = login1 + ".Session"
	login1Path    = "/org/freedesktop/login1"
)

// screenSavers are the interfaces that say «ActiveChanged».
var screenSavers = []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver"}

// watchScreen calls locked, off the UI goroutine, whenever the computer's screen
// is locked or the computer goes to sleep, until ctx ends. It listens when it
// returns. A computer without these buses is no fault: the program's own lock
// stays.
func watchScreen(ctx context.Context, log *slog.Logger, locked func()) {
	heard := 0
	if bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx)); err == nil {
		for _, name := range screenSavers {
			if bus.AddMatchSignalContext(ctx, dbus.WithMatchInterface(name), dbus.WithMatchMember("ActiveChanged")) == nil {
				heard++
			}
		}
		listen(bus, locked)
	}
	if bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx)); err == nil {
		heard += matchLogin(ctx, bus)
		listen(bus, locked)
	}
	if heard == 0 {
		log.Info("the lock of the screen is not heard of: no bus")
	}
}

// listen hears a bus until its connection ends, which closes the channel: each
// bus needs its own.
func listen(bus *dbus.Conn, locked func()) {
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	go func() {
		for s := range signals {
			if isLock(s) {
				locked()
			}
		}
	}()
}

// matchLogin asks for the login manager's signals, and returns how many.
func matchLogin(ctx context.Context, bus *dbus.Conn) (heard int) {
	if bus.AddMatchSignalContext(ctx, dbus.WithMatchInterface(login1Manager), dbus.WithMatchMember("PrepareForSleep")) == nil {
		heard++
	}
	var own dbus.ObjectPath
	call := bus.Object(login1, login1Path).CallWithContext(ctx, login1Manager+".GetSessionByPID", dbus.FlagNoAutoStart, uint32(os.Getpid())) //nolint:gosec // a process id
	if call.Store(&own) != nil {
		return heard // started outside of a session
	}
	if bus.AddMatchSignalContext(ctx, dbus.WithMatchInterface(login1Session), dbus.WithMatchMember("Lock"), dbus.WithMatchObjectPath(own)) == nil {
		heard++
	}
	return heard
}

// isLock reports a signal that says that the screen is locked, or that the
// computer is about to sleep; the ones that say that it woke are not.
func isLock(s *dbus.Signal) bool {
	if s.Name == login1Session+".Lock" {
		return true
	}
	if len(s.Body) == 0 {
		return false
	}
	on, ok := s.Body[0].(bool)
	return ok && on
}
