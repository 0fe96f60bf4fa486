package store

import (
	"time"

	"llavero/shared/access"
)

// Provider is a license code as REPS last told it, with its owner and its sites.
type Provider struct {
	Code         access.LicenseCode
	RowNo        int64 // «Id Prestador»: ours, stays with the code for ever
	Entity       access.EntityID
	Document     access.Document // the entity's
	EntityName   string
	Name         string
	Class        string
	Municipality string    // DIVIPOLA, five digits
	GoneAt       time.Time // absent from the snapshots since; zero: current
	Version      int64
	Sites        []Site // by number, those that are gone too
}

// IsCurrent reports that the last snapshot has the code.
func (p Provider) IsCurrent() bool { return p.GoneAt.IsZero() }

// Site is one of the sites of a code.
type Site struct {
	Number access.SiteNumber
	Name   string
	GoneAt time.Time // zero: current
}

const providerColumns = `
	providers.code,
	providers.row_no,
	providers.entity,
	entities.document_type,
	entities.document_number,
	entities.name,
	providers.name,
	providers.class,
	providers.municipality,
	providers.gone_at,
	providers.version`

func (p *Provider) into() []any {
	return []any{
		&p.Code, &p.RowNo, &p.Entity, &p.Document.Type, &p.Document.Number, &p.EntityName,
		&p.Name, &p.Class, &p.Municipality,
		timeInto{&p.GoneAt},
		&p.Version,
	}
}

// Provider returns a license code with its sites; ErrNotFound.
func (tx *Tx) Provider(code access.LicenseCode) (Provider, error) {
	var p Provider
	err := tx.row(`SELECT `+providerColumns+`
		FROM providers JOIN entities ON entities.id = providers.entity
		WHERE providers.code = $1`, code).Scan(p.into()...)
	if err != nil {
		return Provider{}, found(err)
	}
	err = tx.each(func(scan func(...any) error) error {
		var s Site
		if err := scan(&s.Number, &s.Name, timeInto{&s.GoneAt}); err != nil {
			return err
		}
		p.Sites = append(p.Sites, s)
		return nil
	}, `SELECT number, name, gone_at FROM sites WHERE code = $1 ORDER BY number`, code)
	return p, err
}

// ProvidersOf returns the license codes of an entity with their sites, by code;
// those that are gone too.
func (tx *Tx) ProvidersOf(entity access.EntityID) ([]Provider, error) {
	var all []Provider
	err := tx.each(func(scan func(...any) error) error {
		var p Provider
		if err := scan(p.into()...); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	}, `SELECT `+providerColumns+`
		FROM providers JOIN entities ON entities.id = providers.entity
		WHERE providers.entity = $1 ORDER BY providers.code`, entity)
	if err != nil {
		return nil, err
	}
	i := 0
	err = tx.each(func(scan func(...any) error) error {
		var code access.LicenseCode
		var s Site
		if err := scan(&code, &s.Number, &s.Name, timeInto{&s.GoneAt}); err != nil {
			return err
		}
		for i < len(all) && all[i].Code < code {
			i++
		}
		if i < len(all) && all[i].Code == code {
			all[i].Sites = append(all[i].Sites, s)
		}
		return nil
	}, `SELECT sites.code, sites.number, sites.name, sites.gone_at
		FROM providers JOIN sites ON sites.code = providers.code
		WHERE providers.entity = $1 ORDER BY sites.code, sites.number`, entity)
	return all, err
}
