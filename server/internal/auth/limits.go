package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
)

// subjectOf hides what is counted: a table of logins and addresses that failed
// is of use to nobody else.
func subjectOf(kind, value string) string {
	sum := sha256.Sum256([]byte("llavero.attempts.v1\x00" + kind + "\x00" + value))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// addressSubject counts the failures of an address.
func addressSubject(address string) string { return subjectOf("address", addressOf(address)) }

// addressOf is whom an address stands for: an IPv6 network is one, its owner has
// 2^64 addresses.
func addressOf(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil {
		ip = ip.Unmap().WithZone("")
		if ip.Is6() {
			if p, err := ip.Prefix(64); err == nil {
				return p.String()
			}
		}
		address = ip.String()
	}
	return address
}

// loginSubject counts the failures of a login from one address.
func loginSubject(login, address string) string {
	return subjectOf("login", login+"\x00"+addressOf(address))
}

// reserveLogin reserves a guess of a login's password. Guesses from one address
// make that address wait and nobody else: who knows a login must not be able to
// lock its owner out. Guesses from everywhere together are bounded too, but for
// networks that the login was signed in from before.
func (s *Service) reserveLogin(tx *store.Tx, login, address string) ([]limit, error) {
	limits := []limit{
		{loginSubject(login, address), s.settings.LoginFailures},
		{addressSubject(address), s.settings.AddressFailures},
	}
	known, err := tx.IsKnownNetwork(login, networkHash(address))
	if err != nil {
		return nil, err
	}
	if !known {
		limits = append(limits, limit{subjectOf("login anywhere", login), s.settings.LoginFailuresAnywhere})
	}
	return limits, s.reserve(tx, limits...)
}

// giveBackAll takes one reserved failure off each subject.
func giveBackAll(tx *store.Tx, limits []limit) error {
	for _, l := range limits {
		if err := giveBack(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// boundLimits keeps waits from lasting longer than they may after the clock was
// put back. Before the sweep sees them they do, by as much as the clock moved;
// they are never shorter.
func (s *Service) boundLimits(tx *store.Tx) error {
	window := max(s.settings.LongestBlock+s.settings.Window, time.Hour)
	_, err := tx.BoundAttempts(tx.Now().Add(s.settings.LongestBlock), tx.Now().Add(window))
	return err
}

// limit is how many failures a subject has before it waits.
type limit struct {
	subject  string
	failures int
}

// reserve counts a try as failed before it is made, on every limit, or refuses
// it when one of them is blocked. A good try is given back with settle.
func (s *Service) reserve(tx *store.Tx, limits ...limit) error {
	counts := make([]store.Attempts, len(limits))
	for i, l := range limits {
		a, err := tx.Attempts(l.subject)
		if err != nil {
			return err
		}
		if tx.Now().Before(a.BlockedUntil) {
			return throttled(a.BlockedUntil, tx.Now())
		}
		counts[i] = a
	}
	for i, l := range limits {
		a := counts[i]
		if !tx.Now().Before(a.WindowUntil) {
			a.Failures = 0
		}
		a.Failures++
		a.BlockedUntil = time.Time{}
		a.WindowUntil = tx.Now().Add(s.settings.Window)
		if over := a.Failures - l.failures; over >= 0 {
			a.BlockedUntil = tx.Now().Add(block(s.settings.FirstBlock, s.settings.LongestBlock, over))
			a.WindowUntil = a.BlockedUntil.Add(s.settings.Window)
		}
		if err := tx.SaveAttempts(a); err != nil {
			return err
		}
	}
	return nil
}

// tally counts one more of what is no failure by itself, and refuses a subject
// that had its share: most within the window that its first one opened.
func tally(tx *store.Tx, subject string, most int, window time.Duration) error {
	a, err := tx.Attempts(subject)
	if err != nil {
		return err
	}
	if !tx.Now().Before(a.WindowUntil) {
		a = store.Attempts{Subject: subject, WindowUntil: tx.Now().Add(window)}
	}
	if a.Failures >= most {
		return throttled(a.WindowUntil, tx.Now())
	}
	a.Failures++
	return tx.SaveAttempts(a)
}

// block is the wait after a failure: doubled each time, never for ever.
func block(first, longest time.Duration, doublings int) time.Duration {
	d := first
	for range doublings {
		if d >= longest {
			break
		}
		d *= 2
	}
	return min(d, longest)
}

// giveBack takes one reserved failure off a subject.
func giveBack(tx *store.Tx, l limit) error {
	a, err := tx.Attempts(l.subject)
	if err != nil || a.Failures == 0 {
		return err
	}
	if a.Failures--; a.Failures == 0 {
		return tx.ClearAttempts(l.subject)
	}
	if a.Failures < l.failures {
		a.BlockedUntil = time.Time{}
	}
	return tx.SaveAttempts(a)
}

// throttled is the refusal of a blocked subject. "until" is RFC 3339, "wait"
// whole seconds; httpapi makes Retry-After of it.
func throttled(until, now time.Time) *access.Error {
	wait := int64((until.Sub(now) + time.Second - 1) / time.Second)
	return &access.Error{Code: access.CodeThrottled, Args: map[string]string{
		"until": until.UTC().Format(time.RFC3339), "wait": strconv.FormatInt(wait, 10),
	}}
}
