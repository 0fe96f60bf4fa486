package login

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
)

// robot is the box «No soy un robot» with the progress of its check.
type robot struct {
	widget.BaseWidget
	check *kit.Check
	note  *kit.Text
	done  *kit.Fill
	bar   *fyne.Container
	part  *progressPart
	box   fyne.CanvasObject
}

func newRobot(start func()) *robot {
	r := &robot{note: kit.NewNote(""), done: kit.NewFill(look.Ink(look.Info), "", 3), part: &progressPart{}}
	r.check = kit.NewCheck("No soy un robot", func(on bool) {
		if on {
			r.check.Set(false) // ticked once the check is done
			start()
		} else {
			r.check.Set(true) // a done check cannot be undone
		}
	})
	r.bar = container.NewStack(kit.NewHeight(6, kit.NewFill(look.Tint(look.Neutral), "", 3)), container.New(r.part, r.done))
	r.box = container.NewStack(kit.NewFill(look.ColorSurface, look.ColorBorder, 4),
		kit.NewPadded(8, kit.NewTight(r.check, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 8), r.bar), r.note)))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *robot) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// focus gives the keyboard to the box.
func (r *robot) focus() { kit.Focus(r.check) }

func (r *robot) render(v state.SignIn) {
	isSolving := v.Phase == state.SignInSolving
	r.check.Set(v.Solved)
	r.check.SetEnabled(!isSolving && v.Phase != state.SignInSending)
	r.bar.Hidden = !isSolving
	text := "Marque la casilla: su computador hace un cálculo corto."
	switch {
	case isSolving:
		text = fmt.Sprintf("Comprobando… %d %%", int(v.Proof*100))
	case v.Solved:
		text = "Comprobado."
	}
	r.note.SetText(text)
	r.part.done = float32(v.Proof)
	r.bar.Refresh()
	r.Refresh()
}

// progressPart lays its object over the done part of the bar.
type progressPart struct{ done float32 }

func (p *progressPart) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, 6) }

func (p *progressPart) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(s.Width*min(max(p.done, 0), 1), s.Height))
}
