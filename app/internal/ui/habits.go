package ui

import (
	"encoding/json"

	"llavero/app/internal/ui/kit"
)

// Preferences keep small things from one start of the program to the next, in
// plain text on this computer: never a secret, never a person's data.
type Preferences interface {
	String(key string) string
	SetString(key, value string)
}

// list is a screen whose columns are remembered.
type list interface{ SetHabits(kit.Habits) }

// lists are the screens with columns, by the name their habits are kept under.
func (s *Shell) lists() map[string]list {
	return map[string]list{
		"pending": s.queue, "assigned": s.assigned, "grants": s.grants, "drift": s.drift,
		"trail": s.trail.all, "activity": s.trail.own, "staff": s.staff.list,
	}
}

// takeHabits puts every list as this person left it.
func (s *Shell) takeHabits() {
	if s.deps.Preferences == nil {
		return
	}
	for name, l := range s.lists() {
		if h, ok := parseHabits(s.deps.Preferences.String(s.habitsKey(name))); ok {
			l.SetHabits(h)
		}
	}
}

// keepHabits remembers a list's columns for this person.
func (s *Shell) keepHabits(name string) func(kit.Habits) {
	return func(h kit.Habits) {
		if s.deps.Preferences == nil {
			return
		}
		if raw, err := json.Marshal(h); err == nil {
			s.deps.Preferences.SetString(s.habitsKey(name), string(raw))
		}
	}
}

func (s *Shell) habitsKey(name string) string {
	who, _ := s.model.Who()
	return "habits." + string(who.Account) + "." + name
}

// parseHabits reads what keepHabits wrote; anything else is as if nothing was
// remembered.
func parseHabits(text string) (kit.Habits, bool) {
	var h kit.Habits
	if text == "" || json.Unmarshal([]byte(text), &h) != nil {
		return kit.Habits{}, false
	}
	return h, true
}
