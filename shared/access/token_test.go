package access

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
)

func TestNewToken(t *testing.T) {
	text, hash, err := NewToken(bytes.NewReader(bytes.Repeat([]byte{0xa5, 7}, 10)))
	if err != nil || !regexp.MustCompile(`^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$`).MatchString(text) {
		t.Fatalf("%q, %v", text, err)
	}
	for _, typed := range []string{text, strings.ToLower(text), strings.ReplaceAll(text, "-", " "), "https://x.example/cuenta#" + text} {
		if TokenHash(typed) != hash {
			t.Errorf("%q is another", typed)
		}
	}
	if TokenHash(text+"A") == hash {
		t.Error("a letter more is the same")
	}
	broken := errors.New("no randomness")
	if _, _, err := NewToken(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
