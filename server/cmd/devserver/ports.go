package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// triesForPort is how many ports are tried, upwards, before giving up.
const triesForPort = 50

// ports are the addresses of a run. They are kept with the state: clients find
// the server where they left it.
type ports struct {
	Server string `json:"server"`
	Entra  string `json:"entra"`
	Mail   string `json:"mail"`
}

func portsFile(dir string) string { return filepath.Join(dir, "state", "ports.json") }

// choosePorts takes the addresses of the flags; those not given may be the last
// run's, or the next free ones.
func choosePorts(ctx context.Context, o options, stderr io.Writer) (ports, error) {
	var last ports
	if b, err := os.ReadFile(portsFile(o.dir)); err == nil {
		_ = json.Unmarshal(b, &last) // a damaged note is no note
	}
	var p ports
	used := map[string]bool{}
	for _, c := range []struct {
		flag, what, wish, last string
		into                   *string
	}{
		{"listen", "the server", o.listen, last.Server, &p.Server},
		{"entra-listen", "the emulators", o.entraListen, last.Entra, &p.Entra},
		{"mail-listen", "the mail drop", o.mailListen, last.Mail, &p.Mail},
	} {
		addr, err := choosePort(ctx, c.wish, c.last, o.given[c.flag], used)
		if err != nil {
			return p, fmt.Errorf("-%s: %w", c.flag, err)
		}
		if wish := firstOf(c.last, c.wish); !o.given[c.flag] && addr != wish {
			_, _ = fmt.Fprintf(stderr, "devserver: %s is taken; for %s %s is used\n", wish, c.what, addr)
		}
		used[addr] = true
		*c.into = addr
	}
	b, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	return p, os.WriteFile(portsFile(o.dir), b, 0o600)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func choosePort(ctx context.Context, wish, last string, given bool, used map[string]bool) (string, error) {
	if given {
		return tryPort(ctx, wish)
	}
	if last != "" {
		if addr, err := tryPort(ctx, last); err == nil {
			return addr, nil
		}
	}
	host, text, err := net.SplitHostPort(wish)
	if err != nil {
		return "", err
	}
	from, err := strconv.Atoi(text)
	if err != nil {
		return "", fmt.Errorf("%q is no port", text)
	}
	for port := from; port < from+triesForPort; port++ {
		addr := net.JoinHostPort(host, strconv.Itoa(port))
		if used[addr] {
			continue
		}
		if addr, err := tryPort(ctx, addr); err == nil {
			return addr, nil
		}
	}
	return "", fmt.Errorf("no free port from %d to %d on %s: name one", from, from+triesForPort-1, host)
}

// tryPort reports whether an address can be listened on, and with which port.
func tryPort(ctx context.Context, addr string) (string, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("%s cannot be listened on; choose another port: %w", addr, err)
	}
	got := ln.Addr().String()
	return got, ln.Close()
}
