package consent

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

var (
	pepper = []byte("the key of hashes")
	noon   = time.Date(2026, 9, 16, 12, 0, 0, 0, time.UTC)
)

func TestNewCode(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		c, err := NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if v := c.Reveal(); len(v) != Digits || strings.Trim(v, "0123456789") != "" {
			t.Fatalf("a code of another shape, %d long", len(v))
		}
		seen[c.Reveal()] = true
	}
	if len(seen) < 190 {
		t.Errorf("only %d different codes of 200", len(seen))
	}
}

// Draws beyond the last full million are thrown away: no code is likelier.
func TestNewCode_fair(t *testing.T) {
	draws := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xd0, 0x00, 0, 0, 0, 7}
	c, err := NewCode(bytes.NewReader(draws))
	if err != nil {
		t.Fatal(err)
	}
	// 4,294,000,000 is the first unfair draw; 0xffffd000 and 0xffffffff are beyond.
	if c.Reveal() != "000007" {
		t.Errorf("got %q", c.Reveal())
	}
	broken := errors.New("no randomness")
	if _, err := NewCode(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := NewSalt(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestDigest(t *testing.T) {
	code := secret.New("123456")
	base := Digest(pepper, []byte("salt"), code)
	for name, other := range map[string][]byte{
		"salt":   Digest(pepper, []byte("SALT"), code),
		"pepper": Digest([]byte("another"), []byte("salt"), code),
		"code":   Digest(pepper, []byte("salt"), secret.New("123457")),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("the %s does not count", name)
		}
	}
}

func sent(id, code, content string, expires time.Time, voided time.Time) Sent {
	salt := []byte("salt of " + id)
	return Sent{ID: id, ContentHash: content, Salt: salt, Digest: Digest(pepper, salt, secret.New(code)), ExpiresAt: expires, VoidedAt: voided}
}

func TestJudge(t *testing.T) {
	later, earlier := noon.Add(time.Minute), noon.Add(-time.Minute)
	all := []Sent{ // newest first
		sent("live", "111111", "now", later, time.Time{}),
		sent("replaced", "222222", "now", later, earlier),
		sent("expired", "333333", "now", noon, time.Time{}),
		sent("changed", "444444", "before", later, earlier),
		sent("unlucky", "111111", "before", later, earlier), // the same digits, drawn twice
	}
	tests := []struct {
		typed string
		id    string
		hint  access.Hint
	}{
		{"111111", "live", ""},
		{"222222", "replaced", access.HintCodeReplaced},
		{"333333", "expired", access.HintCodeExpired},
		{"444444", "changed", access.HintContentChanged},
		{"555555", "", access.HintCodeWrong},
		{"", "", access.HintCodeWrong},
	}
	for _, tt := range tests {
		got, hint := Judge(all, secret.New(tt.typed), pepper, "now", noon)
		if got.ID != tt.id || hint != tt.hint {
			t.Errorf("%s: got %q %q, want %q %q", tt.typed, got.ID, hint, tt.id, tt.hint)
		}
	}
	if _, hint := Judge(nil, secret.New("111111"), pepper, "now", noon); hint != access.HintCodeWrong {
		t.Errorf("no code was sent: %q", hint)
	}
}

func TestRules_surplus(t *testing.T) {
	rules, later := DefaultRules(), noon.Add(time.Minute)
	var all []Sent
	for i := range 5 { // newest first
		all = append(all, sent(fmt.Sprint(i), "1", "now", later, time.Time{}))
	}
	all[1].VoidedAt, all[2].ContentHash = noon, "before"
	if got := rules.Surplus(all, "now", noon); !slices.Equal(got, []string{"4"}) {
		t.Errorf("got %v", got)
	}
	if got := rules.Surplus(all[:4], "now", noon); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestRules_wait(t *testing.T) {
	for sends, want := range []time.Duration{0, 30 * time.Second, time.Minute, 2 * time.Minute, 2 * time.Minute} {
		if got := DefaultRules().Wait(sends); got != want {
			t.Errorf("after %d: %s, want %s", sends, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{" 123 456\n": "123456", "123-456": "123456", "12345x": "12345x", "": ""} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func TestTexts(t *testing.T) {
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	must := map[string][]string{
		Terms: {
			"Resolución 1888 de 2025", "numeral 6", "segundo factor", "RBAC", "TLS 1.3", "cifrado", "auditoría", "copias de seguridad",
			"OTP", "firma", "proveedor tecnológico",
		},
		Data: {"Ley 1581 de 2012", "Decreto 1377 de 2013", "Superintendencia", "revocar"},
		// The key goes to the vendor by design: the pledge excepts it.
		Signing: {"Ley 527 de 1999", "Decreto 2364 de 2012", "solo suyos", "correo que está registrado", "mesa de ayuda", "nunca contiene el código"},
		Pledge:  {"Ley 1581 de 2012", "Decreto 1074 de 2015", "proveedor tecnológico", "no incumple este acuerdo"},
	}
	if len(texts) != 4 || texts[3].ID != Signing || texts[0].ID != Terms || texts[1].ID != Data || texts[2].ID != Pledge {
		t.Fatalf("got %d texts", len(texts))
	}
	for _, x := range texts {
		if x.Label == "" || strings.Contains(x.Label, "\n") || x.Version == "" || x.Hash != HashOf(x.Body) || len(x.Hash) != 64 {
			t.Errorf("%s: %q %q %s", x.ID, x.Label, x.Version, x.Hash)
		}
		for _, words := range must[x.ID] {
			if !strings.Contains(x.Body, words) {
				t.Errorf("%s does not speak of %q", x.ID, words)
			}
		}
		if strings.Contains(x.Body, "1981") {
			t.Errorf("%s repeats the manual's misprint", x.ID)
		}
	}
}
