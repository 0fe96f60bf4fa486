package state

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Model is what one running program knows and is asked. See the package
// comment for its concurrency rule.
type Model struct {
	deps    Deps
	changed chan struct{} // size one: look at the snapshots again
	dirty   chan struct{} // size one: lists want to be built anew
	signed  chan struct{} // size one: somebody signed in or out
	again   chan struct{} // size one: connect anew, somebody asked
	beat    chan struct{} // size one: connected again
	ending  chan struct{} // size one: the server is to be told of an ended session

	keeping sync.Mutex   // serialises the use of deps.Rows
	ringing sync.Mutex   // serialises the refreshing of signing keys
	skew    atomic.Int64 // nanoseconds that the server is ahead of a wrong clock here

	mu       sync.Mutex
	life     int // grows at each sign-in and sign-out: late answers of an earlier one are dropped
	feedLife int // the life whose feed is running
	who      *wire.Session
	viewer   access.Viewer
	about    *wire.About
	isDemo   bool // as remembered, until About answers
	link     Link
	at       wire.Position
	rows     *rowSet
	incoming *rowSet // the generation under way during a reset
	counting int     // rows that came since the connection, until it is ready
	isFirst  bool    // nothing was shown before this connection: no digest of what changed
	moved    chan struct{}
	acts     map[string]pendingAct
	notices  []Notice

	home      string      // the server that this sign-in is of
	token     secret.Text // of who is signed in
	tokenEnds time.Time
	ends      []ending // sessions the server is still to be told the end of
	lock      lockState
	parked    *parked // what was being written when the server ended the session

	signIn     signInState
	register   registerState
	recovery   recoveryState
	unlock     unlockState
	password   passwordState
	security   securityState
	staff      staffState
	asking     access.Kind                  // which of the forms is turned to
	forms      map[access.Kind]*enrollState // what was written in each
	confirm    *confirmState
	progress   access.LicenseCode
	keys       keysState
	attend     *attendState
	officer    officerState
	trail      trailState
	rings      ringState
	held       map[access.RequestID]bool // taken here: their leases are kept
	missedBeat bool                      // leases were not renewed: no connection
	texts      []wire.ConsentText
	textsAt    map[string]time.Time // when each was first shown
	agreement  agreementState
}

// New makes a model of nobody signed in.
func New(deps Deps) *Model {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	m := &Model{
		deps:    deps,
		changed: make(chan struct{}, 1),
		dirty:   make(chan struct{}, 1),
		signed:  make(chan struct{}, 1),
		again:   make(chan struct{}, 1),
		beat:    make(chan struct{}, 1),
		ending:  make(chan struct{}, 1),
		moved:   make(chan struct{}),
		rows:    newRowSet(),
		acts:    map[string]pendingAct{},
		held:    map[access.RequestID]bool{},
		asking:  access.KindEnroll,
		forms:   map[access.Kind]*enrollState{},
		link:    Link{Phase: LinkOffline},
	}
	m.signIn = signInState{login: deps.Login, phase: SignInIdle}
	return m
}

// Changed wakes one reader when a snapshot may have changed. It carries
// nothing, and two changes may wake once.
func (m *Model) Changed() <-chan struct{} { return m.changed }

// Run follows the feed while somebody is signed in, keeps the lease of what is
// attended and builds the lists. It ends with ctx.
func (m *Model) Run(ctx context.Context, feed Feed) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.follow(ctx, feed) })
	group.Go(func() error { return m.keepLease(ctx) })
	group.Go(func() error { return m.buildLists(ctx) })
	group.Go(func() error { return m.tellEnds(ctx) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// buildLists builds lists as rows change, so that no getter has to.
func (m *Model) buildLists(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.dirty:
		}
		m.buildBeside()
		poke(m.changed)
	}
}

// Refresh asks the server again for what changed: it connects anew at once,
// whether it was connected or waiting to try. It returns before the answer,
// which comes as facts do.
func (m *Model) Refresh() { poke(m.again) }

// poke wakes a reader of a channel of size one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// set changes the model under its lock, unless another life began since, and
// wakes the screens.
func (m *Model) set(life int, change func()) {
	m.mu.Lock()
	if m.life == life {
		change()
	}
	m.mu.Unlock()
	poke(m.changed)
}

// Header is the bar of every signed-in screen.
func (m *Model) Header() Header {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := Header{Link: m.link, Demo: m.isDemo}
	if m.who != nil {
		h.Session = *m.who
	}
	return h
}

// Who tells who is signed in.
func (m *Model) Who() (wire.Session, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.who == nil {
		return wire.Session{}, false
	}
	return *m.who, true
}

// Menu is the first screen after sign-in.
func (m *Model) Menu() Menu {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	menu := Menu{}
	if m.who != nil {
		menu.Role, menu.Administrator = m.who.Role, m.viewer.IsAdministrator()
		menu.Pending, menu.Assigned = len(m.rows.pending.rows), len(m.rows.assigned.rows)
	}
	return menu
}

// TakeNotices hands over the notices that came since the last call, oldest
// first.
func (m *Model) TakeNotices() []Notice {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.notices
	m.notices = nil
	return list
}

// tell adds a notice; the lock is held.
func (m *Model) tell(kind NoticeKind, args map[string]string) {
	m.notices = append(m.notices, Notice{Kind: kind, Args: args})
}

// isOnline reports that acts can be sent; the lock is held.
func (m *Model) isOnline() bool { return m.link.IsOnline() }

// now is the instant of a snapshot or an act.
func (m *Model) now() time.Time { return m.Clock() }

// wrongClock is from when on this computer's clock is wrong rather than late.
const wrongClock = 2 * time.Minute

// Clock is the time that is counted with: this computer's, put right by the
// server's when it is wrong, so that no countdown ends before it began. Screens
// that count from a snapshot use it too.
func (m *Model) Clock() time.Time { return m.deps.Clock().Add(time.Duration(m.skew.Load())) }

// here is an instant of Clock by this computer's own, which is what every request
// says: the server compares the two.
func (m *Model) here(at time.Time) time.Time { return at.Add(-time.Duration(m.skew.Load())) }

// setClock compares this computer's clock with the server's.
func (m *Model) setClock(server time.Time) {
	if server.IsZero() {
		return
	}
	skew := server.Sub(m.deps.Clock())
	if skew.Abs() < wrongClock {
		skew = 0
	}
	m.skew.Store(int64(skew))
}

// random reads n bytes for the id of an act.
func (m *Model) random(b []byte) error {
	_, err := io.ReadFull(m.deps.Rand, b)
	return err
}

// setToken changes the bearer token of all that follows.
func (m *Model) setToken(t secret.Text) { m.deps.API.SetToken(t) }
