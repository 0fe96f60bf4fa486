package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// WizardHead shows the steps of a task. The current one is marked by its filled
// number, its bold name and the words «Paso 1 de 2»; done ones carry a check.
type WizardHead struct {
	widget.BaseWidget
	steps   []string
	current int
	box     *fyne.Container
}

// NewWizardHead names the steps in order; the first is current.
func NewWizardHead(steps ...string) *WizardHead {
	w := &WizardHead{steps: steps, box: NewRow()}
	w.ExtendBaseWidget(w)
	w.build()
	return w
}

// SetCurrent marks a step, counted from 0.
func (w *WizardHead) SetCurrent(i int) {
	if i == w.current {
		return
	}
	w.current = i
	w.build()
	w.Refresh()
}

// Current returns the marked step.
func (w *WizardHead) Current() int { return w.current }

func (w *WizardHead) build() {
	w.box.Objects = nil
	for i, name := range w.steps {
		if i > 0 {
			line := container.New(heightLayout{2}, NewFill(look.ColorBorder, "", 0))
			w.box.Add(container.NewCenter(container.New(fixedWidth{40}, line)))
		}
		fill, border, ink := look.ColorSurface, look.ColorBorder, look.ColorMuted
		style := fyne.TextStyle{}
		switch {
		case i == w.current:
			fill, border, ink = look.ColorDeep, look.ColorDeep, look.ColorOnDeep
			style.Bold = true
		case i < w.current:
			fill, border, ink = look.Tint(look.Success), look.Ink(look.Success), look.Ink(look.Success)
		}
		var inside fyne.CanvasObject
		if i < w.current {
			img := canvas.NewImageFromResource(look.Coloured(look.IconCheck, ink))
			img.FillMode = canvas.ImageFillContain
			img.SetMinSize(fyne.NewSquareSize(18))
			inside = container.NewCenter(img)
		} else {
			number := newText(strconv.Itoa(i+1), look.SizeText, ink, fyne.TextStyle{Bold: true}).Centered()
			number.Wrapping = fyne.TextWrapOff
			inside = container.NewCenter(number)
		}
		disc := container.NewCenter(container.New(fixedWidth{32}, container.New(heightLayout{32}, container.NewStack(NewFill(fill, border, 16), inside))))
		text := newText(name, look.SizeText, "foreground", style).Natural()
		if i != w.current {
			text.SetColor(look.ColorMuted)
		}
		words := NewTight(text)
		if i == w.current {
			note := NewNote("Paso " + strconv.Itoa(i+1) + " de " + strconv.Itoa(len(w.steps))).Natural()
			words = container.New(layout.NewCustomPaddedVBoxLayout(-14), text, note)
		}
		w.box.Add(disc)
		w.box.Add(container.NewCenter(words))
	}
	w.box.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (w *WizardHead) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.box) }

// fixedWidth gives its objects a fixed width and their own height.
type fixedWidth struct{ w float32 }

func (l fixedWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	var h float32
	for _, x := range o {
		h = max(h, x.MinSize().Height)
	}
	return fyne.NewSize(l.w, h)
}

func (l fixedWidth) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, x := range o {
		x.Move(fyne.NewPos(0, 0))
		x.Resize(s)
	}
}

// NewWidth gives an object a fixed width.
func NewWidth(w float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(fixedWidth{w}, o)
}
