package delegate

import (
	"slices"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// reasonChoice is why keys are changed, and what that does to the secret in force.
type reasonChoice struct {
	reason access.Reason
	note   string
}

// reasons are the choices, in the manual's order.
var reasons = []reasonChoice{
	{access.ReasonSecurity, "El secreto actual deja de servir en cuanto exista el nuevo."},
	{access.ReasonVendor, "Los dos secretos sirven unos días, para pasar de un proveedor al otro."},
	{access.ReasonExpiry, "El secreto actual sirve hasta que venza, 30 días como máximo."},
}

// reasonField chooses why the keys are to be changed (M-70).
type reasonField struct {
	section fyne.CanvasObject
	field   *kit.Field
	input   *kit.Picker
	chosen  access.Reason
}

func newReasonField(choose func(access.Reason)) *reasonField {
	r := &reasonField{input: kit.NewPicker("Seleccione el motivo")}
	r.input.Entry().SetIcon(look.IconChevronDown)
	r.input.SetItems(len(reasons), func(i int) kit.PickItem {
		return kit.PickItem{Title: es.Reason(reasons[i].reason), Detail: reasons[i].note}
	})
	r.input.OnChosen = func(i int) { choose(reasons[i].reason) }
	r.field = kit.NewField(es.FieldLabel(state.FieldReason), true, r.input, "")
	r.section = kit.NewSection("Motivo de la resolicitud",
		"Del motivo depende hasta cuándo sirve el secreto actual. Antes de firmar verá la fecha de cada ambiente.", r.field)
	return r
}

func (r *reasonField) render(chosen access.Reason, on bool) {
	if r.chosen != chosen {
		r.chosen = chosen
		r.input.SetChosen(slices.IndexFunc(reasons, func(c reasonChoice) bool { return c.reason == chosen }))
	}
	r.field.SetEnabled(on)
}
