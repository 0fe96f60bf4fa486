package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

// proof is the receipt (constancia) of the last signed request of a code. Which one
// it is, is read when it is unfolded; it is saved only once it was checked.
type proof struct {
	screen *Keys

	content *fyne.Container
	drawer  *kit.Drawer
	note    *kit.Text
	facts   *kit.Facts
	banner  *kit.Banner
	pdf     *kit.Button
	json    *kit.Button
	acts    fyne.CanvasObject

	last  state.Receipt
	asked string // the request that was asked about last
	on    bool
}

func newProof(screen *Keys) *proof {
	p := &proof{screen: screen, note: kit.NewNote(""), facts: kit.NewFacts(), banner: kit.NewBanner()}
	p.banner.OnCopy = func(s string) { kit.Call(screen.OnCopyText, s) }
	p.pdf = kit.NewButton(es.SavePDF, func() { p.save(true) })
	p.json = kit.NewButton(es.SaveJSON, func() { p.save(false) })
	p.acts = tell.Inset(kit.NewRow(p.pdf, p.json))
	p.drawer = kit.NewDrawer("Ver constancia", kit.NewStack(p.note, p.facts, p.banner, p.acts))
	p.drawer.OnOpen = p.ask
	p.content = container.NewStack(kit.NewPanel(kit.NewStack(kit.NewRow(kit.NewStrong(es.ReceiptTitle).Natural()), p.drawer)))
	return p
}

func (p *proof) save(isPDF bool) {
	if p.screen.OnSaveReceipt != nil {
		p.screen.OnSaveReceipt(p.last.Request, isPDF)
	}
}

// ask has it read which receipt there is, once for each request.
func (p *proof) ask() {
	if p.on && p.asked != string(p.last.Request) {
		p.asked = string(p.last.Request)
		kit.Call0(p.screen.OnReceipt)
	}
}

// render shows a snapshot; a code without a signed request has no receipt.
func (p *proof) render(s state.Keys, visible bool) {
	if p.last.Request != s.Receipt.Request {
		p.asked = ""
		p.drawer.SetOpen(false)
	}
	r := s.Receipt
	p.last, p.on = r, s.Link.IsOnline()
	kit.SetVisible(p.content, visible && r.Request != "")
	switch {
	case r.Ref != nil:
		kit.Put(p.note, "")
	case r.Loaded:
		kit.Put(p.note, es.ErrorText(access.CodeNotFound, access.HintNoReceipt, nil))
	case !p.on:
		kit.Put(p.note, es.ReceiptOffline)
	default:
		kit.Put(p.note, "Cargando constancia…")
	}
	if r.Ref != nil {
		p.facts.Set([]kit.Fact{
			{Label: "Número", Value: r.Ref.Number},
			{Label: "SHA-256 (inicio)", Value: receipt.Short(r.Ref.Hash)},
			{Label: "Firmada", Value: es.DateTimeZone(r.Ref.At)},
			{Label: "Llave de firma", Value: string(r.Ref.KeyID)},
		})
	}
	kit.SetVisible(p.facts, r.Ref != nil)
	kit.SetVisible(p.acts, r.Ref != nil)
	p.banner.Set(proofMessage(r))
	can := p.on && !r.Busy
	p.pdf.SetEnabled(can)
	p.json.SetEnabled(can)
	if p.drawer.IsOpen() {
		p.ask()
	}
}

// proofMessage says what became of the receipt that was fetched last.
func proofMessage(r state.Receipt) kit.Message {
	switch {
	case r.Busy:
		return kit.Message{Level: look.Neutral, Text: "Descargando y comprobando la firma…"}
	case r.Refused != nil:
		found := es.ReceiptNotSaved(*r.Refused)
		return kit.Message{Level: look.Danger, Title: found.Word, Text: found.Why}
	case r.Checked != "":
		return kit.Message{Level: look.Success, Text: es.SignatureChecked(string(r.Checked))}
	}
	return tell.Trouble(r.Trouble, tell.Retry(nil))
}
