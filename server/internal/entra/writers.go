package entra

import (
	"context"
	"slices"
	"sync"
)

// Writers lets one goroutine at a time write to what belongs to one key: two
// writes to one application at once are answered with a conflict, or undo each
// other. Names are the keys' ids; waiting is in order of coming. All that write
// to a directory share one. The zero value is ready, and safe for concurrent
// use.
type Writers struct {
	mu    sync.Mutex
	lines map[string][]chan struct{} // the first writes, the rest wait for their channel to close
}

// Lock waits for one's turn at a name, or until ctx ends. Whoever has it calls
// unlock once, and locks nothing else meanwhile.
func (w *Writers) Lock(ctx context.Context, name string) (unlock func(), err error) {
	turn := make(chan struct{})
	w.mu.Lock()
	if w.lines == nil {
		w.lines = map[string][]chan struct{}{}
	}
	w.lines[name] = append(w.lines[name], turn)
	if len(w.lines[name]) == 1 {
		close(turn)
	}
	w.mu.Unlock()
	leave := func() { w.leave(name, turn) }
	select {
	case <-turn:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// leave takes one out of the line, and calls the next when it was the first.
func (w *Writers) leave(name string, turn chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := w.lines[name]
	i := slices.Index(line, turn)
	line = slices.Delete(line, i, i+1)
	if len(line) == 0 {
		delete(w.lines, name)
		return
	}
	w.lines[name] = line
	if i == 0 {
		close(line[0])
	}
}
