package auth

import (
	"strings"
	"testing"
)

// FuzzBearer: a token is what follows the scheme, and nothing else of the header.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"", "Bearer", "Bearer ", "bearer  abc ", "Basic abc", "Bearer a b", "Bearer\tabc", "Bearer \xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token := Bearer(header)
		if token == "" {
			return
		}
		scheme, rest, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") || !strings.Contains(rest, token) || strings.TrimSpace(token) != token {
			t.Errorf("%q of %q", token, header)
		}
		if again := Bearer("Bearer " + token); again != token {
			t.Errorf("%q read again is %q", token, again)
		}
	})
}
