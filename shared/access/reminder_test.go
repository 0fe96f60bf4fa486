package access

import "testing"

func TestRungOf(t *testing.T) {
	for _, c := range []struct{ left, life, want int }{
		{61, 365, 0},
		{60, 365, 60},
		{31, 365, 60},
		{30, 365, 30},
		{16, 365, 30},
		{15, 365, 15},
		{8, 365, 15},
		{7, 365, 7},
		{2, 365, 7},
		{1, 365, 1},
		{0, 365, 1},
		{60, 60, 0}, // as long as the whole life
		{45, 45, 0},
		{30, 45, 30},
		{7, 7, 0},
		{1, 7, 1},
		{1, 1, 0},
	} {
		if got := RungOf(c.left, c.life); got != c.want {
			t.Errorf("%d left of %d: rung %d, want %d", c.left, c.life, got, c.want)
		}
	}
}

func TestSnoozeHint(t *testing.T) {
	for _, c := range []struct {
		by, left int
		want     Hint
	}{
		{0, 20, HintPast},
		{-3, 20, HintPast},
		{1, 20, ""},
		{19, 20, ""}, // the day before the last
		{20, 20, HintTooFar},
		{30, 60, ""},
		{31, 60, HintTooFar},
		{1, 1, HintTooFar},
		{1, 2, ""},
	} {
		if got := SnoozeHint(c.by, c.left); got != c.want {
			t.Errorf("by %d of %d: %q, want %q", c.by, c.left, got, c.want)
		}
	}
}
