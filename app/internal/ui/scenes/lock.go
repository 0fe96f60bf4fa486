package scenes

import (
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/login"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// lockScenes are the looks of a locked window.
func lockScenes() []Scene {
	base := state.Locked{
		Link: online(), Why: state.LockIdle, At: now.Add(-12 * time.Minute), TriesLeft: state.UnlockTries,
		Session: wire.Session{
			Login: "ADMIHCEIPS999100005", EntityName: "Clínica Ñandú de Demostración S.A.S.",
			Person: access.Person{Name: "Íngrid Muñoz Demostración"},
		},
	}
	with := func(name string, change func(*state.Locked, *login.Lock)) Scene {
		return screen(name, func() fyne.CanvasObject {
			v, s := login.NewLock(func() time.Time { return now }), base
			change(&s, v)
			v.Render(s)
			return v
		})
	}
	return []Scene{
		with("lock-data", func(*state.Locked, *login.Lock) {}),
		with("lock-asked", func(s *state.Locked, _ *login.Lock) {
			s.Why, s.Session = state.LockAsked, wire.Session{Login: "CC9999000101", Person: access.Person{Name: "Beatriz Quiñones de la Demostración y Castañeda"}}
		}),
		with("lock-loading", func(s *state.Locked, _ *login.Lock) { s.Sending = true }),
		with("lock-wrong", func(s *state.Locked, _ *login.Lock) { s.IsWrong, s.TriesLeft = true, 1 }),
		with("lock-error", func(s *state.Locked, v *login.Lock) {
			s.Trouble = refused(access.CodeThrottled, "", map[string]string{"minutes": "4"})
			v.Warn(kit.CannotClear)
		}),
		with("lock-offline", func(s *state.Locked, _ *login.Lock) { s.Link, s.Why = offline(), state.LockSystem }),
	}
}
