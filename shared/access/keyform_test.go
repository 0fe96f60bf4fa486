package access

import (
	"fmt"
	"testing"
	"time"
)

// An environment that is left out is not looked at; each has its own longest
// life; what is in force may stay.
func TestValidateKeyForms(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	stays := func() *KeyForm {
		return &KeyForm{TypedKey: TypedKey{ClientID: "11111111-1111-4111-8111-111111111111", ExpiresAt: now.Add(-day)}, Longest: 90 * day, InForce: now.Add(-day)}
	}
	typed := func() *KeyForm {
		return &KeyForm{TypedKey: TypedKey{ClientID: "22222222-2222-4222-8222-222222222222", Secret: "made-up", ExpiresAt: now.Add(30 * day)}, Longest: 30 * day}
	}
	cases := map[string]struct {
		production, preproduction *KeyForm
		want                      string
	}{
		"nothing":              {nil, nil, "[]"},
		"stays, typed":         {stays(), typed(), "[]"},
		"one alone":            {nil, typed(), "[]"},
		"no secret to keep":    {func() *KeyForm { k := typed(); k.Secret = ""; return k }(), nil, "[{production.secret required}]"},
		"its own end only":     {func() *KeyForm { k := stays(); k.Secret = "other"; return k }(), nil, "[{production.expiresAt past}]"},
		"another end":          {func() *KeyForm { k := stays(); k.ExpiresAt = now.Add(91 * day); return k }(), typed(), "[{production.expiresAt too_far}]"},
		"too far for this one": {stays(), func() *KeyForm { k := typed(); k.ExpiresAt = now.Add(31 * day); return k }(), "[{preproduction.expiresAt too_far}]"},
		"no secret twice is not the same": {stays(), func() *KeyForm {
			k := stays()
			k.ClientID = "33333333-3333-4333-8333-333333333333"
			return k
		}(), "[]"},
	}
	for name, c := range cases {
		if got := fmt.Sprint(ValidateKeyForms(c.production, c.preproduction, now)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
