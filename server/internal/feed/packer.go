package feed

import (
	"encoding/json"
	"fmt"

	"llavero/shared/wire"
)

// frameSize is about how many bytes of rows a frame takes; well below
// wire.MaxFrame even when the last row is a large one.
const frameSize = 256 << 10

// packer gathers rows into encoded frames of bounded size and hands each to
// send. A row is encoded once: its body is as the store encoded it, and is put
// into the frame as it is.
type packer struct {
	most  int // rows a frame
	send  func(frame []byte)
	rows  int
	frame []byte // the one being filled; empty: none
	last  int    // size of the frame before: about what the next one takes
}

// head and tail of a frame of changes, between which its rows stand.
var (
	frameHead = []byte(`{"type":"` + string(wire.FrameChanges) + `","changes":[`)
	frameTail = []byte(`]}`)
)

func (p *packer) add(c wire.Change) error {
	body := c.Body
	c.Body = nil
	row, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", c.Kind, c.ID, err)
	}
	size := len(row) + len(body)
	if size > wire.MaxFrame-frameSize {
		return fmt.Errorf("%s %s takes %d bytes: more than a frame", c.Kind, c.ID, size)
	}
	if p.rows > 0 && len(p.frame)+size > frameSize {
		p.flush()
	}
	if p.rows == 0 {
		p.frame = append(make([]byte, 0, p.last+p.last/8), frameHead...)
	} else {
		p.frame = append(p.frame, ',')
	}
	p.frame = append(p.frame, row...)
	if len(body) > 0 {
		p.frame = append(p.frame[:len(p.frame)-1], `,"body":`...)
		p.frame = append(append(p.frame, body...), '}')
	}
	if p.rows++; p.rows >= p.most {
		p.flush()
	}
	return nil
}

// flush hands on the frame begun, if any. Call it after the last row.
func (p *packer) flush() {
	if p.rows == 0 {
		return
	}
	p.frame = append(p.frame, frameTail...)
	p.send(p.frame)
	p.last, p.rows, p.frame = len(p.frame), 0, nil
}
