package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// call is one Graph call: what to ask and how it may be repeated.
type call struct {
	name   string // for reports
	method string
	target *url.URL
	prefer string
	body   any
	ok     []int               // statuses that mean done
	once   bool                // must not be repeated blindly
	lag    func(e *Error) bool // refusals that mean "not visible yet"; nil: none is expected
}

// Attempt is one try of one call, for the audit trail: both request ids of each
// are kept. It holds no body.
type Attempt struct {
	Call            string
	Try             int // from 1
	Status          int // 0 when no answer came
	Code            string
	Outcome         Outcome
	RequestID       string        // Microsoft's
	ClientRequestID string        // ours
	TLS             string        // "TLS 1.3"
	RetryAfter      time.Duration // floor the server asked for; 0 when none
	At              time.Time
	Took            time.Duration
}

type observer struct{}

// Observe returns a context under which seen is told of each attempt, in the
// goroutine that makes it.
func Observe(ctx context.Context, seen func(Attempt)) context.Context {
	return context.WithValue(ctx, observer{}, seen)
}

func observe(ctx context.Context, a Attempt) {
	if seen, ok := ctx.Value(observer{}).(func(Attempt)); ok {
		seen(a)
	}
}

// report completes an attempt with its error, if any, and tells who observes.
func (c *Client) report(ctx context.Context, a Attempt, e *Error) {
	if e != nil {
		a.Status, a.Code, a.Outcome = e.Status, e.Code, e.Outcome
		a.RequestID, a.ClientRequestID, a.RetryAfter = e.RequestID, e.ClientRequestID, e.RetryAfter
	}
	a.TLS, a.Took = c.web.tlsVersion(), c.cfg.Clock().Sub(a.At)
	observe(ctx, a)
	if c.cfg.Seen != nil {
		c.cfg.Seen(a)
	}
}

// do makes a call, repeats it as its class allows, and decodes the answer into
// out (nil: the body does not matter). It returns the status of the success, or
// an *Error.
func (c *Client) do(ctx context.Context, k call, out any) (int, error) {
	var payload []byte
	if k.body != nil {
		var err error
		if payload, err = json.Marshal(k.body); err != nil {
			return 0, fmt.Errorf("entra: %s: %w", k.name, err)
		}
	}
	start := c.cfg.Clock()
	retry := patience{cfg: c.cfg.Retry, jitter: c.cfg.Jitter, call: k}
	for try := 1; ; try++ {
		a := Attempt{Call: k.name, Try: try, At: c.cfg.Clock(), Outcome: Done}
		e := c.attempt(ctx, k, payload, out, &a)
		c.report(ctx, a, e)
		if e == nil {
			return a.Status, nil
		}
		e.Tries = try
		delay, again := retry.next(e, c.cfg.Clock().Sub(start))
		if !again || ctx.Err() != nil {
			return 0, e
		}
		if err := c.cfg.Sleep(ctx, delay); err != nil {
			e.err = errors.Join(e.err, err)
			return 0, e
		}
	}
}

// patience decides whether one call is tried again, and when.
type patience struct {
	cfg     Retry
	jitter  func() float64
	call    call
	counted int  // attempts that failed for other reasons than lag
	lagged  int  // attempts that met a fresh object's absence
	renewed bool // the token was renewed once
}

func (p *patience) next(e *Error, elapsed time.Duration) (time.Duration, bool) {
	switch {
	case e.fresh && !p.renewed:
		p.renewed = true
		return 0, true
	case e.Outcome == Refused && p.call.lag != nil && p.call.lag(e):
		p.lagged++
		delay := max(p.backOff(p.lagged), e.RetryAfter)
		return delay, elapsed+delay <= p.cfg.LagWindow
	case e.Outcome != Later:
		return 0, false
	}
	p.counted++
	delay := p.backOff(p.counted)
	if e.Code == "Directory_ConcurrencyViolation" {
		delay = time.Duration((1 + 9*p.jitter()) * float64(p.cfg.Base))
	}
	delay = max(delay, e.RetryAfter)
	return delay, p.counted < p.cfg.Tries && elapsed+delay <= p.cfg.Budget
}

// backOff doubles from Base to Max, with full jitter.
func (p *patience) backOff(n int) time.Duration {
	top := min(float64(p.cfg.Max), float64(p.cfg.Base)*math.Pow(2, float64(n-1)))
	return time.Duration(top * p.jitter())
}

// attempt makes one try and notes in a what it learns.
func (c *Client) attempt(ctx context.Context, k call, payload []byte, out any, a *Attempt) *Error {
	write := k.method != http.MethodGet
	if err := c.cfg.Pacer.wait(ctx, &c.cfg, write); err != nil {
		return &Error{Call: k.name, Code: CodeNotSent, Outcome: Later, err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Retry.Timeout)
	defer cancel()
	token, err := c.tokens.bearer(ctx)
	if err != nil {
		return tokenError(err)
	}
	id := uuid.NewString()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, k.method, k.target.String(), bytes.NewReader(payload))
	if err != nil {
		return &Error{Call: k.name, Code: CodeNotSent, Outcome: Refused, ClientRequestID: id, err: err}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("client-request-id", id)
	req.Header.Set("return-client-request-id", "true")
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if k.prefer != "" {
		req.Header.Set("Prefer", k.prefer)
	}
	resp, err := c.web.Do(req)
	if err != nil {
		return lost(k, id, sent.Load(), err)
	}
	defer func() { _ = resp.Body.Close() }()
	a.Status, a.RequestID, a.ClientRequestID = resp.StatusCode, machineWord(resp.Header.Get("request-id")), id
	body, err := io.ReadAll(resp.Body)
	success := slices.Contains(k.ok, resp.StatusCode)
	if success && err == nil && decode(resp.StatusCode, body, out) == nil {
		return nil
	}
	if success && err != nil {
		e := lost(k, id, true, err)
		e.Status, e.RequestID = a.Status, a.RequestID
		return e
	}
	e := graphError(k, resp, body, c.cfg.Clock())
	e.ClientRequestID = id
	if e.Status == http.StatusTooManyRequests {
		now := c.cfg.Clock()
		c.cfg.Pacer.Pause(now, now.Add(max(e.RetryAfter, c.cfg.Retry.Base)))
	}
	if e.fresh {
		c.tokens.reject(token)
	}
	return e
}

// decode reads a success. An answer without content leaves out as it is.
func decode(status int, body []byte, out any) error {
	if out == nil || status == http.StatusNoContent {
		return nil
	}
	return json.Unmarshal(body, out)
}

// lost is the error of an attempt whose answer did not come.
func lost(k call, id string, sent bool, err error) *Error {
	e := &Error{Call: k.name, Code: CodeNoAnswer, Outcome: Later, ClientRequestID: id, err: transportCause(err)}
	if !sent {
		e.Code = CodeNotSent
	} else if k.once {
		e.Outcome = Unknown
	}
	return e
}

// graphError reads the answer of a call that did not succeed.
func graphError(k call, resp *http.Response, body []byte, now time.Time) *Error {
	e := &Error{
		Call: k.name, Status: resp.StatusCode, Code: CodeUnexpected,
		RequestID:  machineWord(resp.Header.Get("request-id")),
		RetryAfter: parseRetryAfter(resp.Header.Get("Retry-After"), now),
	}
	var answer struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Details []struct {
				Code string `json:"code"`
			} `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) == nil && machineWord(answer.Error.Code) != "" {
		e.Code = machineWord(answer.Error.Code)
		e.message = answer.Error.Message
		if strings.HasSuffix(e.Code, "AsPerAppPolicy") {
			e.Policy = quoted(e.message)
		}
		if len(answer.Error.Details) > 0 {
			e.Detail = machineWord(answer.Error.Details[0].Code)
		}
	}
	e.Outcome = classify(e.Status, e.Code, resp.Header.Get("Retry-After") != "", k.once)
	e.fresh = e.Status == http.StatusUnauthorized && e.Code == "InvalidAuthenticationToken"
	return e
}

// machineWord keeps of an answer's field what a code or an id may hold, so that
// nothing else of it reaches a log.
func machineWord(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 80)]
}

// quoted is the name between Graph's quotes in a message, for people to read:
// one line, at most 80 characters. Nothing is decided by it.
func quoted(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	name, _, closed := strings.Cut(rest, "'")
	if !closed || !utf8.ValidString(name) || utf8.RuneCountInString(name) > 80 || strings.ContainsFunc(name, unicode.IsControl) {
		return ""
	}
	return name
}

// longestWait bounds what a server may ask us to wait.
const longestWait = time.Hour

// parseRetryAfter reads seconds or an HTTP date; 0 when it is neither.
func parseRetryAfter(s string, now time.Time) time.Duration {
	if s == "" {
		return 0
	}
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		return min(time.Duration(min(max(n, 0), int(longestWait/time.Second)))*time.Second, longestWait)
	}
	at, err := http.ParseTime(s)
	if err != nil || now.IsZero() {
		return 0
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// transportCause keeps of a transport error what is worth telling, without the
// address asked, which MSAL and net/http repeat in full.
func transportCause(err error) error {
	if cause, ok := errors.AsType[*url.Error](err); ok {
		return cause.Err
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, known) {
			return known
		}
	}
	if cause, ok := errors.AsType[*net.OpError](err); ok {
		return cause
	}
	return errors.New("no answer that can be read")
}
