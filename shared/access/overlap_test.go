package access

import (
	"testing"
	"time"
)

func TestOldSecret_end(t *testing.T) {
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	in := func(d time.Duration) time.Time { return now.Add(d) }
	tests := []struct {
		name   string
		old    OldSecret
		reason Reason
		vendor time.Duration
		want   time.Time
	}{
		{"security", OldSecret{ExpiresAt: in(200 * day)}, ReasonSecurity, 7 * day, time.Time{}},
		{"vendor", OldSecret{ExpiresAt: in(200 * day)}, ReasonVendor, 7 * day, in(7 * day)},
		{"vendor, none set", OldSecret{ExpiresAt: in(200 * day)}, ReasonVendor, 0, time.Time{}},
		{"vendor, none, said otherwise", OldSecret{ExpiresAt: in(200 * day)}, ReasonVendor, -1, time.Time{}},
		{"vendor, the most", OldSecret{ExpiresAt: in(200 * day)}, ReasonVendor, 30 * day, in(30 * day)},
		{"vendor, more than the most", OldSecret{ExpiresAt: in(200 * day)}, ReasonVendor, 90 * day, in(30 * day)},
		{"vendor, expires before", OldSecret{ExpiresAt: in(3 * day)}, ReasonVendor, 7 * day, in(3 * day)},
		{"expiry", OldSecret{ExpiresAt: in(12 * day)}, ReasonExpiry, 7 * day, in(12 * day)},
		{"expiry, far away", OldSecret{ExpiresAt: in(200 * day)}, ReasonExpiry, 7 * day, in(30 * day)},
		{"expired", OldSecret{ExpiresAt: in(-day)}, ReasonExpiry, 7 * day, time.Time{}},
		{"expired now", OldSecret{ExpiresAt: now}, ReasonVendor, 7 * day, time.Time{}},
		{"expired, security", OldSecret{ExpiresAt: in(-day)}, ReasonSecurity, 7 * day, time.Time{}},
		{"typed, security", OldSecret{ExpiresAt: in(90 * day), ByHand: true}, ReasonSecurity, 7 * day, in(90 * day)},
		{"typed, vendor", OldSecret{ExpiresAt: in(90 * day), ByHand: true}, ReasonVendor, 7 * day, in(90 * day)},
		{"typed, expired", OldSecret{ExpiresAt: in(-day), ByHand: true}, ReasonVendor, 7 * day, time.Time{}},
		{"no reason", OldSecret{ExpiresAt: in(90 * day)}, "", 7 * day, time.Time{}},
	}
	for _, tt := range tests {
		if got := tt.old.End(tt.reason, now, tt.vendor); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A request may wait for days between its signature and the new secret.
func TestOldSecret_keep(t *testing.T) {
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	in := func(d time.Duration) time.Time { return now.Add(d) }
	year := OldSecret{ExpiresAt: in(300 * day)}
	tests := []struct {
		name     string
		old      OldSecret
		promised time.Time
		reason   Reason
		vendor   time.Duration
		want     time.Time
	}{
		{"at once stays at once", year, time.Time{}, ReasonVendor, 7 * day, time.Time{}},
		{"security", year, time.Time{}, ReasonSecurity, 7 * day, time.Time{}},
		{"never earlier than signed for", year, in(20 * day), ReasonVendor, 7 * day, in(20 * day)},
		{"a full overlap though it waited", year, in(day), ReasonVendor, 7 * day, in(7 * day)},
		{"a full overlap though the promise is past", year, in(-day), ReasonVendor, 7 * day, in(7 * day)},
		{"no longer than it lives", OldSecret{ExpiresAt: in(2 * day)}, in(20 * day), ReasonVendor, 7 * day, in(2 * day)},
		{"expired meanwhile", OldSecret{ExpiresAt: in(-day)}, in(20 * day), ReasonVendor, 7 * day, time.Time{}},
		{"the setting is none by now", year, in(5 * day), ReasonVendor, -1, in(5 * day)},
		{"typed", OldSecret{ExpiresAt: in(90 * day), ByHand: true}, in(90 * day), ReasonSecurity, 7 * day, in(90 * day)},
		{"typed meanwhile", OldSecret{ExpiresAt: in(90 * day), ByHand: true}, time.Time{}, ReasonSecurity, 7 * day, in(90 * day)},
	}
	for _, tt := range tests {
		if got := tt.old.Keep(tt.promised, tt.reason, now, tt.vendor); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
