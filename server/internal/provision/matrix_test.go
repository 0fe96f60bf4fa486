package provision

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// matrixSeed decides how calls are spread in time and how back-offs are drawn.
var (
	matrixSeed = flag.Uint64("matrix-seed", 1, "seed of TestMatrix; 0 draws one")
	matrixFull = flag.Bool("matrix-full", false, "TestMatrix strikes each call at every place, not at one that the seed draws")
)

// act is one thing that is done in Entra for a code.
type act struct {
	name  string
	begin func(t *testing.T, dir *directory) *world // until the job waits
	live  func(w *world, l *life) string
	// again is what a person does after the act was refused; it reports whether
	// there was anything to do.
	again func(w *world) bool
	whole func(w *world) // checks that the act came about, once
}

// matrixActs are the acts of the matrix. What was before is remembered by begin
// in the world's before.
func matrixActs() []act {
	renew := func(reason access.Reason, overlap int) act {
		return act{
			name: "re-request/" + string(reason),
			begin: func(t *testing.T, dir *directory) *world {
				w := newRenewal(t, dir, reason)
				w.before = w.keys()
				return w
			},
			live: (*world).spend, again: (*world).resumeIfParked,
			whole: func(w *world) { w.mustBeRenewed(w.before, overlap) },
		}
	}
	return []act{
		{name: "issue", begin: newWorld, live: (*world).spend, again: (*world).resumeIfParked, whole: (*world).mustBeWhole},
		renew(access.ReasonSecurity, 0),
		renew(access.ReasonVendor, 1),
		{name: "compromise", begin: newCompromise, live: (*world).spend, again: (*world).resumeIfParked, whole: (*world).mustBeSafe},
		{name: "revoke", begin: newRevoke, live: (*world).spend, again: (*world).laterIfFailed, whole: (*world).mustBeRevoked},
		{
			name: "role grant",
			begin: func(t *testing.T, dir *directory) *world {
				w := newPermits(t, dir)
				w.change()
				return w
			},
			live: (*world).permit, again: (*world).changeAgain, whole: (*world).mustBePermitted,
		},
	}
}

// resumeIfParked is an officer who resumes a request that was handed to them.
func (w *world) resumeIfParked() bool {
	w.t.Helper()
	r := w.request()
	if r.Status != access.StatusPending {
		return false
	}
	if f := r.Failure; f == nil || f.Code == "" || f.Code == CodeInternal || f.Step == "" || !f.Environment.IsValid() || f.At.IsZero() {
		w.t.Errorf("parked with %+v, want environment, step, code and time", f)
	}
	w.resume()
	return true
}

// changeAgain is an officer who asks again for the permissions that failed.
func (w *world) changeAgain() bool {
	w.t.Helper()
	k := w.production()
	again := wire.ChangePermissions{Why: "Otra vez"}
	for _, task := range k.Tasks {
		if task.Failed == "" {
			w.t.Errorf("%s is still on its way", task.Permission)
		}
		if task.Act == access.PermissionGrant {
			again.Grant = append(again.Grant, task.Permission)
		} else {
			again.Remove = append(again.Remove, task.Permission)
		}
	}
	if len(k.Tasks) == 0 {
		return false
	}
	if _, err := w.flow.ChangePermissions(w.t.Context(), workflow.Act{Who: w.officer}, k.ID, k.Version, again); err != nil {
		w.t.Fatal(err)
	}
	return true
}

// blow is what happens to one call: a fault of the directory, or the server's
// death on one side of it.
type blow struct {
	name  string
	fault entraemu.Fault
	dies  string // "before" or "after" the call; empty: it lives
	// graph: the token endpoint has no such answer.
	graph bool
}

var blows = []blow{
	{name: "killed before", dies: "before"},
	{name: "killed after", dies: "after"},
	{name: "answer lost", fault: entraemu.Fault{Kind: entraemu.FaultLostAnswer}},
	{name: "cut before", fault: entraemu.Fault{Kind: entraemu.FaultCutBefore}},
	{name: "cut body", fault: entraemu.Fault{Kind: entraemu.FaultCutBody}},
	{name: "429", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429, RetryAfter: 7}},
	{name: "429 bare", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429}},
	{name: "500", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 500}},
	{name: "503", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 503, RetryAfter: 3}},
	{name: "504", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 504}},
	{name: "409", graph: true, fault: entraemu.Fault{Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceGraph, Status: 409, Code: "Directory_ConcurrencyViolation"}},
	{name: "401", graph: true, fault: entraemu.Fault{Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceGraph, Status: 401, Code: "InvalidAuthenticationToken"}},
	{name: "403", fault: entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403}},
	{name: "404", graph: true, fault: entraemu.Fault{Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceGraph, Status: 404}},
	{name: "lag", fault: entraemu.Fault{}},
}

// cell is what came of one blow at every call of one name.
type cell struct{ whole, resumed, broken int }

func (c cell) String() string {
	switch {
	case c == cell{}:
		return "·"
	case c.broken > 0:
		return fmt.Sprintf("%d BROKEN of %d", c.broken, c.whole+c.resumed+c.broken)
	case c.resumed > 0:
		return fmt.Sprintf("%d+%dr", c.whole, c.resumed)
	}
	return fmt.Sprint(c.whole)
}

// wrongs are the four things that must never be left.
type wrongs struct{ twins, orphans, lost, stuck int }

// TestMatrix strikes every call of every act once with every blow, and then
// looks whether the act came about: one application, one service principal, the
// secrets that should live and no other, an audit trail that says so, nothing
// that waits for ever. It prints what came of each: how often the server mended
// it alone, and how often an officer resumed it (r).
func TestMatrix(t *testing.T) {
	t.Parallel()
	seed := *matrixSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	var mu sync.Mutex
	var left wrongs
	var tables bytes.Buffer
	t.Cleanup(func() {
		t.Logf("seed %d: twins %d, orphans %d, lost secrets %d, stuck %d\n%s", seed, left.twins, left.orphans, left.lost, left.stuck, tables.String())
	})
	for _, a := range matrixActs() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, a, seed)
			m.walk(t)
			mu.Lock()
			defer mu.Unlock()
			m.print(&tables)
			left.twins += m.left.twins
			left.orphans += m.left.orphans
			left.lost += m.left.lost
			left.stuck += m.left.stuck
		})
	}
}

// matrix is the walk of one act.
type matrix struct {
	act   act
	seed  uint64
	calls []string // names, in the order of an undisturbed run
	walks []int    // places in calls that are struck

	mu    sync.Mutex
	cells map[string]map[string]cell // by call, by blow
	left  wrongs
}

func newMatrix(t *testing.T, a act, seed uint64) *matrix {
	t.Helper()
	m := &matrix{act: a, seed: seed, cells: map[string]map[string]cell{}}
	dir := newDirectory(t)
	w := a.begin(t, dir)
	dir.Journal().Clear()
	w.setSeed(seed)
	a.live(w, &life{left: -1})
	a.whole(w)
	for _, c := range dir.Journal().Calls() {
		m.calls = append(m.calls, callName(c.Method, c.Path))
	}
	if len(m.calls) < 8 {
		t.Fatalf("%s makes %d calls: %q", a.name, len(m.calls), m.calls)
	}
	m.choose()
	return m
}

// choose says where blows fall: at every call by its name, each at one place that
// the seed draws, and with -matrix-full at every place: calls come twice, once in
// each environment, and sign-ins many times.
func (m *matrix) choose() {
	rng := rand.New(rand.NewPCG(m.seed, 11))
	alike := map[string][]int{}
	for n, c := range m.calls {
		alike[c] = append(alike[c], n)
	}
	for _, c := range slices.Sorted(maps.Keys(alike)) {
		places := alike[c]
		if !*matrixFull {
			places = places[rng.IntN(len(places)):][:1]
		}
		m.walks = append(m.walks, places...)
	}
}

var (
	guid    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	longID  = regexp.MustCompile(`/[A-Za-z0-9_-]{43}$`)
	keyName = regexp.MustCompile(`\((\w+)='[^']*'\)`)
)

// callName is a call without its ids.
func callName(method, path string) string {
	path = strings.TrimPrefix(guid.ReplaceAllString(path, "{id}"), "/v1.0")
	path = longID.ReplaceAllString(keyName.ReplaceAllString(path, "($1)"), "/{assignment}")
	return method + " " + strings.TrimPrefix(strings.TrimPrefix(path, "/{id}"), "/")
}

// walk strikes each call with each blow; several blows are walked at once.
func (m *matrix) walk(t *testing.T) {
	t.Helper()
	t.Run("calls", func(t *testing.T) {
		for _, b := range blows {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				dir := newDirectory(t)
				for _, n := range m.walks {
					if b.graph && isLogin(m.calls[n]) {
						continue
					}
					t.Run(fmt.Sprint(n), func(t *testing.T) { m.strike(t, dir, b, n) })
				}
			})
		}
	})
}

// isLogin reports a call of the sign-in service.
func isLogin(call string) bool {
	return strings.Contains(call, "oauth2") || strings.Contains(call, ".well-known")
}

// strike is one cell: a blow at the n-th call, then whatever it takes.
func (m *matrix) strike(t *testing.T, dir *directory, b blow, n int) {
	w := m.act.begin(t, dir)
	dir.Journal().Clear()
	w.setSeed(m.seed + uint64(n))
	l := &life{left: -1}
	switch {
	case b.dies != "":
		l.at = diesAt(b.dies, n)
	case b.name == "lag":
		if err := dir.TurnKnobs(func(k *entraemu.Knobs) { lagging(k, m.seed+uint64(n)) }); err != nil {
			t.Fatal(err)
		}
	default:
		f := b.fault
		f.Skip = n
		if b.graph { // only those of Graph count
			f.Skip = graphBefore(m.calls, n)
		}
		if _, err := dir.Faults().Add(f); err != nil {
			t.Fatal(err)
		}
	}
	m.act.live(w, l)
	resumed := 0
	for ; resumed < 3; resumed++ {
		if b.dies != "" && resumed == 0 {
			m.act.live(w, &life{left: -1})
		}
		if !m.act.again(w) {
			break
		}
		m.act.live(w, &life{left: -1})
	}
	_ = dir.clock.Sleep(t.Context(), time.Hour) // what lagged is there by then
	m.act.whole(w)
	m.note(b, n, resumed, t.Failed(), w.wrongs(t.Failed()))
	if t.Failed() {
		t.Logf("seed %d: %s, call %d %s, %s", m.seed, m.act.name, n, m.calls[n], b.name)
	}
}

// lagging makes the directory's servers disagree, for another while each time.
func lagging(k *entraemu.Knobs, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	span := func() entraemu.Span {
		d := time.Duration(rng.Int64N(int64(4 * time.Minute)))
		return entraemu.Span{Min: entraemu.Duration(d / 4), Max: entraemu.Duration(d)}
	}
	k.Lag = entraemu.Lag{Application: span(), Principal: span(), Secret: span(), Role: span(), Delete: span()}
	k.Replicas = 1 + rng.IntN(4)
}

// diesAt is death on one side of the n-th call.
func diesAt(side string, n int) func(where string) bool {
	seen := -1
	return func(where string) bool {
		got, call, _ := strings.Cut(where, " ")
		method, path, _ := strings.Cut(call, " ")
		if got != side || !strings.HasPrefix(path, "/") || strings.ToUpper(method) != method {
			return false
		}
		seen++
		return seen == n
	}
}

// graphBefore counts the calls of Graph before the n-th.
func graphBefore(calls []string, n int) (before int) {
	for _, c := range calls[:n] {
		if !isLogin(c) {
			before++
		}
	}
	return before
}

func (m *matrix) note(b blow, n, resumed int, failed bool, left wrongs) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.cells[m.calls[n]]
	if row == nil {
		row = map[string]cell{}
		m.cells[m.calls[n]] = row
	}
	c := row[b.name]
	switch {
	case failed:
		c.broken++
	case resumed > 0:
		c.resumed++
	default:
		c.whole++
	}
	row[b.name] = c
	m.left.twins += left.twins
	m.left.orphans += left.orphans
	m.left.lost += left.lost
	m.left.stuck += left.stuck
}

// print writes the table of the act.
func (m *matrix) print(out *bytes.Buffer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "\n%s", m.act.name)
	for _, b := range blows {
		_, _ = fmt.Fprintf(w, "\t%s", b.name)
	}
	var names []string
	for _, c := range m.calls {
		if !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	for _, name := range names {
		_, _ = fmt.Fprintf(w, "\n%s", name)
		for _, b := range blows {
			_, _ = fmt.Fprintf(w, "\t%s", m.cells[name][b.name])
		}
	}
	_, _ = fmt.Fprintln(w)
	_ = w.Flush()
}

// wrongs counts what must never be left, in the directory beside the store.
func (w *world) wrongs(failed bool) (n wrongs) {
	w.t.Helper()
	if !failed {
		return n // the checks would have told
	}
	keys := w.keys()
	seen := map[string]bool{}
	for _, app := range w.dir.State().Issued() {
		key, known := keys[app.UniqueName]
		switch {
		case seen[app.UniqueName]:
			n.twins++
		case !known || app.PrincipalID == "" || key.ObjectID != app.ObjectID:
			n.orphans++
		}
		seen[app.UniqueName] = true
		if !slices.ContainsFunc(app.Live(), func(s entraemu.SecretState) bool { return s.KeyID == key.active.EntraKeyID }) {
			n.lost++
		}
	}
	var live int
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		a, err := tx.LiveJobs(store.JobProvision)
		b, err2 := tx.LiveJobs(store.JobPermissions)
		live = a + b
		return cmp.Or(err, err2)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if r := w.request(); live > 0 || r.Status == access.StatusIssuing {
		n.stuck++
	}
	return n
}
