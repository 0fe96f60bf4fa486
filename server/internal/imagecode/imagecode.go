// Package imagecode is the «código de la imagen» of the registration forms: five
// characters drawn so that a person reads them and a simple program does not.
//
// It is a hurdle, not a lock: what guards the forms are the limits of package
// auth. The glyphs are outlines of the product's own fonts, each turned, sheared
// and sized by itself, bent along two waves and crossed by strokes of the same
// ink. Outlines are drawn at the size asked for, so that the picture grows with
// the text and stays sharp. It is a still picture: nothing flashes.
//
// Letters and digits that are taken for one another are left out.
//
// An Issuer keeps the codes in memory: after a restart a person asks for
// another image. It is safe for many goroutines.
package imagecode

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"unicode"
)

// Alphabet is what codes are made of. Left out, for they look alike: 0 O D Q,
// 1 I L, 2 Z, 5 S, 6 G, 8 B, U V.
const Alphabet = "ACEFHJKMNPRTWXY3479"

// Length is how many characters a code has.
const Length = 5

// Size of the picture at scale 1, in pixels.
const (
	Width  = 250
	Height = 80
)

// The scales a picture can be drawn at.
const (
	MinScale = 1
	MaxScale = 4
)

// Colours of paper and ink; between them the contrast is 9 to 1.
var (
	paper = color.NRGBA{0xF6, 0xF8, 0xF9, 0xFF}
	ink   = color.NRGBA{0x00, 0x48, 0x84, 0xFF}
)

// newCode draws a code from the alphabet, each character as likely as any other.
func newCode(random io.Reader) (string, error) {
	code := make([]byte, Length)
	for i := range code {
		n, err := below(random, len(Alphabet))
		if err != nil {
			return "", err
		}
		code[i] = Alphabet[n]
	}
	return string(code), nil
}

// below is a uniform number under n, which is at most 256.
func below(random io.Reader, n int) (int, error) {
	var b [1]byte
	for limit := 256 - 256%n; ; {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, fmt.Errorf("imagecode: %w", err)
		}
		if int(b[0]) < limit {
			return int(b[0]) % n, nil
		}
	}
}

// Clean is an answer as it is compared: in capitals, without the spaces and
// hyphens people put between characters.
func Clean(answer string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, answer))
}

// matches compares an answer with a code, in any case.
func matches(code, answer string) bool {
	return subtle.ConstantTimeCompare([]byte(code), []byte(Clean(answer))) == 1
}

// shades is how many steps lie between paper and ink: few, so that the file is
// small, and enough for smooth edges.
const shades = 32

// encode makes a PNG of a picture of grey: 0 is paper, 255 ink.
func encode(pic *image.Alpha) ([]byte, error) {
	palette := make(color.Palette, shades)
	mix := func(a, b uint8, i int) uint8 { return uint8((int(a)*(shades-1-i) + int(b)*i) / (shades - 1)) }
	for i := range palette {
		palette[i] = color.NRGBA{mix(paper.R, ink.R, i), mix(paper.G, ink.G, i), mix(paper.B, ink.B, i), 0xFF}
	}
	out := image.NewPaletted(pic.Rect, palette)
	for i, v := range pic.Pix {
		out.Pix[i] = uint8((int(v)*(shades-1) + 127) / 255)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, out); err != nil {
		return nil, fmt.Errorf("imagecode: %w", err)
	}
	return b.Bytes(), nil
}
