package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// StepState is where one step of a list stands.
type StepState int

// The states of a step.
const (
	StepWaiting StepState = iota
	StepRunning
	StepDone
	StepFailed
)

// StepLine is one step: its words and where it stands.
type StepLine struct {
	Text  string
	State StepState
}

// Steps lists the steps of a long act, each with its icon and, for screen and
// reader alike, its word.
type Steps struct {
	widget.BaseWidget
	shown []StepLine
	box   *fyne.Container
}

// NewSteps makes an empty list.
func NewSteps() *Steps {
	s := &Steps{box: container.New(layout.NewCustomPaddedVBoxLayout(-6))}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows these steps.
func (s *Steps) Set(lines []StepLine) {
	if len(lines) == len(s.shown) {
		same := true
		for i := range lines {
			same = same && lines[i] == s.shown[i]
		}
		if same {
			return
		}
	}
	s.shown = append([]StepLine(nil), lines...)
	s.box.Objects = nil
	for _, l := range lines {
		icon, ink, style := stepLook(l.State)
		img := smallIcon(icon, ink, 18)
		mark := container.New(layout.NewCustomPaddedLayout(9, 0, 0, 0), container.NewVBox(img))
		s.box.Add(container.NewBorder(nil, nil, mark, nil, newText(l.Text, look.SizeText, ink, style)))
	}
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Steps) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }
