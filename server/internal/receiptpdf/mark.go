package receiptpdf

import (
	"errors"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// The product's mark, as assets/mark.svg has it, with its arcs written as curves: a
// PDF knows no others.
const (
	ringPath = "M26 6 C31.353 5.998 36.428 8.379 39.849 12.496 C43.270 16.613 44.681 22.038 43.7 27.3 L38.8 26.3 C39.796 20.699 37.035 15.101 31.985 12.482 C26.934 9.864 20.768 10.833 16.765 14.875 C12.761 18.917 11.851 25.092 14.518 30.117 C17.185 35.142 22.809 37.850 28.4 36.8 L29.4 41.7 C22.705 42.937 15.885 40.290 11.776 34.861 C7.668 29.432 6.974 22.150 9.984 16.042 C12.994 9.935 19.192 6.049 26 6 Z"
	keyPath  = "M40.5 26.5 C43.531 26.503 46.263 28.330 47.423 31.131 C48.583 33.932 47.942 37.155 45.8 39.3 L58 51.5 L58 58 L51.5 58 L51.5 53.5 L47 53.5 L47 49 L43 49 L38.4 44.3 C33.485 43.720 29.970 39.265 30.550 34.350 C31.130 29.435 35.585 25.920 40.5 26.5 Z M38.7 31.5 C37.154 31.5 35.9 32.754 35.9 34.3 C35.9 35.846 37.154 37.1 38.7 37.1 C40.246 37.1 41.5 35.846 41.5 34.3 C41.5 32.754 40.246 31.5 38.7 31.5 Z"
)

// mark draws the mark in its square, size millimetres wide.
func (d *drawing) mark(x, y, size float64) {
	d.fill(deep)
	d.pdf.RoundedRect(x, y, size, size, size*14/64, "1234", "F")
	d.shape(ringPath, white, x, y, size)
	d.shape(keyPath, amber, x, y, size)
}

func (d *drawing) fill(c ink) { d.pdf.SetFillColor(c.r, c.g, c.b) }

// shape fills a path of M, L, C and Z, whose numbers are of a field of 64.
func (d *drawing) shape(path string, c ink, x, y, size float64) {
	const inset, scale = 9.0 / 64, 0.72 / 64 // as assets/icon.svg has it
	d.fill(c)
	words := strings.Fields(strings.NewReplacer("M", "M ", "L", "L ", "C", "C ").Replace(path))
	at := func(i int) (float64, float64) {
		px, errX := strconv.ParseFloat(words[i], 64)
		py, errY := strconv.ParseFloat(words[i+1], 64)
		d.pdf.SetError(errors.Join(errX, errY))
		return x + (inset+px*scale)*size, y + (inset+py*scale)*size
	}
	for i := 0; i < len(words); {
		switch words[i] {
		case "M":
			d.pdf.MoveTo(at(i + 1))
			i += 3
		case "L":
			d.pdf.LineTo(at(i + 1))
			i += 3
		case "C":
			x1, y1 := at(i + 1)
			x2, y2 := at(i + 3)
			x3, y3 := at(i + 5)
			d.pdf.CurveBezierCubicTo(x1, y1, x2, y2, x3, y3)
			i += 7
		default:
			d.pdf.ClosePath()
			i++
		}
	}
	d.pdf.DrawPath("F")
}

// qr draws a QR code, size millimetres wide.
func (d *drawing) qr(content string, x, y, size float64) error {
	bars, err := qr.Encode(content, qr.M, qr.Unicode)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	n := bars.Bounds().Dx()
	d.fill(ink{})
	cell := size / float64(n)
	for row := range n {
		for from := 0; from < n; from++ {
			to := from
			for to < n && isDark(bars.At(to, row)) {
				to++
			}
			if to > from { // a run of dark cells is one bar: no hairlines between them
				d.pdf.Rect(x+float64(from)*cell, y+float64(row)*cell, float64(to-from)*cell, cell, "F")
				from = to
			}
		}
	}
	return nil
}

func isDark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}
