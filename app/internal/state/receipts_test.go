package state

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/verify/verifytest"
	"llavero/shared/wire"
)

// papers is what a server signed.
type papers struct {
	ring     []byte // nil: of no keys
	ref      *wire.ReceiptRef
	receipts map[bool][]byte // by being a PDF
}

func (s *server) SigningKeys(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.papers.ring == nil {
		return receipt.KeyRing{}.File(), s.refuse["signing keys"]
	}
	return s.papers.ring, s.refuse["signing keys"]
}

func (s *server) Receipt(_ context.Context, _ access.RequestID, isPDF bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.papers.receipts[isPDF], s.refuse["receipt"]
}

const golden = "../../../shared/receipt/testdata/receipt.json"

// keptRings keeps keys in memory.
type keptRings map[string]receipt.KeyRing

func (k keptRings) Load(server string) (receipt.KeyRing, error)    { return k[server], nil }
func (k keptRings) Save(server string, ring receipt.KeyRing) error { k[server] = ring; return nil }

func ringOf(t *testing.T, keys ...receipt.SigningKey) receipt.KeyRing {
	t.Helper()
	ring, err := receipt.NewKeyRing(keys...)
	must(t, err)
	return ring
}

func signingKey(seed string, from time.Time) receipt.SigningKey {
	public := ed25519.NewKeyFromSeed([]byte(strings.Repeat(seed, ed25519.SeedSize))).Public().(ed25519.PublicKey)
	return receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: from}
}

// The keys a server publishes are kept and grow; one that was known and is gone,
// or is another under the same name, is refused loudly and nothing is replaced.
func TestRefreshKeys(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one, two := signingKey("a", at), signingKey("b", at.Add(time.Hour))
	ended := one
	ended.Until = at.Add(time.Hour)
	posing := strings.Replace(string(ringOf(t, two).File()), string(two.ID), string(one.ID), 1)
	s := newServer(t, delegate())
	kept := keptRings{}
	m := New(Deps{API: s, Rows: &memory{}, Keeper: mapKeeper{}, Rings: kept, Clock: time.Now})
	for _, step := range []struct {
		name string
		file []byte
		warn string // a word of the warning; empty: taken
		keys int
	}{
		{"the first", ringOf(t, one).File(), "", 1},
		{"another key under its name", []byte(posing), "", 1},
		{"it ends, another signs", ringOf(t, ended, two).File(), "", 2},
		{"the old one is gone", ringOf(t, two).File(), string(one.ID), 2},
		{"it signs again", ringOf(t, one, two).File(), string(one.ID), 2},
		{"nothing", receipt.KeyRing{}.File(), string(two.ID), 2},
		{"no ring", []byte("{}"), "", 2},
	} {
		s.papers.ring = step.file
		m.rings.refused = nil
		err := m.RefreshKeys(t.Context())
		isBad := step.warn != "" || step.name == "no ring" || strings.HasPrefix(step.name, "another")
		if (access.HintOf(err) == access.HintSigningKeys) != isBad || !isBad && err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		got := m.SigningKeys()
		if len(got.Ring.Keys()) != step.keys || len(kept["https://llavero.example"].Keys()) != step.keys || (got.Refused != nil) != isBad {
			t.Errorf("%s: %+v", step.name, got)
		}
		told := m.TakeNotices()
		if isBad != (len(told) == 1 && told[0].Kind == NoticeKeysRefused) || isBad && !strings.Contains(told[0].Args["lost"]+told[0].Args["changed"], step.warn) {
			t.Errorf("%s: told %+v", step.name, told)
		}
		if isBad { // the same again is not told again
			if err := m.RefreshKeys(t.Context()); err == nil || len(m.TakeNotices()) != 0 {
				t.Errorf("%s, again: %v", step.name, err)
			}
		}
	}
	// Another start of the program, without a network.
	m = New(Deps{API: s, Rows: &memory{}, Keeper: mapKeeper{}, Rings: kept, Clock: time.Now})
	s.refuse["signing keys"] = access.Refuse(access.CodeUnavailable, access.HintNoAnswer)
	if err := m.RefreshKeys(t.Context()); err == nil || len(m.SigningKeys().Ring.Keys()) != 2 || len(m.TakeNotices()) != 0 {
		t.Errorf("offline: %v, %+v", err, m.SigningKeys())
	}
}

// Start learns the keys, so that a check needs no network later.
func TestStart_learnsKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		s.papers.ring = ringOf(t, signingKey("a", time.Now())).File()
		m := s.start(&memory{}, mapKeeper{})
		must(t, m.Start(t.Context()))
		if k := m.SigningKeys(); len(k.Ring.Keys()) != 1 || k.Server != s.Server() {
			t.Errorf("%+v", k)
		}
	})
}

// goldenID is the request of the golden receipt.
func goldenID(t *testing.T) access.RequestID {
	t.Helper()
	raw, err := os.ReadFile(golden)
	must(t, err)
	var file struct{ Document receipt.Receipt }
	must(t, json.Unmarshal(raw, &file))
	return file.Document.Action.Request
}

// A receipt is handed out only once it was checked: by the known keys, whole, and
// of the request that was asked about.
func TestFetchReceipt(t *testing.T) {
	signed, id := verifytest.Make(t, golden), goldenID(t)
	synctest.Test(t, func(t *testing.T) {
		s, m := atKeys(t, func(*wire.KeyRow) {})
		s.mu.Lock()
		s.write(id, func(r *wire.RequestRow) {
			*r = wire.RequestRow{Code: theCode, Status: access.StatusDone, SignedAt: time.Now()}
		})
		s.papers = papers{
			ring: signed.Ring.File(), ref: &wire.ReceiptRef{Number: "CON-2026-000001", Hash: "3f9a01bc"},
			receipts: map[bool][]byte{false: signed.Files["constancia.json"], true: signed.Files["constancia.pdf"]},
		}
		s.mu.Unlock()
		s.bring()
		if r := m.Keys().Receipt; r.Request != id || r.Loaded || r.Ref != nil {
			t.Fatalf("%+v", r)
		}
		must(t, m.LoadReceipt(t.Context()))
		if r := m.Keys().Receipt; !r.Loaded || r.Ref.Number != "CON-2026-000001" {
			t.Errorf("%+v", r)
		}
		for isPDF, name := range map[bool]string{false: "constancia-CON-2026-000001.json", true: "constancia-CON-2026-000001.pdf"} {
			f, err := m.FetchReceipt(t.Context(), id, isPDF)
			if err != nil || f.Name != name || string(f.Body) != string(s.papers.receipts[isPDF]) || f.KeyID == "" {
				t.Errorf("%s: %v, %+v", name, err, f.Name)
			}
			if r := m.Keys().Receipt; r.Checked != f.KeyID || r.Busy || r.Refused != nil || r.Ref == nil {
				t.Errorf("%s: %+v", name, r)
			}
		}
		good := signed.Files["constancia.json"]
		for name, body := range map[string][]byte{
			"a byte changed": verifytest.Flip(good, len(good)/2), "another form": signed.Files["constancia.pdf"], "an export": signed.Files["bitacora.jsonl"], "a letter": []byte("hola"), "nothing": nil,
		} {
			s.papers.receipts[false] = body
			f, err := m.FetchReceipt(t.Context(), id, false)
			if _, ok := errors.AsType[*ReceiptError](err); !ok || f.Body != nil || m.Keys().Receipt.Refused == nil || m.Keys().Receipt.Checked != "" {
				t.Errorf("%s: %v, %+v", name, err, m.Keys().Receipt)
			}
		}
		s.papers.receipts[false] = good
		if _, err := m.FetchReceipt(t.Context(), "another", false); err == nil {
			t.Error("the receipt of another request was handed out")
		}
		s.papers.ring = ringOf(t, signingKey("z", time.Now())).File() // somebody else's
		if f, err := m.FetchReceipt(t.Context(), id, false); access.HintOf(err) != access.HintSigningKeys || f.Body != nil || m.Keys().Receipt.Trouble == nil {
			t.Errorf("other keys: %v", err)
		}
	})
}
