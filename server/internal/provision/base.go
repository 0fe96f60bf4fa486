package provision

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"llavero/server/internal/entra"
	"llavero/shared/access"
)

// Base is what all runners of this package work with.
type Base struct {
	// Entra has a client for each environment: one for both, or one each. What is
	// to be done in an environment without a client fails at once.
	Entra map[access.Environment]*entra.Client
	// Writers keeps two from writing for one key at once; all that write to these
	// directories share it. Default: one of one's own.
	Writers *entra.Writers
	// LookAgain is how long it is doubted that something is absent; default 5 s.
	LookAgain time.Duration
	// Young is how long after they were made objects may still look absent to some
	// of Graph's servers; default 15 min.
	Young time.Duration

	Clock func() time.Time                                 // required
	Sleep func(ctx context.Context, d time.Duration) error // default: a timer
	Log   *slog.Logger                                     // default: none
}

func (b Base) withDefaults() Base {
	if b.Writers == nil {
		b.Writers = new(entra.Writers)
	}
	if b.LookAgain == 0 {
		b.LookAgain = 5 * time.Second
	}
	if b.Young == 0 {
		b.Young = 15 * time.Minute
	}
	if b.Sleep == nil {
		b.Sleep = entra.Sleep
	}
	if b.Log == nil {
		b.Log = slog.New(slog.DiscardHandler)
	}
	return b
}

// alone does something as the only writer of a key.
func (b Base) alone(ctx context.Context, key access.KeyID, do func(context.Context) error) error {
	unlock, err := b.Writers.Lock(ctx, string(key))
	if err != nil {
		return fmt.Errorf("wait for the key's other work: %w", err)
	}
	defer unlock()
	return do(ctx)
}
