package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
)

// ErrPanic is what Guard makes of a panic. What was panicked with is not in it.
var ErrPanic = errors.New("panic; the log says where")

// Panicked describes a recovered panic: the kind of value and where it happened.
// Its text is written only when it is the runtime's own, which tells of types and
// numbers; any other may quote what a person typed.
func Panicked(p any) slog.Attr {
	text := ""
	if err, ok := p.(runtime.Error); ok {
		text = err.Error()
	}
	return slog.Group("panic", "type", fmt.Sprintf("%T", p), "text", text, "stack", string(debug.Stack()))
}

// Guard runs a part of a program and turns its panic into ErrPanic, so that the
// program ends in order and its log, not the runtime, says what happened.
func Guard(ctx context.Context, log *slog.Logger, part func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.ErrorContext(ctx, "a part of the program panicked", Panicked(p))
			err = ErrPanic
		}
	}()
	return part()
}
