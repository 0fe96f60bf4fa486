package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// Prerequisites tells how the requirements of a registration stand by the
// imported files, a line each, in the manual's order. A delegate's organization
// must be in MiSeguridadSocial, have named this person, and the person be there;
// a professional must be there, in RETHUS and a provider in REPS (the manual asks
// for one in one place and for the other in two: we ask for both); anybody else
// must be there.
func Prerequisites(tx *store.Tx, form access.Registration) ([]access.Prerequisite, error) {
	c := checklist{tx: tx}
	switch form.Kind {
	case access.UserDelegate:
		c.line(access.PrerequisiteOrganization, store.SnapshotOrganizations, func() (bool, error) {
			o, err := tx.Organization(form.NIT)
			return o.GoneAt.IsZero(), err
		})
		c.line(access.PrerequisiteDelegation, store.SnapshotDelegations, func() (bool, error) {
			d, err := tx.Delegation(form.NIT, form.Document)
			return d.IsCurrent(), err
		})
		c.person(form.Document)
	case access.UserProfessional:
		c.person(form.Document)
		c.rethus(form.Document)
		c.line(access.PrerequisiteREPS, store.SnapshotREPS, func() (bool, error) {
			own, err := tx.ProvidersOf(access.EntityOf(form.Document))
			return slices.ContainsFunc(own, store.Provider.IsCurrent), err
		})
	case access.UserOther:
		c.person(form.Document)
	}
	return c.lines, c.err
}

// AreMet reports that nothing of a list stands in the way.
func AreMet(list []access.Prerequisite) bool {
	return !slices.ContainsFunc(list, func(p access.Prerequisite) bool { return p.Verdict != access.VerdictMet })
}

// checklist gathers the lines; after an error it asks nothing more.
type checklist struct {
	tx    *store.Tx
	lines []access.Prerequisite
	err   error
}

func (c *checklist) person(d access.Document) {
	c.line(access.PrerequisitePerson, store.SnapshotPersons, func() (bool, error) {
		p, err := c.tx.Person(d)
		return p.GoneAt.IsZero(), err
	})
}

// rethus counts an officer's word too: absence from the file proves nothing.
func (c *checklist) rethus(d access.Document) {
	c.line(access.PrerequisiteRETHUS, store.SnapshotRETHUS, func() (bool, error) {
		titles, err := c.tx.Titles(d)
		return len(titles) > 0, err
	})
	if c.err != nil || c.lines[len(c.lines)-1].Verdict == access.VerdictMet {
		return
	}
	switch v, err := c.tx.Verification(d); {
	case err == nil:
		c.lines[len(c.lines)-1] = access.Prerequisite{ID: access.PrerequisiteRETHUS, Verdict: access.VerdictMet, DataAt: v.At}
	case !errors.Is(err, store.ErrNotFound):
		c.err = err
	}
}

// line asks one thing of the data that imports of a kind brought; a row that is
// not there is a requirement not met.
func (c *checklist) line(id access.PrerequisiteID, kind string, isMet func() (bool, error)) {
	if c.err != nil {
		return
	}
	p := access.Prerequisite{ID: id, Verdict: access.VerdictNoData}
	if p.DataAt, c.err = c.importedAt(kind); c.err != nil {
		return
	}
	if !p.DataAt.IsZero() {
		met, err := isMet()
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			c.err = err
			return
		}
		p.Verdict = access.VerdictUnmet
		if met && err == nil {
			p.Verdict = access.VerdictMet
		}
	}
	c.lines = append(c.lines, p)
}

// importedAt is when the data of a kind came; zero: never.
func (c *checklist) importedAt(kind string) (time.Time, error) {
	s, err := c.tx.LastSnapshot(kind)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	return s.ImportedAt, err
}

// IsRegistryOf reports that a professional registry (registro profesional)
// belongs to a document: RETHUS or an officer tells it of one of the person's
// titles, or it is the document's own number, which it may be. Of somebody whom
// RETHUS does not have there is nothing to compare with, and nothing is held
// against it: the requirement of RETHUS says that already.
func IsRegistryOf(tx *store.Tx, d access.Document, registry string) (bool, error) {
	if registry = bare(registry); registry == "" || registry == bare(d.Number) {
		return registry != "", nil
	}
	titles, err := tx.Titles(d)
	if err != nil {
		return false, err
	}
	v, err := tx.Verification(d)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	if len(titles) == 0 && err != nil {
		return true, nil
	}
	return bare(v.Registry) == registry || slices.ContainsFunc(titles, func(t store.Title) bool { return bare(t.Registry) == registry }), nil
}

// bare is what forms take of a registry: its letters and digits.
func bare(registry string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, registry)
}

// VerifyRETHUS records an officer's word that somebody is a registered health
// professional though no file says so: what a file lacks proves nothing.
func VerifyRETHUS(ctx context.Context, db *store.DB, v store.Verification) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutVerification(v); err != nil {
			return err
		}
		e := audit.ByServer(audit.RETHUSVerified, string(access.EntityOf(v.Document)), "")
		e.Detail = audit.Details(audit.Word("registry", v.Registry), audit.Word("why", v.Why))
		return tx.Audit(e)
	})
}
