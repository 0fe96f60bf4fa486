// Package maildrop is a mail server for one machine: it takes every mail over
// real SMTP, writes it as an .eml file into a folder, and lets a test or a
// person wait for the one sent to an address. Nothing is forwarded.
//
// Concurrency: each SMTP session runs on a goroutine of its own and hands its
// mail to the list under Drop.mu; waiters hold a channel that is closed when
// the list grows, and then look again.
package maildrop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Limits of a mail.
const (
	maxMessage    = 2 << 20 // bytes
	maxRecipients = 50
)

// Config says how a drop starts. The zero value keeps mails in memory only.
type Config struct {
	Listen string      // loopback host:port; empty is 127.0.0.1:0
	Dir    string      // folder of the .eml files; empty writes none
	TLS    *tls.Config // offers STARTTLS when set
	Clock  func() time.Time
	Log    *slog.Logger // nil: none
}

// Drop is a running mail drop. Safe for concurrent use.
type Drop struct {
	dir    string
	clock  func() time.Time
	server *smtp.Server
	addr   string
	served chan struct{}
	close  func() error

	mu    sync.Mutex
	mails []Mail
	grown chan struct{} // closed when mails grows
	taken map[string]int
	fail  int // mails to refuse next
}

// Start listens and takes mail until ctx ends or Close is called.
func Start(ctx context.Context, cfg Config) (*Drop, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now //nolint:forbidigo // the clock when none is given
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Dir != "" {
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("mail drop: folder: %w", err)
		}
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("mail drop: %w", err)
	}
	d := &Drop{
		dir: cfg.Dir, clock: cfg.Clock, addr: ln.Addr().String(), served: make(chan struct{}),
		grown: make(chan struct{}), taken: map[string]int{},
	}
	d.server = smtp.NewServer(d)
	d.server.Domain = "localhost"
	d.server.ReadTimeout, d.server.WriteTimeout = 30*time.Second, 30*time.Second
	d.server.MaxMessageBytes, d.server.MaxRecipients = maxMessage, maxRecipients
	d.server.TLSConfig = cfg.TLS
	d.server.EnableSMTPUTF8 = true
	d.server.ErrorLog = slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug)
	d.close = sync.OnceValue(func() error {
		err := d.server.Close()
		<-d.served
		return err
	})
	go func() {
		defer close(d.served)
		if err := d.server.Serve(ln); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			cfg.Log.Error("mail drop stopped", slog.String("error", err.Error()))
		}
	}()
	context.AfterFunc(ctx, func() { _ = d.Close() })
	return d, nil
}

// Close stops listening. Mails already taken stay readable.
func (d *Drop) Close() error { return d.close() }

// Addr is the listening address, host:port.
func (d *Drop) Addr() string { return d.addr }

// Dir is the folder of the .eml files; empty when none are written.
func (d *Drop) Dir() string { return d.dir }

// FailNext makes the next n mails bounce with a temporary error (451).
func (d *Drop) FailNext(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = n
}

// All returns the mails taken so far, oldest first.
func (d *Drop) All() []Mail {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Mail(nil), d.mails...)
}

// To returns the mails taken for an address, oldest first.
func (d *Drop) To(address string) []Mail {
	var out []Mail
	for _, m := range d.All() {
		if m.isFor(address) {
			out = append(out, m)
		}
	}
	return out
}

// Wait returns the next mail to an address: each call for an address returns
// one mail later than the call before. It waits for it until ctx ends.
func (d *Drop) Wait(ctx context.Context, address string) (Mail, error) {
	address = strings.ToLower(address)
	for {
		d.mu.Lock()
		m, ok := d.take(address)
		grown := d.grown
		d.mu.Unlock()
		if ok {
			return m, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return Mail{}, fmt.Errorf("no mail to %s: %w", address, ctx.Err())
		}
	}
}

// take returns the first mail to address not taken yet; mu is held.
func (d *Drop) take(address string) (Mail, bool) {
	n := 0
	for _, m := range d.mails {
		if !m.isFor(address) {
			continue
		}
		if n == d.taken[address] {
			d.taken[address]++
			return m, true
		}
		n++
	}
	return Mail{}, false
}

// keep adds a mail and writes its file.
func (d *Drop) keep(m Mail) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail > 0 {
		d.fail--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	if d.dir != "" {
		name := fmt.Sprintf("%s-%04d-%s.eml", m.At.UTC().Format("20060102T150405.000"), len(d.mails)+1, fileWord(m.To))
		m.File = filepath.Join(d.dir, name)
		next := m.File + ".next"
		if err := os.WriteFile(next, m.Raw, 0o600); err != nil {
			return err
		}
		if err := os.Rename(next, m.File); err != nil {
			return err
		}
	}
	d.mails = append(d.mails, m)
	close(d.grown)
	d.grown = make(chan struct{})
	return nil
}

// fileWord makes a file name's part of the first recipient.
func fileWord(to []string) string {
	if len(to) == 0 {
		return "nobody"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '@' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(to[0]))
}
