// Package edge stands in front of TLS: it bounds how many connections there are,
// of all and of one address, and answers whoever speaks HTTP in clear.
//
// When all places are taken nobody new is accepted: the machine's own queue
// holds them until one ends. One address too many is closed at once, before any
// handshake, so that one address cannot take all places. An IPv6 address counts
// with its /64, which is one customer's.
//
// A Listener is safe for many goroutines; each Conn belongs to its server.
package edge

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Limits bound the connections open at the same time.
type Limits struct {
	Total      int
	PerAddress int
}

// Listener accepts connections within its limits.
type Listener struct {
	net.Listener
	limits Limits
	places chan struct{}
	closed chan struct{}
	once   sync.Once

	refused atomic.Int64
	plain   atomic.Int64

	mu  sync.Mutex
	per map[netip.Addr]int
}

// New stands in front of inner.
func New(inner net.Listener, l Limits) *Listener {
	return &Listener{
		Listener: inner, limits: l,
		places: make(chan struct{}, l.Total), closed: make(chan struct{}), per: map[netip.Addr]int{},
	}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			<-l.places
			return nil, err
		}
		from := addressOf(inner.RemoteAddr())
		if l.enter(from) {
			return &Conn{Conn: inner, from: from, of: l}, nil
		}
		l.refused.Add(1)
		_ = inner.Close() // it was never ours
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// Open is how many connections there are.
func (l *Listener) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, c := range l.per {
		n += c
	}
	return n
}

// Refused is how many connections were closed because their address had too many.
func (l *Listener) Refused() int64 { return l.refused.Load() }

// Plain is how many connections spoke in clear.
func (l *Listener) Plain() int64 { return l.plain.Load() }

func (l *Listener) enter(from netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.per[from] >= l.limits.PerAddress {
		return false
	}
	l.per[from]++
	return true
}

func (l *Listener) leave(from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.per[from]--; l.per[from] == 0 {
		delete(l.per, from)
	}
	<-l.places
}

// Owner is what counts as one address: an IPv4 address, or the /64 of an IPv6
// one; what is none counts as one too.
func Owner(host string) string {
	at, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	return owner(at).String()
}

func owner(at netip.Addr) netip.Addr {
	at = at.Unmap().WithZone("")
	if at.Is4() {
		return at
	}
	net, err := at.Prefix(64)
	if err != nil {
		return at
	}
	return net.Masked().Addr()
}

func addressOf(a net.Addr) netip.Addr {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return owner(at.Addr())
}

// errPlain ends a connection that spoke in clear and was answered.
var errPlain = errors.New("edge: the client spoke in clear")
