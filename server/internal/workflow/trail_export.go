package workflow

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// exportBatch is how many entries one read of an export holds open.
const exportBatch = 500

// TrailExport is an export that was written down and can be made.
type TrailExport struct {
	store  *store.DB
	signer *signing.Signer
	search *trailSearch
	scope  trail.Scope
	made   time.Time
	first  int64 // number of the first entry; 0: there is none
	last   int64
	prev   []byte

	records, left int64

	picked []int64 // numbers of the entries to look at; nil: all from first to last
}

// ExportTrail begins an export of the trail for an officer: it checks what is
// asked for and writes it down. Write makes it.
func (f *Flow) ExportTrail(ctx context.Context, act Act, q wire.TrailQuery) (*TrailExport, error) {
	if !access.CanSearchTrail(act.Who) {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	return exportTrail(ctx, f.store, f.signer, act, q)
}

// ExportTrailByCommand is ExportTrail for who stands at the server's command
// line.
func ExportTrailByCommand(ctx context.Context, db *store.DB, signer *signing.Signer, operator string, q wire.TrailQuery) (*TrailExport, error) {
	return exportTrail(ctx, db, signer, Act{Who: access.Viewer{Person: access.Person{Name: operator}}, Device: "llavero-server"}, q)
}

func exportTrail(ctx context.Context, db *store.DB, signer *signing.Signer, act Act, q wire.TrailQuery) (*TrailExport, error) {
	s, err := newTrailSearch(q)
	if err != nil {
		return nil, err
	}
	x := &TrailExport{store: db, signer: signer, search: s, scope: scopeOf(q)}
	return x, x.begin(ctx, act)
}

// ExportActivity is ExportTrail for a delegate: what others of the entity did
// with its keys is in it, what officers did is there by its hash alone.
func (f *Flow) ExportActivity(ctx context.Context, act Act, q wire.TrailQuery) (*TrailExport, error) {
	s, err := newOwnSearch(act.Who, q)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(q)
	scope.Entity, scope.Account = string(act.Who.Entity), string(act.Who.Account)
	x := &TrailExport{store: f.store, signer: f.signer, search: s, scope: scope}
	return x, x.begin(ctx, act)
}

// begin writes an export down and finds its extent. The entry of the export is
// after all that is in it.
func (x *TrailExport) begin(ctx context.Context, act Act) error {
	s := x.search
	return refused(x.store.Write(ctx, func(tx *store.Tx) error {
		if err := s.choose(tx); err != nil {
			return err
		}
		var err error
		if x.first, x.last, err = tx.TrailRange(s.query.From, s.query.To); err != nil {
			return err
		}
		if x.first > 0 {
			r, err := tx.AuditEntry(x.first)
			if err != nil {
				return err
			}
			x.prev = r.PrevHash
		}
		if err := x.pick(tx); err != nil {
			return err
		}
		x.made = tx.Now()
		e := audit.By(act.Who, audit.TrailExported, "", act.RequestID)
		e.Detail = detail(act, append(scopeAttrs(x.scope), audit.Count("first", x.first), audit.Count("last", x.last))...)
		return tx.Audit(e)
	}))
}

// pick finds the entries to look at by their numbers, where an index tells a few
// from the rest.
func (x *TrailExport) pick(tx *store.Tx) error {
	f := x.search.filter
	if f.Subjects == nil && f.Document == "" && f.Entity == "" {
		return nil
	}
	f.Kinds, f.After = nil, store.TrailPlace{}
	x.picked = []int64{}
	err := tx.EachTrail(f, -1, func(r audit.Record) (bool, error) {
		x.picked = append(x.picked, r.Seq)
		return true, nil
	})
	slices.Sort(x.picked)
	return err
}

// FileName is the name to save it under.
func (x *TrailExport) FileName() string {
	return "bitacora-" + x.made.UTC().Format("20060102-150405") + ".jsonl"
}

// Write writes the export out. It holds a few hundred entries at a time; one that
// is not as it was written ends it with a *audit.BrokenError, and without the end
// that makes it whole.
func (x *TrailExport) Write(ctx context.Context, out io.Writer) error {
	lines := bufio.NewWriterSize(out, 64<<10)
	e, err := trail.NewExporter(lines, x.made, x.scope, x.first, x.prev)
	if err != nil {
		return err
	}
	run := exportRun{export: x, out: e}
	if x.first > 0 {
		if err := run.all(ctx); err != nil {
			return err
		}
	}
	err = e.End(func(kind receipt.Kind, doc []byte) (file []byte, err error) {
		err = x.store.Write(ctx, func(tx *store.Tx) error {
			file, err = x.signer.Document(tx, kind, doc)
			return err
		})
		return file, err
	})
	x.records, x.left = e.Counts()
	return errors.Join(err, lines.Flush())
}

// Counts tells how many entries were written out, and how many left out.
func (x *TrailExport) Counts() (records, left int64) { return x.records, x.left }

// exportRun is an export being written.
type exportRun struct {
	export  *TrailExport
	out     *trail.Exporter
	heads   []store.SignedHead // those that come next, in order
	headDay string             // the last that was read
	noHeads bool               // there are no more
}

func (r *exportRun) all(ctx context.Context) error {
	x := r.export
	for at := 0; ; {
		var batch []audit.Record
		err := x.store.Read(ctx, func(tx *store.Tx) error {
			var err error
			if batch, at, err = r.read(tx, at); err != nil {
				return err
			}
			x.search.seen = newTrailNames(tx, x.search.who)
			for _, e := range batch {
				if err := r.take(tx, e); err != nil {
					return err
				}
			}
			if len(batch) > 0 {
				return nil
			}
			return r.finish(tx)
		})
		if err != nil || len(batch) == 0 {
			return err
		}
	}
}

// read reads the next entries to look at.
func (r *exportRun) read(tx *store.Tx, at int) ([]audit.Record, int, error) {
	x := r.export
	if x.picked == nil {
		batch, err := tx.AuditAfter(max(r.out.Next(), x.first)-1, exportBatch)
		if i := slices.IndexFunc(batch, func(e audit.Record) bool { return e.Seq > x.last }); i >= 0 {
			batch = batch[:i]
		}
		return batch, at, err
	}
	var batch []audit.Record
	for ; at < len(x.picked) && len(batch) < exportBatch; at++ {
		e, err := tx.AuditEntry(x.picked[at])
		if err != nil {
			return nil, at, err
		}
		batch = append(batch, e)
	}
	return batch, at, nil
}

// take writes an entry out, or leaves it out.
func (r *exportRun) take(tx *store.Tx, e audit.Record) error {
	if e.Seq < r.export.first || e.Seq > r.export.last {
		return nil
	}
	wanted, err := r.export.search.wants(e)
	if err != nil {
		return err
	}
	if s := r.export.search; wanted && s.who != nil && s.seen.isMinistry(e) {
		wanted = false
	}
	if !wanted {
		if r.export.picked == nil {
			return r.skip(tx, e.Seq, e.Hash)
		}
		return nil
	}
	if e.Seq > r.out.Next() {
		if err := r.skip(tx, e.Seq-1, e.PrevHash); err != nil {
			return err
		}
	}
	if err := r.out.Add(e); err != nil {
		return err
	}
	return r.head(tx, e.Seq)
}

// finish leaves out what comes after the last entry written.
func (r *exportRun) finish(tx *store.Tx) error {
	if r.out.Next() > r.export.last {
		return nil
	}
	e, err := tx.AuditEntry(r.export.last)
	if err != nil {
		return err
	}
	return r.skip(tx, e.Seq, e.Hash)
}

// skip leaves entries out, up to one; the heads of days among them are written.
func (r *exportRun) skip(tx *store.Tx, to int64, hash []byte) error {
	for {
		h, err := r.nextHead(tx)
		if err != nil {
			return err
		}
		if h == nil || h.Seq >= to {
			break
		}
		if err := errors.Join(r.out.Skip(h.Seq, h.Hash), r.head(tx, h.Seq)); err != nil {
			return err
		}
	}
	if err := r.out.Skip(to, hash); err != nil {
		return err
	}
	return r.head(tx, to)
}

// head writes the heads that end with an entry.
func (r *exportRun) head(tx *store.Tx, seq int64) error {
	for {
		h, err := r.nextHead(tx)
		if err != nil || h == nil || h.Seq != seq {
			return err
		}
		if err := r.out.Head(h.File); err != nil {
			return err
		}
		r.heads = r.heads[1:]
	}
}

// nextHead is the first head that ends with an entry not yet written, or the last
// written; nil when there is none.
func (r *exportRun) nextHead(tx *store.Tx) (*store.SignedHead, error) {
	for !r.noHeads || len(r.heads) > 0 {
		if len(r.heads) == 0 {
			more, err := tx.HeadsAfter(r.headDay, exportBatch)
			if err != nil {
				return nil, err
			}
			if len(more) == 0 {
				r.noHeads = true
				return nil, nil
			}
			r.heads, r.headDay = more, more[len(more)-1].Day
		}
		if h := &r.heads[0]; h.Seq >= r.out.Next()-1 && h.Seq >= r.export.first {
			return h, nil
		}
		r.heads = r.heads[1:]
	}
	return nil, nil
}

// scopeOf is what a query asks for, as an export says it.
func scopeOf(q wire.TrailQuery) trail.Scope {
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.UTC().Format(time.RFC3339)
	}
	return trail.Scope{
		Code: string(q.Code), Document: q.Document, Entity: q.Entity, From: when(q.From), Group: string(q.Group),
		Subject: q.Subject, Text: q.Text, To: when(q.To),
	}
}

// scopeAttrs tells the trail what was asked for.
func scopeAttrs(s trail.Scope) []audit.Attr {
	var attrs []audit.Attr
	for name, value := range map[string]string{
		"code": s.Code, "document": s.Document, "entity": s.Entity, "from": s.From, "group": s.Group, "about": s.Subject, "text": s.Text, "to": s.To,
	} {
		if value != "" {
			attrs = append(attrs, audit.Word(name, value))
		}
	}
	return attrs
}
