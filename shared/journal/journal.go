// Package journal is the log of both programs: a slog handler that strikes out
// what must not be written and keeps the last lines in memory, for «Copiar
// informe para la mesa de ayuda».
//
// Striking out is the second guard. The first is that secrets are secret.Text,
// which no handler can print; this one catches a secret that became a string:
// attributes with a telling name, and values that look like bearer tokens or
// client secrets.
//
// A Journal is safe for concurrent use.
package journal

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"
)

// Kept is how many lines Lines can return.
const Kept = 500

// Struck stands in place of what was struck out.
const Struck = "[oculto]"

// Journal is a slog.Handler in front of another.
type Journal struct {
	next  slog.Handler
	ring  *ring
	muted bool // in a group of a telling name: every value is struck out
}

// New returns a handler that passes cleaned records on to next, and keeps the
// last Kept of them. A nil next only keeps.
func New(next slog.Handler) *Journal {
	r := &ring{}
	keep := slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})
	if next == nil {
		return &Journal{next: keep, ring: r}
	}
	return &Journal{next: both{next, keep}, ring: r}
}

// Lines returns the kept lines, oldest first.
func (j *Journal) Lines() []string { return j.ring.lines() }

type attrsKey struct{}

// With returns a context whose lines carry these attributes too, before their
// own: a request's id, a job's.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	before := attrsOf(ctx)
	return context.WithValue(ctx, attrsKey{}, append(before[:len(before):len(before)], attrs...))
}

func attrsOf(ctx context.Context) []slog.Attr {
	if ctx == nil {
		return nil
	}
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return attrs
}

// Enabled asks the next handler.
func (j *Journal) Enabled(ctx context.Context, level slog.Level) bool {
	return j.next.Enabled(ctx, level)
}

// Handle cleans the record and passes it on.
func (j *Journal) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, strike(r.Message), r.PC)
	for _, a := range attrsOf(ctx) {
		clean.AddAttrs((&Journal{}).cleaned(a)) // of the request, in no group
	}
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(j.cleaned(a))
		return true
	})
	return j.next.Handle(ctx, clean)
}

// WithAttrs cleans the attributes and passes them on.
func (j *Journal) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = j.cleaned(a)
	}
	return &Journal{next: j.next.WithAttrs(clean), ring: j.ring, muted: j.muted}
}

// WithGroup passes the group on.
func (j *Journal) WithGroup(name string) slog.Handler {
	return &Journal{next: j.next.WithGroup(strike(name)), ring: j.ring, muted: j.muted || isTelling(name)}
}

// both hands each record to two handlers.
type both [2]slog.Handler

func (b both) Enabled(ctx context.Context, level slog.Level) bool {
	return b[0].Enabled(ctx, level) || b[1].Enabled(ctx, level)
}

func (b both) Handle(ctx context.Context, r slog.Record) error {
	var first error
	for _, h := range b {
		if h.Enabled(ctx, r.Level) {
			if err := h.Handle(ctx, r.Clone()); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}

func (b both) WithAttrs(attrs []slog.Attr) slog.Handler {
	return both{b[0].WithAttrs(attrs), b[1].WithAttrs(attrs)}
}

func (b both) WithGroup(name string) slog.Handler {
	return both{b[0].WithGroup(name), b[1].WithGroup(name)}
}

// ring keeps the last lines written to it.
type ring struct {
	mu   sync.Mutex
	kept []string
	next int
}

func (r *ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(p) {
		text := string(bytes.TrimRight(line, "\n"))
		if len(r.kept) < Kept {
			r.kept = append(r.kept, text)
			continue
		}
		r.kept[r.next] = text
		r.next = (r.next + 1) % Kept
	}
	return len(p), nil
}

func (r *ring) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Concat(r.kept[r.next:], r.kept[:r.next])
}
