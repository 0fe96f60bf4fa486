package feed

import "sync"

// backlog is the frames of a whole copy on their way from the goroutine that
// reads the store to the one that sends. It has no bound: the reading must not
// wait for a client, and what is sent is let go.
type backlog struct {
	more chan struct{} // size one: look again

	mu     sync.Mutex
	frames [][]byte
	isDone bool
	err    error
}

func newBacklog() *backlog { return &backlog{more: make(chan struct{}, 1)} }

func (b *backlog) add(frame []byte) {
	b.mu.Lock()
	b.frames = append(b.frames, frame)
	b.mu.Unlock()
	b.wake()
}

// end says that nothing more comes, and why.
func (b *backlog) end(err error) {
	b.mu.Lock()
	b.isDone, b.err = true, err
	b.mu.Unlock()
	b.wake()
}

func (b *backlog) wake() {
	select {
	case b.more <- struct{}{}:
	default: // already told to look
	}
}

// take returns the frames that wait, and whether they are the last ones.
func (b *backlog) take() (frames [][]byte, isDone bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	frames, b.frames = b.frames, nil
	return frames, b.isDone, b.err
}
