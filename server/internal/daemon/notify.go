package daemon

import (
	"context"
	"net"
	"strings"
)

// States that the machine's service manager is told of (systemd, Type=notify).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
	stateAlive    = "WATCHDOG=1"
)

// notifier tells whoever started the program how it is, at the address that
// NOTIFY_SOCKET names; without one it tells nobody. It never waits and never
// fails: an unheard message is the manager's to notice.
func notifier(environ []string) func(context.Context, string) {
	address := ""
	for _, line := range environ {
		if v, ok := strings.CutPrefix(line, "NOTIFY_SOCKET="); ok {
			address = v
		}
	}
	if address == "" {
		return func(context.Context, string) {}
	}
	if rest, ok := strings.CutPrefix(address, "@"); ok { // of Linux's abstract names
		address = "\x00" + rest
	}
	return func(ctx context.Context, state string) {
		var d net.Dialer
		conn, err := d.DialContext(context.WithoutCancel(ctx), "unixgram", address)
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte(state))
		_ = conn.Close()
	}
}
