package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

// Agreement is the prior agreement on the signing method: read once, before the
// first signature. UI goroutine only.
type Agreement struct {
	widget.BaseWidget

	// OnTick ticks the box, or clears it.
	OnTick func(on bool)
	// OnAccept accepts what is shown.
	OnAccept func()
	// OnRetry reads the text again.
	OnRetry func()
	// OnBack is «Ahora no»: keys can be consulted, nothing can be signed.
	OnBack func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page    *kit.Page
	banner  *kit.Banner
	text    *kit.Text
	version *kit.Text
	box     *kit.Check
	field   *kit.Field
	content fyne.CanvasObject
	loading *kit.Text
	accept  *kit.Button

	shown string // hash of the text in sight
}

// NewAgreement makes the screen.
func NewAgreement() *Agreement {
	a := &Agreement{banner: kit.NewBanner(), text: kit.NewText(""), version: kit.NewNote(""), loading: kit.NewNote("")}
	a.banner.OnCopy = func(s string) { kit.Call(a.OnCopyText, s) }
	a.box = kit.NewCheck("", func(on bool) { kit.Call(a.OnTick, on) })
	a.field = kit.NewField("", false, a.box, "")
	a.content = kit.NewPanel(kit.NewStack(a.text, a.version, a.field))
	a.accept = kit.NewPrimary("Aceptar y continuar", func() { kit.Call0(a.OnAccept) })
	later := kit.NewQuiet("Ahora no", nil, func() { kit.Call0(a.OnBack) })
	a.page = kit.NewFormPage(es.AgreementTitle,
		"Sus solicitudes se firman con un código que llega a su correo registrado. Antes de la primera firma lea y acepte cómo funciona.",
		kit.NewColumn(a.banner, kit.NewFlush(a.loading), a.content), kit.NewFooter([]fyne.CanvasObject{later}, a.accept))
	a.ExtendBaseWidget(a)
	return a
}

// FollowFocus brings what has the keyboard into sight.
func (a *Agreement) FollowFocus(o fyne.CanvasObject) { a.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (a *Agreement) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(a.page) }

// Focus gives the keyboard to the box.
func (a *Agreement) Focus() {
	if a.content.Visible() {
		a.field.Focus()
	}
}

// Render shows a snapshot.
func (a *Agreement) Render(s state.Agreement) {
	online := s.Link.IsOnline()
	a.banner.Set(tell.Trouble(s.Trouble, tell.Retry(a.OnRetry)))
	kit.SetVisible(a.content, s.Text != nil)
	switch {
	case s.Text != nil:
		kit.Put(a.loading, "")
	case !online:
		kit.Put(a.loading, "El acuerdo se lee y se acepta con conexión. Mientras tanto puede consultar sus listas.")
	default:
		kit.Put(a.loading, "Cargando el acuerdo…")
	}
	if s.Text != nil {
		if a.shown != s.Text.Hash {
			a.shown = s.Text.Hash
			a.text.SetText(s.Text.Body)
			a.box.SetText(s.Text.Label)
			a.page.ScrollTop()
		}
		a.version.SetText("Versión " + s.Text.Version + " · Resumen " + receipt.Short(s.Text.Hash) + " " + s.Text.Hash[8:min(16, len(s.Text.Hash))])
	}
	a.box.Set(s.Ticked)
	a.field.SetError("")
	if s.Missing {
		a.field.SetError("Marque la casilla para aceptar.")
	}
	a.field.SetEnabled(online && !s.Sending)
	a.accept.SetEnabled(online && !s.Sending && s.Text != nil)
	text := "Aceptar y continuar"
	if s.Sending {
		text = "Enviando…"
	}
	a.accept.SetText(text)
}
