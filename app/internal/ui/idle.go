package ui

import (
	"context"
	"strconv"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
)

// How long nobody may use the program before the session is locked, in minutes.
const (
	leastIdle = 1
	usualIdle = 5
	mostIdle  = 15
)

const (
	idleEvery = 5 * time.Second  // between two looks at the clock
	idleWarn  = 30 * time.Second // before the lock, a warning
	idleKey   = "idle"           // of that notice
)

// idle is when the program was last used, by the wall clock: a computer that
// slept comes back locked.
type idle struct {
	last   time.Time
	warned bool
}

// wallClock is the clock without its monotonic part, which stands still while
// the computer sleeps.
func (s *Shell) wallClock() time.Time { return s.deps.Clock().Round(0) }

// used says that somebody is there: a key, a letter, the pointer moved.
func (s *Shell) used() {
	s.idle.last = s.wallClock()
	if s.idle.warned {
		s.idle.warned = false
		s.notices.Dismiss(idleKey)
	}
}

// watchIdle looks at the clock until ctx ends.
func (s *Shell) watchIdle(ctx context.Context) {
	time.AfterFunc(idleEvery, func() {
		s.do(func() {
			if ctx.Err() != nil {
				return
			}
			s.checkIdle()
			if who, isIn := s.model.Who(); isIn && !s.veil.isOn {
				s.warn(who)
			}
			s.watchIdle(ctx)
		})
	})
}

// checkIdle locks a session that nobody used for long, and warns before.
func (s *Shell) checkIdle() {
	now := s.wallClock()
	if !s.isIn || s.veil.isOn || now.Before(s.idle.last) {
		s.idle.last = now // nothing to lock, or the clock was set back
		return
	}
	left := time.Duration(s.idleMinutes())*time.Minute - now.Sub(s.idle.last)
	switch {
	case left <= 0:
		s.idle.warned = false
		s.lock(state.LockIdle)
	case left <= idleWarn && !s.idle.warned:
		s.idle.warned = true
		seconds := int(left / time.Second)
		s.notices.Notify(kit.Notice{Level: look.Warning, Text: es.LockSoon(seconds), Key: idleKey, Seconds: seconds, OnSecond: es.LockSoon})
	}
}

// idleMinutes is what this person chose.
func (s *Shell) idleMinutes() int {
	if s.deps.Preferences == nil {
		return usualIdle
	}
	n, err := strconv.Atoi(s.deps.Preferences.String(s.idleSetting()))
	if err != nil || n < leastIdle || n > mostIdle {
		return usualIdle
	}
	return n
}

// setIdleMinutes keeps what this person chose.
func (s *Shell) setIdleMinutes(n int) {
	if s.deps.Preferences != nil && n >= leastIdle && n <= mostIdle {
		s.deps.Preferences.SetString(s.idleSetting(), strconv.Itoa(n))
	}
}

func (s *Shell) idleSetting() string {
	who, _ := s.model.Who()
	return "lock." + string(who.Account) + ".minutes"
}
