package feed

import (
	"encoding/json"
	"fmt"

	"llavero/shared/wire"
)

// frameSize is about how many bytes of rows a frame takes; well below
// wire.MaxFrame even when the last row is a large one.
const frameSize = 128 << 10

// packer gathers rows into encoded frames of bounded size.
type packer struct {
	most   int // rows a frame
	rows   []json.RawMessage
	size   int
	frames [][]byte
}

// packed is wire.Frame with its rows encoded already.
type packed struct {
	Type    wire.FrameType    `json:"type"`
	Changes []json.RawMessage `json:"changes"`
}

func (p *packer) add(c wire.Change) error {
	row, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", c.Kind, c.ID, err)
	}
	if len(row) > wire.MaxFrame-frameSize {
		return fmt.Errorf("%s %s takes %d bytes: more than a frame", c.Kind, c.ID, len(row))
	}
	if len(p.rows) > 0 && p.size+len(row) > frameSize {
		p.flush()
	}
	p.rows = append(p.rows, row)
	p.size += len(row)
	if len(p.rows) >= p.most {
		p.flush()
	}
	return nil
}

func (p *packer) flush() {
	if len(p.rows) == 0 {
		return
	}
	// RawMessages that were just marshalled marshal again.
	b, err := json.Marshal(packed{Type: wire.FrameChanges, Changes: p.rows})
	if err != nil {
		panic("feed: frame of encoded rows: " + err.Error())
	}
	p.frames = append(p.frames, b)
	p.rows, p.size = p.rows[:0], 0
}

// done returns the frames in order.
func (p *packer) done() [][]byte {
	p.flush()
	return p.frames
}
