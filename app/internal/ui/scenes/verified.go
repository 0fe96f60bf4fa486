package scenes

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
)

// verifiedScenes are the verdicts on a document.
func verifiedScenes() []Scene {
	shown := func(file string, f es.Finding) func() fyne.CanvasObject {
		return func() fyne.CanvasObject { return tell.NewVerified(file, f, nil, nil).Object() }
	}
	facts := []es.Fact{
		{Name: "Firmó", Value: "CC 9999000011 Lucía Ñáñez Demostración"},
		{Name: "Entidad", Value: "Clínica Ñandú de los Andes S.A.S. · NI-999100005"},
		{Name: "Acto", Value: "Primera llave (Inscripción Token) · SOL-2026-000411"},
		{Name: "Firmado", Value: "21/11/2026 10:04 (hora de Colombia)"},
		{Name: "Llave de firma", Value: "3f9a01bc77d2e4aa"},
	}
	const receipt = "Constancia CON-2026-000411"
	return []Scene{
		screen("verified-good", shown("constancia-CON-2026-000411.pdf", es.Finding{Word: es.Matches, What: receipt, Facts: facts})),
		screen("verified-not", shown("bitacora-2026-11.jsonl", es.Finding{
			Word: es.MatchesNot, What: "Exportación de la bitácora", Why: "Rota en la línea 1.204, asiento 80.411: el asiento cambió después de escribirse.",
		})),
		screen("verified-unknown", shown("constancia-CON-2026-000411.json", es.Finding{Word: es.UnknownHand, What: receipt, Why: "La firmó la llave 77d2e4aa3f9a01bc, que no está entre las de este servidor."})),
		screen("verified-foreign", shown("foto.png", es.Finding{
			Word: es.NotOurs, Why: "Se comprueban constancias (PDF o JSON), exportaciones de la bitácora y cierres firmados de un día.",
		})),
	}
}
