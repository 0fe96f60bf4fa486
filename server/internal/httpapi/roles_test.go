package httpapi

import (
	"crypto/sha256"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func sum(token string) [32]byte { return sha256.Sum256([]byte(token)) }

func authenticator(t testing.TB, seed secret.Text) string {
	t.Helper()
	return authenticatorAt(t, seed, 0)
}

// next is the code after this moment's, which is taken by now too.
func next(t testing.TB, seed secret.Text) string {
	t.Helper()
	return authenticatorAt(t, seed, 30*time.Second)
}

// authenticatorAt is the code of so long from now.
func authenticatorAt(t testing.TB, seed secret.Text, from time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(seed.Reveal(), time.Now().Add(from))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// patterns reads the routes out of package wire's source.
func patterns(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../shared/wire/routes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Route") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
		return true
	})
	return all
}

func TestRoutes_areAllServed(t *testing.T) {
	served := map[string]bool{}
	for _, r := range (&API{}).routes() {
		if served[r.pattern] {
			t.Errorf("%s stands twice", r.pattern)
		}
		served[r.pattern] = true
	}
	all := patterns(t)
	if len(all) < 20 || len(all) != len(served) {
		t.Errorf("%d routes in wire, %d served", len(all), len(served))
	}
	for _, p := range all {
		if !served[p] {
			t.Errorf("%s is not served", p)
		}
	}
}

// TestRoles is the rule of roles, over every route and every kind of session:
// nobody gets 401, a wrong role 403 and an entry in the trail, a right one gets
// past the gate.
func TestRoles(t *testing.T) {
	b := newBench(t)
	const (
		out   = "nobody"
		deleg = "delegate"
		off   = "officer"
		half  = "officer without second factor"
		adm   = "administrator"
	)
	may := map[gate]map[string]bool{
		anyone:    {out: true, deleg: true, off: true, half: true, adm: true},
		signedIn:  {deleg: true, off: true, adm: true},
		delegates: {deleg: true},
		officers:  {off: true, adm: true},

		administrators: {adm: true},
	}
	tokens := map[string]string{out: "", deleg: b.delegate, off: b.officer, half: b.half, adm: b.admin}
	for _, rt := range b.api.routes() {
		if rt.pattern == wire.RouteSignOut {
			continue // it would end the session; see TestSignOut
		}
		method, path, _ := strings.Cut(rt.pattern, " ")
		path = strings.NewReplacer("{id}", uuid.NewString(), "{code}", "9999999999", "{environment}", "nowhere", "{role}", "nobody").Replace(path)
		for who, tok := range tokens {
			before := b.forbidden()
			resp := b.do(ask{method: method, path: path, token: tok, body: []byte("{")})
			wrote := b.forbidden() - before
			name := who + ": " + rt.pattern
			switch {
			case may[rt.who][who]:
				if resp.status == http.StatusUnauthorized || resp.status == http.StatusForbidden || resp.status >= 500 && resp.status != http.StatusServiceUnavailable || wrote != 0 {
					t.Errorf("%s: %d, %d entries", name, resp.status, wrote)
				}
			case who == out:
				if p := b.bad(resp, http.StatusUnauthorized); p.Code != access.CodeUnauthorized || resp.head.Get("WWW-Authenticate") == "" || wrote != 0 {
					t.Errorf("%s: %+v, %d entries", name, p, wrote)
				}
			default:
				if p := b.bad(resp, http.StatusForbidden); p.Code != access.CodeForbidden || wrote != 1 {
					t.Errorf("%s: %+v, %d entries", name, p, wrote)
				}
			}
		}
	}
}

// forbidden counts the entries of wrong roles.
func (b *bench) forbidden() int {
	b.t.Helper()
	n := 0
	err := b.db.Read(b.t.Context(), func(tx *store.Tx) error {
		all, err := tx.AuditAfter(0, 10_000)
		for _, r := range all {
			if r.Kind == audit.Forbidden {
				n++
			}
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestSignOut(t *testing.T) {
	b := newBench(t)
	var s wire.Session
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/session", token: b.delegate}), &s)
	if s.Login != "ADMIHCEIPS999100005" || s.EntityName != "CLÍNICA INVENTADA" || s.MaskedEmail != "d•••@example.org" {
		t.Errorf("session %+v", s)
	}
	if resp := b.do(ask{method: http.MethodDelete, path: "/v1/session", token: b.delegate}); resp.status != http.StatusNoContent {
		t.Errorf("status %d", resp.status)
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/session", token: b.delegate}), http.StatusUnauthorized)
	b.bad(b.do(ask{method: http.MethodDelete, path: "/v1/session", token: b.delegate}), http.StatusUnauthorized)
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/session", token: b.other}), nil)
}
