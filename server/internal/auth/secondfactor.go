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

// SecondFactor completes a sign-in with a code of the authenticator, or with a
// recovery code. Each works once; a wrong one leaves the ticket good, until the
// limits stop it.
func (s *Service) SecondFactor(ctx context.Context, v Visit, in wire.SecondFactor) (wire.SignedIn, error) {
	if in.Ticket == "" {
		return wire.SignedIn{}, access.InvalidField("ticket", access.HintRequired)
	}
	p, err := proofOf(in.Code, in.RecoveryCode)
	if err != nil {
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
	limits := s.secondLimits(t.account, v)
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.reserve(tx, limits...) }); err != nil {
		return wire.SignedIn{}, err
	}
	var reply wire.SignedIn
	var refusal error
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(t.account)
		if err != nil {
			return err
		}
		if a.TOTPSealed == nil || !a.DisabledAt.IsZero() {
			refusal = access.Refuse(access.CodeExpired, access.HintSecondFactor)
			return nil
		}
		accepted, err := s.accept(tx, v, a, p, t.device)
		if err != nil {
			return err
		}
		if !accepted {
			refusal = access.Refuse(access.CodeUnauthorized, p.wrong())
			return nil
		}
		if !s.spendTicket(hash) { // its twin was first
			refusal = access.Refuse(access.CodeExpired, access.HintSecondFactor)
			return nil
		}
		reply, err = s.open(tx, v, a, t.device, true)
		if err != nil {
			return err
		}
		for _, subject := range []string{limits[0].subject, loginSubject(a.Login, v.Address)} {
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
	if ticket == "" {
		return access.InvalidField("ticket", access.HintRequired)
	}
	return checkCode(code)
}

func checkCode(code string) error {
	switch {
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

// proof is what somebody shows of their second factor: a code of the
// authenticator, or a recovery code.
type proof struct{ code, recovery string }

// proofOf reads it. Both at once are refused: it could not be told which is meant.
func proofOf(code, recovery string) (proof, error) {
	if recovery == "" {
		p := proof{code: access.DigitsOnly(code)}
		return p, checkCode(p.code)
	}
	if code != "" {
		return proof{}, access.InvalidField("recoveryCode", access.HintUnknownField)
	}
	plain, ok := parseRecoveryCode(recovery)
	if !ok {
		return proof{}, access.InvalidField("recoveryCode", access.HintRecoveryCode)
	}
	return proof{recovery: plain}, nil
}

// field names the member of the body that it came in.
func (p proof) field() string {
	if p.recovery != "" {
		return "recoveryCode"
	}
	return "code"
}

func (p proof) wrong() access.Hint {
	if p.recovery != "" {
		return access.HintRecoveryCode
	}
	return access.HintSecondFactor
}

// secondLimits count what was shown of an account's second factor.
func (s *Service) secondLimits(id access.AccountID, v Visit) []limit {
	return []limit{{subjectOf("second", string(id)), s.settings.LoginFailures}, {addressSubject(v.Address), s.settings.AddressFailures}}
}

// accept spends a proof. The trail tells of a wrong one, and of a recovery code,
// whose owner is told too.
func (s *Service) accept(tx *store.Tx, v Visit, a store.Account, p proof, device string) (bool, error) {
	if p.recovery == "" {
		ok, err := s.acceptCode(tx, a, p.code)
		if err != nil || ok {
			return ok, err
		}
		return false, s.tell(tx, v, a, audit.SecondFactorFailed, audit.Device(device))
	}
	ok, err := s.spendRecoveryCode(tx, a.ID, p.recovery)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, s.tell(tx, v, a, audit.SecondFactorFailed, audit.Device(device), audit.Word("with", "recovery_code"))
	}
	left, err := tx.RecoveryCodesLeft(a.ID)
	if err != nil {
		return false, err
	}
	if err := s.tell(tx, v, a, audit.RecoveryCodeUsed, audit.Device(device), audit.Count("left", int64(left))); err != nil {
		return false, err
	}
	return true, s.notify(tx, a, noticeRecovery(left), v)
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
	return tx.AcceptTOTPStep(a.ID, step, lastStep(tx.Now()))
}

// lastStep is the latest step whose code is accepted at an instant.
func lastStep(now time.Time) int64 { return now.Unix()/totpPeriod + totpSkew }

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
