package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// NoticeTime is how long a notice stays, in seconds: also the time to undo.
const NoticeTime = 8

// Notice is something to know, nothing to decide. Action may take the last act
// back: «Deshacer».
type Notice struct {
	Level  look.Level
	Text   string
	Action Action
	// Key, when set, makes a later notice with the same key replace this one.
	Key string
	// Seconds it stays; 0: NoticeTime; negative: until dismissed.
	Seconds int
	// OnSecond, when set, returns the text anew each second: a count-down.
	OnSecond func(left int) string
}

// Notices shows up to three notices, one above the other, at the bottom right of
// what it is stacked upon.
type Notices struct {
	widget.BaseWidget
	list []*notice
	col  *fyne.Container
	box  *fyne.Container
}

type notice struct {
	Notice
	count Countdown
	text  *Text
	view  *fyne.Container
}

// NewNotices makes the place for notices; stack it above the window's content.
func NewNotices() *Notices {
	n := &Notices{col: NewStack()}
	n.box = container.New(cornerLayout{}, n.col)
	n.ExtendBaseWidget(n)
	return n
}

// CreateRenderer implements fyne.Widget.
func (n *Notices) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(n.box) }

// Notify puts a notice up.
func (n *Notices) Notify(x Notice) {
	if x.Text == "" {
		return
	}
	if x.Key != "" {
		n.Dismiss(x.Key)
	}
	for len(n.list) >= 3 {
		n.drop(n.list[0])
	}
	item := &notice{Notice: x, text: NewText(x.Text)}
	item.view = n.draw(item)
	n.list = append(n.list, item)
	n.col.Add(item.view)
	seconds := x.Seconds
	if seconds == 0 {
		seconds = NoticeTime
	}
	if seconds > 0 {
		item.count.Start(seconds, func(left int) {
			if x.OnSecond != nil {
				item.text.SetText(x.OnSecond(left))
			}
		}, func() { n.drop(item) })
	}
	n.Refresh()
}

// Dismiss takes the notice with a key away.
func (n *Notices) Dismiss(key string) {
	for _, item := range n.list {
		if item.Key == key {
			n.drop(item)
			return
		}
	}
}

// Undo does the newest notice's act, as Ctrl+Z does. It reports whether there
// was one.
func (n *Notices) Undo() bool {
	for i := len(n.list) - 1; i >= 0; i-- {
		if item := n.list[i]; item.Action.Do != nil {
			n.drop(item)
			item.Action.Do()
			return true
		}
	}
	return false
}

// Texts returns what is shown, oldest first.
func (n *Notices) Texts() []string {
	var all []string
	for _, item := range n.list {
		all = append(all, item.text.Text())
	}
	return all
}

// Clear takes all notices away.
func (n *Notices) Clear() {
	for len(n.list) > 0 {
		n.drop(n.list[0])
	}
}

func (n *Notices) drop(item *notice) {
	item.count.Stop()
	for i, x := range n.list {
		if x == item {
			n.list = append(n.list[:i:i], n.list[i+1:]...)
			break
		}
	}
	n.col.Remove(item.view)
	n.Refresh()
}

func (n *Notices) draw(item *notice) *fyne.Container {
	level := item.Level
	if level == "" {
		level = look.Info
	}
	ink := look.Ink(level)
	icon := canvas.NewImageFromResource(look.Coloured(look.LevelIcon(level), ink))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(20))
	item.text.SetColor(ink)
	shut := NewQuiet("", look.IconClose, func() { n.drop(item) }).Fixed()
	right := NewRow()
	if item.Action.Text != "" {
		right.Add(onTint(NewQuiet(item.Action.Text, nil, func() {
			n.drop(item)
			if item.Action.Do != nil {
				item.Action.Do()
			}
		}).Fixed()))
	}
	right.Add(shut)
	mark := container.New(layout.NewCustomPaddedLayout(0, 0, 10, 0), container.NewCenter(icon))
	return container.NewStack(NewFill(look.Tint(level), ink, 6),
		NewPadded(6, container.NewBorder(nil, nil, mark, container.NewCenter(right), item.text)))
}

// cornerLayout keeps its object at the bottom right: beside the form's column
// where there is room for that, so that no button of the form lies under it.
type cornerLayout struct{}

// Widths of a notice.
const (
	leastNotice float32 = 300
	mostNotice  float32 = 480
)

func (cornerLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (cornerLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := min(mostNotice, s.Width-2*look.GapPage)
	if beside := s.Width - look.FormWidth - 3*look.GapPage; beside >= leastNotice {
		w = min(w, beside)
	}
	for _, x := range o {
		x.Resize(fyne.NewSize(w, x.Size().Height))
		h := x.MinSize().Height
		x.Resize(fyne.NewSize(w, h))
		x.Move(fyne.NewPos(s.Width-w-look.GapPage, s.Height-h-72))
	}
}
