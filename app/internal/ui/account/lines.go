package account

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/ui/kit"
)

// checkList draws the lines of a check.
type checkList struct {
	content *fyne.Container
	shown   []checkLine
}

func newCheckList() *checkList { return &checkList{content: kit.NewStack()} }

func (l *checkList) set(lines []checkLine) {
	if slices.Equal(l.shown, lines) {
		return
	}
	l.shown = lines
	l.content.RemoveAll()
	for _, x := range lines {
		chip := kit.NewStatusChip(kit.Chip{Word: x.Word, Level: x.Level})
		words := kit.NewTight(kit.NewText(x.Text))
		if x.Note != "" {
			words.Add(container.New(layout.NewCustomPaddedLayout(-12, 0, 0, 0), kit.NewNote(x.Note)))
		}
		mark := kit.NewWidth(116, container.NewVBox(kit.NewPadded(4, chip)))
		l.content.Add(container.NewBorder(nil, nil, mark, nil, words))
	}
	l.content.Refresh()
}
