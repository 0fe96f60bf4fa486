package state

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// The largest image code taken in, in pixels: four times the usual size.
const (
	maxPictureWidth  = 2000
	maxPictureHeight = 1000
)

// pictureState is an image code on a screen.
type pictureState struct {
	image   wire.Image
	scale   float64
	code    string
	loading bool
	failed  bool
}

func (p pictureState) shown() Picture {
	return Picture{ID: p.image.ID, PNG: p.image.PNG, Scale: p.scale, Code: p.code, Loading: p.loading, Failed: p.failed}
}

func (p pictureState) answer() wire.ImageAnswer {
	return wire.ImageAnswer{ID: p.image.ID, Code: p.code}
}

// isFresh reports an image that can still be answered.
func (p pictureState) isFresh(now time.Time) bool {
	return p.image.ID != "" && now.Before(p.image.ExpiresAt)
}

// draw asks for an image in the place of the one shown and empties the field.
// isCurrent says whether the screen still wants it; of is where it goes.
func (m *Model) draw(ctx context.Context, scale float64, of func() *pictureState) error {
	m.mu.Lock()
	p := of()
	if p == nil || p.loading {
		m.mu.Unlock()
		return nil
	}
	before := p.image.ID
	p.image, p.code, p.loading, p.failed = wire.Image{}, "", true, false
	m.mu.Unlock()
	poke(m.changed)

	scale = min(max(scale, 1), 4)
	image, err := m.deps.API.NewImage(ctx, wire.NewImage{Replaces: before, Scale: scale})
	if err == nil {
		err = checkPicture(image)
	}
	m.mu.Lock()
	if p := of(); p != nil {
		p.loading, p.failed = false, err != nil
		if err == nil {
			p.image, p.scale = image, scale
		}
	}
	m.mu.Unlock()
	poke(m.changed)
	return err
}

// checkPicture refuses what is no picture, or one too large to be drawn.
func checkPicture(i wire.Image) error {
	c, err := png.DecodeConfig(bytes.NewReader(i.PNG))
	if err == nil && (i.ID == "" || c.Width > maxPictureWidth || c.Height > maxPictureHeight) {
		err = fmt.Errorf("image %q of %d by %d pixels", i.ID, c.Width, c.Height)
	}
	if err == nil {
		_, err = png.Decode(bytes.NewReader(i.PNG)) // what is cut off is drawn by no toolkit
	}
	if err != nil {
		return &access.Error{Code: access.CodeInternal, Err: fmt.Errorf("image code: %w", err)}
	}
	return nil
}

// isPictureSpent reports that a try used its image up, as far as can be known: an
// answer came, and it was not that there were too many tries.
func isPictureSpent(err error) bool {
	return err != nil && isAnswer(err) && access.CodeOf(err) != access.CodeThrottled
}
