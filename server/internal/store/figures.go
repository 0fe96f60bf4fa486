package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"llavero/shared/access"
)

// Figures are counts for whoever watches the server: none names anybody.
type Figures struct {
	Jobs     []JobFigure
	Keys     []KeyFigure
	Requests []RequestFigure
}

// JobFigure counts the jobs of a kind.
type JobFigure struct {
	Kind    string
	Waiting int       // live: due, running, or waiting for later
	Due     int       // of them those that could run now, or do
	Oldest  time.Time // since when the one that is due longest is; zero: none is due
	Parked  int       // set aside for a person
}

// KeyFigure counts keys.
type KeyFigure struct {
	Environment access.Environment
	State       access.KeyState
	Count       int
}

// RequestFigure counts requests.
type RequestFigure struct {
	Status access.Status
	Count  int
}

// Figures counts; each count is found by an index.
func (tx *Tx) Figures() (Figures, error) {
	var f Figures
	var err error
	if f.Jobs, err = tx.jobFigures(); err != nil {
		return Figures{}, fmt.Errorf("count jobs: %w", err)
	}
	err = tx.each(func(scan func(...any) error) error {
		var k KeyFigure
		if err := scan(&k.Environment, &k.State, &k.Count); err != nil {
			return err
		}
		f.Keys = append(f.Keys, k)
		return nil
	}, keysByStateQuery)
	if err != nil {
		return Figures{}, fmt.Errorf("count keys: %w", err)
	}
	err = tx.each(func(scan func(...any) error) error {
		var r RequestFigure
		if err := scan(&r.Status, &r.Count); err != nil {
			return err
		}
		f.Requests = append(f.Requests, r)
		return nil
	}, requestsByStatusQuery)
	if err != nil {
		return Figures{}, fmt.Errorf("count requests: %w", err)
	}
	return f, nil
}

// jobFigures counts the jobs that are not done, a figure a kind.
func (tx *Tx) jobFigures() ([]JobFigure, error) {
	of := map[string]*JobFigure{}
	err := tx.each(func(scan func(...any) error) error {
		var j JobFigure
		var oldest *int64
		if err := scan(&j.Kind, &j.Waiting, &j.Due, &oldest); err != nil {
			return err
		}
		if oldest != nil {
			j.Oldest = instant(*oldest)
		}
		of[j.Kind] = &j
		return nil
	}, liveJobsQuery, micros(tx.now))
	if err != nil {
		return nil, err
	}
	err = tx.each(func(scan func(...any) error) error {
		var j JobFigure
		if err := scan(&j.Kind, &j.Parked); err != nil {
			return err
		}
		if live := of[j.Kind]; live != nil {
			live.Parked = j.Parked
		} else {
			of[j.Kind] = &j
		}
		return nil
	}, parkedJobsQuery)
	var list []JobFigure
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		list = append(list, *of[kind])
	}
	return list, err
}

const (
	liveJobsQuery = `SELECT kind, count(*), sum(run_after <= $1), min(CASE WHEN run_after <= $1 THEN run_after END)
		FROM jobs WHERE finished_at = 0 AND parked_at = 0 GROUP BY kind`
	parkedJobsQuery       = `SELECT kind, count(*) FROM jobs WHERE finished_at = 0 AND parked_at > 0 GROUP BY kind`
	keysByStateQuery      = `SELECT environment, state, count(*) FROM access_keys GROUP BY environment, state`
	requestsByStatusQuery = `SELECT status, count(*) FROM key_requests GROUP BY status`
)

// Beat writes the sign that the database takes writes, in a transaction of its
// own.
func (db *DB) Beat(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.SetMeta("beat", tx.now.Format(time.RFC3339Nano)) })
}

// Migration is the name of the last migration of the database.
func (tx *Tx) Migration() (string, error) {
	var name string
	err := tx.row(`SELECT name FROM migrations ORDER BY number DESC LIMIT 1`).Scan(&name)
	return name, found(err)
}

// WALSize is how long the log of writes is that are not in the database file yet,
// in bytes.
func (db *DB) WALSize() (int64, error) {
	info, err := os.Stat(db.path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Time has begin called as each writing transaction is asked for, and what it
// returns when that ended, however it did. It is set before the first.
func (db *DB) Time(begin func() (end func())) { db.timed = begin }
