package entraemu

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "take the golden files of this run over")

// TestApplications_golden compares the whole documented answer to a creation.
func TestApplications_golden(t *testing.T) {
	h := start(t, Config{})
	h.SetClock(time.Date(2026, 3, 1, 10, 20, 30, 1234500, time.UTC))
	a := h.graph(h.admin(), "POST", "/applications", newApp, false)
	got := strings.ReplaceAll(a.raw, h.URL(), "https://HOST")
	path := filepath.Join("testdata", "application-201.json")
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != 201 || got+"\n" != string(want) || !json.Valid(want) {
		t.Errorf("%d\n got %s\nwant %s", a.status, got, want)
	}
}

// TestLag_property: per replica an object comes once and goes once, and after
// the longest lag all replicas agree for good.
func TestLag_property(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, seed))
	h := stopped(t)
	admin := h.admin()
	for round := range 6 {
		replicas, most := 1+rng.IntN(5), time.Duration(1+rng.IntN(600))*time.Second
		span := Span{Max: Duration(most)}
		h.turn(func(k *Knobs) { k.Replicas, k.Lag = replicas, Lag{Application: span, Delete: span} })
		id := h.graph(admin, "POST", "/applications", newApp, false).str("id")
		watch := func(first, last int) {
			seen := map[int]int{} // by replica, the last status
			for left := most; left > 0; {
				for range replicas {
					a := h.graph(admin, "GET", "/applications/"+id+"?$select=id", "", false)
					calls := h.Journal().Calls()
					replica := calls[len(calls)-1].Replica
					if a.status != first && a.status != last || seen[replica] == last && a.status != last {
						t.Fatalf("seed %d, round %d: replica %d answers %d after %d", seed, round, replica, a.status, seen[replica])
					}
					seen[replica] = a.status
				}
				step := time.Duration(1+rng.IntN(int(most/time.Second))) * time.Second
				h.AdvanceClock(min(step, left))
				left -= step
			}
			for range 2 * replicas {
				if a := h.graph(admin, "GET", "/applications/"+id, "", false); a.status != last {
					t.Fatalf("seed %d, round %d: %d after the lag of %s, want %d", seed, round, a.status, most, last)
				}
			}
		}
		watch(404, 200)
		h.graph(admin, "DELETE", "/applications/"+id, "", false)
		watch(200, 404)
		admin = h.admin()
	}
}

// TestKeys_overGraph: a certificate put there over Graph proves the next one.
func TestKeys_overGraph(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	var keys []*signingKey
	var certs []string
	for range 2 {
		k, err := newSigningKey(h.Now())
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
		certs = append(certs, base64.StdEncoding.EncodeToString(k.cert))
	}
	body := fmt.Sprintf(`{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":%q}]}`, certs[0])
	if a := h.graph(admin, "PATCH", "/applications/"+m.id, body, false); a.status != 204 {
		t.Fatalf("patch: %d %s", a.status, a.raw)
	}
	proof := func(k *signingKey, issuer string, life time.Duration) string {
		ring := &keyring{keys: []*signingKey{k}}
		text, err := ring.sign(fields{{"aud", proofAudience}, {"iss", issuer}, {"nbf", h.Now().Unix()}, {"exp", h.Now().Add(life).Unix()}}, true, false)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	add := func(proof string) answer {
		return h.graph(admin, "POST", "/applications/"+m.id+"/addKey", fmt.Sprintf(
			`{"keyCredential":{"type":"AsymmetricX509Cert","usage":"Verify","key":%q},"passwordCredential":null,"proof":%q}`, certs[1], proof), false)
	}
	for name, bad := range map[string]string{
		"not registered": proof(keys[1], m.id, time.Minute), "of another": proof(keys[0], m.appID, time.Minute),
		"too long": proof(keys[0], m.id, time.Hour), "none": "",
	} {
		if a := add(bad); a.status != 401 || a.code() != "Authentication_MissingOrMalformed" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	a := add(proof(keys[0], m.id, 10*time.Minute))
	if a.status != 200 || a.str("keyId") == "" {
		t.Fatalf("addKey: %d %s", a.status, a.raw)
	}
	remove := fmt.Sprintf(`{"keyId":%q,"proof":%q}`, a.str("keyId"), proof(keys[1], m.id, time.Minute))
	if a := h.graph(admin, "POST", "/applications/"+m.id+"/removeKey", remove, false); a.status != 204 {
		t.Errorf("removeKey: %d %s", a.status, a.raw)
	}
}

// TestGraph_quotas: the creator's binds who owns only, the tenant's all; what
// is gone for good weighs a quarter.
func TestGraph_quotas(t *testing.T) {
	h := stopped(t)
	h.turn(func(k *Knobs) { k.Quota.Creator = 2 })
	owned := h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	m := h.makeApp(owned, "one")
	if a := h.graph(owned, "POST", "/applications", newApp, false); a.code() != "Directory_QuotaExceeded" || !strings.Contains(a.raw, "for the Principal") {
		t.Errorf("creator: %d %s", a.status, a.raw)
	}
	h.graph(owned, "DELETE", "/applications/"+m.id, "", false)
	if a := h.graph(owned, "POST", "/applications", newApp, false); a.code() != "Directory_QuotaExceeded" {
		t.Errorf("what can be restored does not count: %d %s", a.status, a.raw)
	}
	h.AdvanceClock(31 * 24 * time.Hour)
	owned = h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	if a := h.graph(owned, "POST", "/applications", newApp, false); a.status != 201 {
		t.Errorf("what is gone for good counts: %d %s", a.status, a.raw)
	}
	h.turn(func(k *Knobs) { k.Quota = Quota{Directory: 1} })
	if a := h.graph(owned, "POST", "/applications", newApp, false); !strings.Contains(a.raw, "for the Tenant") {
		t.Errorf("tenant: %d %s", a.status, a.raw)
	}
}

func BenchmarkGraph_country(b *testing.B) {
	e, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100_000 {
		e.dir.Serial++
		o := object{ID: derivedID(9, fmt.Sprint("o", i)), Serial: e.dir.Serial, CreatedAt: e.now()}
		e.dir.addApp(&application{entity: entity{object: o, AppID: derivedID(9, fmt.Sprint("a", i)), DisplayName: "x"}, UniqueName: fmt.Sprint("u", i), Audience: audienceMyOrg})
	}
	claims := accessClaims{OID: "caller", AppID: "caller", Roles: []string{permAppWriteAll}}
	call := func(method, path, body string) int {
		r := httptest.NewRequest(method, "/v1.0"+path, strings.NewReader(body))
		r.Header.Set("Prefer", "create-if-missing")
		rq := &request{w: &recorder{header: http.Header{}}, r: r, body: []byte(body), entry: &Call{At: e.Now()}}
		if refusal := e.operate(rq, claims); refusal != nil {
			b.Fatal(refusal)
		}
		return rq.w.status
	}
	n := 0
	b.Run("upsert", func(b *testing.B) {
		for b.Loop() {
			n++
			call("PATCH", fmt.Sprintf("/applications(uniqueName='n%d')", n), newApp)
		}
	})
	b.Run("addPassword", func(b *testing.B) {
		for b.Loop() {
			n++
			call("POST", "/applications/"+derivedID(9, fmt.Sprint("o", n%100_000))+"/addPassword", "{}")
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			call("GET", "/applications?$top=10", "")
		}
	})
}
