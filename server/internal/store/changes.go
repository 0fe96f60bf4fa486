package store

import (
	"fmt"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// changesKept is how many positions of the feed's log are kept: a client further
// behind starts anew.
const changesKept = 200_000

// Change writes into the feed's log that a row is to be looked at again, and
// returns its position. entity says whose row it is. When a row moves from one
// entity to another, write a change for each.
func (tx *Tx) Change(kind wire.RowKind, id string, entity access.EntityID) (seq int64, err error) {
	seq, err = tx.Count("change")
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(`INSERT INTO changes (seq, kind, id, entity, at) VALUES ($1, $2, $3, $4, $5)`,
		seq, kind, id, entity, micros(tx.now))
	if err != nil {
		return 0, fmt.Errorf("change of %s: %w", kind, err)
	}
	tx.told = true
	return seq, nil
}

// Head is the position of the last change; 0 before the first.
func (tx *Tx) Head() (int64, error) { return tx.counter("change") }

// OldestChange is the first position of the kept log; 0 when it is empty. A
// client that stopped before it (after < OldestChange−1) must start anew.
func (tx *Tx) OldestChange() (int64, error) {
	var seq int64
	err := tx.row(`SELECT coalesce(min(seq), 0) FROM changes`).Scan(&seq)
	return seq, err
}

// SweepChanges forgets all but the last positions of the log.
func (tx *Tx) SweepChanges() (int64, error) {
	head, err := tx.Head()
	if err != nil {
		return 0, err
	}
	return tx.execCount(`DELETE FROM changes WHERE seq <= $1`, head-changesKept)
}

// told is a row of the log.
type toldRow struct {
	seq  int64
	kind wire.RowKind
	id   string
}

// ChangesAfter reads what changed after a position, as this viewer may see it
// now: each row once, whole, with the position of its last change in this batch,
// in that order. A row that left the viewer's sight comes with an empty body. At
// most limit positions are looked at; last is the position reached. The viewer
// has all when last is Head.
func (tx *Tx) ChangesAfter(viewer access.Viewer, after int64, limit int) (changes []wire.Change, last int64, err error) {
	last, err = tx.Head()
	if err != nil || after >= last {
		return nil, max(after, last), err
	}
	query, args := logQuery(viewer, after, limit)
	if query == "" {
		return nil, last, nil
	}
	var log []toldRow
	latest := map[toldRow]int64{} // by kind and id
	err = tx.each(func(scan func(...any) error) error {
		var r toldRow
		if err := scan(&r.seq, &r.kind, &r.id); err != nil {
			return err
		}
		log = append(log, r)
		latest[toldRow{kind: r.kind, id: r.id}] = r.seq
		return nil
	}, query, args...)
	if err != nil {
		return nil, 0, err
	}
	if len(log) == limit {
		last = log[limit-1].seq
	}
	for _, r := range log {
		if latest[toldRow{kind: r.kind, id: r.id}] != r.seq {
			continue // a later change of the same row stands further on
		}
		c, ok, err := tx.changeFor(viewer, r.kind, r.id)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			c.Seq = r.seq
			changes = append(changes, c)
		}
	}
	return changes, last, nil
}

// logQuery reads the log for one viewer; empty for those who see nothing.
func logQuery(viewer access.Viewer, after int64, limit int) (query string, args []any) {
	switch {
	case viewer.IsOfficer():
		return `SELECT seq, kind, id FROM changes WHERE seq > $1 AND kind IN ('request', 'key', 'drift') ORDER BY seq LIMIT $2`,
			[]any{after, limit}
	case viewer.IsDelegate():
		return `SELECT seq, kind, id FROM changes WHERE seq > $1 AND entity = $2 ORDER BY seq LIMIT $3`,
			[]any{after, viewer.Entity, limit}
	}
	return "", nil
}
