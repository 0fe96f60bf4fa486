package tell

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// KeyState is what a key is worth at an instant: one whose end has passed is
// expired, whatever its row says.
func KeyState(k wire.KeyRow, now time.Time) access.KeyState {
	switch k.State {
	case access.KeyActive, access.KeyOverlap, access.KeyUnverified:
		if !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt) {
			return access.KeyExpired
		}
	}
	return k.State
}

// keyLooks is how each state of a key looks: no two share word, icon and colour.
var keyLooks = map[access.KeyState]struct {
	level look.Level
	icon  fyne.Resource
}{
	access.KeyCreating:   {look.Info, look.IconDots},
	access.KeyActive:     {look.Success, look.IconCheck},
	access.KeyOverlap:    {look.Warning, look.IconKeyChange},
	access.KeyReplaced:   {look.Neutral, look.IconCircle},
	access.KeyRevoked:    {look.Danger, look.IconStop},
	access.KeyExpired:    {look.Danger, look.IconClock},
	access.KeyUnverified: {look.Warning, look.IconHelp},
}

// KeyChip is the state of a key, or of one of its secrets, as a chip.
func KeyChip(s access.KeyState) kit.Chip {
	l := keyLooks[s]
	return kit.Chip{Word: es.KeyState(s), Level: l.level, Icon: l.icon}
}

// Stages is how far a young secret has got, for a kit.Track; none once it is
// ready, or when nothing is known. «Lista» is never done before it is.
func Stages(s access.Stage) []kit.StepLine {
	steps := []kit.StepLine{{Text: es.Stage(access.StageCreated)}, {Text: es.Stage(access.StagePropagating)}, {Text: es.Stage(access.StageReady)}}
	switch s {
	case access.StageCreated:
		steps[0].State = kit.StepRunning
	case access.StagePropagating:
		steps[0].State, steps[1].State = kit.StepDone, kit.StepRunning
	default:
		return nil
	}
	return steps
}

// Lights words a test light by light. Act makes the button of a remedy; nil, or
// a nil answer, offers none.
func Lights(t *access.KeyTest, expiresAt time.Time, act func(es.Remedy) *kit.Action) []kit.Light {
	if t == nil {
		return nil
	}
	var list []kit.Light
	hasFailed := false
	for _, l := range access.Lights() {
		r := t.Light(l)
		light := kit.Light{Title: es.Light(l), Word: es.LightState(r.State), Text: es.LightMeans(r, hasFailed)}
		light.Level, light.Icon = lightLook(r.State)
		if r.Code != "" || r.Status >= 400 {
			light.Detail = es.LightDetail(r, t.TLS)
		}
		if r.State == access.LightFailed {
			hasFailed = true
			trouble := es.LightFailure(r, expiresAt)
			light.Text, light.Note = trouble.Text(), es.Reference(r.RequestID, r.At)
			if light.Detail == "" {
				light.Detail = es.LightDetail(r, t.TLS)
			}
			if act != nil {
				if a := act(trouble.Act); a != nil {
					light.Actions = []kit.Action{*a}
				}
			}
		}
		list = append(list, light)
	}
	return list
}

func lightLook(s access.LightState) (look.Level, fyne.Resource) {
	switch s {
	case access.LightRunning:
		return look.Info, look.IconDots
	case access.LightOn:
		return look.Success, look.IconCheck
	case access.LightFailed:
		return look.Danger, look.IconStop
	case access.LightSkipped:
		return look.Neutral, look.IconInfo
	default:
		return look.Neutral, look.IconCircle
	}
}

// TestChip sums a test up: under way, how many lights are on, or which failed.
func TestChip(t *access.KeyTest) kit.Chip {
	if t == nil {
		return kit.Chip{}
	}
	on := 0
	for _, l := range access.Lights() {
		switch t.Light(l).State {
		case access.LightFailed:
			return kit.Chip{Word: es.LightState(access.LightFailed), Level: look.Danger, Icon: look.IconStop}
		case access.LightOn:
			on++
		}
	}
	count := es.LightsOn(on, len(access.Lights()))
	switch {
	case t.IsRunning():
		return kit.Chip{Word: es.LightState(access.LightRunning) + " · " + count, Level: look.Info, Icon: look.IconDots}
	case on == len(access.Lights()):
		return kit.Chip{Word: count, Level: look.Success}
	default:
		return kit.Chip{Word: count, Level: look.Warning}
	}
}
