package tell

import (
	"testing"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

func TestTrouble(t *testing.T) {
	again := Retry(nil)
	for name, c := range map[string]struct {
		err   *access.Error
		level look.Level
		acts  int
		text  string
	}{
		"no answer":   {access.Refuse(access.CodeUnavailable, access.HintNoAnswer), look.Warning, 1, ""},
		"certificate": {access.Refuse(access.CodeUnavailable, access.HintCertificate), look.Danger, 0, es.NoCertificate},
		"throttled":   {access.Refuse(access.CodeThrottled, ""), look.Warning, 0, ""},
		"a fault":     {access.Refuse(access.CodeInternal, ""), look.Danger, 1, ""},
		"forbidden":   {access.Refuse(access.CodeForbidden, ""), look.Danger, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := Trouble(&state.Trouble{Err: c.err, RequestID: "r-1"}, again)
			if m.Level != c.level || len(m.Actions) != c.acts || c.text != "" && m.Text != c.text || m.Note != "Referencia r-1" || m.Detail == "" {
				t.Errorf("got %+v", m)
			}
		})
	}
	if m := Trouble(nil, again); !m.IsEmpty() {
		t.Errorf("nothing went wrong, and it says %+v", m)
	}
	stale := &state.Trouble{Err: access.Refuse(access.CodeConflict, access.HintStale)}
	if of, ofKey := Trouble(stale), KeyTrouble(stale); of.Text == ofKey.Text {
		t.Errorf("a key that moved is told as a request: %q", ofKey.Text)
	}
	kit.Call0(again.Do) // unset: nothing happens
}
