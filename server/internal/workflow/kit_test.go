package workflow

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

const (
	ourEntity   = access.EntityID("NI-999100005")
	otherEntity = access.EntityID("NI-999100001")
	ourCode     = access.LicenseCode("0500199001")
	otherCode   = access.LicenseCode("0800199777")
	goneCode    = access.LicenseCode("0504599001")
)

// desk is a whole back office on a real database, with a clock that stands
// still until it is moved.
type desk struct {
	*testing.T
	db       *store.DB
	box      *seal.Box
	flow     *Flow
	dir      string
	mu       sync.Mutex
	now      time.Time
	delegate access.Viewer
	second   access.Viewer // another delegate of the same entity
	stranger access.Viewer // delegate of another entity
	free     access.Viewer // independent professional
	officer  access.Viewer
	other    access.Viewer // another officer
	halfway  access.Viewer // officer whose session passed no second factor
}

func newDesk(tb testing.TB) *desk { return newDeskAt(tb, tb.TempDir()) }

func newDeskAt(tb testing.TB, dir string) *desk {
	tb.Helper()
	d := &desk{dir: dir, now: time.Date(2026, 9, 16, 15, 4, 5, 0, time.UTC)}
	d.T, _ = tb.(*testing.T)
	var err error
	d.db, err = store.Open(tb.Context(), filepath.Join(dir, "llavero.db"), d.clock)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		remember(d.db)
		if err := d.db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if d.box, err = seal.OpenOrCreate(filepath.Join(dir, "keyset.json")); err != nil {
		tb.Fatal(err)
	}
	d.seedCodes(tb)
	d.seedPeople(tb)
	d.flow = d.newFlow(tb, params.RevealAlways)
	return d
}

func (d *desk) newFlow(tb testing.TB, reveal params.RevealPolicy) *Flow {
	tb.Helper()
	env := params.Environment{
		TenantID: uuid.NewString(), Scope: "api://ihce.example/.default", ResourceAppID: uuid.NewString(),
		Permissions: []string{"Prestadores"}, Validity: 365 * 24 * time.Hour, Reveal: reveal,
		Params: []params.Param{
			{Name: "EndPoint", Value: secret.New("https://ihce.example/ihce")},
			{Name: "APIMSubskey", Value: secret.New("planted-subscription-key"), Sensitive: true},
		},
	}
	signer, err := signing.Start(tb.Context(), d.db, filepath.Join(d.dir, "signing.pem"))
	if err != nil {
		tb.Fatal(err)
	}
	flow, err := New(tb.Context(), Deps{
		Store: d.db, Box: d.box, Signer: signer, Params: params.New(env, env), MailFrom: "llavero@ministerio.example",
		FreeMail: func(domain string) bool { return domain == "libre.example" },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return flow
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) wait(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) seedCodes(tb testing.TB) {
	tb.Helper()
	independent := access.Document{Type: access.DocumentCC, Number: "9999000001"}
	us := access.Document{Type: access.DocumentNI, Number: "999100005"}
	them := access.Document{Type: access.DocumentNI, Number: "999100001"}
	entities := []store.RegistryEntity{{Document: us, Name: "Clínica Ñandú"}, {Document: them, Name: "Otra"}, {Document: independent, Name: "Sola"}}
	providers := []store.Provider{
		{Code: ourCode, Entity: ourEntity, Name: "Clínica Ñandú", Class: "IPS", Sites: []store.Site{{Number: "01", Name: "Sede 1"}, {Number: "02", Name: "Sede 2"}}},
		{Code: "0500199002", Entity: ourEntity, Name: "Clínica Ñandú Dos", Class: "IPS"},
		{Code: goneCode, Entity: ourEntity, Name: "Cerrada", Class: "IPS"},
		{Code: otherCode, Entity: otherEntity, Name: "Otra", Class: "IPS"},
		{Code: "1100199003", Entity: access.EntityOf(independent), Name: "Sola", Class: "PI"},
	}
	apply := func(rows []store.Provider, hash string) {
		err := d.db.Write(tb.Context(), func(tx *store.Tx) error {
			_, err := tx.ApplyRegistry(store.Registry{
				Snapshot: store.Snapshot{Kind: store.SnapshotREPS, Hash: hash}, Entities: slices.Values(entities),
				Providers: iter.Seq[store.Provider](slices.Values(rows)), Unsure: func(access.LicenseCode) bool { return false }, MaxGone: 1,
			})
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	apply(providers, "one")
	apply(slices.DeleteFunc(slices.Clone(providers), func(p store.Provider) bool { return p.Code == goneCode }), "two")
}

func (d *desk) seedPeople(tb testing.TB) {
	tb.Helper()
	add := func(login, number, name string, role access.Role, entity access.EntityID, independent bool) access.Viewer {
		a := store.Account{
			ID: access.AccountID(uuid.NewString()), Login: login, Email: strings.ToLower(login) + number[7:] + "@example.org",
			Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: name},
			Role:   role, Entity: entity, Independent: independent,
		}
		if err := d.db.Write(tb.Context(), func(tx *store.Tx) error { return tx.CreateAccount(a) }); err != nil {
			tb.Fatal(err)
		}
		return a.Viewer(role == access.RoleOfficer)
	}
	d.delegate = add("ADMIHCEIPS999100005", "9999000011", "Ana de Ejemplo", access.RoleDelegate, ourEntity, false)
	d.second = add("ADMIHCEIPS999100005", "9999000012", "Beto de Ejemplo", access.RoleDelegate, ourEntity, false)
	d.stranger = add("ADMIHCEIPS999100001", "9999000013", "Carla de Ejemplo", access.RoleDelegate, otherEntity, false)
	d.free = add("CC9999000001", "9999000001", "Inés de Ejemplo", access.RoleDelegate, "CC-9999000001", true)
	d.officer = add("CC9999000101", "9999000101", "Oscar de Ejemplo", access.RoleOfficer, "", false)
	d.other = add("CC9999000102", "9999000102", "Olga de Ejemplo", access.RoleOfficer, "", false)
	d.halfway = d.officer
	d.halfway.SecondFactor = false
}

func goodForm() access.RequestForm {
	return access.RequestForm{
		Vendor: "Proveedor de Ejemplo", Software: "Historia Ñandú",
		Lead:    access.Contact{Name: "Líder de Ejemplo", Email: "lider@clinica.example", Phone: "3001234567"},
		Privacy: access.Contact{Name: "Responsable de Ejemplo", Email: "datos@clinica.example", Phone: "6011234567"},
	}
}

func by(who access.Viewer) Act {
	return Act{Who: who, RequestID: "req-1", Device: "Escritorio de ejemplo", Address: "192.0.2.7"}
}

func (d *desk) create(code access.LicenseCode) wire.Accepted {
	d.Helper()
	a, err := d.flow.CreateRequest(d.Context(), by(d.delegate), wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: goodForm()})
	if err != nil {
		d.Fatal(err)
	}
	return a
}

func (d *desk) ticks() []wire.AcceptedText {
	d.Helper()
	texts, err := d.flow.ConsentTexts(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	var all []wire.AcceptedText
	for _, t := range texts.Texts {
		all = append(all, wire.AcceptedText{ID: t.ID, Hash: t.Hash})
	}
	return all
}

// code asks for a one-time code and reads it from the mail.
func (d *desk) code(id access.RequestID) (string, wire.CodeSent) {
	d.Helper()
	return d.codeFor(d.delegate, id)
}

func (d *desk) codeFor(who access.Viewer, id access.RequestID) (string, wire.CodeSent) {
	d.Helper()
	sent, err := d.flow.SendCode(d.Context(), by(who), id, wire.SendCode{Accepted: d.ticks()})
	if err != nil {
		d.Fatal(err)
	}
	return d.nextMail().Data["code"], sent
}

func (d *desk) nextMail() Mail {
	d.Helper()
	var m Mail
	err := d.db.Write(d.Context(), func(tx *store.Tx) error {
		job, err := tx.ClaimJob([]string{store.JobMail}, time.Minute)
		if err != nil || job == nil {
			d.Fatalf("no mail waits: %v", err)
		}
		if m, err = d.flow.OpenMail(d.Context(), *job); err != nil {
			return err
		}
		return tx.FinishJob(job.ID)
	})
	if err != nil {
		d.Fatal(err)
	}
	return m
}

// sign writes and signs a request; it is then being issued.
func (d *desk) sign(code access.LicenseCode) access.RequestID {
	d.Helper()
	a := d.create(code)
	typed, sent := d.code(a.ID)
	if _, err := d.flow.Sign(d.Context(), by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash}); err != nil {
		d.Fatal(err)
	}
	d.confirm(a.ID)
	return a.ID
}

// confirm has the contacts of a signed request confirm their addresses, by the
// links of their mails.
func (d *desk) confirm(id access.RequestID) {
	d.Helper()
	for slices.ContainsFunc(d.notices(id), func(n store.ContactNotice) bool { return n.State == access.NoticeWaiting }) {
		if m := d.nextMail(); m.Template == TemplateContact {
			ok(d, d.flow.ConfirmNotice(d.Context(), m.Data["link"], "req-1", "192.0.2.9"))
		}
	}
}

func (d *desk) notices(id access.RequestID) []store.ContactNotice {
	d.Helper()
	var all []store.ContactNotice
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.ContactNotices(id)
		return err
	}))
	return all
}

// issue does the worker's part and returns the secrets by environment.
func (d *desk) issue(id access.RequestID) map[access.Environment]string {
	d.Helper()
	made := map[access.Environment]string{}
	for _, env := range access.Environments() {
		made[env] = madeSecret()
		op, _, err := d.flow.IntendSecret(d.Context(), id, env)
		ok(d, err)
		ok(d, d.flow.RecordApplication(d.Context(), id, env, uuid.NewString(), uuid.NewString()))
		ok(d, d.flow.RecordPrincipal(d.Context(), id, env, uuid.NewString()))
		ok(d, d.flow.RecordSecret(d.Context(), id, env, op, IssuedSecret{
			KeyID: uuid.NewString(), Hint: made[env][:3], ExpiresAt: d.clock().Add(365 * 24 * time.Hour), Text: secret.New(made[env]),
		}))
	}
	ok(d, d.flow.FinishIssue(d.Context(), id))
	return made
}

// park has the worker give up on a signed request.
func (d *desk) park(id access.RequestID) {
	d.Helper()
	ok(d, d.flow.BeginStep(d.Context(), id, access.Preproduction, access.StepApplication))
	ok(d, d.flow.ParkIssue(d.Context(), id, access.Failure{
		Environment: access.Preproduction, Step: access.StepApplication, Status: 403, Code: "Authorization_RequestDenied", RequestID: uuid.NewString(),
	}))
}

func (d *desk) request(id access.RequestID) *store.Request {
	d.Helper()
	var r *store.Request
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.KeyRequest(id)
		return err
	}))
	return r
}

func (d *desk) keys(code access.LicenseCode) map[access.Environment]*store.Key {
	d.Helper()
	all := map[access.Environment]*store.Key{}
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k, err := tx.KeyOf(code, env)
			if err != nil {
				return err
			}
			all[env] = k
		}
		return nil
	}))
	return all
}

func (d *desk) trail() []audit.Record {
	d.Helper()
	var all []audit.Record
	ok(d, d.db.EachAuditRecord(d.Context(), func(r audit.Record) error {
		all = append(all, r)
		return nil
	}))
	if _, err := audit.Verify(d.Context(), d.db); err != nil {
		d.Error(err)
	}
	return all
}

// kinds lists the kinds of the trail's entries about a subject, in order.
func (d *desk) kinds(subject string) []audit.Kind {
	d.Helper()
	var all []audit.Kind
	for _, r := range d.trail() {
		if r.Subject == subject {
			all = append(all, r.Kind)
		}
	}
	return all
}

func (d *desk) head() int64 {
	d.Helper()
	var seq int64
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		seq, err = tx.Head()
		return err
	}))
	return seq
}

// rows are the rows a viewer sees, by kind and id.
func (d *desk) rows(who access.Viewer) map[string]json.RawMessage {
	d.Helper()
	all := map[string]json.RawMessage{}
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) error {
		return tx.VisibleRows(who, func(c wire.Change) error {
			all[string(c.Kind)+" "+c.ID] = c.Body
			return nil
		})
	}))
	return all
}

func (d *desk) seen(who access.Viewer, kind wire.RowKind) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(d.rows(who))) {
		if strings.HasPrefix(name, string(kind)+" ") {
			all = append(all, strings.TrimPrefix(name, string(kind)+" "))
		}
	}
	return all
}

func ok(t interface {
	Helper()
	Fatal(...any)
}, err error,
) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusal fails unless err is a refusal with this code and hint.
func refusal(t *testing.T, err error, code access.Code, hint access.Hint) access.Error {
	t.Helper()
	if access.CodeOf(err) != code || access.HintOf(err) != hint || err == nil {
		t.Fatalf("got %v, want %s %s", err, code, hint)
	}
	e, _ := errors.AsType[*access.Error](err)
	return *e
}

// madeSecret has the shape of what Entra issues; it is made at run time only.
func madeSecret() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for i := range 40 {
		switch i {
		case 3:
			b.WriteByte('8')
		case 4:
			b.WriteByte('Q')
		case 5:
			b.WriteByte('~')
		default:
			b.WriteByte(letters[rand.IntN(len(letters))])
		}
	}
	return b.String()
}

func newGUID() string { return uuid.NewString() }

func textOf(s string) secret.Text { return secret.New(s) }
