package access

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestTypedKey_isNotPrinted(t *testing.T) {
	const value = "planted-value-9"
	k := TypedKey{ClientID: "id", Secret: value}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "k", k, "f", KeyForm{TypedKey: k}, "p", &k)
	if got := fmt.Sprintf("%v %+v %#v %s %+v", k, k, k, &k, KeyForm{TypedKey: k}) + log.String(); strings.Contains(got, value) {
		t.Errorf("printed: %s", got)
	}
}
