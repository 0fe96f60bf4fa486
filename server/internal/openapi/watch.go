package openapi

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
)

// Watch lets a handler answer and checks each exchange. stray is told, from any
// goroutine, of what is not in the document; a handler that panics is passed on.
func (c *Checker) Watch(next http.Handler, stray func(error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := Exchange{Method: r.Method, URL: r.URL, Head: r.Header.Clone()}
		asked := &listener{ReadCloser: r.Body}
		answer := &recorder{ResponseWriter: w}
		r2 := new(http.Request)
		*r2 = *r
		r2.Body = asked
		next.ServeHTTP(answer, r2)
		if answer.status == 0 {
			answer.status = http.StatusOK
		}
		x.Body, x.Status, x.AnswerHead, x.Answer = asked.heard.Bytes(), answer.status, w.Header(), answer.body.Bytes()
		if err := c.Check(x); err != nil {
			stray(err)
		}
	})
}

// listener keeps what was read of a request.
type listener struct {
	io.ReadCloser
	heard bytes.Buffer
}

// Read implements io.Reader.
func (l *listener) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.heard.Write(p[:n])
	return n, err
}

// recorder keeps what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Hijack implements http.Hijacker: the connection becomes a websocket.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}
