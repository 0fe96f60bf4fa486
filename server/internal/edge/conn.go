package edge

import (
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// said is the whole answer to whoever speaks HTTP in clear.
const said = "Este puerto habla HTTPS: use https:// en la dirección.\n"

// What is read of a request in clear after it was answered, so that closing does
// not reset the connection and the answer with it.
const (
	drained   = 16 << 10 // bytes
	drainTime = time.Second
)

// Conn is one connection: the first byte tells TLS from HTTP in clear.
type Conn struct {
	net.Conn
	from   netip.Addr
	of     *Listener
	looked bool // by the only reader there is before TLS is up
	once   sync.Once
}

// Read implements net.Conn. A request in clear is answered here; TLS never sees
// it.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.looked || n == 0 {
		return n, err
	}
	c.looked = true
	if first := b[0]; first < 'A' || first > 'Z' { // a TLS record begins with 20 to 24
		return n, err
	}
	c.of.plain.Add(1)
	_, err = io.WriteString(c.Conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: "+strconv.Itoa(len(said))+"\r\nConnection: close\r\n\r\n"+said)
	if err == nil {
		c.drain()
	}
	return 0, errPlain
}

// drain reads what is on its way, for a moment.
func (c *Conn) drain() {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() != nil {
		return
	}
	if c.SetReadDeadline(time.Now().Add(drainTime)) != nil { //nolint:forbidigo // a socket's deadline is the machine's
		return
	}
	_, _ = io.CopyN(io.Discard, c.Conn, drained)
}

// Close implements net.Conn, and gives the place free.
func (c *Conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { c.of.leave(c.from) })
	return err
}
