package daemon

import (
	"context"
	"time"

	"llavero/server/internal/reseal"
)

// lookAtKeyset is how often the keyset file is looked at when nothing is sealed.
const lookAtKeyset = time.Minute

// openData opens the database and its keyset, and tells the log what is not as it
// should be.
func (s *Server) openData(ctx context.Context) (err error) {
	loose, err := checkRights(s.cfg)
	if err != nil {
		return err
	}
	for _, l := range loose {
		s.log.WarnContext(ctx, "others may reach the data", "why", l)
	}
	if s.store, err = openStore(ctx, world{stderr: nobody{}, clock: s.clock}, s.cfg); err != nil {
		return err
	}
	s.store.Time(s.metrics.Write)
	if s.box, err = openBox(ctx, s.cfg, s.store); err != nil {
		return err
	}
	state, err := reseal.Look(ctx, s.store, s.box)
	if err != nil {
		return err
	}
	if n := state.Lost(); n > 0 {
		s.log.ErrorContext(ctx, "values do not open: their key is not in the keyset", "values", n, "see", "llavero-server seal status")
	}
	return nil
}

// nobody is who was told already.
type nobody struct{}

// Write implements io.Writer.
func (nobody) Write(b []byte) (int, error) { return len(b), nil }

// watchKeyset takes up a changed keyset when nothing is sealed, and tells the log
// when the file cannot be used: the server goes on with the keys it has, and would
// not start again.
func (s *Server) watchKeyset(ctx context.Context) error {
	said, primary := "", s.box.Primary()
	return every(ctx, func() (time.Duration, error) {
		why := ""
		if err := s.box.Check(); err != nil {
			why = err.Error()
		}
		if why != said && why != "" {
			s.log.ErrorContext(ctx, "the keyset file cannot be used; the server goes on with the keys it read before and would not start again", "why", why)
		}
		if now := s.box.Primary(); now != primary {
			s.log.InfoContext(ctx, "secrets are sealed with another key", "keyId", uint32(now))
			primary = now
		}
		said = why
		return lookAtKeyset, nil
	}, s.log)
}
