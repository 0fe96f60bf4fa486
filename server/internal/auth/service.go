package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/imagecode"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Box seals what is at rest: the seeds of second factors.
type Box interface {
	Seal(t secret.Text, identity string) ([]byte, error)
	Open(sealed []byte, identity string) (secret.Text, error)
}

// Flow is what registration asks of the use cases; *workflow.Flow in the server.
type Flow interface {
	// EnqueueMail seals a mail into its job.
	EnqueueMail(tx *store.Tx, subject string, m workflow.Mail) error
}

// Deps are what a Service works with. All are needed but Flow, MailFrom and
// PublicURL, without which nobody registers or recovers a password, and
// ImageCode.
type Deps struct {
	Store    *store.DB
	Box      Box
	Settings config.Auth
	Rand     io.Reader
	Clock    func() time.Time

	Flow Flow
	// MailFrom is the address links come from, for people to look for.
	MailFrom string
	// PublicURL is where people's browsers reach the server, without a slash at
	// the end.
	PublicURL string
	// ImageCode is what every image shows, for tests; "" in a server.
	ImageCode string
}

// Service signs people in and knows their sessions.
type Service struct {
	store    *store.DB
	box      Box
	settings config.Auth
	rand     io.Reader
	clock    func() time.Time
	hasher   *hasher
	puzzles  *puzzle.Issuer
	images   *imagecode.Issuer
	passKey  [32]byte // passes of another life of the server are good no more

	// choosing is held from the look at the other passwords of a login until the
	// new one is written: of two who choose the same at once, one is second.
	choosing sync.Mutex

	flow      Flow
	mailFrom  string
	publicURL string

	mu      sync.Mutex
	tickets map[[sha256.Size]byte]ticket
	watches map[[sha256.Size]byte]map[chan struct{}]struct{}
}

// New makes a Service.
func New(d Deps) (*Service, error) {
	c := cost{memory: uint32(d.Settings.ArgonMemory), time: uint32(d.Settings.ArgonTime), threads: uint8(d.Settings.ArgonThreads)}
	h, err := newHasher(c, max(1, d.Settings.ArgonParallel), d.Rand)
	if err != nil {
		return nil, err
	}
	p, err := puzzle.NewIssuer(d.Settings.PuzzleBits, d.Settings.PuzzleTTL, d.Rand)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	images, err := imagecode.NewIssuer(d.Rand, d.ImageCode)
	if err != nil {
		return nil, err
	}
	s := &Service{
		store: d.Store, box: d.Box, settings: d.Settings, rand: d.Rand, clock: d.Clock, hasher: h, puzzles: p, images: images,
		flow: d.Flow, mailFrom: d.MailFrom, publicURL: d.PublicURL,
		tickets: map[[sha256.Size]byte]ticket{}, watches: map[[sha256.Size]byte]map[chan struct{}]struct{}{},
	}
	if _, err := io.ReadFull(d.Rand, s.passKey[:]); err != nil {
		return nil, fmt.Errorf("auth: key of passes: %w", err)
	}
	return s, nil
}

// Visit is where a request comes from.
type Visit struct {
	Address   string // IP address of the peer
	RequestID string
}

// Puzzle hands out a challenge.
func (s *Service) Puzzle() (wire.Puzzle, error) {
	c, err := s.puzzles.New(s.clock())
	if err != nil {
		return wire.Puzzle{}, err
	}
	return wire.Puzzle{Challenge: c.Text, Difficulty: c.Bits, ExpiresAt: c.ExpiresAt}, nil
}

// checkPuzzle says whether the proof is good; spending it is the caller's.
func (s *Service) checkPuzzle(challenge string, nonce uint64) (expires time.Time, err error) {
	expires, err = s.puzzles.Verify(challenge, nonce, s.clock())
	switch {
	case err == nil:
		return expires, nil
	case errors.Is(err, puzzle.ErrExpired):
		return expires, &access.Error{Code: access.CodeExpired, Hint: access.HintPuzzle, Err: err}
	}
	return expires, &access.Error{Code: access.CodeInvalid, Hint: access.HintPuzzle, Err: err}
}

// newToken makes a random bearer text and its hash.
func (s *Service) newToken() (token string, hash [sha256.Size]byte, err error) {
	var b [32]byte
	if _, err := io.ReadFull(s.rand, b[:]); err != nil {
		return "", hash, fmt.Errorf("auth: token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, sha256.Sum256([]byte(token)), nil
}

// describe is the account as its own session sees it.
func (s *Service) describe(tx *store.Tx, a store.Account, passed bool, expires time.Time) (*wire.Session, error) {
	session := &wire.Session{
		Account: a.ID, Login: a.Login, Person: a.Person, Role: a.Role, Independent: a.Independent,
		Entity: a.Entity, MaskedEmail: access.MaskEmail(a.Email), Administrator: a.Viewer(passed).IsAdministrator(),
		ExpiresAt: expires, IdleSeconds: int64(s.settings.SessionIdle / time.Second),
	}
	if a.Role == access.RoleDelegate {
		due, err := tx.AgreementDue(a.ID)
		if err != nil {
			return nil, err
		}
		session.AgreementDue = due
	}
	var err error
	if session.SecondFactor, err = s.factorOf(tx, a); err != nil {
		return nil, err
	}
	session.SecondFactor.Passed = passed
	if a.Entity != "" {
		name, err := tx.EntityName(a.Entity)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		session.EntityName = name
	}
	return session, nil
}

// factorOf is how an account's second factor stands.
func (s *Service) factorOf(tx *store.Tx, a store.Account) (wire.SecondFactorState, error) {
	left, err := tx.RecoveryCodesLeft(a.ID)
	return wire.SecondFactorState{Enrolled: a.TOTPSealed != nil, Mandatory: s.mandatory(a), RecoveryCodesLeft: left}, err
}

// Describe tells a session's account to its own client, for the header.
func (s *Service) Describe(ctx context.Context, of Session) (wire.Session, error) {
	var session *wire.Session
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(of.Viewer.Account)
		if err != nil {
			return err
		}
		session, err = s.describe(tx, a, of.Viewer.SecondFactor, of.ExpiresAt)
		return err
	})
	if err != nil {
		return wire.Session{}, err
	}
	return *session, nil
}
