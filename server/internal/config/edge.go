package config

import (
	"fmt"
	"net"
	"strconv"
	"time"
)

// Forms of the log.
const (
	LogText = "text"
	LogJSON = "json"
)

// validateEdge checks what bounds connections, and the address of the metrics.
func (c Config) validateEdge() []error {
	var wrong []error
	span := func(key string, value, low, high time.Duration) {
		if value < low || value > high {
			wrong = append(wrong, fmt.Errorf("%s: %s is not between %s and %s", key, value, low, high))
		}
	}
	number := func(key string, value, low, high int) {
		if value < low || value > high {
			wrong = append(wrong, fmt.Errorf("%s: %d is not between %d and %d", key, value, low, high))
		}
	}
	span("tls.watch_every", c.TLS.WatchEvery, 10*time.Millisecond, time.Hour)
	h := c.HTTP
	span("http.header_timeout", h.HeaderTimeout, 10*time.Millisecond, time.Minute)
	span("http.read_timeout", h.ReadTimeout, h.HeaderTimeout, 10*time.Minute)
	span("http.write_timeout", h.WriteTimeout, h.HeaderTimeout, 10*time.Minute)
	span("http.idle_timeout", h.IdleTimeout, 10*time.Millisecond, time.Hour)
	number("http.connections", h.Connections, 1, 1_000_000)
	number("http.per_address", h.PerAddress, 1, h.Connections)
	if c.Metrics.Listen == "" {
		return wrong
	}
	if err := isListen(c.Metrics.Listen); err != nil {
		return append(wrong, fmt.Errorf("metrics.listen: %w", err))
	}
	host, _, _ := net.SplitHostPort(c.Metrics.Listen)
	if !isLoopback(host) && !c.Metrics.Exposed {
		wrong = append(wrong, fmt.Errorf("metrics.listen: %q is reached by other machines, and what it shows is in clear; "+
			"name 127.0.0.1, or set metrics.exposed = true where a network of its own protects it", c.Metrics.Listen))
	}
	return wrong
}

// isListen says what is wrong with an address to listen on.
func isListen(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no host:port", address)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%q is no port; it goes from 0 to 65535", port)
	}
	if host == "" && n == 0 {
		return fmt.Errorf("%q names neither a host nor a port", address)
	}
	return nil
}
