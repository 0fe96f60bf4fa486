package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// deviceMemory is how long a device that is not used stays known.
const deviceMemory = 365 * 24 * time.Hour

// unlockTries is how many wrong passwords a locked client may send before its
// session ends.
const unlockTries = 5

// Sessions lists the live sessions of who is signed in.
func (s *Service) Sessions(ctx context.Context, session Session) (wire.OpenSessions, error) {
	reply := wire.OpenSessions{Items: []wire.OpenSession{}}
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		all, err := s.live(tx, session.Viewer.Account)
		for _, o := range all {
			reply.Items = append(reply.Items, wire.OpenSession{
				ID: o.ID, Device: o.Device, Address: o.Address, OpenedAt: o.CreatedAt, SeenAt: o.SeenAt, ExpiresAt: o.ExpiresAt,
				SecondFactor: o.SecondFactor, Current: string(o.TokenHash) == string(session.hash[:]),
			})
		}
		return err
	})
	return reply, err
}

// live reads the sessions of an account that did not end.
func (s *Service) live(tx *store.Tx, id access.AccountID) ([]store.Session, error) {
	return tx.LiveSessions(id, tx.Now().Add(-s.settings.SessionIdle))
}

// EndSession ends one of one's own sessions, this one too; another's is not found.
func (s *Service) EndSession(ctx context.Context, v Visit, session Session, id string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.EndSessionOf(session.Viewer.Account, id)
		if errors.Is(err, store.ErrNotFound) {
			return access.Refuse(access.CodeNotFound, "")
		}
		if err != nil {
			return err
		}
		return tellEnded(tx, v, session, 1)
	})
}

// EndOtherSessions ends all of one's own sessions but this one, and says how many.
func (s *Service) EndOtherSessions(ctx context.Context, v Visit, session Session) (wire.EndedSessions, error) {
	var reply wire.EndedSessions
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		reply.Ended, err = tx.EndSessionsBut(session.Viewer.Account, session.hash[:])
		if err != nil || reply.Ended == 0 {
			return err
		}
		return tellEnded(tx, v, session, reply.Ended)
	})
	return reply, err
}

func tellEnded(tx *store.Tx, v Visit, session Session, n int64) error {
	e := audit.By(session.Viewer, audit.SessionEnded, string(session.Viewer.Account), v.RequestID)
	e.Detail = audit.Details(audit.Address(v.Address), audit.Device(session.Device), audit.Count("sessionsEnded", n))
	return tx.Audit(e)
}

// Unlock says whether a password is that of who locked the client. Wrong ones are
// counted for this session, so that a restart forgives none; the last one allowed
// ends it.
func (s *Service) Unlock(ctx context.Context, v Visit, session Session, in wire.Unlock) error {
	if err := checkTyped(in.Password); err != nil {
		return err
	}
	limits := []limit{
		{subjectOf("unlock", string(session.hash[:])), unlockTries + 1}, // the session ends first
		{addressSubject(v.Address), s.settings.AddressFailures},
	}
	var a store.Account
	tries := 0
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if a, err = tx.Account(session.Viewer.Account); err != nil {
			return err
		}
		if err := s.reserve(tx, limits...); err != nil {
			return err
		}
		counted, err := tx.Attempts(limits[0].subject)
		tries = counted.Failures
		return err
	})
	if err != nil {
		return err
	}
	right, err := s.hasher.matches(ctx, a.PasswordHash, secret.New(in.Password))
	if err != nil {
		return err
	}
	over := !right && tries >= unlockTries
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if right {
			if err := tx.ClearAttempts(limits[0].subject); err != nil {
				return err
			}
			if err := giveBack(tx, limits[1]); err != nil {
				return err
			}
			return s.tell(tx, v, a, audit.Unlocked, audit.Device(session.Device))
		}
		if over {
			if err := tx.EndSessionHash(session.hash[:]); err != nil {
				return err
			}
		}
		ended := map[bool]string{true: "yes", false: "no"}[over]
		return s.tell(tx, v, a, audit.UnlockRefused, audit.Device(session.Device), audit.Word("ended", ended))
	})
	switch {
	case err != nil || right:
		return err
	case over:
		return access.Refuse(access.CodeUnauthorized, "")
	}
	refusal := access.InvalidField("password", access.HintCredentials)
	refusal.Args = map[string]string{"left": strconv.Itoa(unlockTries - tries)}
	return refusal
}

// arrive bounds the sessions of an account and tells its owner of one from where
// there was none before. The first of all is no news.
func (s *Service) arrive(tx *store.Tx, v Visit, a store.Account, device string) error {
	if _, err := tx.KeepSessions(a.ID, s.settings.SessionsPerAccount); err != nil {
		return err
	}
	if err := tx.SignedIn(a.ID); err != nil {
		return err
	}
	network := networkHash(v.Address)
	sum := sha256.Sum256([]byte("llavero.device.v1\x00" + device + "\x00" + string(network)))
	known, first, err := tx.KnowDevice(a.ID, store.Device{Hash: sum[:], Network: network})
	if err != nil || known || first {
		return err
	}
	return s.notify(tx, a, noticeDevice, v)
}

// networkHash hides the network that an address is of: what a home or an office
// keeps while its address changes. Of IPv4 the first 24 bits, of IPv6 56.
func networkHash(address string) []byte {
	if ip, err := netip.ParseAddr(address); err == nil {
		ip = ip.Unmap().WithZone("")
		bits := 24
		if ip.Is6() {
			bits = 56
		}
		if p, err := ip.Prefix(bits); err == nil {
			address = p.String()
		}
	}
	sum := sha256.Sum256([]byte("llavero.network.v1\x00" + address))
	return sum[:]
}
