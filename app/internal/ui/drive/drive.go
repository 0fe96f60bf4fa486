//go:build e2e

package drive

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// Object is one thing on screen, parents before children, the back before the
// front. Position and size are in the window's own pixels.
type Object struct {
	Type     string  `json:"type"`
	Text     string  `json:"text,omitempty"`
	Hint     string  `json:"hint,omitempty"` // the grey example of an entry
	X        float32 `json:"x"`
	Y        float32 `json:"y"`
	W        float32 `json:"w"`
	H        float32 `json:"h"`
	Depth    int     `json:"depth"`
	Overlay  bool    `json:"overlay,omitempty"` // in a dialog or a menu
	Focused  bool    `json:"focused,omitempty"`
	Disabled bool    `json:"disabled,omitempty"`
	Checked  bool    `json:"checked,omitempty"`
	Tappable bool    `json:"tappable,omitempty"`
}

// Serve answers GET / on the Unix socket named by LLAVERO_E2E_SOCKET with the
// window's objects, until the process ends. Without the variable it does
// nothing. Call it once the window exists.
func Serve(window fyne.Window, log *slog.Logger) {
	path := os.Getenv("LLAVERO_E2E_SOCKET")
	if path == "" {
		return
	}
	_ = os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		log.Error("no socket for the tour", "error", err)
		return
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var objects []Object
		fyne.DoAndWait(func() { objects = collect(window.Canvas()) })
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(objects)
	})}
	go func() { _ = server.Serve(listener) }()
}

// walker gathers the objects of one canvas. UI goroutine only.
type walker struct {
	scale   float32
	focused fyne.Focusable
	overlay bool
	found   []Object
}

func collect(c fyne.Canvas) []Object {
	w := &walker{scale: c.Scale(), focused: c.Focused()}
	w.walk(c.Content(), 0)
	w.overlay = true
	for _, o := range c.Overlays().List() {
		w.walk(o, 0)
	}
	return w.found
}

func (w *walker) walk(o fyne.CanvasObject, depth int) {
	if o == nil || !o.Visible() {
		return
	}
	w.found = append(w.found, w.describe(o, depth))
	if s, ok := o.(interface{ IsSecret() bool }); ok && s.IsSecret() {
		return // what draws it holds the value
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			w.walk(child, depth+1)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			w.walk(child, depth+1)
		}
	}
}

func (w *walker) describe(o fyne.CanvasObject, depth int) Object {
	p := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	d := Object{
		Type: fmt.Sprintf("%T", o), Depth: depth, Overlay: w.overlay,
		X: p.X * w.scale, Y: p.Y * w.scale, W: o.Size().Width * w.scale, H: o.Size().Height * w.scale,
	}
	if f, ok := o.(fyne.Focusable); ok && f == w.focused {
		d.Focused = true
	}
	if e, ok := o.(fyne.Disableable); ok {
		d.Disabled = e.Disabled()
	}
	_, d.Tappable = o.(fyne.Tappable)
	switch o := o.(type) {
	case *widget.Entry:
		d.Hint = o.PlaceHolder
		if !o.Password {
			d.Text = o.Text
		}
	case *widget.Label:
		d.Text = o.Text
	case *widget.Button:
		d.Text = o.Text
	case *widget.Check:
		d.Text, d.Checked = o.Text, o.Checked
	case *widget.Hyperlink:
		d.Text = o.Text
	case *widget.RichText:
		d.Text = o.String()
	case *canvas.Text:
		d.Text = o.Text
	case interface{ AccessibilityLabel() string }:
		d.Text = o.AccessibilityLabel()
	}
	return d
}
