package account

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// recoveryCodes shows a set of recovery codes, once: to copy, to save in a file,
// and a tick that says that they were put away.
type recoveryCodes struct {
	content *fyne.Container
	grid    *fyne.Container
	kept    *kit.Check
	shown   []secret.Text
}

// newRecoveryCodes makes it; ticked is told when the tick changes.
func newRecoveryCodes(ticked func(), copyAll, save func(secret.Text)) *recoveryCodes {
	r := &recoveryCodes{grid: container.New(layout.NewGridLayout(2))}
	r.kept = kit.NewCheck(es.KeptCodes, func(bool) { ticked() })
	whole := func(do func(secret.Text)) func() {
		return func() { do(secret.New(codesText(r.shown))) }
	}
	acts := kit.NewRow(kit.NewIconButton("Copiar todos", look.IconCopy, whole(copyAll)), kit.NewIconButton("Guardar en un archivo…", look.IconDownload, whole(save)))
	r.content = kit.NewSection("Códigos de recuperación", es.RecoveryCodesHelp, kit.NewPanel(r.grid), acts, r.kept)
	return r
}

// codesText is the set as it is copied and saved.
func codesText(codes []secret.Text) string {
	var b strings.Builder
	b.WriteString("Llavero IHCE: códigos de recuperación. Cada uno sirve una vez.\n")
	for _, c := range codes {
		b.WriteString(c.Reveal() + "\n")
	}
	return b.String()
}

// render shows a set; nil takes it away.
func (r *recoveryCodes) render(codes []secret.Text) {
	if len(codes) == len(r.shown) && (len(codes) == 0 || &codes[0] == &r.shown[0]) {
		return
	}
	r.shown = codes
	r.grid.RemoveAll()
	for _, c := range codes {
		r.grid.Add(kit.NewSecretCode(c.Reveal()))
	}
	r.kept.Set(false)
	r.content.Refresh()
}

// isKept reports that the person put them away.
func (r *recoveryCodes) isKept() bool { return r.kept.IsOn() }
