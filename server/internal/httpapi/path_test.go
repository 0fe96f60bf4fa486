package httpapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

type act = workflow.Act

var form = access.RequestForm{
	Vendor: "Proveedor Inventado", Software: "HIS Inventado",
	Lead:    access.Contact{Name: "Líder Inventada", Email: "lider@clinica.example", Phone: "3001234567"},
	Privacy: access.Contact{Name: "Oficial Inventado", Email: "datos@clinica.example", Phone: "6011234567"},
}

// code opens the mail waiting to be sent, as the worker would.
func (b *bench) code() string {
	b.t.Helper()
	var job *store.Job
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		var err error
		job, err = tx.ClaimJob([]string{store.JobMail}, time.Minute)
		return err
	})
	if err != nil || job == nil {
		b.t.Fatalf("no mail waits: %v", err)
	}
	m, err := b.flow.OpenMail(b.t.Context(), *job)
	if err != nil {
		b.t.Fatal(err)
	}
	return m.Data["code"]
}

// TestPath is the delegate's way and the officer's, by HTTPS alone.
func TestPath(t *testing.T) {
	b := newBench(t)
	key := uuid.NewString()
	body := wire.NewRequest{Kind: access.KindEnroll, Code: myCode, Form: form}
	var made, again wire.Accepted
	b.good(b.post(b.delegate, "/v1/key-requests", body, wire.HeaderIdempotencyKey, key), &made)
	b.good(b.post(b.delegate, "/v1/key-requests", body, wire.HeaderIdempotencyKey, key), &again)
	if made != again || made.ID == "" || made.Version == 0 {
		t.Fatalf("%+v, then %+v", made, again)
	}
	body.Form.Vendor = "Otro"
	if p := b.bad(b.post(b.delegate, "/v1/key-requests", body, wire.HeaderIdempotencyKey, key), http.StatusConflict); p.Hint != access.HintReused {
		t.Errorf("the key with another body: %+v", p)
	}
	path := "/v1/key-requests/" + string(made.ID)

	// Others do not find it; an officer does not see it before it is signed.
	for who, tok := range map[string]string{"another delegate": b.other, "officer": b.officer} {
		if p := b.bad(b.do(ask{method: http.MethodGet, path: path, token: tok}), http.StatusNotFound); p.Code != access.CodeNotFound {
			t.Errorf("%s: %+v", who, p)
		}
	}

	// A stale version is a conflict that says what stands now.
	change := wire.ChangeRequest{Form: form}
	var changed wire.Accepted
	b.good(b.send(http.MethodPut, b.delegate, path, change, wire.HeaderIfMatch, quote(made.Version)), &changed)
	change.Form.Software = "Otro HIS"
	if p := b.bad(b.send(http.MethodPut, b.delegate, path, change, wire.HeaderIfMatch, quote(made.Version+7)), http.StatusConflict); p.Hint != access.HintStale || p.Version == 0 {
		t.Errorf("stale: %+v", p)
	}

	// Texts, code, signature.
	var texts wire.ConsentTexts
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: b.delegate}), &texts)
	var ticked wire.SendCode
	if p := b.bad(b.post(b.delegate, path+"/codes", ticked), 422); len(p.Errors) == 0 {
		t.Errorf("nothing ticked: %+v", p)
	}
	for _, text := range texts.Texts {
		ticked.Accepted = append(ticked.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	var sent wire.CodeSent
	b.good(b.post(b.delegate, path+"/codes", ticked), &sent)
	if sent.To != "d•••@example.org" || sent.ContentHash == "" {
		t.Errorf("sent %+v", sent)
	}
	code := b.code()
	var detail wire.RequestDetail
	b.good(b.do(ask{method: http.MethodGet, path: path, token: b.delegate}), &detail)
	sign := wire.Sign{Code: other(code), ContentHash: detail.ContentHash}
	if p := b.bad(b.post(b.delegate, path+"/sign", sign, wire.HeaderIfMatch, quote(detail.Row.Version)), 422); p.Hint != access.HintCodeWrong && (len(p.Errors) == 0 || p.Errors[0].Hint != access.HintCodeWrong) {
		t.Errorf("wrong code: %+v", p)
	}
	sign.Code = code
	var signed wire.Accepted
	b.good(b.post(b.delegate, path+"/sign", sign, wire.HeaderIfMatch, quote(detail.Row.Version)), &signed)
	if signed.Seq <= made.Seq {
		t.Errorf("signed at %d, made at %d", signed.Seq, made.Seq)
	}

	// Automatic issue fails; the officer attends.
	if err := b.flow.ParkIssue(t.Context(), made.ID, access.Failure{Environment: access.Preproduction, Step: access.StepApplication, Status: 403, Code: "Authorization_RequestDenied"}); err != nil {
		t.Fatal(err)
	}
	b.good(b.do(ask{method: http.MethodGet, path: path, token: b.officer}), &detail)
	if detail.Row.Status != access.StatusPending || detail.Row.Failure == nil || detail.Form != form {
		t.Errorf("detail %+v", detail)
	}
	b.bad(b.post(b.officer, path+"/resume", nil, wire.HeaderIfMatch, quote(detail.Row.Version)), http.StatusConflict) // not taken
	var taken, resumed wire.Accepted
	b.good(b.post(b.officer, path+"/take", nil), &taken)
	b.good(b.post(b.officer, path+"/release", nil), nil)
	b.good(b.post(b.officer, path+"/take", wire.Take{}), &taken)
	b.good(b.post(b.officer, path+"/resume", nil, wire.HeaderIfMatch, quote(taken.Version)), &resumed)
	b.good(b.do(ask{method: http.MethodGet, path: path, token: b.delegate}), &detail)
	if detail.Row.Status != access.StatusIssuing || detail.Row.Version != resumed.Version {
		t.Errorf("after resume: %+v, %+v", detail.Row, resumed)
	}
	if strings.Contains(b.log.String(), code) || strings.Contains(b.log.String(), "lider@clinica.example") {
		t.Error("the log holds the code or a contact")
	}
}

func quote(version int64) string { return fmt.Sprintf("%q", fmt.Sprint(version)) }

// other is a code that is not this one.
func other(code string) string {
	last := (code[len(code)-1]-'0'+1)%10 + '0'
	return code[:len(code)-1] + string(last)
}

func FuzzStrict(f *testing.F) {
	for _, s := range []string{
		`{"kind":"enroll","code":"0500199001","form":{"lead":{"name":"ñ"}}}`, `{"production":{"expiresAt":"2026-01-01T00:00:00Z"}}`,
		`{"accepted":[{"id":"terms","hash":"00"},{"id":1}]}`, `[[[[]]]]`, `{"form":[{"a":1}]}`, "\x00", `{"nonce":1e400}`, `null`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []any{
			&wire.SignIn{}, &wire.SecondFactor{}, &wire.BeginSecondFactor{}, &wire.ProveSecondFactor{}, &wire.Unlock{}, &wire.GrantOfficer{}, &wire.SetAdministrator{}, &wire.OfficerWhy{}, &wire.NewRequest{}, &wire.ChangeRequest{}, &wire.SendCode{},
			&wire.Sign{}, &wire.Take{}, &wire.Assign{}, &wire.Reveal{}, &wire.AmendKeys{}, &wire.NewEvidence{}, &wire.SetValidity{}, &wire.ChangePermissions{}, &wire.RefreshPermissions{},
		} {
			if err := strict(b, v); err != nil && access.CodeOf(err) != access.CodeInvalid {
				t.Fatalf("%T: %v", v, err)
			}
		}
	})
}
