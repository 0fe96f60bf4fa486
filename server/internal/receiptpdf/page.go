package receiptpdf

import (
	"fmt"
	"strings"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"

	"llavero/assets"
)

// Measures, in millimetres of a Letter sheet.
const (
	width  = 215.9
	height = 279.4
	margin = 20.0
	top    = 33.0
	bottom = 22.0
	label  = 52.0 // the column of labels
	inner  = width - 2*margin
)

// Fonts, by the names they are drawn with.
const (
	body    = "body"
	strong  = "strong"
	heading = "heading"
	mono    = "mono"
)

var fontFiles = []struct{ name, file string }{
	{body, "fonts/WorkSans-Regular.ttf"},
	{strong, "fonts/WorkSans-SemiBold.ttf"},
	{heading, "fonts/Montserrat-SemiBold.ttf"},
	{mono, "fonts/JetBrainsMono-Regular.ttf"},
}

func addFonts(pdf *fpdf.Fpdf) error {
	for _, f := range fontFiles {
		pdf.AddUTF8FontFromBytes(f.name, "", assets.Read(f.file))
	}
	return pdf.Error()
}

// Colours.
type ink struct{ r, g, b int }

var (
	deep   = ink{0x00, 0x48, 0x84}
	amber  = ink{0xff, 0xab, 0x00}
	text   = ink{0x3b, 0x3e, 0x42}
	muted  = ink{0x5d, 0x61, 0x66}
	rule   = ink{0xd5, 0xd8, 0xda}
	tint   = ink{0xf6, 0xf8, 0xf9}
	warned = ink{0xa8, 0x05, 0x21}
	white  = ink{0xff, 0xff, 0xff}
)

func (d *drawing) pen(font string, size float64, c ink) {
	d.pdf.SetFont(font, "", size)
	d.pdf.SetTextColor(c.r, c.g, c.b)
}

// missing stands for what a font cannot draw.
const missing = '□'

// drawable replaces what the fonts cannot draw. The width of a line does not depend
// on it: one rune stays one rune.
func drawable(font, s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || has(font, r) {
			return r
		}
		if has(font, missing) {
			return missing
		}
		return '?'
	}, s)
}

// has reports that a font draws a rune. Runes beyond the basic plane are not
// addressed in the PDF's fonts.
func has(font string, r rune) bool {
	f := glyphs()[font]
	if f == nil || r > 0xffff {
		return false
	}
	i, err := f.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// glyphs are the fonts as they are asked for their characters; read once.
var glyphs = sync.OnceValue(func() map[string]*sfnt.Font {
	all := map[string]*sfnt.Font{}
	for _, f := range fontFiles {
		parsed, err := sfnt.Parse(assets.Read(f.file))
		if err != nil {
			panic("receiptpdf: " + f.file + ": " + err.Error()) // embedded: a fault of the build, as assets.Read says
		}
		all[f.name] = parsed
	}
	return all
})

// wrap breaks a text into lines no wider than w in the pen of now: at spaces, and
// inside a word that is longer than a line.
func (d *drawing) wrap(s string, w float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			joined := strings.TrimPrefix(line+" "+word, " ")
			if d.pdf.GetStringWidth(joined) <= w {
				line = joined
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			var whole []string
			whole, line = d.split(word, w)
			lines = append(lines, whole...)
		}
		lines = append(lines, line)
	}
	return lines
}

// split breaks a word into full lines and a rest that fits one.
func (d *drawing) split(word string, w float64) (whole []string, rest string) {
	for _, r := range word {
		if d.pdf.GetStringWidth(rest+string(r)) > w && rest != "" {
			whole, rest = append(whole, rest), ""
		}
		rest += string(r)
	}
	return whole, rest
}

// room begins a new page unless h millimetres are left on this one.
func (d *drawing) room(h float64) {
	if d.pdf.GetY()+h > height-bottom {
		d.pdf.AddPage()
	}
}

// lines writes lines one under the other, from x on.
func (d *drawing) lines(x float64, all []string, step float64) {
	for _, line := range all {
		d.room(step)
		d.pdf.SetX(x)
		d.pdf.CellFormat(inner, step, line, "", 1, "L", false, 0, "")
	}
}

// title begins a numbered section.
func (d *drawing) title(name string) {
	d.section++
	d.room(24)
	d.pdf.SetY(d.pdf.GetY() + 4)
	d.pen(heading, 11, deep)
	d.pdf.SetX(margin)
	d.pdf.CellFormat(inner, 6, fmt.Sprintf("%d. %s", d.section, name), "", 1, "L", false, 0, "")
	d.line(deep, 0.4)
	d.pdf.SetY(d.pdf.GetY() + 0.8)
}

func (d *drawing) line(c ink, w float64) {
	d.pdf.SetDrawColor(c.r, c.g, c.b)
	d.pdf.SetLineWidth(w)
	d.pdf.Line(margin, d.pdf.GetY(), width-margin, d.pdf.GetY())
}

// row is one line of a section's table.
type row struct {
	label, value string
	mono         bool
}

// table writes rows with a thin line under each; a row does not break over pages
// unless it is longer than one.
func (d *drawing) table(rows ...row) {
	const step = 4.6
	for _, r := range rows {
		d.pen(body, 8.5, muted)
		names := d.wrap(drawable(body, r.label), label-3)
		font, size := body, 9.5
		if r.mono {
			font, size = mono, 8
		}
		d.pen(font, size, text)
		value := r.value
		if value == "" {
			value = notTold
		}
		values := d.wrap(drawable(font, value), inner-label)
		h := float64(max(len(names), len(values)))*step + 2
		if h < height-top-bottom {
			d.room(h)
		}
		page, y := d.pdf.PageNo(), d.pdf.GetY()+1
		d.pdf.SetY(y)
		d.pen(body, 8.5, muted)
		d.lines(margin, names, step)
		after := d.pdf.GetY()
		d.pdf.SetY(y)
		d.pen(font, size, text)
		d.lines(margin+label, values, step)
		if d.pdf.PageNo() == page {
			d.pdf.SetY(max(after, d.pdf.GetY()))
		}
		d.pdf.SetY(d.pdf.GetY() + 1)
		d.line(rule, 0.15)
	}
}

// paragraph writes running text.
func (d *drawing) paragraph(s string) {
	d.pen(body, 9.5, text)
	d.lines(margin, d.wrap(drawable(body, s), inner), 4.8)
	d.pdf.SetY(d.pdf.GetY() + 1.5)
}

// header stands at the head of every page.
func (d *drawing) header() {
	d.mark(margin, 11, 13)
	d.pdf.SetXY(margin+16, 11)
	d.pen(heading, 13, deep)
	d.pdf.CellFormat(100, 6, "Llavero IHCE", "", 2, "L", false, 0, "")
	d.pen(body, 8, muted)
	d.pdf.CellFormat(110, 4, "Llaves de interoperabilidad de la Historia Clínica Electrónica", "", 0, "L", false, 0, "")
	d.pdf.SetXY(width-margin-70, 11)
	d.pen(strong, 9.5, text)
	d.pdf.CellFormat(70, 6, "Constancia N.º "+d.paper.Number, "", 2, "R", false, 0, "")
	d.pen(body, 8, muted)
	d.pdf.CellFormat(70, 4, "Solicitud "+d.paper.Action.Number, "", 0, "R", false, 0, "")
	d.pdf.SetY(27)
	d.line(deep, 0.6)
	if d.paper.Server.Demo {
		d.stamp()
	}
	d.pdf.SetXY(margin, top)
}

// stamp marks a page that proves nothing.
func (d *drawing) stamp() {
	d.pen(heading, 40, ink{0xf3, 0xdc, 0xdf})
	d.pdf.TransformBegin()
	d.pdf.TransformRotate(35, width/2, height/2)
	d.pdf.SetXY(0, height/2-10)
	d.pdf.CellFormat(width, 20, "DEMOSTRACIÓN", "", 0, "C", false, 0, "")
	d.pdf.TransformEnd()
}

// footer stands at the foot of every page.
func (d *drawing) footer() {
	d.pdf.SetY(height - 17)
	d.line(rule, 0.2)
	d.pdf.SetXY(margin, height-16)
	d.pen(mono, 6.5, muted)
	d.pdf.CellFormat(130, 4, "SHA-256 "+grouped(d.hash), "", 2, "L", false, 0, "")
	d.pen(body, 7.5, muted)
	d.pdf.CellFormat(130, 4, "Firmada electrónicamente por el servidor, llave "+string(d.signed.Signature.KeyID), "", 0, "L", false, 0, "")
	d.pdf.SetXY(width-margin-40, height-16)
	d.pen(body, 8, muted)
	d.pdf.CellFormat(40, 4, fmt.Sprintf("Página %d de %d", d.pdf.PageNo(), d.total), "", 0, "R", false, 0, "")
}

// grouped writes a hash in groups of eight digits.
func grouped(hash string) string {
	const n = 8
	var groups []string
	for len(hash) > n {
		groups, hash = append(groups, hash[:n]), hash[n:]
	}
	return strings.Join(append(groups, hash), " ")
}
