package delegate

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func keysSnapshot() state.Keys {
	e := state.Entity{Provider: clinic(), Request: &wire.RequestRow{Kind: access.KindEnroll, Status: access.StatusDone}}
	s := state.Keys{Link: online, Chosen: e.Provider.Code, Now: noon, Parameters: map[access.Environment][]wire.Parameter{}}
	for i, env := range access.Environments() {
		e.Keys = append(e.Keys, wire.KeyRow{
			ID: access.KeyID([]string{"k1", "k2"}[i]), Code: e.Provider.Code, Environment: env, Name: "LLAVE-" + string(env), State: access.KeyActive,
			ExpiresAt: noon.AddDate(1, 0, 0),
		})
		s.Parameters[env] = []wire.Parameter{{Name: "EndPoint", Value: "https://" + string(env) + ".example"}, {Name: "APIMSubskey", Sensitive: true}}
	}
	s.Entities = state.Entities{Rows: []state.Entity{e}}
	s.Entity = &s.Entities.Rows[0]
	return s
}

func TestKeys_revealsOneValueOnly(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	value := secret.New("valor-" + t.Name())
	var asked []string
	k.OnReveal = func(id access.KeyID, f access.Field, p access.Purpose, done func(secret.Text, error)) {
		asked = append(asked, string(id)+" "+string(f)+" "+string(p))
		done(value, nil)
	}
	k.Render(s)
	show(t, k)
	panel := k.panels[1]
	panel.masked[1].Toggle()
	if !slices.Equal(asked, []string{"k2 client_secret show"}) {
		t.Fatalf("asked %q", asked)
	}
	for i, p := range k.panels {
		for j, m := range p.masked {
			if m.IsShown() != (i == 1 && j == 1) {
				t.Errorf("panel %d, value %d: shown %t", i, j, m.IsShown())
			}
		}
	}
	k.Render(s) // the same snapshot hides nothing
	if !panel.masked[1].IsShown() {
		t.Error("a Render of the same code hid the value")
	}
	s.Chosen, s.Entity = "", nil
	k.Render(s)
	if panel.masked[1].IsShown() {
		t.Error("another code, and the value is still in sight")
	}
}

func TestKeys_lateAnswerIsDropped(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var answer func(secret.Text, error)
	k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) { answer = done }
	k.Render(s)
	m := k.panels[0].masked[1]
	m.Toggle()
	other := s
	e := *s.Entity
	e.Keys = slices.Clone(e.Keys)
	e.Keys[0].ID = "k9"
	other.Entity = &e
	k.Render(other)
	answer(secret.New("tarde"), nil)
	if m.IsShown() {
		t.Error("the value of one key is shown under another")
	}
}

func TestKeys_refusedReveal(t *testing.T) {
	for _, err := range []error{access.Refuse(access.CodeForbidden, access.HintRevealOnce), errors.New("boom")} {
		k := NewKeys()
		k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) {
			done(secret.Text{}, err)
		}
		k.Render(keysSnapshot())
		m := k.panels[0].masked[0]
		m.Toggle()
		if m.IsShown() {
			t.Errorf("%v: shown", err)
		}
		if text := errorText(err); text == "" || strings.Contains(text, "boom") {
			t.Errorf("%v: worded %q", err, text)
		}
	}
}

func TestKeys_copyAllNeedsTheBoxEachTime(t *testing.T) {
	k := NewKeys()
	var got []bool
	k.OnCopyAll = func(id access.KeyID, withSecret bool) {
		if id != "k1" {
			t.Errorf("key %q", id)
		}
		got = append(got, withSecret)
	}
	k.Render(keysSnapshot())
	p := k.panels[0]
	test.Tap(p.copyAll)
	p.include.Set(true)
	test.Tap(p.copyAll)
	test.Tap(p.copyAll)
	if !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("got %v", got)
	}
}

// Keys that arrive while the person looks at the code are loaded without a click.
func TestKeys_arriveWhileLooking(t *testing.T) {
	whole := keysSnapshot()
	bare := whole
	e := *whole.Entity
	e.Keys, e.Request = nil, &wire.RequestRow{ID: "r1", Status: access.StatusPending}
	bare.Entity, bare.Parameters = &e, nil
	arrived := whole
	arrived.Parameters = nil
	k := NewKeys()
	asked := 0
	k.OnChoose = func(access.LicenseCode) { asked++ }
	for _, step := range []struct {
		name string
		s    state.Keys
		want int
	}{
		{"pending", bare, 0},
		{"pending again", bare, 0},
		{"assigned", arrived, 1},
		{"assigned, parameters on their way", arrived, 1},
		{"loaded", whole, 1},
	} {
		k.Render(step.s)
		if asked != step.want {
			t.Errorf("%s: asked %d times, want %d", step.name, asked, step.want)
		}
	}
	if k.chip.Chip().Word != "Se ha asignado el token" {
		t.Errorf("the state says %q", k.chip.Chip().Word)
	}
}

func TestKeys_offline(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon}
	asked := false
	k.OnReveal = func(access.KeyID, access.Field, access.Purpose, func(secret.Text, error)) { asked = true }
	k.Render(s)
	p := k.panels[0]
	if !p.copyAll.Disabled() {
		t.Error("«Copiar todo» works offline")
	}
	if asked {
		t.Error("a value was fetched ahead")
	}
	if p.name.Value() != "LLAVE-preproduction" {
		t.Errorf("the name is not readable offline: %q", p.name.Value())
	}
}

func TestExpiryText(t *testing.T) {
	if got := expiryText(secret.New("2027-11-24T00:00:00Z")).Reveal(); got != "23/11/2027 19:00 (hora de Colombia)" {
		t.Errorf("got %q", got)
	}
	if got := expiryText(secret.New("23/11/2027")).Reveal(); got != "23/11/2027" {
		t.Errorf("got %q", got)
	}
}

func TestKeys_tellsWhatIsInSight(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	value := secret.New("valor-" + t.Name())
	k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) {
		done(value, nil)
	}
	var told []bool
	k.OnSight = func(on bool) { told = append(told, on) }
	k.Render(s)
	show(t, k)
	first, second := k.panels[0].masked[0], k.panels[1].masked[1]
	first.Reveal(value)
	second.Reveal(value) // the second one changes nothing
	first.Conceal()
	if !slices.Equal(told, []bool{true}) {
		t.Fatalf("told %v with one still in sight", told)
	}
	k.Close()
	if !slices.Equal(told, []bool{true, false}) {
		t.Errorf("told %v after the screen closed", told)
	}
}
