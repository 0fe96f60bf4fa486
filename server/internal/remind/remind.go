// Package remind has people told, in time, that keys end: 60, 30, 15 and 7 days
// and one day before, in days of Colombia, until the key is renewed. The server's
// own credential is on the same ladder.
//
// What is due is decided and written by package workflow, one transaction a
// round: row, audit entry, change, mail. This package says when to look. A Keeper
// that slept for days, or died at any point, tells what is due now, once; one
// that looks twice tells nothing twice.
//
// Concurrency: Run is one goroutine; nothing is kept between sweeps.
package remind

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// How long a Keeper waits.
const (
	every    = time.Hour
	moreSoon = 5 * time.Minute // when a sweep left some for later: the mail goes out meanwhile
)

// Flow is what a Keeper needs of the use cases; *workflow.Flow in the server.
type Flow interface {
	Remind(ctx context.Context) (told int, more bool, err error)
	RemindCredential(ctx context.Context, c workflow.Credential) (rung int, err error)
}

// Directory tells how the server proves itself; *entra.Client in the server.
type Directory interface {
	OwnCredential(ctx context.Context) (entra.OwnCredential, error)
}

// Keeper looks for keys that end soon.
type Keeper struct {
	Flow Flow
	// Directories are asked for the server's own credential; environments may
	// share one.
	Directories map[access.Environment]Directory
	Operator    string // who is told of it; "": the log alone says so
	PerSweep    int    // keys told in one sweep, about; the rest follows
	Clock       func() time.Time
	Log         *slog.Logger
}

// Run sweeps at once and then every hour, until ctx ends. A failure is told, not
// fatal: the next sweep may do better.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		more, err := k.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.ErrorContext(ctx, "reminders failed", "err", err)
		}
		wait := every
		if more {
			wait = moreSoon
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// Sweep tells what is due now; more says that it left some for soon.
func (k *Keeper) Sweep(ctx context.Context) (more bool, err error) {
	told := 0
	for {
		n, left, err := k.Flow.Remind(ctx)
		told += n
		if err != nil {
			return false, fmt.Errorf("remind: %w", err)
		}
		if !left || told >= k.PerSweep {
			more = left
			break
		}
	}
	if told > 0 {
		k.Log.InfoContext(ctx, "people were told of keys that end", "keys", told)
	}
	return more, k.credentials(ctx)
}

// credentials looks after the server's own credential, once for each directory.
func (k *Keeper) credentials(ctx context.Context) error {
	var failed error
	shared := map[Directory][]access.Environment{}
	var order []Directory
	for _, env := range access.Environments() {
		d := k.Directories[env]
		if d == nil {
			continue
		}
		if !slices.Contains(order, d) {
			order = append(order, d)
		}
		shared[d] = append(shared[d], env)
	}
	for _, d := range order {
		failed = errors.Join(failed, k.credential(ctx, d, shared[d]))
	}
	return failed
}

func (k *Keeper) credential(ctx context.Context, d Directory, envs []access.Environment) error {
	own, err := d.OwnCredential(ctx)
	if err != nil {
		return fmt.Errorf("own credential of %s: %w", envs[0], err)
	}
	if own.Ends.IsZero() {
		return nil
	}
	rung, err := k.Flow.RemindCredential(ctx, workflow.Credential{
		Environments: envs, IsCertificate: own.IsCertificate, Ends: own.Ends, To: k.Operator,
	})
	if err != nil {
		return fmt.Errorf("own credential of %s: %w", envs[0], err)
	}
	if rung > 0 {
		k.Log.WarnContext(ctx, "the server's own credential ends soon: without it no key can be made, changed or removed",
			"environment", string(envs[0]), "isCertificate", own.IsCertificate, "expiresAt", own.Ends, "left", own.Ends.Sub(k.Clock()).Round(time.Hour))
	}
	return nil
}
