package workflow

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// longestLook is how long before its box is ticked a text may have come on screen:
// more than a session lives.
const longestLook = 30 * 24 * time.Hour

// seen is when a text was shown and ticked, in the server's time.
type seen struct{ shown, ticked time.Time }

// shownOn checks what a client says of how it showed a text, and turns its times
// into the server's: by how long ago they were, whatever its clock says.
func shownOn(act Act, in wire.ShownText, id string, now time.Time) (seen, []access.FieldError) {
	var wrong []access.FieldError
	bad := func(field string, hint access.Hint) {
		wrong = append(wrong, access.FieldError{Field: field, Hint: hint})
	}
	if in.ID != id {
		bad("id", access.HintUnknownValue)
	}
	if act.ClientTime.IsZero() {
		return seen{}, append(wrong, access.FieldError{Field: wire.HeaderClientTime, Hint: access.HintRequired})
	}
	for _, t := range []struct {
		field string
		at    time.Time
	}{{"shownAt", in.ShownAt}, {"tickedAt", in.TickedAt}} {
		switch {
		case t.at.IsZero():
			bad(t.field, access.HintRequired)
		case t.at.After(act.ClientTime):
			bad(t.field, access.HintTooFar)
		case act.ClientTime.Sub(t.at) > longestLook:
			bad(t.field, access.HintPast)
		}
	}
	if len(wrong) == 0 && in.TickedAt.Before(in.ShownAt) {
		bad("tickedAt", access.HintPast) // nobody accepts what they did not see yet
	}
	if !in.UntickedAtStart {
		bad("untickedAtStart", access.HintNotAccepted)
	}
	return seen{
		shown:  now.Add(in.ShownAt.Sub(act.ClientTime)).Truncate(time.Microsecond),
		ticked: now.Add(in.TickedAt.Sub(act.ClientTime)).Truncate(time.Microsecond),
	}, wrong
}

// inside names fields of a member of the body; headers keep their names.
func inside(member string, wrong []access.FieldError) []access.FieldError {
	for i := range wrong {
		if wrong[i].Field != wire.HeaderClientTime {
			wrong[i].Field = member + "." + wrong[i].Field
		}
	}
	return wrong
}
