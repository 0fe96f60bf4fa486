package scenes

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// refusalScenes show what an officer reads when Entra refused, one kind each,
// and what few people ever see.
func refusalScenes() []Scene {
	why := func(name string, f access.Failure) Scene {
		return screen("ministry-attend-"+name, func() fyne.CanvasObject {
			s := attendData()
			f.Environment, f.At, f.RequestID = access.Production, now, "00000000-0000-4000-8000-0000000000aa"
			s.Row.Failure = &f
			return attend(s)
		})
	}
	return []Scene{
		why("secret-refused", access.Failure{Step: access.StepVerify, Status: 401, Code: "AADSTS7000215"}),
		why("no-such-app", access.Failure{Step: access.StepVerify, Status: 400, Code: "AADSTS700016"}),
		why("policy", access.Failure{
			Step: access.StepSecret, Status: 400, Code: "CredentialInvalidLifetimeAsPerAppPolicy", Policy: "Llaves cortas",
		}),
		why("too-many-secrets", access.Failure{Step: access.StepSecret, Status: 403, Code: "Directory_ResourceSizeExceeded"}),
		screen("ministry-attend-forbidden", func() fyne.CanvasObject {
			s := attendData()
			s.Trouble = refused(access.CodeForbidden, "", nil)
			return attend(s)
		}),
		screen("kit-clipboard-stuck", clipboardStuck),
	}
}

// stuckBoard is a clipboard that takes a text and never lets go of it.
type stuckBoard struct{ text string }

func (b *stuckBoard) Read() (string, error) { return b.text, nil }

func (b *stuckBoard) IsSlow() bool { return false }

func (b *stuckBoard) Write(text string) error {
	if text != "" {
		b.text = text
	}
	return nil
}

func clipboardStuck() fyne.CanvasObject {
	notices := kit.NewNotices()
	keeper := kit.NewKeeper(&stuckBoard{}, notices)
	keeper.CopySecret("Secreto copiado", "demostración")
	keeper.ClearNow()
	page := kit.NewFormPage("Portapapeles", "", kit.NewStack(), nil)
	return container.NewStack(page, notices)
}
