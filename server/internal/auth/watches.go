package auth

import (
	"context"
	"crypto/sha256"

	"llavero/server/internal/store"
)

// Run tells who watches a session that others ended it: another session of its
// account, an administrator, an import, in this process or beside it. It looks
// when the store wakes it and returns when ctx ends. A look that fails is made
// again at the next waking.
func (s *Service) Run(ctx context.Context) error {
	wake, cancel := s.store.Subscribe()
	defer cancel()
	seen := int64(-1)
	for {
		seen = s.look(ctx, seen)
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		}
	}
}

// look tells the watchers of ended sessions, if any were ended since a position,
// and returns the position it saw.
func (s *Service) look(ctx context.Context, seen int64) int64 {
	var now int64
	var gone [][sha256.Size]byte
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		if now, err = tx.SessionsEnded(); err != nil || now == seen {
			return err
		}
		for _, hash := range s.watched() {
			has, err := tx.HasSession(hash[:])
			if err != nil {
				return err
			}
			if !has {
				gone = append(gone, hash)
			}
		}
		return nil
	})
	if err != nil {
		return seen
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, hash := range gone {
		for ended := range s.watches[hash] {
			close(ended)
		}
		delete(s.watches, hash)
	}
	return now
}

func (s *Service) watched() [][sha256.Size]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([][sha256.Size]byte, 0, len(s.watches))
	for hash := range s.watches {
		all = append(all, hash)
	}
	return all
}
