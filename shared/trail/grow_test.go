package trail

import (
	"context"
	"testing"
)

// growing is a trail whose length moves while it is read.
type growing struct{ lengths []int64 }

func (g *growing) EachAuditRecord(context.Context, func(Record) error) error { return nil }

func (g *growing) AuditLength(context.Context) (int64, error) {
	n := g.lengths[0]
	g.lengths = g.lengths[1:]
	return n, nil
}

// A trail that grows while it is checked is whole; one that counted more before
// than it has is not.
func TestVerify_growing(t *testing.T) {
	if _, err := Verify(t.Context(), &growing{[]int64{0, 3}}); err != nil {
		t.Errorf("grown meanwhile: %v", err)
	}
	if _, err := Verify(t.Context(), &growing{[]int64{1, 1}}); err == nil {
		t.Error("an entry is missing, and nobody sees it")
	}
}
