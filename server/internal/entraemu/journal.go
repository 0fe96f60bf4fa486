package entraemu

import (
	"strings"
	"sync"
	"time"
)

// Bounds of the journal: calls kept, and bytes of a body.
const (
	journalSize = 20_000
	journalBody = 4 << 10
)

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
