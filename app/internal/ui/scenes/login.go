package scenes

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/login"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func about() *wire.About {
	return &wire.About{Name: "Llavero IHCE", Protocol: wire.Protocol, Demo: true, Time: now, Help: wire.HelpDesk{
		Phones: "601 000 0000 (Bogotá), 01 8000 000 000", Hours: "lunes a viernes, 07:00 a 18:00", Mail: "mesa.ayuda@example.org",
	}}
}

func signIn(s state.SignIn) func() fyne.CanvasObject {
	return func() fyne.CanvasObject {
		v := login.NewSignIn()
		if s.Phase == state.SignInSending {
			before := s
			before.Phase = state.SignInIdle
			v.Render(before)
		}
		v.Render(s)
		return v
	}
}

// loginScenes are the looks of the sign-in screen.
func loginScenes() []Scene {
	base := state.SignIn{Server: "https://llavero.example:8443", Phase: state.SignInIdle, About: about()}
	with := func(change func(*state.SignIn)) func() fyne.CanvasObject {
		s := base
		change(&s)
		return signIn(s)
	}
	return []Scene{
		screen("login-empty", signIn(base)),
		screen("login-solving", with(func(s *state.SignIn) {
			s.Login, s.Phase, s.Proof = "ADMIHCEIPS999100005", state.SignInSolving, 0.4
		})),
		screen("login-data", with(func(s *state.SignIn) { s.Login, s.Solved, s.Proof = "ADMIHCEIPS999100005", true, 1 })),
		screen("login-error", with(func(s *state.SignIn) {
			s.Login, s.Trouble = "ADMIHCEIPS999100005", refused(access.CodeUnauthorized, access.HintCredentials, nil)
		})),
		screen("login-throttled", with(func(s *state.SignIn) {
			s.Login, s.Trouble = "ADMIHCEIPS999100005", refused(access.CodeThrottled, "", map[string]string{"minutes": "4"})
		})),
		screen("login-certificate", with(func(s *state.SignIn) {
			s.About, s.Trouble = nil, &state.Trouble{Err: access.Refuse(access.CodeUnavailable, access.HintCertificate), At: now}
		})),
		screen("login-offline", with(func(s *state.SignIn) { s.About, s.Trouble = nil, noAnswer() })),
		screen("login-second-factor", with(func(s *state.SignIn) { s.Login, s.Phase = "CC9999000101", state.SignInSecondFactor })),
		screen("login-recovery", func() fyne.CanvasObject {
			s := base
			s.Login, s.Phase, s.Trouble = "CC9999000101", state.SignInSecondFactor, &state.Trouble{Err: access.InvalidField("recoveryCode", access.HintRecoveryCode), At: now}
			before := s
			before.Trouble = nil
			v := login.NewSignIn()
			v.Render(before)
			v.UseRecovery(true)
			v.Render(s)
			return v
		}),
		screen("login-second-factor-error", with(func(s *state.SignIn) {
			s.Login, s.Phase, s.Trouble = "CC9999000101", state.SignInSecondFactor, refused(access.CodeUnauthorized, access.HintSecondFactor, nil)
		})),
	}
}
