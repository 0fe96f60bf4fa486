package workflow

import (
	"context"
	"errors"
	"iter"
	"strconv"

	"llavero/server/internal/audit"
	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// MaxGone is the share of the current codes that may be missing from a REPS
// import before somebody has to confirm it.
const MaxGone = 0.10

// Import says who imports, and how.
type Import struct {
	By        access.Viewer // the zero value: the server, on its command line
	RequestID string
	Confirm   bool // more than MaxGone of the codes may vanish
}

// Imported tells how an import went.
type Imported struct {
	Report *registry.Report
	CutOff string
	Diff   store.RegistryDiff
}

// ImportREPS reads the register's files and makes the stored codes what they
// say, in one transaction. Importing the same files again changes nothing, and
// is in the audit trail all the same.
//
// It refuses with a *registry.FileError, or with a *store.ManyGoneError when
// too many codes would vanish and nobody confirmed it; then the Report is told
// with the refusal. Nothing is written in either case. It takes only the
// database: the command line has no keyset.
func ImportREPS(ctx context.Context, db *store.DB, imp Import, files ...registry.File) (Imported, error) {
	snapshot, report, err := registry.ReadREPS(ctx, files...)
	if err != nil {
		return Imported{}, err
	}
	done := Imported{Report: report, CutOff: snapshot.CutOff}
	err = db.Write(ctx, func(tx *store.Tx) error {
		var err error
		done.Diff, err = tx.ApplyRegistry(asRegistry(snapshot, report, imp.Confirm))
		if err != nil {
			return err
		}
		return tx.Audit(importEntry(imp, snapshot, report, done.Diff))
	})
	if _, refused := errors.AsType[*store.ManyGoneError](err); err != nil && !refused {
		return Imported{}, err
	}
	return done, err
}

// asRegistry hands a snapshot to the store, row by row.
func asRegistry(s *registry.Snapshot, report *registry.Report, confirm bool) store.Registry {
	accepted, rejected, warned := report.Totals()
	r := store.Registry{
		Snapshot: store.Snapshot{
			Kind: store.SnapshotREPS, CutOff: s.CutOff, Hash: s.Hash, Accepted: accepted, Rejected: rejected, Warned: warned,
		},
		Entities:  entitiesOf(s),
		Providers: providersOf(s),
		Unsure: func(code access.LicenseCode) bool {
			_, ok := s.Unsure[code]
			return ok
		},
		MaxGone: MaxGone,
	}
	if confirm {
		r.MaxGone = 1
	}
	return r
}

func entitiesOf(s *registry.Snapshot) iter.Seq[store.RegistryEntity] {
	return func(yield func(store.RegistryEntity) bool) {
		for _, e := range s.Entities {
			if !yield(store.RegistryEntity{Document: e.Document, TypeAssumed: e.TypeAssumed, Name: e.Name}) {
				return
			}
		}
	}
}

// providersOf lends each provider for the time of one step.
func providersOf(s *registry.Snapshot) iter.Seq[store.Provider] {
	return func(yield func(store.Provider) bool) {
		var sites []store.Site
		for _, p := range s.Providers {
			sites = sites[:0]
			for _, site := range p.Sites {
				sites = append(sites, store.Site{Number: site.Number, Name: site.Name})
			}
			if !yield(store.Provider{Code: p.Code, Entity: p.Entity, Name: p.Name, Class: p.Class, Sites: sites}) {
				return
			}
		}
	}
}

func importEntry(imp Import, s *registry.Snapshot, report *registry.Report, diff store.RegistryDiff) audit.Entry {
	e := imp.entry(audit.RegistryImported, store.SnapshotREPS, "")
	e.Detail = imp.details(s.Hash, s.CutOff, report).With(
		count("added", diff.Added), count("changed", diff.Changed), count("gone", diff.Gone), count("returned", diff.Returned),
		count("unsure", diff.Unsure),
	)
	return e
}

// entry begins an entry of who imports.
func (imp Import) entry(kind audit.Kind, subject string, entity access.EntityID) audit.Entry {
	if imp.By.Account == "" {
		return audit.ByServer(kind, subject, entity)
	}
	e := audit.By(imp.By, kind, subject, imp.RequestID)
	e.Entity = entity
	return e
}

// details tell which files, and how they were read.
func (imp Import) details(hash, cutOff string, report *registry.Report) audit.Detail {
	accepted, rejected, warned := report.Totals()
	return audit.Details(
		audit.Word("hash", hash), audit.Word("cutOff", cutOff), audit.Word("confirmed", strconv.FormatBool(imp.Confirm)),
		count("accepted", accepted), count("rejected", rejected), count("warned", warned),
	)
}

func count(name string, n int) audit.Attr { return audit.Count(name, int64(n)) }
