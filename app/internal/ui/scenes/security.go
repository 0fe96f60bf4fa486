package scenes

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/account"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// someCodes are recovery codes of the right form, made here.
func someCodes() []secret.Text {
	var all []secret.Text
	for i := range 10 {
		group := strings.Repeat(string(rune('A'+i)), 4)
		all = append(all, secret.New(fmt.Sprintf("%s-EJEM-PLO%d-%s", group, 2+i%6, group)))
	}
	return all
}

func anEnrolment() *wire.Enrolment {
	return &wire.Enrolment{
		Ticket: "t", Seed: "ABCDEFGHIJKLMNOP", Expires: now.Add(10 * time.Minute),
		Address: "otpauth://totp/Llavero%20IHCE:ADMIHCEIPS999100005?secret=ABCDEFGHIJKLMNOP&issuer=Llavero%20IHCE",
	}
}

func openSessions() []wire.OpenSession {
	return []wire.OpenSession{
		{ID: "1", Device: "windows/amd64", Address: "192.0.2.14", OpenedAt: now.Add(-3 * time.Hour), SeenAt: now, ExpiresAt: now.Add(9 * time.Hour), Current: true},
		{ID: "2", Device: "linux/amd64", Address: "198.51.100.7", OpenedAt: now.Add(-5 * time.Hour), SeenAt: now.Add(-12 * time.Minute), ExpiresAt: now.Add(7 * time.Hour)},
		{ID: "3", Address: "203.0.113.200", OpenedAt: now.Add(-11 * time.Hour), SeenAt: now.Add(-10 * time.Hour), ExpiresAt: now.Add(time.Hour)},
	}
}

// securityScenes are the looks of «Seguridad».
func securityScenes() []Scene {
	base := state.Security{
		Link: online(), Ended: -1, Now: now, Sessions: openSessions(), IsListLoaded: true,
		Session: wire.Session{Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, SecondFactor: wire.SecondFactorState{Enrolled: true, Passed: true, RecoveryCodesLeft: 8}},
	}
	with := func(name string, height float32, change func(*state.Security)) Scene {
		s := base
		change(&s)
		return Scene{Name: name, Size: fyne.NewSize(1180, height), Build: func() fyne.CanvasObject {
			v := account.NewSecurity()
			v.SetMinutes(5)
			v.Render(s)
			return v
		}}
	}
	phase := func(p state.FactorPhase, a state.FactorAct) func(*state.Security) {
		return func(s *state.Security) {
			s.Phase, s.Act = p, a
			switch p {
			case state.FactorEnrol:
				s.Enrolment = anEnrolment()
			case state.FactorShow:
				s.Codes = someCodes()
			}
		}
	}
	return []Scene{
		with("security-data", 1100, func(*state.Security) {}),
		with("security-empty", 860, func(s *state.Security) {
			s.Session.SecondFactor, s.Sessions = wire.SecondFactorState{}, s.Sessions[:1]
		}),
		with("security-loading", 860, func(s *state.Security) { s.Sessions, s.IsListLoaded, s.Loading = nil, false, true }),
		with("security-error", 1240, func(s *state.Security) { s.ListTrouble = refused(access.CodeUnavailable, "", nil) }),
		with("security-offline", 1100, func(s *state.Security) { s.Link = offline() }),
		with("security-few", 1160, func(s *state.Security) {
			s.Session.SecondFactor = wire.SecondFactorState{Enrolled: true, Mandatory: true, RecoveryCodesLeft: 2}
		}),
		with("security-done", 1160, func(s *state.Security) { s.Done, s.Ended, s.Sessions = state.FactorReplace, 2, s.Sessions[:1] }),
		with("security-prove", 560, phase(state.FactorProve, state.FactorBegin)),
		with("security-prove-error", 640, func(s *state.Security) {
			phase(state.FactorProve, state.FactorReplace)(s)
			s.Fields = []access.FieldError{{Field: "password", Hint: access.HintCredentials}, {Field: "code", Hint: access.HintSecondFactor}}
		}),
		with("security-mandatory", 720, func(s *state.Security) {
			phase(state.FactorProve, state.FactorRemove)(s)
			s.Trouble = refused(access.CodeConflict, access.HintMandatory, nil)
		}),
		with("security-enrol", 860, phase(state.FactorEnrol, state.FactorBegin)),
		with("security-enrol-error", 860, func(s *state.Security) {
			phase(state.FactorEnrol, state.FactorBegin)(s)
			s.Fields = []access.FieldError{{Field: "code", Hint: access.HintSecondFactor}}
		}),
		with("security-codes", 720, phase(state.FactorShow, state.FactorBegin)),
	}
}
