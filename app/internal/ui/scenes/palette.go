package scenes

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
)

// tints is how many colours a paletted picture can have; nearby, how far apart two
// of them may be, in each of red, green and blue, to pass for one.
const (
	tints  = 256
	nearby = 6
)

// fewer gives a picture the colours it has most of and that differ, each of the
// rest its nearest: a third of the file, and no difference that an eye sees. The
// same picture gives the same bytes.
func fewer(from image.Image) image.Image {
	plain := image.NewRGBA(from.Bounds())
	draw.Draw(plain, plain.Rect, from, plain.Rect.Min, draw.Src)
	at := func(i int) color.RGBA {
		return color.RGBA{plain.Pix[i], plain.Pix[i+1], plain.Pix[i+2], plain.Pix[i+3]}
	}
	count := map[color.RGBA]int{}
	for i := 0; i < len(plain.Pix); i += 4 {
		count[at(i)]++
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range most {
		if len(palette) < tints && !passes(palette, c) {
			palette = append(palette, c)
		}
	}
	index := map[color.RGBA]uint8{}
	for _, c := range most {
		index[c] = uint8(palette.Index(c)) //nolint:gosec // a palette has 256 colours at most
	}
	to := image.NewPaletted(plain.Rect, palette)
	for i := range to.Pix {
		to.Pix[i] = index[at(4*i)]
	}
	return to
}

// passes reports that a colour passes for one that is there.
func passes(there color.Palette, c color.RGBA) bool {
	return slices.ContainsFunc(there, func(o color.Color) bool {
		p := o.(color.RGBA)
		return near(p.R, c.R) && near(p.G, c.G) && near(p.B, c.B)
	})
}

func near(a, b uint8) bool { return max(a, b)-min(a, b) <= nearby }
