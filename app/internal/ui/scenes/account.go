package scenes

import (
	_ "embed" // the picture of an image code
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui"
	"llavero/app/internal/ui/account"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// imageCode is an image code as the server draws it, twice the usual size.
//
//go:embed code.png
var imageCode []byte

// aboutLegal is a server with legal terms and a version, for the foot of the
// registration screens.
func aboutLegal() *wire.About {
	a := about()
	a.Version = "1.0.0"
	a.Help.Terms = "El acceso es personal: cada quien responde por lo que se hace con su usuario."
	return a
}

func picture() state.Picture {
	return state.Picture{ID: "01J0DEMOIMG", PNG: imageCode, Scale: 2}
}

// outside frames a screen that needs no session; title is its name in the
// breadcrumb.
func outside(name, title string, height float32, build func() fyne.CanvasObject) Scene {
	return Scene{Name: name, Size: fyne.NewSize(1180, height), Build: func() fyne.CanvasObject {
		return ui.Outside(aboutLegal(), title, build())
	}}
}

// accountScenes are the looks of registration, recovery, the code of a mail and
// «Mi cuenta».
func accountScenes() []Scene {
	all := chooseScenes()
	all = append(all, formScenes()...)
	all = append(all, summaryScenes()...)
	all = append(all, recoverScenes()...)
	all = append(all, unlockScenes()...)
	return append(all, mineScenes()...)
}

func chooseScenes() []Scene {
	build := func(s state.Register) func() fyne.CanvasObject {
		return func() fyne.CanvasObject {
			c := account.NewChoose()
			c.Render(s)
			return c
		}
	}
	return []Scene{
		outside("account-choose-empty", es.RegisterLink, 720, build(state.Register{About: aboutLegal()})),
		outside("account-choose-data", es.RegisterLink, 900, build(state.Register{About: aboutLegal(), IsChosen: true})),
		outside("account-choose-offline", es.RegisterLink, 720, build(state.Register{Trouble: noAnswer()})),
	}
}

// pledgeText stands in for the confidentiality pledge in force.
func pledgeText() *wire.ConsentText {
	return &wire.ConsentText{
		ID: "pledge", Version: "2026-11", Label: "Me comprometo a mantener la confidencialidad de la información.",
		Body: "Según la Ley Estatutaria 1581 de 2012 y el capítulo 25 del título 2 de la parte 2 del libro 2 del Decreto 1074 de 2015, " +
			"protejo la información a la que tenga acceso, la uso solo para los fines de este registro y no la entrego ni la doy a conocer " +
			"a otras personas. La llave que me asignen puedo entregarla únicamente al proveedor tecnológico nombrado en la solicitud.",
	}
}

func registration(kind access.UserKind) access.Registration {
	r := access.Registration{Kind: kind, Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}}
	switch kind {
	case access.UserDelegate:
		r.EntityType, r.NIT = access.EntityPSS, "999100005"
	case access.UserProfessional:
		r.ProfessionalRegistry = "9999000011"
	}
	return r
}

func registerData(kind access.UserKind) state.Register {
	return state.Register{
		About: aboutLegal(), IsChosen: true, Kind: kind, Form: registration(kind), Picture: picture(), Pledge: pledgeText(),
	}
}

func formOf(s state.Register) fyne.CanvasObject {
	f := account.NewForm(s.Kind)
	f.Render(s)
	return f
}

// checked is a form whose check found one thing missing and one unknown.
func checked(s state.Register) state.Register {
	at := now.Add(-9 * time.Hour)
	s.Picture, s.IsPassed = state.Picture{}, true
	s.Check = &wire.Prerequisites{PassExpiresAt: now.Add(9 * time.Minute), Items: []access.Prerequisite{
		{ID: access.PrerequisiteOrganization, Verdict: access.VerdictMet, DataAt: at},
		{ID: access.PrerequisiteDelegation, Verdict: access.VerdictUnmet, DataAt: at},
		{ID: access.PrerequisitePerson, Verdict: access.VerdictMet, DataAt: at},
		{ID: access.PrerequisiteREPS, Verdict: access.VerdictNoData},
	}}
	return s
}

func formScenes() []Scene {
	form := func(name string, height float32, kind access.UserKind, change func(*state.Register)) Scene {
		s := registerData(kind)
		if change != nil {
			change(&s)
		}
		return outside(name, "Registrar usuario", height, func() fyne.CanvasObject { return formOf(s) })
	}
	return []Scene{
		form("account-delegate-empty", 1800, access.UserDelegate, func(s *state.Register) { s.Form = access.Registration{Kind: s.Kind} }),
		form("account-delegate-data", 1800, access.UserDelegate, func(s *state.Register) { s.Picture.Code, s.Ticked = "k7mxw", true }),
		form("account-professional-data", 1700, access.UserProfessional, nil),
		form("account-other-data", 1560, access.UserOther, nil),
		form("account-delegate-loading", 720, access.UserDelegate, func(s *state.Register) {
			s.Picture, s.Pledge, s.About = state.Picture{Loading: true}, nil, nil
		}),
		form("account-delegate-sending", 1800, access.UserDelegate, func(s *state.Register) { s.Picture.Code, s.Ticked, s.Sending = "k7mxw", true, true }),
		form("account-delegate-checked", 2000, access.UserDelegate, func(s *state.Register) { *s = checked(*s) }),
		form("account-delegate-unmet", 2100, access.UserDelegate, func(s *state.Register) {
			*s = checked(*s)
			s.Trouble = refused(access.CodeInvalid, access.HintPrerequisites, nil)
		}),
		form("account-delegate-error", 1900, access.UserDelegate, func(s *state.Register) {
			s.Form = access.Registration{Kind: s.Kind, NIT: "9991000050", Document: access.Document{Type: access.DocumentCC, Number: "99X"}}
			s.Fields = append(s.Form.Validate(), access.FieldError{Field: state.FieldImage, Hint: access.HintImageCode},
				access.FieldError{Field: state.FieldPledge, Hint: access.HintNotAccepted})
		}),
		form("account-professional-error", 1700, access.UserProfessional, func(s *state.Register) {
			s.Fields = []access.FieldError{{Field: "professionalRegistry", Hint: access.HintOtherRegistry}}
		}),
		form("account-delegate-offline", 1950, access.UserDelegate, func(s *state.Register) {
			s.Picture, s.Trouble = state.Picture{Failed: true}, noAnswer()
		}),
	}
}

func summaryScenes() []Scene {
	build := func(name string, kind access.UserKind, login, mail string) Scene {
		s := registerData(kind)
		s.Done = &wire.Registered{Login: login, Form: s.Form, MaskedEmail: mail}
		if mail != "" {
			s.Done.Sender, s.Done.LinkExpiresAt = "llaves@ministerio.example", now.Add(24*time.Hour)
		}
		return outside(name, "Resumen del registro", 800, func() fyne.CanvasObject {
			v := account.NewSummary()
			v.Render(s)
			return v
		})
	}
	return []Scene{
		build("account-summary-delegate", access.UserDelegate, "ADMIHCEIPS999100005", "l•••@clinica.example"),
		build("account-summary-professional", access.UserProfessional, "CC9999000011", ""),
		build("account-summary-other", access.UserOther, "CC9999000011", "b•••@ministerio.example"),
	}
}

func recoverScenes() []Scene {
	base := state.Recovery{About: aboutLegal(), Picture: picture(), Form: state.RecoveryForm{
		Login: "ADMIHCEIPS999100005", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"},
	}}
	with := func(name string, change func(*state.Recovery)) Scene {
		s := base
		change(&s)
		return outside(name, es.RecoverLink, 1000, func() fyne.CanvasObject {
			v := account.NewRecover()
			v.Render(s)
			return v
		})
	}
	return []Scene{
		with("account-recover-empty", func(s *state.Recovery) { s.Form = state.RecoveryForm{} }),
		with("account-recover-data", func(s *state.Recovery) { s.Picture.Code = "K7MXW" }),
		with("account-recover-loading", func(s *state.Recovery) { s.Picture.Code, s.Sending = "K7MXW", true }),
		with("account-recover-error", func(s *state.Recovery) {
			s.Fields = []access.FieldError{{Field: "document.number", Hint: access.HintRequired}, {Field: state.FieldImage, Hint: access.HintImageCode}}
			s.Form.Document.Number = ""
		}),
		with("account-recover-offline", func(s *state.Recovery) { s.About, s.Picture, s.Trouble = nil, state.Picture{Failed: true}, noAnswer() }),
		with("account-recover-done", func(s *state.Recovery) {
			s.Done = &wire.Recovering{Sender: "llaves@ministerio.example", LinkExpiresAt: now.Add(24 * time.Hour)}
		}),
	}
}

func unlockScenes() []Scene {
	info := wire.AccountLinkInfo{Login: "CC9999000101", Purpose: wire.LinkFinish, ExpiresAt: now.Add(23 * time.Hour), NeedsSecondFactor: true}
	with := func(name string, height float32, s state.Unlock) Scene {
		return outside(name, es.HaveCodeLink, height, func() fyne.CanvasObject {
			v := account.NewUnlock()
			v.Render(s)
			return v
		})
	}
	about := aboutLegal()
	return []Scene{
		with("account-unlock-empty", 720, state.Unlock{About: about, Phase: state.UnlockCode}),
		with("account-unlock-error", 720, state.Unlock{About: about, Phase: state.UnlockCode, Trouble: refused(access.CodeExpired, access.HintLink, nil)}),
		with("account-unlock-loading", 720, state.Unlock{About: about, Phase: state.UnlockCode, Sending: true}),
		with("account-unlock-offline", 720, state.Unlock{Phase: state.UnlockCode, Trouble: noAnswer()}),
		{Name: "account-unlock-password", Size: fyne.NewSize(1180, 860), Build: func() fyne.CanvasObject {
			v := account.NewUnlock()
			v.Render(state.Unlock{About: about, Phase: state.UnlockPassword, Info: info})
			v.Try("grapa verde con nueve ranas")
			return ui.Outside(about, es.HaveCodeLink, v)
		}},
		with("account-unlock-password-error", 860, state.Unlock{About: about, Phase: state.UnlockPassword, Info: info, Fields: []access.FieldError{
			{Field: state.FieldNew, Hint: access.HintWeak}, {Field: state.FieldAgain, Hint: access.HintDifferent},
		}}),
		with("account-unlock-enrol", 1000, state.Unlock{About: about, Phase: state.UnlockEnrol, Info: info, Enrolment: &wire.Enrolment{
			Ticket: "t", Seed: "ABCDEFGHIJKLMNOP", Expires: now.Add(15 * time.Minute),
			Address: "otpauth://totp/Llavero%20IHCE:CC9999000101?secret=ABCDEFGHIJKLMNOP&issuer=Llavero%20IHCE",
		}}),
		with("account-unlock-first", 1060, state.Unlock{About: about, Phase: state.UnlockEnrol, Info: info, Enrolment: anEnrolment(), IsSignIn: true}),
		with("account-unlock-codes", 860, state.Unlock{About: about, Phase: state.UnlockCodes, Info: info, Codes: someCodes()}),
		with("account-unlock-done", 720, state.Unlock{About: about, Phase: state.UnlockDone, Info: info}),
	}
}

func mineScenes() []Scene {
	base := state.Account{Link: online(), Session: wire.Session{
		Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, EntityName: "Clínica Ñandú de Demostración S.A.S.", MaskedEmail: "i•••@clinica.example",
		Person: access.Person{Name: "Íngrid Muñoz Demostración", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}},
	}}
	with := func(name string, change func(*state.Account)) Scene {
		s := base
		change(&s)
		return Scene{Name: name, Size: fyne.NewSize(1180, 860), Build: func() fyne.CanvasObject {
			v := account.NewMine()
			v.Render(s)
			return v
		}}
	}
	return []Scene{
		with("account-mine-data", func(*state.Account) {}),
		with("account-mine-empty", func(s *state.Account) { s.Session.Role, s.Session.EntityName, s.Session.MaskedEmail = "", "", "" }),
		with("account-mine-loading", func(s *state.Account) { s.Sending = true }),
		with("account-mine-error", func(s *state.Account) {
			s.Fields = []access.FieldError{{Field: "current", Hint: access.HintCredentials}, {Field: state.FieldNew, Hint: access.HintSamePassword}}
		}),
		with("account-mine-done", func(s *state.Account) { s.DoneAt = now }),
		with("account-mine-offline", func(s *state.Account) { s.Link = offline() }),
	}
}
