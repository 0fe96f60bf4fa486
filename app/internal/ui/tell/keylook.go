package tell

import (
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// KeyLook is how a key stands at an instant, as both roles read it.
type KeyLook struct {
	State access.KeyState
	Chip  kit.Chip
	Left  string // days left, calendar and business ones
	Warn  bool   // 30 days or fewer: an icon goes with it
	// Stages are those of a young secret, with what they mean; none once it is
	// ready.
	Stages    []kit.StepLine
	StageNote string
	// Overlap says until when the secret before works; CanEnd offers to end that
	// now.
	Overlap string
	CanEnd  bool
}

// WarnDays is from how many days before its end a key carries a mark.
const WarnDays = 30

// KeyLookOf reads a key at now. Of a revoked one only its chip remains.
func KeyLookOf(k wire.KeyRow, now time.Time) KeyLook {
	l := KeyLook{State: KeyState(k, now)}
	l.Chip = KeyChip(l.State)
	if l.State == access.KeyRevoked {
		return l
	}
	l.Left = es.Expiry(k.ExpiresAt, now)
	l.Warn = es.DaysLeft(k.ExpiresAt, now) <= WarnDays
	if l.State != access.KeyExpired {
		l.Stages = Stages(k.Stage)
	}
	if len(l.Stages) > 0 {
		l.StageNote = es.StageMeans(k.Stage) + " " + es.Patience
	}
	l.Overlap = es.Overlap(k.OverlapUntil, k.OverlapByHand, now)
	l.CanEnd = k.OverlapUntil.After(now) && !k.OverlapByHand
	if l.CanEnd {
		l.Overlap += " Puede terminar el relevo antes."
	}
	return l
}

// Revoked says of a key that it was, and when.
func Revoked(k wire.KeyRow) string {
	text := "La llave fue revocada"
	if !k.RevokedAt.IsZero() {
		text += " el " + es.DateTime(k.RevokedAt)
	}
	return text + " y ya no sirve."
}
