//go:build e2e

package drive

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
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
	// Top and Bottom bound what is in sight, when it lies in something that scrolls.
	Top    float32 `json:"top,omitempty"`
	Bottom float32 `json:"bottom,omitempty"`
}

// Serve answers GET / on the Unix socket named by LLAVERO_E2E_SOCKET with the
// window's objects, until the process ends. "tcp:" and a port is that port of
// the loopback address, for systems without such sockets. Without the variable it
// does nothing. Call it once the window exists.
func Serve(window fyne.Window, log *slog.Logger) {
	path := os.Getenv("LLAVERO_E2E_SOCKET")
	if path == "" {
		return
	}
	network, address := "unix", path
	if port, ok := strings.CutPrefix(path, "tcp:"); ok {
		network, address = "tcp", net.JoinHostPort("127.0.0.1", port)
	} else {
		_ = os.Remove(path)
	}
	listener, err := net.Listen(network, address)
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
	top     float32 // of the innermost thing that scrolls; bottom 0: none
	bottom  float32
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
	if _, ok := o.(interface{ ScrollToOffset(fyne.Position) }); ok {
		top, bottom := w.top, w.bottom
		defer func() { w.top, w.bottom = top, bottom }()
		d := w.found[len(w.found)-1]
		w.top, w.bottom = d.Y, d.Y+d.H
	}
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
		Type: fmt.Sprintf("%T", o), Depth: depth, Overlay: w.overlay, Top: w.top, Bottom: w.bottom,
		X: p.X * w.scale, Y: p.Y * w.scale, W: o.Size().Width * w.scale, H: o.Size().Height * w.scale,
	}
	if f, ok := o.(fyne.Focusable); ok && f == w.focused {
		d.Focused = true
	}
	if e, ok := o.(fyne.Disableable); ok {
		d.Disabled = e.Disabled()
	}
	_, d.Tappable = o.(fyne.Tappable)
	d.Text = textOf(o)
	if e := entryOf(o); e != nil {
		d.Hint = e.PlaceHolder
	}
	if b, ok := o.(interface{ IsOn() bool }); ok {
		d.Checked = b.IsOn()
	}
	return d
}

// textOf is what stands on an object: of an entry its name, never what was
// typed into it.
func textOf(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *widget.Label:
		return o.Text
	case *widget.Check:
		return o.Text
	case *widget.Hyperlink:
		return o.Text
	case *canvas.Text:
		return o.Text
	}
	if b := buttonOf(o); b != nil && b.Text != "" {
		return b.Text
	}
	if a, ok := o.(interface{ AccessibilityLabel() string }); ok {
		return a.AccessibilityLabel()
	}
	return ""
}

// entryOf and buttonOf find the toolkit's widget inside one that embeds it.
func entryOf(o fyne.CanvasObject) *widget.Entry {
	found, _ := embedded(reflect.ValueOf(o), "Entry").(*widget.Entry)
	return found
}

func buttonOf(o fyne.CanvasObject) *widget.Button {
	found, _ := embedded(reflect.ValueOf(o), "Button").(*widget.Button)
	return found
}

func embedded(v reflect.Value, name string) any {
	for v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		switch found := v.Interface().(type) {
		case *widget.Entry, *widget.Button:
			return found
		}
		f, ok := v.Elem().Type().FieldByName(name)
		if !ok || !f.Anonymous || !f.IsExported() || f.Type.Kind() != reflect.Struct {
			return nil
		}
		v = v.Elem().FieldByIndex(f.Index).Addr()
	}
	return nil
}
