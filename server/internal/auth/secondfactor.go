package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// The second factor is RFC 6238 as every authenticator knows it: SHA-1, six
// digits, steps of 30 s, one step early or late accepted.
const (
	totpPeriod = 30
	totpSkew   = 1
	totpDigits = 6
	totpIssuer = "Llavero IHCE"
)

// maxTickets bounds the sign-ins waiting for their second step.
const maxTickets = 10_000

// ticket is a sign-in whose password was right.
type ticket struct {
	account access.AccountID
	device  string
	until   time.Time
}

// newTicket remembers a sign-in between its two steps.
func (s *Service) newTicket(id access.AccountID, device string) (string, error) {
	text, hash, err := s.newToken()
	if err != nil {
		return "", err
	}
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, t := range s.tickets {
		if !now.Before(t.until) {
			delete(s.tickets, h)
		}
	}
	if len(s.tickets) >= maxTickets {
		return "", access.Refuse(access.CodeUnavailable, "")
	}
	s.tickets[hash] = ticket{account: id, device: device, until: now.Add(s.settings.TicketTTL)}
	return text, nil
}

// SecondFactor completes a sign-in with a code of the authenticator. A code
// works once; a wrong one leaves the ticket good, until the limits stop it.
func (s *Service) SecondFactor(ctx context.Context, v Visit, in wire.SecondFactor) (wire.SignedIn, error) {
	code := access.DigitsOnly(in.Code)
	if err := checkSecond(in.Ticket, code); err != nil {
		return wire.SignedIn{}, err
	}
	hash := sha256.Sum256([]byte(in.Ticket))
	s.mu.Lock()
	t, ok := s.tickets[hash]
	s.mu.Unlock()
	if !ok || !s.clock().Before(t.until) {
		return wire.SignedIn{}, access.Refuse(access.CodeExpired, access.HintSecondFactor)
	}

	// Counted apart from passwords: whoever has the password may not wash the
	// count of the second factor clean by signing in again.
	limits := []limit{{subjectOf("second", string(t.account)), s.settings.LoginFailures}, {addressSubject(v.Address), s.settings.AddressFailures}}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.reserve(tx, limits...) }); err != nil {
		return wire.SignedIn{}, err
	}
	var reply wire.SignedIn
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(t.account)
		if err != nil {
			return err
		}
		if a.TOTPSealed == nil || !a.DisabledAt.IsZero() {
			refusal = access.Refuse(access.CodeExpired, access.HintSecondFactor)
			return nil
		}
		accepted, err := s.acceptCode(tx, a, code)
		if err != nil {
			return err
		}
		if !accepted {
			refusal = access.Refuse(access.CodeUnauthorized, access.HintSecondFactor)
			e := audit.By(a.Viewer(false), audit.SecondFactorFailed, string(a.ID), v.RequestID)
			e.Detail = audit.Details(audit.Address(v.Address), audit.Device(t.device))
			return tx.Audit(e)
		}
		if !s.spendTicket(hash) { // its twin was first
			refusal = access.Refuse(access.CodeExpired, access.HintSecondFactor)
			return nil
		}
		reply, err = s.open(tx, v, a, t.device, true)
		if err != nil {
			return err
		}
		for _, subject := range []string{limits[0].subject, subjectOf("login", a.Login)} {
			if err := tx.ClearAttempts(subject); err != nil {
				return err
			}
		}
		return giveBack(tx, limits[1])
	})
	if err != nil {
		return wire.SignedIn{}, err
	}
	return reply, refusal
}

// checkSecond refuses a ticket that is not there and what is no code.
func checkSecond(ticket, code string) error {
	switch {
	case ticket == "":
		return access.InvalidField("ticket", access.HintRequired)
	case code == "":
		return access.InvalidField("code", access.HintRequired)
	case len(code) != totpDigits || strings.Trim(code, "0123456789") != "":
		return access.InvalidField("code", access.HintFormat)
	}
	return nil
}

func (s *Service) spendTicket(hash [sha256.Size]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.tickets[hash]
	delete(s.tickets, hash)
	return ok
}

// acceptCode compares a code with each step that may still count, and burns the
// step it belongs to.
func (s *Service) acceptCode(tx *store.Tx, a store.Account, code string) (bool, error) {
	seed, err := s.box.Open(a.TOTPSealed, totpIdentity(a.ID))
	if err != nil {
		return false, fmt.Errorf("open second factor of account %s: %w", a.ID, err)
	}
	step, ok, err := totpStep(seed, code, tx.Now())
	if err != nil {
		return false, fmt.Errorf("second factor of account %s: %w", a.ID, err)
	}
	if !ok {
		return false, nil
	}
	return tx.AcceptTOTPStep(a.ID, step)
}

// totpStep finds the step, among those that may still count, whose code it is.
func totpStep(seed secret.Text, code string, now time.Time) (step int64, ok bool, err error) {
	middle := now.Unix() / totpPeriod
	for step = middle - totpSkew; step <= middle+totpSkew; step++ {
		want, err := totpCode(seed, step)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true, nil
		}
	}
	return 0, false, nil
}

func totpCode(seed secret.Text, step int64) (string, error) {
	return totp.GenerateCodeCustom(seed.Reveal(), time.Unix(step*totpPeriod, 0).UTC(), totp.ValidateOpts{
		Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
}

// totpIdentity binds a sealed seed to its account.
func totpIdentity(id access.AccountID) string { return "totp:" + string(id) }

// newSeed makes a seed and the otpauth address an authenticator takes it from.
func (s *Service) newSeed(login string) (seed, address secret.Text, err error) {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: totpIssuer, AccountName: login, Period: totpPeriod, SecretSize: 20,
		Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1, Rand: s.rand,
	})
	if err != nil {
		return seed, address, fmt.Errorf("auth: second factor: %w", err)
	}
	return secret.New(key.Secret()), secret.New(key.URL()), nil
}

// totpAddress is the otpauth address of a seed that was made before.
func totpAddress(login string, seed secret.Text) secret.Text {
	q := url.Values{
		"secret": {seed.Reveal()}, "issuer": {totpIssuer}, "algorithm": {otp.AlgorithmSHA1.String()},
		"digits": {otp.DigitsSix.String()}, "period": {strconv.Itoa(totpPeriod)},
	}
	label := url.PathEscape(totpIssuer + ":" + login)
	return secret.New("otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20"))
}
