package entraemu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// FaultKind is what a fault does to a call.
type FaultKind string

// The kinds.
const (
	FaultStatus     FaultKind = "status"      // answers Status instead of acting
	FaultLostAnswer FaultKind = "lost_answer" // acts, then cuts the connection
	FaultCutBefore  FaultKind = "cut_before"  // cuts the connection without acting
	FaultCutBody    FaultKind = "cut_body"    // acts, sends half the body, cuts
	FaultDelay      FaultKind = "delay"       // waits Delay, then goes on as usual
	FaultHang       FaultKind = "hang"        // acts, then never answers: until the caller gives up
)

// Surface is the part of the emulator a call goes to.
type Surface string

// The surfaces.
const (
	SurfaceLogin   Surface = "login"
	SurfaceGraph   Surface = "graph"
	SurfaceGateway Surface = "gateway"
	SurfaceControl Surface = "control"
)

// Forever is a Count that never runs out.
const Forever = -1

// Fault breaks calls that match it. The zero Method, Path and Surface match
// every call but those of the control API.
type Fault struct {
	Kind    FaultKind `json:"kind"`
	Surface Surface   `json:"surface,omitempty"`
	Method  string    `json:"method,omitempty"`
	// Path is a part of the decoded path; a * in it stands for anything:
	// "addPassword", "/applications/*/removePassword", "oauth2/v2.0/token".
	Path  string `json:"path,omitempty"`
	Skip  int    `json:"skip,omitempty"`  // matching calls to let through first
	Count int    `json:"count,omitempty"` // matching calls to break; 0 is 1, Forever never ends
	// Chance breaks a matching call in so many percent only, drawn from the
	// emulator's seed; 0 breaks each. Those let through do not count.
	Chance float64 `json:"chance,omitempty"`

	Status     int      `json:"status,omitempty"`     // of FaultStatus
	Code       string   `json:"code,omitempty"`       // Graph error code; empty: the usual one of Status
	Message    string   `json:"message,omitempty"`    // empty: the usual one
	RetryAfter int      `json:"retryAfter,omitempty"` // seconds; 0 sends no header
	Delay      Duration `json:"delay,omitempty"`      // of FaultDelay; other kinds wait too
}

func (f Fault) check() error {
	switch f.Kind {
	case FaultStatus:
		if f.Status < 400 || f.Status > 599 {
			return fmt.Errorf("fault: status %d: want 400 to 599", f.Status)
		}
	case FaultLostAnswer, FaultCutBefore, FaultCutBody, FaultHang:
	case FaultDelay:
		if f.Delay <= 0 {
			return fmt.Errorf("fault: delay: want more than %s", time.Duration(f.Delay))
		}
	default:
		return fmt.Errorf("fault: kind %q is not one of status, lost_answer, cut_before, cut_body, delay, hang", f.Kind)
	}
	switch f.Surface {
	case "", SurfaceLogin, SurfaceGraph, SurfaceGateway, SurfaceControl:
	default:
		return fmt.Errorf("fault: surface %q is not one of login, graph, gateway, control", f.Surface)
	}
	if f.Chance < 0 || f.Chance > 100 {
		return fmt.Errorf("fault: chance %g: want a percentage", f.Chance)
	}
	if f.Skip < 0 || f.Count < Forever || f.RetryAfter < 0 || f.Delay < 0 {
		return fmt.Errorf("fault: skip, count, retryAfter and delay are not negative (count %d is for ever)", Forever)
	}
	return nil
}

func (f Fault) matches(s Surface, method, path string) bool {
	if f.Surface != "" && f.Surface != s || f.Surface == "" && s == SurfaceControl {
		return false
	}
	if f.Method != "" && !strings.EqualFold(f.Method, method) {
		return false
	}
	for part := range strings.SplitSeq(f.Path, "*") {
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path = path[i+len(part):]
	}
	return true
}

// Faults is the list of faults waiting to happen, in order. Safe for
// concurrent use.
type Faults struct {
	mu     sync.Mutex
	list   []*armed
	nextID int
	rng    *rand.Rand // of Chance
}

type armed struct {
	id   int
	f    Fault
	hits int
	hit  chan struct{} // closed at the first hit
}

// Add puts a fault behind those already there; the first that matches a call
// decides it. The id is for Remove and Hits.
func (fs *Faults) Add(f Fault) (id int, err error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	if f.Count == 0 {
		f.Count = 1
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.nextID++
	fs.list = append(fs.list, &armed{id: fs.nextID, f: f, hit: make(chan struct{})})
	return fs.nextID, nil
}

// Remove takes a fault away; it reports whether it was there.
func (fs *Faults) Remove(id int) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i, a := range fs.list {
		if a.id == id {
			fs.list = append(fs.list[:i], fs.list[i+1:]...)
			return true
		}
	}
	return false
}

// Clear takes all faults away.
func (fs *Faults) Clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

// replay begins the draws of Chance anew.
func (fs *Faults) replay(seed uint64) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.rng = newRand(seed)
}

// FaultState is a fault as the list shows it: Skip and Count are what is left.
type FaultState struct {
	ID   int `json:"id"`
	Hits int `json:"hits"` // calls broken so far
	Fault
}

// List returns the faults, those that ran out included, until Clear.
func (fs *Faults) List() []FaultState {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]FaultState, len(fs.list))
	for i, a := range fs.list {
		out[i] = FaultState{ID: a.id, Hits: a.hits, Fault: a.f}
	}
	return out
}

// Hits returns how many calls a fault broke.
func (fs *Faults) Hits(id int) int {
	for _, f := range fs.List() {
		if f.ID == id {
			return f.Hits
		}
	}
	return 0
}

// Wait returns once a fault broke a call, which a hanging or delayed one does
// when the call arrives. A fault that is not on the list never does.
func (fs *Faults) Wait(ctx context.Context, id int) error {
	var hit chan struct{}
	fs.mu.Lock()
	for _, a := range fs.list {
		if a.id == id {
			hit = a.hit
		}
	}
	fs.mu.Unlock()
	select {
	case <-hit:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("fault %d broke no call: %w", id, ctx.Err())
	}
}

// take returns the fault that decides a call, if any, and counts it.
func (fs *Faults) take(s Surface, method, path string) (Fault, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, a := range fs.list {
		if a.f.Count == 0 || !a.f.matches(s, method, path) {
			continue
		}
		if a.f.Skip > 0 {
			a.f.Skip--
			continue
		}
		if a.f.Chance > 0 && fs.rng.Float64()*100 >= a.f.Chance {
			continue
		}
		if a.f.Count > 0 {
			a.f.Count--
		}
		if a.hits++; a.hits == 1 {
			close(a.hit)
		}
		return a.f, true
	}
	return Fault{}, false
}
