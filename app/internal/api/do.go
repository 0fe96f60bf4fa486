package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// maxReply bounds what is read of an answer, in bytes: a file of evidence is the
// longest.
const maxReply = wire.MaxEvidence + 4<<10

// call is one request.
type call struct {
	route   string      // of package wire
	id      string      // for what the path names first: {id}, {code}…
	key     string      // of the act; empty: not an intent
	version int64       // for If-Match; 0: none
	body    any         // nil: none
	isFile  bool        // a file goes along: it may take fileTime
	token   secret.Text // in place of the client's own; empty: that one
	role    string      // for {role}

	query url.Values // nil: none
}

// ask sends one request that is answered with a T.
func ask[T any](ctx context.Context, c *Client, call call) (T, error) {
	var reply T
	err := c.do(ctx, call, &reply)
	return reply, err
}

// do sends one request and reads its answer into reply, unless that is nil; into
// a []byte as it comes. The
// transport itself repeats a request on another connection when the one it had
// was closed before an answer, as an Idempotency-Key allows.
func (c *Client) do(ctx context.Context, call call, reply any) error {
	limit := requestTime
	if call.isFile {
		limit = fileTime
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := c.request(within, call)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return stopped(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if err != nil {
		return stopped(ctx, err)
	}
	if len(body) > maxReply {
		return &Failure{Err: internal("answer of more than %d bytes", maxReply), ID: res.Header.Get(wire.HeaderRequestID), Status: res.StatusCode}
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return failureOf(res, body)
	}
	if reply == nil || res.StatusCode == http.StatusNoContent {
		return nil
	}
	if file, ok := reply.(*[]byte); ok {
		*file = body
		return nil
	}
	if err := json.Unmarshal(body, reply); err != nil {
		// The text of the error may quote the body: not kept.
		return &Failure{Err: internal("answer to %s is not what it should be", call.route), ID: res.Header.Get(wire.HeaderRequestID), Status: res.StatusCode}
	}
	return nil
}

func (c *Client) request(ctx context.Context, call call) (*http.Request, error) {
	method, path, _ := strings.Cut(call.route, " ")
	if before, name, ok := strings.Cut(path, "{"); ok {
		_, after, _ := strings.Cut(name, "}")
		path = before + url.PathEscape(call.id) + strings.Replace(after, "{role}", url.PathEscape(call.role), 1)
	}
	c.mu.Lock()
	address, token := c.server.String()+path, c.token
	c.mu.Unlock()
	if len(call.query) > 0 {
		address += "?" + call.query.Encode()
	}
	if !call.token.IsEmpty() {
		token = call.token
	}
	var body io.Reader
	if call.body != nil {
		raw, err := json.Marshal(call.body)
		if err != nil {
			return nil, fmt.Errorf("body of %s: %w", call.route, err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", call.route, err)
	}
	req.Header.Set("Accept", "application/json, "+wire.ProblemType)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !token.IsEmpty() {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	if c.name != "" {
		req.Header.Set(wire.HeaderClient, c.name)
		req.Header.Set(wire.HeaderClientTime, c.clock().UTC().Format(time.RFC3339Nano))
	}
	if call.key != "" {
		req.Header.Set(wire.HeaderIdempotencyKey, call.key)
	}
	if call.version != 0 {
		req.Header.Set(wire.HeaderIfMatch, strconv.Quote(strconv.FormatInt(call.version, 10)))
	}
	return req, nil
}

// stopped is the error of a request without an answer: the caller's, if they
// gave it up; silence otherwise.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("given up: %w", ctx.Err())
	}
	return silence(err)
}

// failureOf reads an error answer. One that is no Problem (a proxy's page) is
// understood by its status.
func failureOf(res *http.Response, body []byte) *Failure {
	f := &Failure{Status: res.StatusCode, ID: res.Header.Get(wire.HeaderRequestID)}
	f.Err = parseProblem(res.Header.Get("Content-Type"), res.StatusCode, body)
	if wait, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && f.Err.Args["seconds"] == "" {
		if f.Err.Args == nil {
			f.Err.Args = map[string]string{}
		}
		f.Err.Args["seconds"] = strconv.Itoa(wait)
	}
	return f
}

// parseProblem reads the body of an error answer. The code always fits the
// status: a body that says otherwise is not believed.
func parseProblem(contentType string, status int, body []byte) *access.Error {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != wire.ProblemType {
		return &access.Error{Code: wire.CodeOfStatus(status)}
	}
	var p wire.Problem
	if json.Unmarshal(body, &p) != nil || wire.StatusOf(p.Code) != status {
		return &access.Error{Code: wire.CodeOfStatus(status)}
	}
	return p.Error()
}

func internal(format string, args ...any) *access.Error {
	return &access.Error{Code: access.CodeInternal, Err: fmt.Errorf(format, args...)}
}
