package entraemu

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of the journal: calls kept, and bytes of a body.
const (
	journalSize = 20_000
	journalBody = 4 << 10
)

// secretNames are parts of the names of what the journal must not hold.
var secretNames = []string{"secret", "assertion", "subscription-key", "token", "password", "code"}

const redacted = "…"

// withoutSecrets is a query without the values that may be secret.
func withoutSecrets(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, _, has := strings.Cut(p, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = "secret" // not readable: trust nothing
		}
		if has && secretName(plain) {
			parts[i] = name + "=" + redacted
		}
	}
	return strings.Join(parts, "&")
}

func secretName(name string) bool {
	low := strings.ToLower(name)
	return !strings.HasPrefix(low, "$") && slices.ContainsFunc(secretNames, func(s string) bool { return strings.Contains(low, s) })
}

// secretText finds what a Graph body may hold: a client that sends a secret's
// text is refused, but the journal must not keep it.
var secretText = regexp.MustCompile(`(?i)("secretText"\s*:\s*")(?:[^"\\]|\\.)*("?)`)

// journalled is a Graph body as the journal keeps it.
func journalled(body []byte) string {
	return string(secretText.ReplaceAll(body[:min(len(body), journalBody)], []byte("${1}"+redacted+"${2}")))
}

// Call is one request as the journal keeps it: never a secret, a token or the
// body of an answer.
type Call struct {
	N         int       `json:"n"` // from 1, in order of arrival
	At        time.Time `json:"at"`
	Surface   Surface   `json:"surface"`
	Method    string    `json:"method"`
	Path      string    `json:"path"` // decoded
	Query     string    `json:"query,omitempty"`
	Client    string    `json:"client,omitempty"` // client id of the caller, when it showed one
	RequestID string    `json:"requestId"`
	Body      string    `json:"body,omitempty"`   // of Graph writes
	Status    int       `json:"status"`           // 0: no answer was made
	Code      string    `json:"code,omitempty"`   // of a refusal
	Fault     FaultKind `json:"fault,omitempty"`  // what was done to it
	Acted     bool      `json:"acted,omitempty"`  // it reached its surface
	Wrote     bool      `json:"wrote,omitempty"`  // it changed the tenant
	Replica   int       `json:"replica,omitzero"` // which server answered
}

// Journal lists what was asked of the emulator. Safe for concurrent use.
type Journal struct {
	mu    sync.Mutex
	calls []Call
	n     int
}

func (j *Journal) add(c Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.n++
	c.N = j.n
	if len(j.calls) == journalSize {
		j.calls = j.calls[journalSize/10:]
	}
	j.calls = append(j.calls, c)
}

// Calls returns the kept calls, oldest first.
func (j *Journal) Calls() []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Call(nil), j.calls...)
}

// Count returns how many kept calls have this method (empty: any) and a path
// that holds part.
func (j *Journal) Count(method, part string) int {
	n := 0
	for _, c := range j.Calls() {
		if (method == "" || c.Method == method) && strings.Contains(c.Path, part) {
			n++
		}
	}
	return n
}

// Clear forgets the calls; numbering goes on.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = nil
}
