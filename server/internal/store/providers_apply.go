package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Snapshot (corte) is one import of a register's files.
type Snapshot struct {
	ID         int64
	Kind       string // SnapshotREPS and its kin
	CutOff     string // as the file says; "" if it does not
	Hash       string // SHA-256 of the bytes read, hex
	ImportedAt time.Time
	Accepted   int // rows
	Rejected   int
	Warned     int
}

// SnapshotREPS is the kind of the register of providers.
const SnapshotREPS = "reps"

// RegistryEntity is whom codes belong to, as a register tells it.
type RegistryEntity struct {
	Document    access.Document
	TypeAssumed bool
	Name        string
}

// Registry is what a register's files say, to be applied.
type Registry struct {
	Snapshot Snapshot // Kind, CutOff, Hash and the counts
	Entities iter.Seq[RegistryEntity]
	// Providers tells all codes, each once: Code, Entity, Name, Class, and Sites
	// with Number and Name. Both sequences are gone through more than once.
	Providers iter.Seq[Provider]
	// Unsure reports codes of rows that could not be read: what is missing of
	// them is not gone.
	Unsure func(access.LicenseCode) bool
	// MaxGone is the share of the current codes that may vanish, 0 to 1.
	MaxGone float64
}

// RegistryDiff is what applying a register changed, in rows.
type RegistryDiff struct {
	Entities  int // new or renamed
	Added     int // codes
	Changed   int // codes, or their sites
	Gone      int // codes
	Returned  int // codes that were gone
	Unsure    int // codes that are missing but were not taken for gone
	SitesGone int
}

// IsZero reports that nothing changed.
func (d RegistryDiff) IsZero() bool {
	return d.Entities+d.Added+d.Changed+d.Gone+d.Returned+d.SitesGone == 0
}

// ManyGoneError refuses a register in which too many rows are missing: it is
// more likely cut short than true. Nothing was written.
type ManyGoneError struct {
	Of      string // what is missing: "codes", "persons"
	Gone    int
	Current int // rows before
}

// Error implements error.
func (e *ManyGoneError) Error() string {
	return fmt.Sprintf("%d of %d current %s are missing from the files: they may be cut short; confirm if it is true", e.Gone, e.Current, e.Of)
}

// LastSnapshot returns the last import of a kind; ErrNotFound before the first.
func (tx *Tx) LastSnapshot(kind string) (Snapshot, error) {
	var s Snapshot
	err := tx.row(`SELECT id, kind, cut_off, file_hash, imported_at, accepted, rejected, warned
		FROM snapshots WHERE kind = $1 ORDER BY id DESC LIMIT 1`, kind).
		Scan(&s.ID, &s.Kind, &s.CutOff, &s.Hash, timeInto{&s.ImportedAt}, &s.Accepted, &s.Rejected, &s.Warned)
	return s, found(err)
}

// ApplyRegistry makes the stored codes what the register says. Only rows that
// really differ are written, get a new version and a change for the feed; a
// code that is missing stays, marked gone. Applying the same files again
// writes nothing.
func (tx *Tx) ApplyRegistry(r Registry) (RegistryDiff, error) {
	a := registryApply{tx: tx, reg: r}
	if err := a.load(); err != nil {
		return RegistryDiff{}, err
	}
	if err := a.checkGone(); err != nil {
		return RegistryDiff{}, err
	}
	if err := a.prepare(); err != nil {
		return RegistryDiff{}, errors.Join(err, a.close())
	}
	err := a.write()
	return a.diff, errors.Join(err, a.close())
}

// registryApply is one applying, in memory: what is stored, to compare with.
type registryApply struct {
	tx        *Tx
	reg       Registry
	snapshot  int64
	rowNo     int64
	entities  map[access.EntityID]RegistryEntity
	providers map[access.LicenseCode]*Provider
	seen      map[access.LicenseCode]struct{}
	diff      RegistryDiff
	changes   []toldProvider
	renamed   []access.LicenseCode // requests show their names

	putEntity, addProvider, setProvider, setGone, putSite, dropSite, addChange *sql.Stmt
}

type toldProvider struct {
	code   access.LicenseCode
	entity access.EntityID
}

func (a *registryApply) load() error {
	a.entities, a.providers = map[access.EntityID]RegistryEntity{}, map[access.LicenseCode]*Provider{}
	a.seen = map[access.LicenseCode]struct{}{}
	err := a.tx.each(func(scan func(...any) error) error {
		var e RegistryEntity
		if err := scan(&e.Document.Type, &e.Document.Number, &e.TypeAssumed, &e.Name); err != nil {
			return err
		}
		a.entities[access.EntityOf(e.Document)] = e
		return nil
	}, `SELECT document_type, document_number, type_assumed, name FROM entities`)
	if err != nil {
		return err
	}
	err = a.tx.each(func(scan func(...any) error) error {
		p := &Provider{}
		if err := scan(&p.Code, &p.RowNo, &p.Entity, &p.Name, &p.Class, timeInto{&p.GoneAt}, &p.Version); err != nil {
			return err
		}
		a.providers[p.Code] = p
		a.rowNo = max(a.rowNo, p.RowNo)
		return nil
	}, `SELECT code, row_no, entity, name, class, gone_at, version FROM providers`)
	if err != nil {
		return err
	}
	return a.tx.each(func(scan func(...any) error) error {
		var code access.LicenseCode
		var s Site
		if err := scan(&code, &s.Number, &s.Name, timeInto{&s.GoneAt}); err != nil {
			return err
		}
		p := a.providers[code] // a foreign key: there is one
		p.Sites = append(p.Sites, s)
		return nil
	}, `SELECT code, number, name, gone_at FROM sites ORDER BY code, number`)
}

func (a *registryApply) unsure(code access.LicenseCode) bool {
	return a.reg.Unsure != nil && a.reg.Unsure(code)
}

// checkGone counts what would vanish, before anything is written.
func (a *registryApply) checkGone() error {
	for p := range a.reg.Providers {
		a.seen[p.Code] = struct{}{}
	}
	current, gone := 0, 0
	for code, p := range a.providers {
		if !p.IsCurrent() {
			continue
		}
		current++
		if _, ok := a.seen[code]; !ok && !a.unsure(code) {
			gone++
		}
	}
	if float64(gone) > a.reg.MaxGone*float64(current) {
		return &ManyGoneError{Of: "codes", Gone: gone, Current: current}
	}
	return nil
}

func (a *registryApply) prepare() error {
	for _, s := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&a.putEntity, `INSERT INTO entities (id, document_type, document_number, type_assumed, name) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET type_assumed = excluded.type_assumed, name = excluded.name`},
		{&a.addProvider, `INSERT INTO providers (code, row_no, entity, name, class, municipality, gone_at, snapshot, version)
			VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 1)`},
		{&a.setProvider, `UPDATE providers SET entity = $1, name = $2, class = $3, gone_at = 0, snapshot = $4, version = version + 1
			WHERE code = $5`},
		{&a.setGone, `UPDATE providers SET gone_at = $1, snapshot = $2, version = version + 1 WHERE code = $3`},
		{&a.putSite, `INSERT INTO sites (code, number, name) VALUES ($1, $2, $3)
			ON CONFLICT (code, number) DO UPDATE SET name = excluded.name, gone_at = 0`},
		{&a.dropSite, `UPDATE sites SET gone_at = $1 WHERE code = $2 AND number = $3`},
		{&a.addChange, `INSERT INTO changes (seq, kind, id, entity, at) VALUES ($1, $2, $3, $4, $5)`},
	} {
		stmt, err := a.tx.prepare(s.query) //nolint:sqlclosecheck // kept for the whole applying; ended by close
		if err != nil {
			return err
		}
		*s.stmt = stmt
	}
	return nil
}

func (a *registryApply) close() error {
	var err error
	for _, s := range []*sql.Stmt{a.putEntity, a.addProvider, a.setProvider, a.setGone, a.putSite, a.dropSite, a.addChange} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

func (a *registryApply) write() error {
	var err error
	if a.snapshot, err = a.tx.noteSnapshot(a.reg.Snapshot); err != nil {
		return err
	}
	for e := range a.reg.Entities {
		if err := a.entity(e); err != nil {
			return err
		}
	}
	for p := range a.reg.Providers {
		if err := a.provider(p); err != nil {
			return fmt.Errorf("code %s: %w", p.Code, err)
		}
	}
	if err := a.vanish(); err != nil {
		return err
	}
	return a.tell()
}

// noteSnapshot records an import, unless the files are those of the last one of
// its kind, and returns its id.
func (tx *Tx) noteSnapshot(s Snapshot) (int64, error) {
	last, err := tx.LastSnapshot(s.Kind)
	if err == nil && last.Hash == s.Hash {
		return last.ID, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return 0, err
	}
	var id int64
	err = tx.row(`INSERT INTO snapshots (kind, cut_off, file_hash, imported_at, accepted, rejected, warned)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		s.Kind, s.CutOff, s.Hash, micros(tx.now), s.Accepted, s.Rejected, s.Warned).Scan(&id)
	return id, err
}

func (a *registryApply) entity(e RegistryEntity) error {
	id := access.EntityOf(e.Document)
	if known, ok := a.entities[id]; ok && known == e {
		return nil
	}
	a.diff.Entities++
	_, err := a.putEntity.Exec(id, e.Document.Type, e.Document.Number, bit(e.TypeAssumed), e.Name)
	return err
}

func (a *registryApply) provider(p Provider) error {
	old := a.providers[p.Code]
	if old == nil {
		a.rowNo++
		a.diff.Added++
		if _, err := a.addProvider.Exec(p.Code, a.rowNo, p.Entity, p.Name, p.Class, p.Code.Municipality(), a.snapshot); err != nil {
			return err
		}
		old = &Provider{Code: p.Code, Entity: p.Entity}
		if _, err := a.sites(old, p); err != nil {
			return err
		}
		a.changes = append(a.changes, toldProvider{p.Code, p.Entity})
		return nil
	}
	moved, err := a.sites(old, p)
	if err != nil {
		return err
	}
	if !moved && old.IsCurrent() && old.Entity == p.Entity && old.Name == p.Name && old.Class == p.Class {
		return nil
	}
	if old.IsCurrent() {
		a.diff.Changed++
	} else {
		a.diff.Returned++
	}
	if old.Entity != p.Entity { // it leaves the sight of whose it was
		a.changes = append(a.changes, toldProvider{p.Code, old.Entity})
	}
	a.changes = append(a.changes, toldProvider{p.Code, p.Entity})
	if old.Name != p.Name {
		a.renamed = append(a.renamed, p.Code)
	}
	_, err = a.setProvider.Exec(p.Entity, p.Name, p.Class, a.snapshot, p.Code)
	return err
}

// sites writes what differs between the sites of a code and says whether
// anything does.
func (a *registryApply) sites(old *Provider, p Provider) (bool, error) {
	moved, i := false, 0
	known := make(map[access.SiteNumber]Site, len(old.Sites))
	for _, s := range old.Sites {
		known[s.Number] = s
	}
	for _, s := range p.Sites {
		was, ok := known[s.Number]
		delete(known, s.Number)
		if ok && was.Name == s.Name && was.GoneAt.IsZero() {
			continue
		}
		moved = true
		if _, err := a.putSite.Exec(p.Code, s.Number, s.Name); err != nil {
			return false, err
		}
	}
	if a.unsure(p.Code) {
		return moved, nil
	}
	for number, s := range known {
		if !s.GoneAt.IsZero() {
			continue
		}
		i++
		if _, err := a.dropSite.Exec(micros(a.tx.now), p.Code, number); err != nil {
			return false, err
		}
	}
	a.diff.SitesGone += i
	return moved || i > 0, nil
}

// vanish marks what the register no longer has.
func (a *registryApply) vanish() error {
	for _, code := range slices.SortedFunc(maps.Keys(a.providers), cmp.Compare) {
		p := a.providers[code]
		if _, ok := a.seen[code]; ok || !p.IsCurrent() {
			continue
		}
		if a.unsure(code) {
			a.diff.Unsure++
			continue
		}
		a.diff.Gone++
		if _, err := a.setGone.Exec(micros(a.tx.now), a.snapshot, code); err != nil {
			return err
		}
		a.changes = append(a.changes, toldProvider{code, p.Entity})
	}
	return nil
}

// tell writes all changes at consecutive positions.
func (a *registryApply) tell() error {
	if len(a.changes) == 0 {
		return nil
	}
	var head int64
	err := a.tx.row(`UPDATE counters SET value = value + $1 WHERE name = 'change' RETURNING value`, len(a.changes)).Scan(&head)
	if err != nil {
		return err
	}
	seq := head - int64(len(a.changes))
	for _, c := range a.changes {
		seq++
		if _, err := a.addChange.Exec(seq, wire.RowProvider, c.code, c.entity, micros(a.tx.now)); err != nil {
			return err
		}
	}
	a.tx.told = true
	for _, code := range a.renamed {
		if err := a.tx.changeRequestsOf(code); err != nil {
			return err
		}
	}
	return nil
}
