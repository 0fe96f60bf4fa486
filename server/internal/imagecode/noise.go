package imagecode

import (
	"image/color"
	"math"
)

func alpha(share uint8) color.Alpha { return color.Alpha{A: share} }

// strokes crosses the characters with two curves of the same ink, thinner than
// the letters' own, so that the eye tells them apart and a cut by columns does
// not.
func (s *sketch) strokes() {
	for range 2 {
		from := point{s.between(2, 14), s.between(20, Height-20)}
		to := point{Width - s.between(2, 14), s.between(20, Height-20)}
		mid := [2]point{{Width * 0.33, s.between(10, Height-10)}, {Width * 0.66, s.between(10, Height-10)}}
		s.stroke(from, mid[0], mid[1], to, s.between(1.5, 2.1))
		s.pour(0xFF)
	}
	// Light ones below the threshold of reading, over everything.
	for range 3 {
		from := point{s.between(0, Width), s.between(0, 12)}
		to := point{s.between(0, Width), Height - s.between(0, 12)}
		s.stroke(from, point{s.between(0, Width), Height / 3}, point{s.between(0, Width), 2 * Height / 3}, to, 1.2)
		s.pour(0x60)
	}
}

// stroke puts a cubic curve of a width into the rasterizer.
func (s *sketch) stroke(a, b, c, d point, width float64) {
	const steps = 48
	var left, right [steps + 1]point
	for i := range left {
		t := float64(i) / steps
		u := 1 - t
		p := point{
			u*u*u*a.x + 3*u*u*t*b.x + 3*u*t*t*c.x + t*t*t*d.x,
			u*u*u*a.y + 3*u*u*t*b.y + 3*u*t*t*c.y + t*t*t*d.y,
		}
		dx := 3*u*u*(b.x-a.x) + 6*u*t*(c.x-b.x) + 3*t*t*(d.x-c.x)
		dy := 3*u*u*(b.y-a.y) + 6*u*t*(c.y-b.y) + 3*t*t*(d.y-c.y)
		n := math.Hypot(dx, dy)
		if n == 0 {
			n = 1
		}
		ox, oy := -dy/n*width/2, dx/n*width/2
		left[i], right[i] = point{p.x + ox, p.y + oy}, point{p.x - ox, p.y - oy}
	}
	s.ras.MoveTo(s.bend(left[0]))
	for _, p := range left[1:] {
		s.ras.LineTo(s.bend(p))
	}
	for i := range right {
		s.ras.LineTo(s.bend(right[steps-i]))
	}
	s.ras.ClosePath()
}

// dust scatters specks over the paper, light enough to read through.
func (s *sketch) dust() {
	for range 90 {
		p := point{s.between(0, Width), s.between(0, Height)}
		r := s.between(0.5, 1.3)
		s.ras.MoveTo(s.bend(point{p.x + r, p.y}))
		for i := 1; i < 8; i++ {
			sin, cos := math.Sincos(float64(i) * math.Pi / 4)
			s.ras.LineTo(s.bend(point{p.x + r*cos, p.y + r*sin}))
		}
		s.ras.ClosePath()
	}
	s.pour(0x70)
}
