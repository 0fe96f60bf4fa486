package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Drop writes each message to a folder as an .eml file, readable by its owner
// only: for a developer's machine. File names begin with the time, so that the
// newest is last, and end with the message's id, so that a retry replaces.
type Drop struct {
	dir   string
	from  Sender
	clock func() time.Time
}

// NewDrop makes the folder if it must.
func NewDrop(dir string, from Sender, clock func() time.Time) (*Drop, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: drop: %w", err)
	}
	return &Drop{dir: dir, from: from, clock: clock}, nil
}

// Send writes the file whole, or not at all.
func (d *Drop) Send(ctx context.Context, m Message) error {
	if err := ctx.Err(); err != nil {
		return &Error{Reason: "write", err: err}
	}
	now := d.clock()
	msg, err := compose(m, d.from, now)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(m.ID))
	name := now.UTC().Format("20060102T150405.000000") + "-" + hex.EncodeToString(sum[:6]) + ".eml"
	f, err := os.CreateTemp(d.dir, ".part-*")
	if err != nil {
		return &Error{Reason: "write", err: err}
	}
	_, err = msg.WriteTo(f)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(d.dir, name))
	}
	if err != nil {
		return &Error{Reason: "write", err: errors.Join(err, os.Remove(f.Name()))}
	}
	return nil
}
