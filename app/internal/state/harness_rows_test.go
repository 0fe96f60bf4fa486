package state

import (
	"context"
	"maps"
	"slices"

	"llavero/shared/wire"
)

func (m *memory) BeginReset(context.Context) error {
	m.now.filling = map[string]wire.Change{}
	return nil
}

func (m *memory) EndReset(_ context.Context, at wire.Position) error {
	m.now.rows, m.now.filling, m.now.at = m.now.filling, nil, at
	return nil
}

func (m *memory) Close() error { return nil }

func (m *memory) ids() []string { return slices.Sorted(maps.Keys(m.now.rows)) }
