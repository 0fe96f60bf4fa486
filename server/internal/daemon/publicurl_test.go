package daemon

import (
	"net"
	"testing"

	"llavero/server/internal/config"
)

// at is a socket that says it listens somewhere.
type at struct {
	net.Listener
	addr string
}

func (a at) Addr() net.Addr { return a }
func (at) Network() string  { return "tcp" }
func (a at) String() string { return a.addr }

// What stands in mails must be reached from another machine.
func TestPublicURL(t *testing.T) {
	for _, c := range []struct {
		set, listen string
		hosts       []string
		want        string
	}{
		{"https://llaves.example", "127.0.0.1:8443", nil, "https://llaves.example"},
		{"", "127.0.0.1:8443", []string{"llaves.example"}, "https://127.0.0.1:8443"},
		{"", "[::]:8443", []string{"llaves.example", "127.0.0.1"}, "https://llaves.example:8443"},
		{"", "0.0.0.0:443", []string{"llaves.example"}, "https://llaves.example:443"},
	} {
		s := &Server{cfg: config.Config{PublicURL: c.set, TLS: config.TLS{Hosts: c.hosts}}, listen: at{addr: c.listen}}
		if got := s.publicURL(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
