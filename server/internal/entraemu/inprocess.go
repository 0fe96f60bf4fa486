package entraemu

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// RoundTripper calls the emulator's handler in the caller's goroutine, without
// a socket: same paths, headers, bodies and faults. Any host name leads here.
// A cut is io.ErrUnexpectedEOF, of the call or of the body's end, and nothing
// is ever repeated by the transport itself.
func (e *Emulator) RoundTripper() http.RoundTripper { return inProcess{e.Handler()} }

type inProcess struct{ handler http.Handler }

// RoundTrip serves one request.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	in.RemoteAddr, in.RequestURI = "127.0.0.1:0", r.URL.RequestURI()
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &recorder{header: http.Header{}}
	cut := t.serve(w, in)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if w.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return w.response(r, cut), nil
}

// serve reports whether the handler cut the answer.
func (t inProcess) serve(w http.ResponseWriter, r *http.Request) (cut bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			cut = true
		}
	}()
	t.handler.ServeHTTP(w, r)
	return false
}

func (r *recorder) response(to *http.Request, cut bool) *http.Response {
	var body io.Reader = bytes.NewReader(r.body.Bytes())
	if cut {
		body = io.MultiReader(body, broken{})
	}
	length, err := strconv.ParseInt(r.header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = int64(r.body.Len())
	}
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, Body: io.NopCloser(body), ContentLength: length, Request: to,
	}
}

// broken is the end of a body that was cut.
type broken struct{}

// Read never gives a byte.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
