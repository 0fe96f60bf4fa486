package imagecode

import (
	"fmt"
	"image"
	"image/draw"
	"io"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"llavero/assets"
)

// fonts are the faces the characters come from, mixed.
var fonts = []string{"fonts/WorkSans-SemiBold.ttf", "fonts/Montserrat-SemiBold.ttf"}

// em is the size outlines are read at, in pixels; they are scaled from there.
const em = 100

// Drawer draws codes. It is safe for many goroutines: fonts are only read.
type Drawer struct{ faces []*sfnt.Font }

// NewDrawer reads the fonts.
func NewDrawer() (*Drawer, error) {
	var d Drawer
	for _, name := range fonts {
		f, err := sfnt.Parse(assets.Read(name))
		if err != nil {
			return nil, fmt.Errorf("imagecode: %s: %w", name, err)
		}
		d.faces = append(d.faces, f)
	}
	return &d, nil
}

// point is a place in the picture at scale 1.
type point struct{ x, y float64 }

// sketch is a picture on its way: what was decided by chance, and where it goes.
type sketch struct {
	chance *rand.Rand
	scale  float64
	ras    *vector.Rasterizer
	pic    *image.Alpha
	waves  [2]wave
}

// wave bends the picture: it moves what it meets by up to reach pixels.
type wave struct{ reach, length, phase float64 }

func (w wave) at(v float64) float64 { return w.reach * math.Sin(2*math.Pi*v/w.length+w.phase) }

// Draw draws a code at a scale between MinScale and MaxScale, as a PNG. The
// same code is drawn differently each time.
func (d *Drawer) Draw(code string, scale float64, random io.Reader) ([]byte, error) {
	var seed [32]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("imagecode: %w", err)
	}
	w, h := int(math.Round(Width*scale)), int(math.Round(Height*scale))
	s := &sketch{
		chance: rand.New(rand.NewChaCha8(seed)), scale: scale,
		ras: vector.NewRasterizer(w, h), pic: image.NewAlpha(image.Rect(0, 0, w, h)),
	}
	s.waves = [2]wave{
		{s.between(2, 3.5), s.between(70, 130), s.between(0, 2*math.Pi)}, // moves up and down, along x
		{s.between(1, 2.5), s.between(40, 70), s.between(0, 2*math.Pi)},  // moves sideways, along y
	}
	s.dust()
	if err := s.letters(d.faces, code); err != nil {
		return nil, err
	}
	s.strokes()
	return encode(s.pic)
}

func (s *sketch) between(low, high float64) float64 { return low + s.chance.Float64()*(high-low) }

// bend moves a point along the waves and brings it to scale.
func (s *sketch) bend(p point) (x, y float32) {
	return float32((p.x + s.waves[1].at(p.y)) * s.scale), float32((p.y + s.waves[0].at(p.x)) * s.scale)
}

// pour fills what the rasterizer holds with a share of ink.
func (s *sketch) pour(share uint8) {
	s.ras.DrawOp = draw.Over
	s.ras.Draw(s.pic, s.pic.Rect, image.NewUniform(alpha(share)), image.Point{})
	b := s.pic.Rect
	s.ras.Reset(b.Dx(), b.Dy())
}

// letter is a character on its way to its place.
type letter struct {
	outline sfnt.Segments
	size    float64 // of the outline as read
	width   float64 // in the picture
}

// letters draws the characters from left to right, side by side: they may touch,
// they do not cover one another.
func (s *sketch) letters(faces []*sfnt.Font, code string) error {
	const margin = 14
	var buf sfnt.Buffer
	var row []letter
	total := 0.0
	for _, r := range code {
		face := faces[s.chance.IntN(len(faces))]
		glyph, err := face.GlyphIndex(&buf, r)
		if err != nil || glyph == 0 {
			return fmt.Errorf("imagecode: no glyph for a character of the alphabet: %w", err)
		}
		outline, err := face.LoadGlyph(&buf, glyph, fixed.I(em), nil)
		if err != nil {
			return fmt.Errorf("imagecode: %w", err)
		}
		l := letter{outline: append(sfnt.Segments(nil), outline...), size: s.between(0.50, 0.58)}
		box := l.outline.Bounds()
		l.width = float64(box.Max.X-box.Min.X) / 64 * l.size
		total += l.width
		row = append(row, l)
	}
	gap := min((Width-2*margin-total)/float64(len(row)-1), 16)
	x := (Width - total - gap*float64(len(row)-1)) / 2
	for _, l := range row {
		middle := point{x + l.width/2 + s.between(-1.5, 1.5), Height/2 + s.between(-6, 6)}
		s.glyph(l.outline, s.pose(l, middle))
		s.pour(0xFF)
		x += l.width + gap
	}
	return nil
}

// pose decides how a character stands: its turn and slant about its own middle,
// which goes to the given place.
func (s *sketch) pose(l letter, middle point) func(fixed.Point26_6) point {
	box := l.outline.Bounds()
	cx, cy := float64(box.Min.X+box.Max.X)/128, float64(box.Min.Y+box.Max.Y)/128
	turn := s.between(-0.28, 0.28) // radians: 16 degrees either way
	slant := s.between(-0.18, 0.18)
	sin, cos := math.Sincos(turn)
	return func(p fixed.Point26_6) point {
		x, y := (float64(p.X)/64-cx)*l.size, (float64(p.Y)/64-cy)*l.size
		x += y * slant
		return point{middle.x + x*cos - y*sin, middle.y + x*sin + y*cos}
	}
}

// glyph puts an outline into the rasterizer. Straight edges are cut so that
// they bend too.
func (s *sketch) glyph(outline sfnt.Segments, place func(fixed.Point26_6) point) {
	const cuts = 6
	var last point
	at := func(p fixed.Point26_6) (x, y float32) { return s.bend(place(p)) }
	for _, seg := range outline {
		switch seg.Op {
		case sfnt.SegmentOpMoveTo:
			s.ras.ClosePath()
			last = place(seg.Args[0])
			s.ras.MoveTo(at(seg.Args[0]))
		case sfnt.SegmentOpLineTo:
			next := place(seg.Args[0])
			for i := 1; i <= cuts; i++ {
				f := float64(i) / cuts
				s.ras.LineTo(s.bend(point{last.x + (next.x-last.x)*f, last.y + (next.y-last.y)*f}))
			}
			last = next
		case sfnt.SegmentOpQuadTo:
			bx, by := at(seg.Args[0])
			cx, cy := at(seg.Args[1])
			s.ras.QuadTo(bx, by, cx, cy)
			last = place(seg.Args[1])
		case sfnt.SegmentOpCubeTo:
			bx, by := at(seg.Args[0])
			cx, cy := at(seg.Args[1])
			dx, dy := at(seg.Args[2])
			s.ras.CubeTo(bx, by, cx, cy, dx, dy)
			last = place(seg.Args[2])
		}
	}
	s.ras.ClosePath()
}
