package workflow

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"llavero/server/internal/audit"
	"llavero/server/internal/registry"
	"llavero/server/internal/store"
)

// ImportedPeople tells how the import of a file about people went.
type ImportedPeople struct {
	Report   *registry.Report
	CutOff   string
	Diff     store.ListingDiff
	Accounts AccountsDiff
}

// AccountsDiff is what an import did to accounts.
type AccountsDiff struct {
	Disabled  int // delegates whose delegation ended
	Enabled   int // delegates whose delegation is back
	Appointed int // people of the roster who got the officer's role
	Dismissed int // people who lost the role that the roster had given
	Addresses int // registered addresses that changed
}

// peopleImports are the files about people, by the kind of their snapshots.
var peopleImports = map[string]func(context.Context, *store.DB, Import, registry.File) (ImportedPeople, error){
	store.SnapshotPersons: peopleImport[registry.Person, store.Person]{
		kind: store.SnapshotPersons, read: registry.ReadPersons, row: asPerson,
		unsure: func(d *registry.Doubts, p store.Person) bool { return d.OfDocument(p.Document) },
		apply: func(tx *store.Tx, imp Import, l store.Listing[store.Person]) (store.ListingDiff, AccountsDiff, error) {
			diff, changed, err := tx.ApplyPersons(l)
			if err != nil {
				return diff, AccountsDiff{}, err
			}
			accounts, err := settleAddresses(tx, imp, changed)
			return diff, accounts, err
		},
	}.run,
	store.SnapshotOrganizations: peopleImport[registry.Organization, store.Organization]{
		kind: store.SnapshotOrganizations, read: registry.ReadOrganizations, row: asOrganization,
		unsure: func(d *registry.Doubts, o store.Organization) bool { return d.OfNIT(o.NIT) },
		apply:  applying((*store.Tx).ApplyOrganizations, nil),
	}.run,
	store.SnapshotDelegations: peopleImport[registry.Delegation, store.Delegation]{
		kind: store.SnapshotDelegations, read: registry.ReadDelegations, row: asDelegation,
		unsure: func(d *registry.Doubts, x store.Delegation) bool { return d.OfDelegation(x.NIT, x.Document) },
		partly: true, // the row that could not be read may be the one that ends it
		apply:  applying((*store.Tx).ApplyDelegations, settleDelegates),
	}.run,
	store.SnapshotRETHUS: peopleImport[registry.Title, store.Title]{
		kind: store.SnapshotRETHUS, read: registry.ReadRETHUS, row: asTitle,
		unsure: func(d *registry.Doubts, t store.Title) bool { return d.OfDocument(t.Document) },
		apply:  applying((*store.Tx).ApplyTitles, nil),
	}.run,
	store.SnapshotStaff: peopleImport[registry.StaffMember, store.StaffMember]{
		kind: store.SnapshotStaff, read: registry.ReadStaff, row: asStaffMember,
		// To be missing from the roster takes a role away: a row that does not say
		// whom it is about may be anybody's.
		unsure: func(d *registry.Doubts, m store.StaffMember) bool { return d.HasNameless() || d.OfDocument(m.Document) },
		apply:  applying((*store.Tx).ApplyStaff, settleStaff),
	}.run,
}

// ImportPeople reads a file about people (kind is store.SnapshotPersons or its
// kin) and makes the stored rows what it says, with what follows for accounts: a
// delegation that ended shuts its delegate out and one that is back lets them in,
// the roster gives and takes the officer's role it gave, a registered address
// that changed is the account's. All in one transaction, all audited.
//
// It refuses as ImportREPS does, and is repeated as harmlessly.
func ImportPeople(ctx context.Context, db *store.DB, kind string, imp Import, f registry.File) (ImportedPeople, error) {
	run, ok := peopleImports[kind]
	if !ok {
		return ImportedPeople{}, fmt.Errorf("no file about people is of the kind %q", kind)
	}
	return run(ctx, db, imp, f)
}

// peopleImport joins what a reader reads (R) with what the store keeps (S).
type peopleImport[R, S any] struct {
	kind   string
	read   func(context.Context, registry.File) (*registry.Listing[R], *registry.Report, error)
	row    func(R) S
	unsure func(*registry.Doubts, S) bool
	partly bool // a row the file casts doubt on stays as it is stored
	apply  applyPeople[S]
}

// applyPeople stores a listing and does to accounts what follows.
type applyPeople[S any] func(tx *store.Tx, imp Import, l store.Listing[S]) (store.ListingDiff, AccountsDiff, error)

// applying makes one of a store's method and what follows; nil: nothing.
func applying[S any](
	apply func(*store.Tx, store.Listing[S]) (store.ListingDiff, error), settle func(*store.Tx, Import) (AccountsDiff, error),
) applyPeople[S] {
	return func(tx *store.Tx, imp Import, l store.Listing[S]) (diff store.ListingDiff, accounts AccountsDiff, err error) {
		if diff, err = apply(tx, l); err == nil && settle != nil {
			accounts, err = settle(tx, imp)
		}
		return diff, accounts, err
	}
}

func (p peopleImport[R, S]) run(ctx context.Context, db *store.DB, imp Import, f registry.File) (ImportedPeople, error) {
	read, report, err := p.read(ctx, f)
	if err != nil {
		return ImportedPeople{}, err
	}
	done := ImportedPeople{Report: report, CutOff: read.CutOff}
	err = db.Write(ctx, func(tx *store.Tx) error {
		var err error
		if done.Diff, done.Accounts, err = p.apply(tx, imp, p.listing(imp, read, report)); err != nil {
			return err
		}
		e := imp.entry(audit.RegistryImported, p.kind, "")
		e.Detail = imp.details(read.Hash, read.CutOff, report).With(
			count("added", done.Diff.Added), count("changed", done.Diff.Changed), count("gone", done.Diff.Gone),
			count("returned", done.Diff.Returned), count("unsure", done.Diff.Unsure),
		)
		return tx.Audit(e)
	})
	if _, refused := errors.AsType[*store.ManyGoneError](err); err != nil && !refused {
		return ImportedPeople{}, err
	}
	return done, err
}

func (p peopleImport[R, S]) listing(imp Import, read *registry.Listing[R], report *registry.Report) store.Listing[S] {
	accepted, rejected, warned := report.Totals()
	l := store.Listing[S]{
		Snapshot: store.Snapshot{
			Kind: p.kind, CutOff: read.CutOff, Hash: read.Hash, Accepted: accepted, Rejected: rejected, Warned: warned,
		},
		Rows:    rowsAs(read.Rows, p.row),
		Unsure:  func(v S) bool { return p.unsure(&read.Doubts, v) },
		MaxGone: MaxGone,
	}
	if p.partly {
		l.Partly = l.Unsure
	}
	if imp.Confirm {
		l.MaxGone = 1
	}
	return l
}

func rowsAs[R, S any](rows []R, as func(R) S) iter.Seq[S] {
	return func(yield func(S) bool) {
		for _, r := range rows {
			if !yield(as(r)) {
				return
			}
		}
	}
}

func asPerson(p registry.Person) store.Person {
	return store.Person{
		Document: p.Document, GivenNames: p.GivenNames, FamilyNames: p.FamilyNames, Email: p.Email, Phone: p.Phone, EmailUnread: p.EmailUnread,
	}
}

func asOrganization(o registry.Organization) store.Organization {
	return store.Organization{NIT: o.NIT, Name: o.Name, Representative: o.Representative, Email: o.Email}
}

func asDelegation(d registry.Delegation) store.Delegation {
	novelty := store.NoveltyUnlinks
	if d.Links {
		novelty = store.NoveltyLinks
	}
	return store.Delegation{NIT: d.NIT, Document: d.Document, Novelty: novelty, On: d.On}
}

func asTitle(t registry.Title) store.Title {
	return store.Title{
		Document: t.Document, Program: t.Program, Profession: t.Profession, Act: t.Act, Name: t.Name, DocumentState: t.DocumentState,
		Origin: t.Origin, Began: t.Began, Reporter: t.Reporter, Registry: t.Registry,
	}
}

func asStaffMember(m registry.StaffMember) store.StaffMember {
	return store.StaffMember{Document: m.Document, GivenNames: m.GivenNames, FamilyNames: m.FamilyNames, Email: m.Email, Active: m.Active}
}
