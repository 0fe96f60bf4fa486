package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// touchEvery is how often the use of a session is written down.
const touchEvery = time.Minute

// setBack is how far the clock may be set back under a session. One from further
// in the future ends: it would live as long as the clock was wrong.
const setBack = 2 * time.Hour

// Session is a live sign-in.
type Session struct {
	Viewer    access.Viewer
	Device    string
	ExpiresAt time.Time // whatever happens

	hash [sha256.Size]byte
}

// open makes the session of an account, audited, inside tx.
func (s *Service) open(tx *store.Tx, v Visit, a store.Account, device string, secondFactor bool) (wire.SignedIn, error) {
	token, hash, err := s.newToken()
	if err != nil {
		return wire.SignedIn{}, err
	}
	id, err := uuid.NewRandomFromReader(s.rand)
	if err != nil {
		return wire.SignedIn{}, fmt.Errorf("auth: session id: %w", err)
	}
	expires := tx.Now().Add(s.settings.SessionMax)
	err = tx.CreateSession(store.Session{
		ID: id.String(), TokenHash: hash[:], Account: a.ID, Device: device, Address: v.Address, SecondFactor: secondFactor, ExpiresAt: expires,
	})
	if err != nil {
		return wire.SignedIn{}, err
	}
	factor := "no"
	if secondFactor {
		factor = "yes"
	}
	e := audit.By(a.Viewer(secondFactor), audit.SignIn, string(a.ID), v.RequestID)
	e.Detail = audit.Details(audit.Address(v.Address), audit.Device(device), audit.Word("secondFactor", factor))
	if err := tx.Audit(e); err != nil {
		return wire.SignedIn{}, err
	}
	if err := s.arrive(tx, v, a, device); err != nil {
		return wire.SignedIn{}, err
	}
	session, err := s.describe(tx, a, secondFactor, expires)
	if err != nil {
		return wire.SignedIn{}, err
	}
	return wire.SignedIn{Token: token, ExpiresAt: expires, Session: session}, nil
}

// Session returns the live session of a bearer token, and notes that it is in
// use. CodeUnauthorized when there is none.
func (s *Service) Session(ctx context.Context, token string) (Session, error) {
	return s.session(ctx, sha256.Sum256([]byte(token)))
}

// Check returns the session as it is now: its account may have been disabled or
// its role changed meanwhile. A feed asks at each beat.
func (s *Service) Check(ctx context.Context, old Session) (Session, error) {
	return s.session(ctx, old.hash)
}

func (s *Service) session(ctx context.Context, hash [sha256.Size]byte) (Session, error) {
	var stored store.Session
	var a store.Account
	var now time.Time
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		now = tx.Now()
		stored, a, err = tx.Session(hash[:])
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return Session{}, access.Refuse(access.CodeUnauthorized, "")
	}
	if err != nil {
		return Session{}, err
	}
	if !now.Before(stored.ExpiresAt) || !now.Before(stored.SeenAt.Add(s.settings.SessionIdle)) || !a.DisabledAt.IsZero() {
		return Session{}, access.Refuse(access.CodeUnauthorized, "")
	}
	if stored.SeenAt.After(now.Add(setBack)) || stored.ExpiresAt.After(now.Add(s.settings.SessionMax+setBack)) {
		return Session{}, access.Refuse(access.CodeUnauthorized, "")
	}
	if a.Role == access.RoleDelegate && s.settings.DelegatesNeedTOTP && !stored.SecondFactor {
		return Session{}, access.Refuse(access.CodeUnauthorized, "") // from before the setting: they enrol at the next sign-in
	}
	if now.Sub(stored.SeenAt).Abs() >= touchEvery {
		err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(hash[:]) })
		if errors.Is(err, store.ErrNotFound) { // signed out meanwhile
			return Session{}, access.Refuse(access.CodeUnauthorized, "")
		}
		if err != nil && !errors.Is(err, store.ErrNoWrite) { // reading goes on; unseen, the session ends the sooner
			return Session{}, err
		}
	}
	return Session{Viewer: a.Viewer(stored.SecondFactor), Device: stored.Device, ExpiresAt: stored.ExpiresAt, hash: hash}, nil
}

// SignOut ends a session everywhere: its feed too.
func (s *Service) SignOut(ctx context.Context, v Visit, session Session) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndSession(session.hash[:]); err != nil {
			return err
		}
		e := audit.By(session.Viewer, audit.SignOut, string(session.Viewer.Account), v.RequestID)
		e.Detail = audit.Details(audit.Address(v.Address), audit.Device(session.Device))
		return tx.Audit(e)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for ended := range s.watches[session.hash] {
		close(ended)
	}
	delete(s.watches, session.hash)
	return nil
}

// Watch returns a channel that is closed when the session is signed out, or
// ended by others while Run runs. The caller calls cancel when done. What time
// does is seen by Check.
func (s *Service) Watch(session Session) (ended <-chan struct{}, cancel func()) {
	ch := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watches[session.hash] == nil {
		s.watches[session.hash] = map[chan struct{}]struct{}{}
	}
	s.watches[session.hash][ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watches[session.hash], ch)
		if len(s.watches[session.hash]) == 0 {
			delete(s.watches, session.hash)
		}
	}
}

// Bearer takes the token out of an Authorization header; "" when there is none.
func Bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// Sweep brings back waits that the clock left behind, and forgets sessions that ended, failures that count
// no more, links too old, devices not used.
func (s *Service) Sweep(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		_, errSessions := tx.SweepSessions(tx.Now().Add(-s.settings.SessionIdle))
		_, errAttempts := tx.SweepAttempts()
		_, errLinks := tx.SweepAccountLinks()
		_, errDevices := tx.SweepDevices(tx.Now().Add(-deviceMemory))
		return errors.Join(errSessions, s.boundLimits(tx), errAttempts, errLinks, errDevices)
	})
}

// Refused records that a session's role tried what it may not.
func (s *Service) Refused(ctx context.Context, v Visit, session Session, act string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		e := audit.By(session.Viewer, audit.Forbidden, act, v.RequestID)
		e.Detail = audit.Details(audit.Address(v.Address), audit.Device(session.Device))
		return tx.Audit(e)
	})
}
