package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestCreateRequest_parallel(t *testing.T) {
	d := newDesk(t)
	var wg sync.WaitGroup
	replies, errs := make([]wire.Accepted, 20), make([]error, 20)
	for i := range replies {
		wg.Go(func() {
			act := by(d.delegate)
			act.Key = newGUID()
			form := goodForm()
			form.Vendor = fmt.Sprintf("Proveedor %d", i)
			replies[i], errs[i] = d.flow.CreateRequest(t.Context(), act, wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: form})
		})
	}
	wg.Wait()
	var versions []int64
	for i, r := range replies {
		if errs[i] != nil || r.ID != replies[0].ID || r.Number != "SOL-2026-000001" {
			t.Errorf("reply %d: %+v, %v", i, r, errs[i])
		}
		versions = append(versions, r.Version)
	}
	slices.Sort(versions)
	if versions[0] != 1 || versions[19] != 20 {
		t.Errorf("versions: %v", versions)
	}
	if rows := d.seen(d.delegate, wire.RowRequest); len(rows) != 1 {
		t.Errorf("requests: %v", rows)
	}
	d.trail()
}

func TestCreateRequest_takesUp(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	again := d.create(ourCode)
	if again != a {
		t.Errorf("the same content again: %+v, %+v", again, a)
	}
	typed, _ := d.code(a.ID)
	form := goodForm()
	form.Vendor = "Otro"
	b, err := d.flow.CreateRequest(t.Context(), by(d.second), wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: form})
	ok(t, err)
	if b.ID != a.ID || b.Version != a.Version+1 {
		t.Errorf("taken up: %+v", b)
	}
	refusal(t, d.ask(a.ID, typed), access.CodeConflict, access.HintContentChanged)
}

func TestCreateRequest_refusals(t *testing.T) {
	d := newDesk(t)
	done := d.sign(ourCode)
	try := func(who access.Viewer, change func(*wire.NewRequest)) error {
		in := wire.NewRequest{Kind: access.KindEnroll, Code: "0500199002", Form: goodForm()}
		change(&in)
		_, err := d.flow.CreateRequest(t.Context(), by(who), in)
		return err
	}
	fields := func(err error) string {
		if e, ok := errors.AsType[*access.Error](err); ok {
			return fmt.Sprint(e.Fields)
		}
		return fmt.Sprint(err)
	}
	nothing := func(*wire.NewRequest) {}
	tests := []struct {
		name   string
		who    access.Viewer
		change func(*wire.NewRequest)
		want   string
		fields string
	}{
		{"officer", d.officer, nothing, "forbidden", ""},
		{"nobody", access.Viewer{}, nothing, "forbidden", ""},
		{"another's code", d.stranger, nothing, "not_found", ""},
		{"code REPS never had", d.delegate, func(n *wire.NewRequest) { n.Code = "9999999999" }, "not_found", ""},
		{"code that is gone", d.delegate, func(n *wire.NewRequest) { n.Code = goneCode }, "not_found", ""},
		{"request in the way", d.delegate, func(n *wire.NewRequest) { n.Code = ourCode }, "conflict open_request", ""},
		{"no code", d.delegate, func(n *wire.NewRequest) { n.Code = "" }, "invalid", "[{code required}]"},
		{"short code", d.delegate, func(n *wire.NewRequest) { n.Code = "500199002" }, "invalid", "[{code format}]"},
		{"kind", d.delegate, func(n *wire.NewRequest) { n.Kind = "steal" }, "invalid", "[{kind unknown_value}]"},
		{"reason", d.delegate, func(n *wire.NewRequest) { n.Reason = access.ReasonVendor }, "invalid", "[{reason unknown_value}]"},
		{"free mail", d.delegate, func(n *wire.NewRequest) { n.Form.Lead.Email = "a@libre.example" }, "invalid", "[{lead.email free_mail}]"},
		{"phone with spaces", d.delegate, func(n *wire.NewRequest) { n.Form.Lead.Phone = "300 123 4567" }, "invalid", "[{lead.phone format}]"},
		{
			"empty form", d.delegate, func(n *wire.NewRequest) { n.Form = access.RequestForm{} }, "invalid",
			"[{vendor required} {software required} {lead.name required} {lead.email required} {lead.phone required} " +
				"{privacy.name required} {privacy.email required} {privacy.phone required}]",
		},
	}
	head := d.head()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := try(tt.who, tt.change)
			if verdict(err) != tt.want || tt.fields != "" && fields(err) != tt.fields {
				t.Errorf("got %s %s, want %s %s", verdict(err), fields(err), tt.want, tt.fields)
			}
			if d.head() != head {
				t.Error("a refused request left something behind")
			}
		})
	}
	d.issue(done)
	if err := try(d.delegate, func(n *wire.NewRequest) { n.Code = ourCode }); verdict(err) != "conflict key_exists" {
		t.Errorf("a key is there: %v", err)
	}
	_, err := d.flow.CreateRequest(t.Context(), by(d.free), wire.NewRequest{Kind: access.KindEnroll, Code: "1100199003", Form: func() access.RequestForm {
		f := goodForm()
		f.Lead.Email, f.Privacy.Email = "a@libre.example", "b@libre.example"
		return f
	}()})
	ok(t, err) // an independent's free mail is let through
}

// A code that changed hands while a request was being written: the leftover does
// not stand in the way.
func TestCreateRequest_codeChangedHands(t *testing.T) {
	d := newDesk(t)
	left := d.create(ourCode)
	ok(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot: store.Snapshot{Kind: store.SnapshotREPS, Hash: "three"},
			Entities: slices.Values([]store.RegistryEntity{{Document: access.Document{Type: access.DocumentNI, Number: "999100001"}, Name: "Otra"}}),
			Providers: slices.Values([]store.Provider{
				{Code: ourCode, Entity: otherEntity, Name: "Clínica Ñandú", Class: "IPS"},
			}),
			Unsure: func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		return err
	}))
	a, err := d.flow.CreateRequest(t.Context(), by(d.stranger), wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: goodForm()})
	ok(t, err)
	if a.ID == left.ID || d.request(left.ID).Status != access.StatusCancelled || d.request(a.ID).Entity != otherEntity {
		t.Errorf("left %+v, made %+v", d.request(left.ID), d.request(a.ID))
	}
}

func TestReveal(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	key := d.keys(ourCode)[access.Production].ID
	reveal := func(who access.Viewer, field access.Field, purpose access.Purpose) (wire.RevealReply, error) {
		return d.flow.Reveal(t.Context(), by(who), key, wire.Reveal{Field: field, Purpose: purpose})
	}
	_, err := reveal(d.delegate, access.FieldSecret, access.PurposeShow)
	refusal(t, err, access.CodeNotFound, "") // being made
	made := d.issue(id)
	k := d.keys(ourCode)[access.Production]
	want := map[access.Field]string{
		access.FieldClientID: k.ClientID, access.FieldSecret: made[access.Production],
		access.FieldExpiresAt:            k.ExpiresAt.Format(time.RFC3339),
		access.ParamField("APIMSubskey"): "planted-subscription-key",
		access.ParamField("EndPoint"):    "https://ihce.example/ihce",
	}
	for field, value := range want {
		got, err := reveal(d.delegate, field, access.PurposeExport)
		ok(t, err)
		if got.Value.Reveal() != value || !got.At.Equal(d.clock()) {
			t.Errorf("%s: another value", field)
		}
	}
	trail := len(d.trail())
	for _, tt := range []struct {
		who     access.Viewer
		field   access.Field
		purpose access.Purpose
		want    string
	}{
		{d.stranger, access.FieldSecret, access.PurposeShow, "not_found"},
		{d.officer, access.FieldSecret, access.PurposeShow, "forbidden"},
		{access.Viewer{}, access.FieldSecret, access.PurposeShow, "forbidden"},
		{d.delegate, access.FieldSecret, "steal", "invalid"},
		{d.delegate, "password", access.PurposeShow, "invalid"},
		{d.delegate, access.ParamField("Nothing"), access.PurposeShow, "invalid"},
	} {
		if _, err := reveal(tt.who, tt.field, tt.purpose); verdict(err) != tt.want {
			t.Errorf("%v %s: got %v, want %s", tt.field, tt.purpose, err, tt.want)
		}
	}
	if len(d.trail()) != trail {
		t.Error("a refused reveal is in the trail as one")
	}
	_, err = d.flow.KeyAudit(t.Context(), by(d.stranger), key)
	refusal(t, err, access.CodeNotFound, "")
	shown, err := d.flow.KeyAudit(t.Context(), by(d.second), key)
	ok(t, err)
	if len(shown.Entries) != len(want) {
		t.Errorf("%d entries, want %d", len(shown.Entries), len(want))
	}
}

func TestReveal_once(t *testing.T) {
	d := newDesk(t)
	d.flow = d.newFlow(t, params.RevealOnce)
	d.issue(d.sign(ourCode))
	key := d.keys(ourCode)[access.Preproduction].ID
	show := func() error {
		_, err := d.flow.Reveal(t.Context(), by(d.delegate), key, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
		return err
	}
	at := d.clock()
	ok(t, show())
	d.wait(time.Hour)
	if e := refusal(t, show(), access.CodeForbidden, access.HintRevealOnce); e.Args["at"] != at.Format(time.RFC3339) {
		t.Errorf("args: %v", e.Args)
	}
	_, err := d.flow.Reveal(t.Context(), by(d.delegate), key, wire.Reveal{Field: access.FieldClientID, Purpose: access.PurposeShow})
	ok(t, err) // the rest is shown again and again
}

func TestParameters(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	key := d.keys(ourCode)[access.Preproduction].ID
	got, err := d.flow.Parameters(t.Context(), by(d.delegate), key)
	ok(t, err)
	want := []wire.Parameter{{Name: "EndPoint", Value: "https://ihce.example/ihce"}, {Name: "APIMSubskey", Sensitive: true}}
	if got.Environment != access.Preproduction || !slices.Equal(got.Items, want) {
		t.Errorf("got %+v", got)
	}
	_, err = d.flow.Parameters(t.Context(), by(d.stranger), key)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.Parameters(t.Context(), by(d.officer), key)
	refusal(t, err, access.CodeForbidden, "")
}

func TestNew_wrongKeyset(t *testing.T) {
	d := newDesk(t)
	box, err := seal.Create(filepath.Join(t.TempDir(), "other.json"))
	ok(t, err)
	_, err = New(t.Context(), Deps{Store: d.db, Box: box, Params: d.flow.params})
	if !errors.Is(err, seal.ErrNotOpened) || !strings.Contains(err.Error(), "keyset") {
		t.Errorf("got %v", err)
	}
	if _, err := New(t.Context(), Deps{Store: d.db, Box: d.box, Params: d.flow.params}); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

// What is cut off in the middle of a transaction leaves nothing: not the row,
// not the entry, not the change, not the job.
func TestWrite_cutShort(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	typed, sent := d.code(a.ID)
	head, trail := d.head(), len(d.trail())
	cut := errors.New("cut")
	for step := range 4 {
		err := d.db.Write(t.Context(), func(tx *store.Tx) error {
			r, err := tx.KeyRequest(a.ID)
			if err != nil {
				return err
			}
			ok(t, r.Sign(d.delegate, tx.Now()))
			acts := []func() error{
				func() error { return tx.SaveRequest(r) },
				func() error { return tx.Audit(serverEntry(audit.RequestSigned, r)) },
				func() error { _, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity); return err },
				func() error { return tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID)}) },
			}
			for _, act := range acts[:step+1] {
				if err := act(); err != nil {
					return err
				}
			}
			return cut
		})
		if !errors.Is(err, cut) {
			t.Fatal(err)
		}
		if d.head() != head || len(d.trail()) != trail || d.request(a.ID).Status != access.StatusSigning {
			t.Errorf("cut after step %d left something behind", step)
		}
		d.noLiveJobs(t)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.flow.Sign(ctx, by(d.delegate), a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	if !errors.Is(err, context.Canceled) || d.head() != head {
		t.Errorf("cancelled: %v", err)
	}
	ok(t, d.ask(a.ID, typed))
}

// A copy of the files yields no secret, code, or parameter.
func TestFiles_holdNoSecret(t *testing.T) {
	d := newDesk(t)
	planted := map[string]string{"sensitive parameter": "planted-subscription-key"}
	a := d.create(ourCode)
	typed, sent := d.code(a.ID)
	act := by(d.delegate)
	act.Key = newGUID()
	_, err := d.flow.Sign(t.Context(), act, a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash})
	ok(t, err)
	for env, s := range d.issue(a.ID) {
		planted["issued "+string(env)] = s
		_, err := d.flow.Reveal(t.Context(), act, d.keys(ourCode)[env].ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
		ok(t, err)
	}
	next := d.sign("0500199002")
	d.park(next)
	taken, err := d.flow.Take(t.Context(), by(d.officer), next, wire.Take{})
	ok(t, err)
	in := typedKeys(d.clock())
	act = by(d.officer)
	act.Key = newGUID()
	_, err = d.flow.Assign(t.Context(), act, next, taken.Version, in)
	ok(t, err)
	planted["typed production"], planted["typed preproduction"] = in.Production.Secret, in.Preproduction.Secret
	_, err = d.flow.CreateRequest(t.Context(), by(d.free), wire.NewRequest{Kind: access.KindEnroll, Code: "1100199003", Form: goodForm()})
	ok(t, err)

	files, err := filepath.Glob(filepath.Join(d.dir, "llavero.db*"))
	ok(t, err)
	if len(files) < 2 {
		t.Fatalf("files: %v; the write-ahead log must be among them", files)
	}
	canary := false
	for _, name := range files {
		body, err := os.ReadFile(name)
		ok(t, err)
		canary = canary || strings.Contains(string(body), "Proveedor de Ejemplo")
		for what, value := range planted {
			if strings.Contains(string(body), value) {
				t.Errorf("%s stands in %s", what, filepath.Base(name))
			}
		}
		info, err := os.Stat(name)
		ok(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(name), info.Mode())
		}
	}
	if !canary {
		t.Error("the search finds nothing at all")
	}
}

// One-time codes stand nowhere: not in a row, not in a reply kept.
func TestCodes_areStoredNowhere(t *testing.T) {
	d := newDesk(t)
	a := d.create(ourCode)
	act := by(d.delegate)
	act.Key = newGUID()
	_, err := d.flow.SendCode(t.Context(), act, a.ID, wire.SendCode{Accepted: d.ticks()})
	ok(t, err)
	typed := d.nextMail().Data["code"]
	ok(t, d.ask(a.ID, typed))
	ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		kept, err := tx.Intent(d.delegate.Account, act.Key)
		if err != nil {
			return err
		}
		all, err := tx.Codes(a.ID)
		if err != nil || len(all) != 1 {
			return fmt.Errorf("%d codes: %w", len(all), err)
		}
		for what, text := range map[string]string{
			"reply": kept.Reply, "body hash": string(kept.BodyHash), "salt": string(all[0].Salt), "digest": string(all[0].CodeHash),
		} {
			if strings.Contains(text, typed) {
				t.Errorf("the code stands in the %s", what)
			}
		}
		return nil
	}))
	for _, r := range d.trail() {
		if strings.Contains(r.Detail, `"`+typed+`"`) {
			t.Errorf("the code stands in the trail: %s", r.Kind)
		}
	}
}
