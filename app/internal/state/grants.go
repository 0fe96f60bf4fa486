package state

import (
	"context"
	"maps"
	"slices"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// readingState is «Actualizar» of «Permisos de producción»: the keys that were
// asked for, with when each had been read last. Only the server's own times are
// compared.
type readingState struct {
	asking  bool
	before  map[access.KeyID]time.Time
	trouble *Trouble
}

// Grants is «Permisos de producción».
func (m *Model) Grants() Grants {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	l, reading := m.rows.assigned, &m.officer.reading
	for id, at := range reading.before {
		if k := m.rows.keys[id]; k == nil || !k.PermissionsAt.Equal(at) || k.IsMissing {
			delete(reading.before, id)
		}
	}
	return Grants{
		Link: m.link, Rows: l.rows, Search: l.grants, Loading: !m.link.HasData(), Trouble: reading.trouble,
		Catalog: m.officer.catalog, ReadAt: l.readAt, Unread: l.unread,
		Asking: reading.asking, Waiting: len(reading.before), Now: now,
	}
}

// How often what can be granted is asked for again, and how many times, while
// the server reads it in Entra for the first time.
const (
	catalogEvery = 2 * time.Second
	catalogTries = 15
)

// LoadGrants reads what can be granted. A server that has not read it in Entra
// yet says so and does: it is asked again for a while.
func (m *Model) LoadGrants(ctx context.Context) error {
	tick := time.NewTicker(catalogEvery)
	defer tick.Stop()
	for left := catalogTries; ; left-- {
		err := m.loadCatalog(ctx, left)
		if left == 0 || access.CodeOf(err) != access.CodeUnavailable || access.HintOf(err) != "" {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// loadCatalog asks once. What failed is told at the last try, or when another
// would be of no use.
func (m *Model) loadCatalog(ctx context.Context, left int) error {
	var catalog wire.Permissions
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		catalog, err = m.deps.API.Permissions(ctx)
		return err
	})
	if left > 0 && access.CodeOf(err) == access.CodeUnavailable && access.HintOf(err) == "" {
		t = nil
	}
	m.set(life, func() {
		m.officer.reading.trouble = t
		if g := m.officer.grant; g != nil {
			g.trouble = t
		}
		if err == nil {
			m.officer.catalog = &catalog
		}
	})
	return err
}

// RefreshGrants has the permissions of every production key read in Entra again.
// They come as facts.
func (m *Model) RefreshGrants(ctx context.Context) error {
	life, err := m.begin(func() {
		r := &m.officer.reading
		r.asking, r.trouble, r.before = true, nil, map[access.KeyID]time.Time{}
		for id, k := range m.rows.keys {
			if k.Environment == access.Production && access.IsGUID(k.ClientID) && !k.IsMissing {
				r.before[id] = k.PermissionsAt
			}
		}
	})
	if err == nil {
		body := m.toRead()
		var key string
		const act = "permissions/refresh"
		if key, err = m.keyOf(act, body); err == nil {
			_, err = m.deps.API.RefreshPermissions(ctx, key, body)
			m.answered(act, err)
		}
	}
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		r := &m.officer.reading
		r.asking, r.trouble = false, t
		if err != nil {
			r.before = nil
		}
	})
	return err
}

// namedKeys is how many keys are asked for by name, which are read at once; more
// of them the server reads in its own time.
const namedKeys = 1000

// toRead names the keys that wait to be read; no names: all there are.
func (m *Model) toRead() wire.RefreshPermissions {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.officer.reading.before) > namedKeys {
		return wire.RefreshPermissions{}
	}
	return wire.RefreshPermissions{Keys: slices.Sorted(maps.Keys(m.officer.reading.before))}
}

// grantState is «Asignar roles a aplicación». What is ticked is the screen's.
type grantState struct {
	row     Assigned
	sending bool
	fields  []access.FieldError
	trouble *Trouble
}

// Grant is «Asignar roles a aplicación»; false when it is not open.
func (m *Model) Grant() (Grant, bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.officer.grant
	if g == nil {
		return Grant{Link: m.link, Now: now}, false
	}
	g.row = m.rows.latestOf(g.row)
	return Grant{
		Link: m.link, Row: g.row, Catalog: m.officer.catalog, Sending: g.sending, Fields: g.fields, Trouble: g.trouble, Now: now,
	}, true
}

// PutGrant opens the permissions of a code.
func (m *Model) PutGrant(code access.LicenseCode) {
	m.mu.Lock()
	m.officer.grant = &grantState{row: m.rows.latestOf(Assigned{Code: code})}
	m.mu.Unlock()
	poke(m.changed)
}

// CloseGrant leaves them. What was sent goes on.
func (m *Model) CloseGrant() {
	m.mu.Lock()
	m.officer.grant = nil
	m.mu.Unlock()
	poke(m.changed)
}

// ChangePermissions grants and takes away permissions of a production key. When
// it returns nil they are on their way; how each ended comes as a fact.
func (m *Model) ChangePermissions(ctx context.Context, id access.KeyID, version int64, body wire.ChangePermissions) error {
	life, err := m.begin(func() {
		if g := m.granting(id); g != nil {
			g.sending, g.trouble, g.fields = true, nil, nil
		}
	})
	if err == nil {
		err = m.askFor(ctx, "permissions/"+string(id), body, func(key string) (int64, error) {
			done, err := m.deps.API.ChangePermissions(ctx, key, id, version, body)
			return done.Seq, err
		})
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		if g := m.granting(id); g != nil {
			g.sending = false
			g.fields, g.trouble = partFields(t, "why")
		}
	})
	return err
}

// granting is the open form if it is of this key; the lock is held.
func (m *Model) granting(id access.KeyID) *grantState {
	if g := m.officer.grant; g != nil && g.row.Production != nil && g.row.Production.ID == id {
		return g
	}
	return nil
}
