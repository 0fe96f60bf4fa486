package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"llavero/shared/wire"
)

func pack(t *testing.T, most int, changes []wire.Change) [][]byte {
	t.Helper()
	var frames [][]byte
	p := packer{most: most, send: func(b []byte) { frames = append(frames, b) }}
	for _, c := range changes {
		if err := p.add(c); err != nil {
			t.Fatal(err)
		}
	}
	p.flush()
	return frames
}

// sameBytes compares bodies at a stroke, not byte by byte.
var sameBytes = cmp.Comparer(func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })

func TestPacker(t *testing.T) {
	var all []wire.Change
	for i := range 40 {
		c := wire.Change{Seq: int64(i), Kind: wire.RowProvider, ID: fmt.Sprintf(`"\%d<é>`, i), Version: int64(i % 3)}
		if i%4 != 0 { // an empty body: the row is gone
			body, err := json.Marshal(map[string]string{"name": strings.Repeat("ñ]}", i*1000)})
			if err != nil {
				t.Fatal(err)
			}
			c.Body = body
		}
		all = append(all, c)
	}
	for _, most := range []int{1, 7, 1000} {
		var got []wire.Change
		for _, b := range pack(t, most, all) {
			var f wire.Frame
			if err := json.Unmarshal(b, &f); err != nil {
				t.Fatalf("%d a frame: %v", most, err)
			}
			if f.Type != wire.FrameChanges || len(f.Changes) > most || len(b) > wire.MaxFrame {
				t.Errorf("a frame %s of %d rows and %d bytes, %d at most", f.Type, len(f.Changes), len(b), most)
			}
			got = append(got, f.Changes...)
		}
		if d := cmp.Diff(all, got, sameBytes); d != "" {
			t.Errorf("%d a frame: %s", most, d)
		}
	}
	if frames := pack(t, 5, nil); len(frames) != 0 {
		t.Errorf("%d frames of no rows", len(frames))
	}
}

func TestPacker_tooLarge(t *testing.T) {
	p := packer{most: 10, send: func([]byte) { t.Error("sent") }}
	err := p.add(wire.Change{Kind: wire.RowRequest, ID: "r", Body: json.RawMessage(`"` + strings.Repeat("x", wire.MaxFrame) + `"`)})
	if err == nil || !strings.Contains(err.Error(), "request r") {
		t.Errorf("%v", err)
	}
}

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBacklog()
		why := errors.New("the disk is gone")
		go func() {
			for i := range 100 {
				b.add([]byte{byte(i)})
			}
			b.end(why)
		}()
		var got []byte
		for {
			frames, isDone, err := b.take()
			for _, f := range frames {
				got = append(got, f...)
			}
			if isDone {
				if !errors.Is(err, why) {
					t.Errorf("ended with %v", err)
				}
				break
			}
			<-b.more
		}
		for i, n := range got {
			if i != int(n) {
				t.Fatalf("frame %d in the place of %d", n, i)
			}
		}
		if len(got) != 100 {
			t.Errorf("%d frames", len(got))
		}
	})
}
