package scenes

import (
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/delegate"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// agreementText is a text of the length that an official one has.
func agreementText() *wire.ConsentText {
	return &wire.ConsentText{
		ID: "signing", Version: "1.0", Hash: "3f9a01bc77d2e4aa00000000000000000000000000000000000000000000aaaa",
		Label: "Acepto firmar mis solicitudes con códigos de un solo uso enviados a mi correo registrado.",
		Body: strings.Join([]string{
			"Este acuerdo dice con qué se firman las solicitudes en este programa y qué efecto tiene la firma (Ley 527 de 1999, artículo 7, y Decreto 2364 de 2012).",
			"1. Usted firma con un código de seis dígitos que llega al correo registrado a su nombre. El código sirve una vez, diez minutos como máximo, y solo para el contenido exacto que usted ve en pantalla.",
			"2. El código, su contraseña y su aplicación de autenticación son solo suyos. No los entregue a nadie, tampoco al Ministerio.",
			"3. Si otra persona pudo usarlos, avise de inmediato a la mesa de ayuda. Lo firmado antes del aviso se tiene por firmado por usted, salvo prueba en contrario.",
			"4. De cada firma queda una constancia con firma digital del servidor. Puede descargarla y comprobarla sin conexión.",
		}, "\n\n"),
	}
}

func agreementScreen(edit func(*state.Agreement)) func() fyne.CanvasObject {
	return func() fyne.CanvasObject {
		s := state.Agreement{Link: online(), Due: true, Text: agreementText()}
		edit(&s)
		a := delegate.NewAgreement()
		a.OnRetry = func() {}
		a.Render(s)
		return a
	}
}

// agreementScenes are the prior agreement on the signing method.
func agreementScenes() []Scene {
	return []Scene{
		top("delegate-agreement-data", agreementScreen(func(s *state.Agreement) { s.Ticked = true })),
		top("delegate-agreement-missing", agreementScreen(func(s *state.Agreement) { s.Missing = true })),
		screen("delegate-agreement-loading", agreementScreen(func(s *state.Agreement) { s.Text = nil })),
		screen("delegate-agreement-offline", agreementScreen(func(s *state.Agreement) { s.Text, s.Link = nil, offline() })),
		top("delegate-agreement-error", agreementScreen(func(s *state.Agreement) {
			s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeConflict, access.HintTextsChanged), RequestID: "0f1e2d3c-0000-4000-8000-000000000005", At: now}
		})),
	}
}
