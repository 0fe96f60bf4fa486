package access

import "time"

// How long the secret that a change of key replaces goes on working (relevo).
const (
	DefaultVendorOverlap = 7 * 24 * time.Hour  // change of vendor, unless the ministry set another
	MaxVendorOverlap     = 30 * 24 * time.Hour // the most it can set; the least is none
	ExpiryOverlap        = 30 * 24 * time.Hour // near expiry: to its own end, and no longer than this
)

// Overlaps are the ends of the secrets that a change of key replaces, by
// environment. The zero time: as soon as the new secret exists.
type Overlaps map[Environment]time.Time

// OldSecret is the secret in force when a change of key is asked for.
type OldSecret struct {
	ExpiresAt time.Time
	// ByHand: an officer typed it, so that the server does not know which of the
	// application's secrets it is and cannot remove it.
	ByHand bool
}

// End says until when an old secret works once a new one is made at now, for a
// reason; vendor is the ministry's overlap at a change of vendor. The zero time:
// it ends as soon as the new one exists, or has ended by itself before. One
// that the server cannot remove works until it expires.
func (o OldSecret) End(reason Reason, now time.Time, vendor time.Duration) time.Time {
	end := o.ExpiresAt
	if !o.ByHand {
		switch reason {
		case ReasonVendor:
			end = earlier(end, now.Add(min(max(vendor, 0), MaxVendorOverlap)))
		case ReasonExpiry:
			end = earlier(end, now.Add(ExpiryOverlap))
		default:
			end = now
		}
	}
	if !end.After(now) {
		return time.Time{}
	}
	return end
}

// Keep says what is left of a promise about an old secret's end when the new
// secret comes at now: a request may wait for days in between. The end is never
// earlier than was signed for, and what was to end at once still does.
func (o OldSecret) Keep(promised time.Time, reason Reason, now time.Time, vendor time.Duration) time.Time {
	end := o.End(reason, now, vendor)
	switch {
	case o.ByHand:
		return end
	case promised.IsZero():
		return time.Time{}
	}
	if promised.After(end) {
		end = earlier(promised, o.ExpiresAt)
	}
	if !end.After(now) {
		return time.Time{}
	}
	return end
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
