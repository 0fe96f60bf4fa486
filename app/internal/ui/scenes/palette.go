package scenes

import (
	"cmp"
	"image"
	"image/color"
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
	size := from.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(from.At(x, y)).(color.RGBA) }
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			count[at(x, y)]++
		}
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
	to := image.NewPaletted(size, palette)
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			to.SetColorIndex(x, y, index[at(x, y)])
		}
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
