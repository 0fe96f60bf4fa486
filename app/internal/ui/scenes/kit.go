package scenes

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
)

// kitScenes show the parts by themselves.
func kitScenes() []Scene {
	return []Scene{
		tall("kit-parts", kitParts),
		screen("kit-table", kitTable),
	}
}

func kitParts() fyne.CanvasObject {
	chips := kit.NewRow()
	for _, l := range look.Levels() {
		word := map[look.Level]string{
			look.Neutral: "En firma", look.Info: "En emisión", look.Success: "Activa", look.Warning: "En relevo",
			look.Danger: "Revocada", look.Preproduction: "Preproducción", look.Production: "Producción",
		}[l]
		chips.Add(kit.NewStatusChip(kit.Chip{Word: word, Level: l}))
	}
	off := kit.NewButton("Necesita conexión", nil)
	off.SetEnabled(false)
	busy := kit.NewPrimary("Firmar solicitud", nil)
	busy.SetBusy(true, "Firmando…")
	buttons := kit.NewRow(kit.NewPrimary("Generar llave →", nil), kit.NewButton("Copiar todo", nil),
		kit.NewIconButton(es.Copy, look.IconCopy, nil), kit.NewQuiet(es.Back, look.IconBack, nil), kit.NewDanger("Revocar", nil), off, busy)
	name := kit.NewField("Nombre del Proveedor", true, kit.NewEntry("Ejemplo: Soluciones en Salud S. A. S."), "")
	mail := kit.NewEntry("")
	mail.Put("lider@correo")
	wrong := kit.NewField("Correo Líder Técnico", true, mail, "")
	wrong.SetError("Escriba un correo válido.")
	free := kit.NewEntry("")
	free.Put("lider@example.net")
	warned := kit.NewField("Correo Responsable", true, free, "")
	warned.SetWarning("Use un correo institucional.")
	code := kit.NewField("Código de verificación", true, kit.NewCodeEntry(6), "Vence en 9:41.")
	masked := kit.NewMaskedSecret("Secreto de cliente (Client Secret)")
	copyField := kit.NewCopyField("Nombre de llave", "IHCE-PREPRODUCCION-0500100001", true)
	banner := kit.NewBanner()
	banner.Set(kit.Message{
		Level: look.Danger, Text: "El servidor no tiene permiso para crear llaves. Su solicitud sigue guardada.",
		Note: "Referencia 01J0DEMO00000000000000REF1 · 23/11/2026 12:00", Detail: "código: forbidden",
		Actions: []kit.Action{{Text: es.Retry}},
	})
	head := kit.NewWizardHead("Solicitud de Token", "Confirmación")
	second := kit.NewWizardHead("Solicitud de Token", "Confirmación")
	second.SetCurrent(1)
	steps := kit.NewSteps()
	steps.Set([]kit.StepLine{{Text: "Crear aplicación", State: kit.StepDone}, {Text: "Crear secreto", State: kit.StepRunning}, {Text: "Probar llave"}})
	check := kit.NewCheck("Acepto los términos y condiciones del uso de las llaves de acceso.", nil)
	check.SetError("Debe aceptar los términos y condiciones para continuar.")
	body := kit.NewColumn(head, second, chips, buttons, banner,
		kit.NewSection("Líder técnico", "La persona que instala la llave en su sistema.", kit.NewPairs(name, wrong, warned, code), check),
		kit.NewSection("Llave", "", masked, copyField, steps))
	return kit.NewFormPage("Piezas", "Lo que comparten todas las pantallas.", body, kit.NewFooter(
		[]fyne.CanvasObject{kit.NewQuiet(es.BackToMenu, nil, nil)}, kit.NewPrimary("Generar llave →", nil)))
}

func kitTable() fyne.CanvasObject {
	words := []string{"0500100001", "HOSPITAL DEMOSTRATIVO LA CEIBA", "Antioquia-MEDELLÍN", "", "Ingresar Info"}
	t := kit.NewTable([]kit.Column{
		{Title: "Código habilitación", Width: 150, Kind: kit.ColumnCode, Sorts: true},
		{Title: "Prestador", Width: 260, Flex: true, Sorts: true},
		{Title: "Sede", Width: 200, Sorts: true},
		{Title: "Situación", Width: 170, Kind: kit.ColumnChip},
		{Title: "Ingresar", Width: 120, Kind: kit.ColumnAction},
	}, func(row, col int) kit.Cell {
		if col == 3 {
			return kit.Cell{Chip: kit.Chip{Word: "Pendiente", Level: look.Warning}}
		}
		return kit.Cell{Text: words[col]}
	})
	t.SetSort(1, true)
	t.SetLength(80000)
	t.SetCursor(2)
	t.Fresh = func(row int) bool { return row == 4 }
	notices := kit.NewNotices()
	page := kit.NewListPage(es.QueueTitle, "80.000 filas.", kit.NewSearch("Buscar", func(string) {}, nil), t, nil)
	notices.Notify(kit.Notice{Text: es.Copied("Secreto copiado", 30), Seconds: -1, Action: kit.Action{Text: es.DeleteNow}})
	return container.NewStack(page, notices)
}
