package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestText_neverShows(t *testing.T) {
	const value = "planted-value-7"
	s := New(value)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "p", &s, "in", struct{ S Text }{s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "in", struct{ S Text }{s})
	shown := []string{
		s.String(), log.String(), fmt.Sprint(s), fmt.Sprint(&s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s),
		fmt.Sprintf("%v %+v %#v", struct{ S Text }{s}, []Text{s}, map[string]Text{"a": s}), fmt.Errorf("e %v", s).Error(),
	}
	for i, text := range shown {
		if strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) {
			t.Errorf("case %d shows the value", i)
		}
	}
	if _, err := json.Marshal(struct{ S Text }{s}); !errors.Is(err, ErrMarshal) {
		t.Errorf("marshal: got %v, want ErrMarshal", err)
	}
	if s.Reveal() != value {
		t.Error("Reveal lost the value")
	}
}

func TestText_readsFromJSON(t *testing.T) {
	var v struct{ S Text }
	if err := json.Unmarshal([]byte(`{"S":"ñandú"}`), &v); err != nil || v.S.Reveal() != "ñandú" {
		t.Fatalf("got %q, %v", v.S.Reveal(), err)
	}
}
