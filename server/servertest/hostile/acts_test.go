package hostile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"llavero/server/internal/httpapi"
	"llavero/server/internal/store"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// estate is what an entity has once its keys exist.
type estate struct {
	code    access.LicenseCode
	request access.RequestID
	key     access.KeyID
}

// codesOf are the license codes of a person's entity.
func codesOf(t *testing.T, s *servertest.Server, login string) []access.LicenseCode {
	t.Helper()
	var all []access.LicenseCode
	err := s.World.Server().Store().Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.ProvidersOf(s.Person(login).Entity)
		for _, p := range rows {
			all = append(all, p.Code)
		}
		return err
	})
	if err != nil || len(all) < 2 {
		t.Fatalf("%s has the codes %v, %v", login, all, err)
	}
	return all
}

// settle asks for the keys of somebody's first code, and waits for them.
func settle(t *testing.T, s *servertest.Server, login string) estate {
	t.Helper()
	e := estate{code: codesOf(t, s, login)[0]}
	var err error
	e.request, err = s.World.Ask(t.Context(), s.Person(login), wire.NewRequest{Kind: access.KindEnroll, Code: e.code, Form: world.Form()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.WaitRequest(t.Context(), e.request, access.StatusDone); err != nil {
		t.Fatal(err)
	}
	err = s.World.Server().Store().Read(t.Context(), func(tx *store.Tx) error {
		k, err := tx.KeyOf(e.code, access.Production)
		if err == nil {
			e.key = k.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// operation is what this suite reads of openapi.json.
type operation struct {
	method, path string
	open         bool // for whoever comes
}

func operations(t *testing.T) []operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct{ Security []any }
	}
	if err := json.Unmarshal(httpapi.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, methods := range doc.Paths {
		for method, o := range methods {
			all = append(all, operation{strings.ToUpper(method), path, len(o.Security) == 0})
		}
	}
	if len(all) < 60 {
		t.Fatalf("%d operations", len(all))
	}
	return all
}

// blank is an answer without what is each answer's own.
func blank(t *testing.T, got said) string {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(got.body, &doc); err != nil {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	delete(doc, "instance")
	return fmt.Sprint(got.status, doc)
}

// TestForgedIDs: over every operation with a name in its path, what is another's
// is answered as what does not exist, in the same bytes.
func TestForgedIDs(t *testing.T) {
	s := servertest.New(t)
	own := settle(t, s, seed.LoginDelegate)
	stranger := enter(t, s, seed.LoginBigDelegate)
	tried := 0
	for _, o := range operations(t) {
		if o.open || !strings.Contains(o.path, "{") {
			continue
		}
		id := string(own.request)
		if strings.Contains(o.path, "/keys/") {
			id = string(own.key)
		}
		ask := func(id, code string) string {
			path := strings.NewReplacer("{id}", id, "{code}", code, "{environment}", "production", "{role}", "lead").Replace(o.path)
			return blank(t, call(t, s, o.method, path, stranger, nil, wire.HeaderIfMatch, `"1"`))
		}
		if real, none := ask(id, string(own.code)), ask(uuid.NewString(), "9999999999"); real != none {
			t.Errorf("%s %s: another's is told from none:\n%s\n%s", o.method, o.path, real, none)
		}
		tried++
	}
	if tried < 25 {
		t.Errorf("%d operations were tried", tried)
	}
}

// TestWithdrawnSession: a session that ended is worth nothing, over every
// operation; nor is one that never was.
func TestWithdrawnSession(t *testing.T) {
	s := servertest.New(t)
	token := enter(t, s, seed.LoginDelegate)
	if got := call(t, s, "DELETE", "/v1/session", token, nil); got.status != http.StatusNoContent {
		t.Fatalf("%d", got.status)
	}
	for _, o := range operations(t) {
		if o.open {
			continue
		}
		path := strings.NewReplacer("{id}", uuid.NewString(), "{code}", "0500199001", "{environment}", "production", "{role}", "lead").Replace(o.path)
		for name, bad := range map[string]string{"ended": token, "invented": "x" + token[1:], "empty": ""} {
			if got := call(t, s, o.method, path, bad, nil, wire.HeaderIfMatch, `"1"`); got.status != http.StatusUnauthorized {
				t.Errorf("%s, %s %s: %d", name, o.method, path, got.status)
			}
		}
	}
}

// TestReplay_byAnother: a key of an act belongs to who used it. Who overhears one
// gets nothing by it, and takes nothing from its owner.
func TestReplay_byAnother(t *testing.T) {
	s := servertest.New(t)
	owner, stranger := enter(t, s, seed.LoginDelegate), enter(t, s, seed.LoginBigDelegate)
	key := uuid.NewString()
	send := func(token string, code access.LicenseCode) said {
		return call(t, s, "POST", "/v1/key-requests", token, wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: world.Form()}, wire.HeaderIdempotencyKey, key)
	}
	mine := codesOf(t, s, seed.LoginDelegate)[0]
	first := send(owner, mine)
	if first.status != http.StatusAccepted {
		t.Fatalf("%d %s", first.status, first.body)
	}
	if got := send(stranger, mine); got.status != http.StatusNotFound {
		t.Errorf("overheard: %d %s", got.status, got.body)
	}
	if got := send(stranger, codesOf(t, s, seed.LoginBigDelegate)[0]); got.status != http.StatusAccepted {
		t.Errorf("their own act under that key: %d %s", got.status, got.body)
	}
	if got := send(owner, mine); got.status != first.status || string(got.body) != string(first.body) {
		t.Errorf("the owner's, again: %d %s", got.status, got.body)
	}
	if got := send(owner, codesOf(t, s, seed.LoginDelegate)[1]); got.status != http.StatusConflict {
		t.Errorf("the owner's, with another body: %d %s", got.status, got.body)
	}
}

// TestOutOfOrder: acts whose turn has not come, or is over, are refused, and the
// rows stay as they were.
func TestOutOfOrder(t *testing.T) {
	s := servertest.New(t)
	delegate, officer := enter(t, s, seed.LoginDelegate), enter(t, s, seed.LoginOfficer)
	done := settle(t, s, seed.LoginDelegate)
	var made wire.Accepted
	read(t, call(t, s, "POST", "/v1/key-requests", delegate, wire.NewRequest{
		Kind: access.KindEnroll, Code: codesOf(t, s, seed.LoginDelegate)[1], Form: world.Form(),
	}), &made)
	fresh, old, key := "/v1/key-requests/"+string(made.ID), "/v1/key-requests/"+string(done.request), "/v1/keys/"+string(done.key)
	var detail wire.RequestDetail
	read(t, call(t, s, "GET", fresh, delegate, nil), &detail)
	look := func() (rows []any) {
		err := s.World.Server().Store().Read(t.Context(), func(tx *store.Tx) error {
			a, err := tx.KeyRequest(made.ID)
			if err != nil {
				return err
			}
			b, err := tx.KeyRequest(done.request)
			if err != nil {
				return err
			}
			rows = []any{a.KeyRequest, b.KeyRequest}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	version := func(n int64) string { return fmt.Sprintf(`"%d"`, n) }
	before := look()
	for name, tt := range map[string]struct {
		method, path, token string
		body                any
		version             int64
	}{
		"sign before a code":          {"POST", fresh + "/sign", delegate, wire.Sign{Code: "123456", ContentHash: detail.ContentHash}, made.Version},
		"sign again what is signed":   {"POST", old + "/sign", delegate, wire.Sign{Code: "123456", ContentHash: strings.Repeat("0", 64)}, 9},
		"a code for what is signed":   {"POST", old + "/codes", delegate, wire.SendCode{Accepted: []wire.AcceptedText{{ID: "terms", Hash: "x"}}}, 0},
		"a code without texts":        {"POST", fresh + "/codes", delegate, wire.SendCode{Accepted: []wire.AcceptedText{}}, 0},
		"change what is signed":       {"PUT", old, delegate, wire.ChangeRequest{Form: world.Form()}, 9},
		"withdraw what is signed":     {"DELETE", old, delegate, nil, 9},
		"take what is not signed":     {"POST", fresh + "/take", officer, nil, 0},
		"take what is done":           {"POST", old + "/take", officer, nil, 0},
		"resume what is not signed":   {"POST", fresh + "/resume", officer, nil, made.Version},
		"resume what is done":         {"POST", old + "/resume", officer, nil, 9},
		"release what nobody took":    {"POST", old + "/release", officer, nil, 0},
		"assign to what is done":      {"POST", old + "/assign", officer, wire.Assign{}, 9},
		"end what has no overlap":     {"POST", key + "/end-overlap", delegate, nil, 1},
		"answer no reminder":          {"POST", key + "/reminder", delegate, wire.AnswerReminder{Act: access.ReminderReceived}, 1},
		"an officer signs":            {"POST", fresh + "/sign", officer, wire.Sign{Code: "123456", ContentHash: detail.ContentHash}, made.Version},
		"a delegate resumes":          {"POST", old + "/resume", delegate, nil, 9},
		"second factor of no sign-in": {"POST", "/v1/sessions/second-factor", "", wire.SecondFactor{Ticket: uuid.NewString(), Code: "123456"}, 0},
		"confirm no enrolment":        {"POST", "/v1/account-link/second-factor", "", wire.ConfirmEnrolment{Ticket: uuid.NewString(), Code: "123456"}, 0},
		"set a password without link": {"POST", "/v1/account-link/password", "", wire.SetPassword{Token: strings.Repeat("ABCD", 8), Password: "Una.frase.que.cuesta." + uuid.NewString()}, 0},
	} {
		var more []string
		if tt.version > 0 {
			more = []string{wire.HeaderIfMatch, version(tt.version)}
		}
		if got := call(t, s, tt.method, tt.path, tt.token, tt.body, more...); got.status < 400 || got.status > 499 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if after := look(); !reflect.DeepEqual(before, after) {
			t.Errorf("%s: a row moved", name)
			before = after
		}
	}
}
