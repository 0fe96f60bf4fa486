package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
)

// The image's place, in pixels at scale 1. The window's scale, and with it the
// size of the text, enlarges it; the server draws it as sharp as that.
const (
	imageWidth  float32 = 250
	imageHeight float32 = 80
)

// imageCode is the picture, the button for another one, and what is read in it.
type imageCode struct {
	content *fyne.Container
	picture *canvas.Image
	note    *kit.Text // in the picture's place while there is none
	other   *kit.Button
	entry   *kit.Entry
	field   *kit.Field
	asking  *fyne.Container
	passed  *kit.Text
	shown   string
}

func newImageCode(other func(), changed func(string), next func()) *imageCode {
	c := &imageCode{note: kit.NewNote("").Centered(), passed: kit.NewText(""), entry: kit.NewCodeLine("ABC34")}
	c.picture = canvas.NewImageFromResource(nil)
	c.picture.FillMode = canvas.ImageFillContain
	c.picture.SetMinSize(fyne.NewSize(imageWidth, imageHeight))
	c.other = kit.NewIconButton(es.OtherImage, look.IconRefresh, other)
	c.entry.OnText(changed)
	c.entry.OnSubmitted = func(string) { next() }
	c.field = kit.NewField(es.FieldLabel(state.FieldImage), true, c.entry, "Mayúsculas o minúsculas, da igual.")
	plate := container.NewStack(kit.NewFill(look.ColorSurface, look.ColorBorder, 4), container.NewCenter(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 0), c.note)), kit.NewPadded(2, c.picture))
	row := kit.NewRow(container.New(layout.NewCustomPaddedLayout(0, 0, 4, 0), plate), container.NewCenter(c.other))
	c.asking = kit.NewStack(row, kit.NewWidest(280, c.field))
	c.content = kit.NewSection(es.FieldLabel(state.FieldImage), "Escriba lo que lee en la imagen. Si no la lee bien, pida otra.", c.asking, c.passed)
	return c
}

// render shows the image, or that it needs no answer any more.
func (c *imageCode) render(p state.Picture, passed string, on bool) {
	kit.SetVisible(c.asking, passed == "")
	kit.Put(c.passed, passed)
	if p.ID != c.shown {
		c.shown = p.ID
		c.picture.Resource = nil
		if p.ID != "" {
			c.picture.Resource = fyne.NewStaticResource("code-"+p.ID+".png", p.PNG)
		}
		c.picture.Refresh()
	}
	switch {
	case p.Loading:
		c.note.SetText("Cargando la imagen…")
	case p.ID == "":
		c.note.SetText("Sin imagen. Pida otra.")
	default:
		c.note.SetText("")
	}
	c.entry.Put(p.Code)
	c.other.SetBusy(p.Loading, "")
	c.other.SetEnabled(on)
	c.field.SetEnabled(on && p.ID != "")
}
