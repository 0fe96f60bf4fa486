package entraemu

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request body, in bytes.
const maxBody = 1 << 20

// Paths of the surfaces that are not Entra's or Graph's own.
const (
	gatewayPath = "/gateway"
	controlPath = "/emulator/control"
)

// request is one call on its way through a surface. One goroutine owns it.
type request struct {
	w     *recorder
	r     *http.Request
	body  []byte
	entry *Call
}

// recorder buffers an answer, so that a fault can lose or halve it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header, WriteHeader and Write make it an http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func surfaceOf(path string) Surface {
	switch {
	case strings.HasPrefix(path, controlPath+"/"):
		return SurfaceControl
	case strings.HasPrefix(path, gatewayPath+"/"):
		return SurfaceGateway
	case path == "/v1.0", path == "/beta", strings.HasPrefix(path, "/v1.0/"), strings.HasPrefix(path, "/beta/"):
		return SurfaceGraph
	}
	return SurfaceLogin
}

// ownHeader marks the emulator's calls to itself with Emulator.own: no fault
// breaks them, and the journal leaves them out.
const ownHeader = "X-Emulator-Own"

// Handler is every call's way in: journal, faults, surface, answer. A fault that
// cuts a call panics with http.ErrAbortHandler, as net/http wants it.
func (e *Emulator) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "emulator: request body is too large or was cut", http.StatusRequestEntityTooLarge)
			return
		}
		surface := surfaceOf(r.URL.Path)
		entry := &Call{
			At: e.Now(), Surface: surface, Method: r.Method, Path: r.URL.Path, Query: withoutSecrets(r.URL.RawQuery), RequestID: randomID(),
		}
		rq := &request{w: &recorder{header: http.Header{}}, r: r, body: body, entry: entry}
		if r.Header.Get(ownHeader) == e.own {
			e.serve(rq)
			rq.send(w, false)
			return
		}
		fault := e.faultFor(surface, r)
		entry.Fault = fault.Kind
		defer func() {
			entry.Status = rq.w.status
			e.record(entry)
		}()
		e.act(rq, fault)
		rq.send(w, fault.Kind == FaultCutBody)
	})
}

// act does what a call asks, unless its fault has it otherwise. It panics with
// http.ErrAbortHandler where nothing is to be answered.
func (e *Emulator) act(rq *request, fault Fault) {
	if fault.Delay > 0 {
		timer := time.NewTimer(time.Duration(fault.Delay))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-rq.r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch fault.Kind {
	case FaultCutBefore:
		panic(http.ErrAbortHandler)
	case FaultStatus:
		e.refuseByFault(rq, fault)
	default:
		rq.entry.Acted = true
		e.serve(rq)
	}
	if fault.Kind == FaultHang {
		<-rq.r.Context().Done()
	}
	if fault.Kind == FaultLostAnswer || fault.Kind == FaultHang {
		rq.w.status = 0
		panic(http.ErrAbortHandler)
	}
}

// record journals and counts a call.
func (e *Emulator) record(entry *Call) {
	if entry.Surface == SurfaceControl {
		return
	}
	e.journal.add(*entry)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counters.Requests++
	if entry.Fault != "" {
		e.counters.Faulted++
	}
}

func (e *Emulator) serve(rq *request) {
	switch rq.entry.Surface {
	case SurfaceGraph:
		e.serveGraph(rq)
	case SurfaceGateway:
		e.gateway.ServeHTTP(rq.w, rq.r)
	case SurfaceControl:
		e.serveControl(rq)
	default:
		e.serveLogin(rq)
	}
	if !rq.entry.Wrote {
		return
	}
	e.mu.Lock()
	n := e.changed
	e.mu.Unlock()
	if err := e.saver.upTo(n); err != nil {
		e.log.Error("state not saved", "error", err.Error())
	}
}

// send writes the answer to the network, or half of it.
func (rq *request) send(w http.ResponseWriter, cut bool) {
	for name, values := range rq.w.header {
		w.Header()[name] = values
	}
	status := rq.w.status
	if status == 0 {
		status = http.StatusOK
	}
	body := rq.w.body.Bytes()
	if cut {
		// An empty answer is cut before its end too: one byte that never comes.
		w.Header().Set("Content-Length", strconv.Itoa(max(1, len(body))))
		if status == http.StatusNoContent {
			status = http.StatusOK
		}
		w.WriteHeader(status)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if rq.r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// faultFor returns what is to happen to a call: a fault that was put there, or
// one by chance.
func (e *Emulator) faultFor(s Surface, r *http.Request) Fault {
	if f, ok := e.faults.take(s, r.Method, r.URL.Path); ok {
		return f
	}
	if s != SurfaceGraph && s != SurfaceLogin {
		return Fault{}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.knobs.Chance
	if c == (Chance{}) {
		return Fault{}
	}
	roll := e.rng.Float64() * 100
	for _, p := range []struct {
		chance float64
		f      Fault
	}{
		{c.Throttle, Fault{Kind: FaultStatus, Status: http.StatusTooManyRequests, RetryAfter: 1 + e.rng.IntN(5)}},
		{c.Unavailable, Fault{Kind: FaultStatus, Status: http.StatusServiceUnavailable}},
		{c.LostAnswer, Fault{Kind: FaultLostAnswer}},
		{c.Cut, Fault{Kind: FaultCutBefore}},
	} {
		if roll < p.chance {
			return p.f
		}
		roll -= p.chance
	}
	return Fault{}
}

func (e *Emulator) refuseByFault(rq *request, f Fault) {
	if f.RetryAfter > 0 {
		rq.w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	rq.entry.Code = f.Code
	if rq.entry.Surface == SurfaceGraph {
		rq.refuse(faultError(f))
		return
	}
	text := f.Message
	if text == "" {
		text = http.StatusText(f.Status)
	}
	if rq.entry.Surface == SurfaceLogin {
		e.loginError(rq, loginRefusal{status: f.Status, oauth: "temporarily_unavailable", code: 90033, text: text})
		return
	}
	http.Error(rq.w, text, f.Status)
}
