package entra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// One at a time at each name, in the order of coming; another name waits for
// nobody.
func TestWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Writers
		var inside [2]atomic.Int32
		var order []int
		var mu sync.Mutex
		var all sync.WaitGroup
		start := time.Now()
		for i := range 20 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				name := i % 2
				unlock, err := w.Lock(t.Context(), fmt.Sprint(name))
				if err != nil {
					t.Error(err)
					return
				}
				defer unlock()
				if n := inside[name].Add(1); n != 1 {
					t.Errorf("%d write at once", n)
				}
				time.Sleep(time.Second)
				inside[name].Add(-1)
				mu.Lock()
				defer mu.Unlock()
				if name == 0 {
					order = append(order, i)
				}
			})
		}
		all.Wait()
		if !slices.IsSorted(order) || len(order) != 10 {
			t.Errorf("they came in order, and wrote as %v", order)
		}
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("two lines of ten took %s", took)
		}
		if len(w.lines) != 0 {
			t.Errorf("%d lines are kept", len(w.lines))
		}
	})
}

// Who gives up leaves the line without a gap in it.
func TestWriters_givingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Writers
		first, err := w.Lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got := make(chan error, 1)
		go func() {
			_, err := w.Lock(ctx, "a")
			got <- err
		}()
		synctest.Wait()
		third := make(chan struct{})
		go func() {
			unlock, err := w.Lock(t.Context(), "a")
			if err == nil {
				unlock()
			}
			close(third)
		}()
		if err := <-got; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		first()
		<-third
		if len(w.lines) != 0 {
			t.Errorf("%d lines are kept", len(w.lines))
		}
	})
}
