package entraemu

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// proxiedHosts are what the CONNECT proxy tunnels, to the emulator itself: for
// clients whose hosts cannot be set.
var proxiedHosts = map[string]bool{
	"login.microsoftonline.com:443": true,
	"graph.microsoft.com:443":       true,
}

// proxy is a CONNECT proxy that leads Microsoft's two hosts to the emulator and
// refuses every other one.
type proxy struct {
	addr   string
	server *http.Server
	done   chan struct{}
}

func listenProxy(ctx context.Context, addr, target string, log *slog.Logger) (*proxy, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: ln.Addr().String(), done: make(chan struct{})}
	p.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect || !proxiedHosts[r.Host] {
				http.Error(w, "the emulator's proxy leads to login.microsoftonline.com:443 and graph.microsoft.com:443 only", http.StatusForbidden)
				return
			}
			tunnel(ctx, w, target)
		}),
	}
	go func() {
		defer close(p.done)
		if err := p.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Error("proxy stopped", slog.String("error", err.Error()))
		}
	}()
	return p, nil
}

func (p *proxy) close() error {
	err := p.server.Close()
	<-p.done
	return err
}

func tunnel(ctx context.Context, w http.ResponseWriter, target string) {
	var d net.Dialer
	far, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		http.Error(w, "emulator: not reachable", http.StatusBadGateway)
		return
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = errors.Join(near.Close(), far.Close()) })
	defer stop()
	_, _ = near.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(far, buffered); _ = far.Close() })
	both.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
	both.Wait()
}
