package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Facts is the feed's side of a Model: what came down is kept, put in and told,
// in this order. One goroutine calls it, the feed's. What a feed brings after
// its session ended is refused: it must not reach the rows of the next one.
type Facts struct{ m *Model }

// errEnded refuses facts of a session that ended.
var errEnded = errors.New("the session of this feed has ended")

// isCurrent reports that the feed running is the one of who is signed in; the
// lock is held.
func (m *Model) isCurrent() bool { return m.who != nil && m.feedLife == m.life }

// keep uses the kept rows, if the feed's session lasts.
func (f *Facts) keep(use func(Rows) error) error {
	f.m.keeping.Lock()
	defer f.m.keeping.Unlock()
	f.m.mu.Lock()
	isCurrent := f.m.isCurrent()
	f.m.mu.Unlock()
	if !isCurrent {
		return errEnded
	}
	return use(f.m.deps.Rows)
}

// Facts returns the side of the model that the feed speaks to.
func (m *Model) Facts() *Facts { return &Facts{m: m} }

// Position is where the rows stand, to go on from.
func (f *Facts) Position() wire.Position {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return f.m.at
}

// Connecting says that a connection is being tried. Screens do not show it: the
// first try is LinkConnecting from the start, and what was lost stays offline
// until the server answers. A strip that blinks with each try says nothing.
func (f *Facts) Connecting() { f.m.deps.Log.Debug("feed connecting") }

// Lost says that there is no connection, and why.
func (f *Facts) Lost(err error) {
	m := f.m
	m.deps.Log.Info("feed lost", "error", err)
	m.mu.Lock()
	if m.isCurrent() {
		m.link.Phase, m.incoming = LinkOffline, nil
	}
	m.mu.Unlock()
	poke(m.changed)
}

// Restored says that the server was restored to the state of an instant: what was
// done after it is not there any more.
func (f *Facts) Restored(at time.Time) {
	m := f.m
	m.mu.Lock()
	if m.isCurrent() {
		m.tell(NoticeRestored, map[string]string{"at": at.UTC().Format(time.RFC3339)})
	}
	m.mu.Unlock()
	poke(m.changed)
}

// Welcome begins what follows a connection: the rest, or all rows anew.
func (f *Facts) Welcome(ctx context.Context, epoch string, _ int64, reset bool) error {
	m := f.m
	if reset {
		if err := f.keep(func(r Rows) error { return r.BeginReset(ctx) }); err != nil {
			return fmt.Errorf("beginning the rows anew: %w", err)
		}
	}
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	if !m.isCurrent() {
		return errEnded
	}
	m.incoming, m.counting = nil, 0
	m.isFirst = m.link.DataAt.IsZero()
	m.link.Phase, m.link.Missed = LinkCatchingUp, 0
	if reset {
		m.incoming = newRowSet()
		m.incoming.epoch = epoch
	}
	return nil
}

// Changes puts rows in. During a reset they are gathered and not shown.
func (f *Facts) Changes(ctx context.Context, changes []wire.Change) error {
	m := f.m
	m.mu.Lock()
	incoming, at := m.incoming, m.at
	m.mu.Unlock()
	if incoming != nil {
		return f.gather(ctx, incoming, changes, at)
	}
	list, err := parseAll(changes)
	if err != nil {
		return err
	}
	for _, c := range changes {
		at.Seq = max(at.Seq, c.Seq)
	}
	if err := f.keep(func(r Rows) error { return r.Apply(ctx, changes, at) }); err != nil {
		return fmt.Errorf("keeping rows: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.isCurrent() {
		return errEnded
	}
	m.counting += len(list)
	for _, p := range list {
		key := m.rows.keys[access.KeyID(p.ID)]
		before, after := m.rows.apply(p)
		switch p.Kind {
		case wire.RowRequest:
			m.requestChanged(before, after)
		case wire.RowKey:
			m.keyChanged(key, p.key)
		}
	}
	m.at = at
	m.wakeWaiting()
	poke(m.dirty)
	return nil
}

// gather keeps rows of a generation under way, and reads them meanwhile. One
// that cannot be read may then be kept, but never used: the generation does not
// end.
func (f *Facts) gather(ctx context.Context, incoming *rowSet, changes []wire.Change, at wire.Position) error {
	var list []parsed
	var reading errgroup.Group
	reading.Go(func() (err error) {
		list, err = parseAll(changes)
		return err
	})
	keeping := f.keep(func(r Rows) error { return r.Apply(ctx, changes, at) })
	if err := reading.Wait(); err != nil {
		return err
	}
	if keeping != nil {
		return fmt.Errorf("keeping rows: %w", keeping)
	}
	for _, p := range list {
		incoming.apply(p)
	}
	return nil
}

// Ready says that all up to seq was sent: the rows are current.
func (f *Facts) Ready(ctx context.Context, seq int64, at time.Time) error {
	m := f.m
	m.mu.Lock()
	incoming, position := m.incoming, m.at
	m.mu.Unlock()
	position.Seq, position.At = max(position.Seq, seq), at
	if incoming != nil {
		position.Epoch, position.Seq = incoming.epoch, seq
	}
	err := f.keep(func(r Rows) error {
		if incoming != nil {
			return r.EndReset(ctx, position)
		}
		return r.Apply(ctx, nil, position)
	})
	if err != nil {
		return fmt.Errorf("keeping the position: %w", err)
	}
	if incoming != nil {
		incoming.build()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.isCurrent() {
		return errEnded
	}
	if incoming != nil {
		m.swap(incoming)
	}
	m.at = position
	m.link.DataAt = at
	if m.link.Phase != LinkOnline {
		m.link.Phase = LinkOnline
		if !m.isFirst && m.counting > 0 {
			m.link.Missed = m.counting
			m.tell(NoticeBack, map[string]string{"count": fmt.Sprint(m.counting)})
		}
	}
	m.counting = 0
	m.wakeWaiting()
	poke(m.beat)
	poke(m.ending)
	poke(m.dirty)
	return nil
}

// swap puts the new generation in the place of the old one; the lock is held.
func (m *Model) swap(incoming *rowSet) {
	old := m.rows
	m.rows, m.incoming = incoming, nil
	m.counting = incoming.differences(old)
	for id := range m.held {
		before, after := old.requests[id], incoming.requests[id]
		var b, a *wire.RequestRow
		if before != nil {
			b = &before.row
		}
		if after != nil {
			a = &after.row
		}
		m.requestChanged(b, a)
	}
}

// Beat says that the server lives and that all up to seq was sent.
func (f *Facts) Beat(_ context.Context, seq int64, at time.Time) error {
	m := f.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.incoming != nil || !m.isCurrent() {
		return nil
	}
	// Kept with the next rows or the next ready: a beat is not worth a write.
	m.at.Seq = max(m.at.Seq, seq)
	m.at.At, m.link.DataAt = at, at
	m.wakeWaiting()
	poke(m.changed)
	return nil
}

// requestChanged tells what a person should know of a request's change; the
// lock is held.
func (m *Model) requestChanged(before, after *wire.RequestRow) {
	if m.who == nil {
		return
	}
	row := after
	if row == nil {
		row = before
	}
	if row == nil {
		return
	}
	args := map[string]string{"number": row.Number, "code": string(row.Code)}
	if m.held[row.ID] && (after == nil || after.TakenBy != m.who.Account) {
		delete(m.held, row.ID)
		switch {
		case after != nil && after.TakenBy != "":
			args["by"] = after.TakenName
			if after.TakenWhy != "" {
				args["why"] = after.TakenWhy
			}
			m.tell(NoticeTakenBy, args)
		case after != nil && after.Status == access.StatusPending:
			m.tell(NoticeLapsed, args)
		}
	}
	isDone := after != nil && after.Status == access.StatusDone
	wasDone := before != nil && before.Status == access.StatusDone
	if isDone && !wasDone && before != nil && m.viewer.IsDelegate() {
		args["kind"] = string(row.Kind)
		m.tell(NoticeKeyReady, args)
	}
}

// follow runs the feed while somebody is signed in.
func (m *Model) follow(ctx context.Context, feed Feed) error {
	for {
		m.mu.Lock()
		isIn, life := m.who != nil, m.life
		m.mu.Unlock()
		if isIn {
			if err := m.followLife(ctx, feed, life); err != nil {
				return err
			}
		}
		m.mu.Lock()
		isSame := m.life == life
		m.mu.Unlock()
		if !isSame {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.signed:
		}
	}
}

// followLife runs the feed for one sign-in, anew as often as somebody asks, and
// ends when that does.
func (m *Model) followLife(ctx context.Context, feed Feed, life int) error {
	m.mu.Lock()
	m.feedLife = life
	m.mu.Unlock()
	select {
	case <-m.again: // asked before there was anything to ask
	default:
	}
	for {
		again, err := m.followOnce(ctx, feed, life)
		if !again || err != nil {
			return err
		}
	}
}

// followOnce runs the feed until it ends, the sign-in does, or somebody asks to
// connect again.
func (m *Model) followOnce(ctx context.Context, feed Feed, life int) (again bool, err error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- feed.Run(running) }()
	for {
		select {
		case err := <-done:
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			m.feedEnded(life, err)
			return false, nil
		case <-m.again:
			stop()
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				m.feedEnded(life, err)
				return false, ctx.Err()
			}
			return true, ctx.Err()
		case <-m.signed:
			m.mu.Lock()
			isSame := m.life == life
			m.mu.Unlock()
			if !isSame {
				stop()
				if err := <-done; err != nil {
					m.deps.Log.Info("feed of an ended session", "error", err)
				}
				return false, ctx.Err()
			}
		}
	}
}

// feedEnded takes note that the server ended the feed for good.
func (m *Model) feedEnded(life int, err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	m.deps.Log.Warn("feed ended", "error", err)
	m.leave(life, m.endTrouble(err))
}
