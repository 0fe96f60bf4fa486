package tell

import (
	"fmt"
	"testing"
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

func TestKeyChip_toldApart(t *testing.T) {
	seen := map[string]access.KeyState{}
	for s := range keyLooks {
		c := KeyChip(s)
		if c.Word == "" || c.Icon == nil || c.Level == "" {
			t.Errorf("%s looks like %+v", s, c)
		}
		for _, mark := range []string{"word " + c.Word, "icon " + c.Icon.Name()} {
			if other, ok := seen[mark]; ok {
				t.Errorf("%s and %s share their %s", s, other, mark)
			}
			seen[mark] = s
		}
	}
}

func TestKeyState_byTheClock(t *testing.T) {
	for _, c := range []struct {
		state access.KeyState
		end   time.Time
		want  access.KeyState
	}{
		{access.KeyActive, noon.Add(time.Second), access.KeyActive},
		{access.KeyActive, noon, access.KeyExpired},
		{access.KeyOverlap, noon.Add(-time.Hour), access.KeyExpired},
		{access.KeyUnverified, noon.Add(-time.Hour), access.KeyExpired},
		{access.KeyRevoked, noon.Add(-time.Hour), access.KeyRevoked},
		{access.KeyActive, time.Time{}, access.KeyActive},
	} {
		if got := KeyState(wire.KeyRow{State: c.state, ExpiresAt: c.end}, noon); got != c.want {
			t.Errorf("%s until %s is %s", c.state, c.end, got)
		}
	}
}

// «Lista» is done in no line: once it is true there is nothing to wait for.
func TestStages_neverReadyEarly(t *testing.T) {
	for _, s := range []access.Stage{"", access.StageCreated, access.StagePropagating, access.StageReady, "new"} {
		steps := Stages(s)
		isWaiting := s == access.StageCreated || s == access.StagePropagating
		if (len(steps) == 3) != isWaiting {
			t.Errorf("%q: %v", s, steps)
		}
		if isWaiting && (steps[2].State != kit.StepWaiting || steps[2].Text != "Lista") {
			t.Errorf("%q: %+v", s, steps[2])
		}
	}
}

func TestLights(t *testing.T) {
	var asked []es.Remedy
	act := func(r es.Remedy) *kit.Action {
		asked = append(asked, r)
		if r == es.RemedyAgain {
			return &kit.Action{Text: es.TestAgain}
		}
		return nil
	}
	test := &access.KeyTest{StartedAt: noon, EndedAt: noon, TLS: "TLS 1.3", Lights: []access.LightResult{
		{Light: access.LightSecret, State: access.LightOn, Tries: 1},
		{Light: access.LightSteady, State: access.LightFailed, Tries: 9, Status: 401, Code: "AADSTS7000215", RequestID: "id-1", At: noon},
		{Light: access.LightRoles, State: access.LightSkipped},
		{Light: access.LightGateway, State: access.LightSkipped},
	}}
	got := Lights(test, noon, act)
	if len(got) != 4 || got[0].Level != look.Success || got[1].Level != look.Danger || got[2].Level != look.Neutral {
		t.Fatalf("%+v", got)
	}
	if got[1].Note != "Referencia id-1 · 23/11/2026 12:00" || got[1].Detail == "" || len(got[1].Actions) != 1 || got[0].Detail != "" {
		t.Errorf("the one that failed: %+v", got[1])
	}
	if got[2].Text != got[3].Text || got[2].Text != "No se probó, porque falló la anterior." {
		t.Errorf("those after it: %q, %q", got[2].Text, got[3].Text)
	}
	if fmt.Sprint(asked) != "[again]" {
		t.Errorf("asked for the act of %v", asked)
	}
	if len(Lights(nil, noon, act)) != 0 || len(Lights(&access.KeyTest{StartedAt: noon}, noon, nil)) != 4 {
		t.Error("a key without a test has lights, or one that just began has none")
	}
}

func TestTestChip(t *testing.T) {
	lights := func(states ...access.LightState) *access.KeyTest {
		test := &access.KeyTest{StartedAt: noon, EndedAt: noon}
		for i, s := range states {
			test.Lights = append(test.Lights, access.LightResult{Light: access.Lights()[i], State: s})
		}
		return test
	}
	running := lights(access.LightOn, access.LightRunning)
	running.EndedAt = time.Time{}
	on := access.LightOn
	for word, test := range map[string]*access.KeyTest{
		"": nil, "Falló": lights(on, access.LightFailed), "4 de 4 correctas": lights(on, on, on, on),
		"3 de 4 correctas": lights(on, on, on, access.LightSkipped), "Probando · 1 de 4 correctas": running,
	} {
		if got := TestChip(test); got.Word != word {
			t.Errorf("got %q, want %q", got.Word, word)
		}
	}
}
