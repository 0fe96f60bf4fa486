package benchtest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// trailDays is over how many days the entries are spread.
const trailDays = 300

// archive is a trail as long as a country writes in a year, on a real database.
type archive struct {
	db      *store.DB
	flow    *workflow.Flow
	officer access.Viewer
	entries int
	now     time.Time
}

// newArchive writes the entries: 26 attempts for each act, as an issue leaves them.
// TRAIL_ENTRIES says how many; 200,000 without it, so that `make bench` ends in time.
func newArchive(b *testing.B) *archive {
	b.Helper()
	a := &archive{entries: 200_000, now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
	if n, err := strconv.Atoi(os.Getenv("TRAIL_ENTRIES")); err == nil && n > 0 {
		a.entries = n
	}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	var err error
	a.db, err = store.Open(b.Context(), filepath.Join(dir, "llavero.db"), func() time.Time { return a.now })
	must(err)
	b.Cleanup(func() { _ = a.db.Close() })
	box, err := seal.Create(filepath.Join(dir, "keyset.json"))
	must(err)
	signer, err := signing.Start(b.Context(), a.db, filepath.Join(dir, "signing.pem"))
	must(err)
	env := params.Environment{TenantID: uuid.NewString(), Scope: "api://ihce/.default", ResourceAppID: uuid.NewString(), Validity: 365 * 24 * time.Hour}
	a.flow, err = workflow.New(b.Context(), workflow.Deps{Store: a.db, Box: box, Signer: signer, Params: params.New(env, env), MailFrom: "llavero@example.org"})
	must(err)
	a.officer = access.Viewer{Account: "officer", Role: access.RoleOfficer, SecondFactor: true, Person: access.Person{Name: "Persona", Document: access.Document{Type: "CC", Number: "9999000101"}}}
	const batch = 5000
	for written := 0; written < a.entries; written += batch {
		a.now = a.now.Add(trailDays * 24 * time.Hour / time.Duration(max(1, a.entries/batch)))
		must(a.db.Write(b.Context(), func(tx *store.Tx) error {
			for i := written; i < written+batch; i++ {
				if err := tx.Audit(yearEntry(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	a.now = a.now.Add(48 * time.Hour)
	return a
}

// yearEntry is the i-th entry of a year.
func yearEntry(i int) audit.Entry {
	entity := access.EntityID(fmt.Sprintf("NI-9991%05d", i/26%57_663))
	subject := fmt.Sprintf("%08d-0000-4000-8000-000000000000", i/26)
	if i%26 != 0 {
		e := audit.ByServer(audit.IssueAttempt, subject, entity)
		e.Detail = audit.Details(audit.Word("call", "addPassword"), audit.Count("try", int64(i%26)), audit.Count("status", 503))
		return e
	}
	who := access.Viewer{
		Account: access.AccountID(strconv.Itoa(i % 40_000)), Entity: entity,
		Person: access.Person{Name: "Persona de Demostración", Document: access.Document{Type: "CC", Number: fmt.Sprintf("99990%05d", i%40_000)}},
	}
	e := audit.By(who, audit.KeyRevealed, subject, uuid.NewString())
	e.Detail = audit.Details(audit.Field(access.FieldSecret), audit.Purpose(access.PurposeCopy), audit.Device("Equipo de demostración"))
	return e
}

// BenchmarkTrail searches and exports a year's trail: the slowest page of 20 for
// each kind of search, one export of everything to nowhere with the most memory
// the process had for it, its check, and the check of the whole database.
func BenchmarkTrail(b *testing.B) {
	a := newArchive(b)
	ctx := b.Context()
	act := workflow.Act{Who: a.officer}
	Say(b, "trail_entries", float64(a.entries), "entries")
	for name, q := range map[string]wire.TrailQuery{
		"newest": {}, "person": {Document: "9999000026"}, "entity": {Entity: "999100005"}, "kinds": {Group: trail.GroupValues},
		"days": {From: a.now.AddDate(0, 0, -200), To: a.now.AddDate(0, 0, -199)}, "text_found_nowhere": {Text: "inventado"},
	} {
		var took []time.Duration
		q.Opening = uuid.NewString()
		for range 20 {
			began := time.Now()
			page, err := a.flow.SearchTrail(ctx, act, q)
			if err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
			q.Cursor = page.Next
		}
		Say(b, "trail_search_"+name+"_p95", float64(Quantile(took, 0.95).Microseconds())/1000, "ms")
	}
	began := time.Now()
	signed, _, err := a.flow.SignDays(ctx, "")
	if err != nil {
		b.Fatal(err)
	}
	Say(b, "trail_sign_day", float64(time.Since(began).Milliseconds())/float64(max(1, signed)), "ms")
	export, err := a.flow.ExportTrail(ctx, act, wire.TrailQuery{})
	if err != nil {
		b.Fatal(err)
	}
	out, in := io.Pipe()
	go func() { in.CloseWithError(export.Write(ctx, in)) }()
	var ring receipt.KeyRing
	if err := a.db.Read(ctx, func(tx *store.Tx) (err error) { ring, err = signing.Ring(tx); return err }); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	watch := &heapWatch{r: out}
	began = time.Now()
	report, err := trail.CheckExport(watch, ring)
	if err != nil || report.Records < int64(a.entries) {
		b.Fatalf("%+v, %v", report, err)
	}
	Say(b, "trail_export_and_check", time.Since(began).Seconds(), "s")
	Say(b, "trail_export_bytes", float64(watch.read), "bytes")
	Say(b, "trail_export_heap_peak", float64(watch.peak)/(1<<20), "MiB")
	began = time.Now()
	if _, err := workflow.CheckTrail(ctx, a.db); err != nil {
		b.Fatal(err)
	}
	Say(b, "trail_verify", time.Since(began).Seconds(), "s")
}

// heapWatch counts what goes through and looks at the heap now and then.
type heapWatch struct {
	r    io.Reader
	read int64
	next int64
	peak uint64
}

// Read implements io.Reader.
func (h *heapWatch) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if h.read += int64(n); h.read >= h.next {
		h.next = h.read + 4<<20
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		h.peak = max(h.peak, m.HeapInuse)
	}
	return n, err
}
