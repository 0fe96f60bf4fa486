package receipt

import (
	"testing"
	"time"
)

func TestKeyRing_After(t *testing.T) {
	one, two := ringOf(t, testKey(1)).Keys()[0], ringOf(t, testKey(2)).Keys()[0]
	with := func(keys ...SigningKey) KeyRing {
		r, err := NewKeyRing(keys...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	ended, sooner, moved := one, one, one
	ended.Until, sooner.Until, moved.From = begin.Add(2*time.Hour), begin.Add(time.Hour), begin.Add(time.Minute)
	for name, tt := range map[string]struct {
		before, now   KeyRing
		lost, changed int
	}{
		"the first":        {KeyRing{}, with(one), 0, 0},
		"the same":         {with(one, two), with(two, one), 0, 0},
		"one more":         {with(one), with(one, two), 0, 0},
		"the old one ends": {with(one), with(ended, two), 0, 0},
		"one lost":         {with(one, two), with(two), 1, 0},
		"all lost":         {with(one, two), KeyRing{}, 2, 0},
		"another end":      {with(ended), with(sooner), 0, 1},
		"signs again":      {with(ended), with(one), 0, 1},
		"another begin":    {with(one), with(moved), 0, 1},
		"another key":      {KeyRing{keys: []SigningKey{{ID: one.ID, Public: two.Public, From: one.From}}}, with(one), 0, 1},
	} {
		s := tt.now.After(tt.before)
		if len(s.Lost) != tt.lost || len(s.Changed) != tt.changed || s.IsSound() != (tt.lost+tt.changed == 0) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
