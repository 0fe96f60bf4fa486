package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

func TestChain_refusesSecrets(t *testing.T) {
	shaped := "abc8" + "Q~" + strings.Repeat("x", 34)
	e := ByServer(KeyTyped, "key-1", "")
	e.Detail = Details(Word("secret", shaped))
	if _, err := Chain(e, 1, time.Unix(0, 0), nil); !errors.Is(err, ErrSecret) || strings.Contains(err.Error(), shaped) {
		t.Errorf("got %v", err)
	}
}

func TestDetails(t *testing.T) {
	e := By(access.Viewer{Account: "a", Entity: "NI-1", Person: access.Person{Name: "Ana", Document: access.Document{Type: "CC", Number: "9999000001"}}},
		KeyRevealed, "key-1", "req-1")
	e.Detail = Details(Purpose(access.PurposeCopy), Field(access.FieldSecret), Device("<equipo>"), Environment(access.Production),
		Step(access.StepSecret), Address("192.0.2.1"), Hash("hash", []byte{0xab}), Time("at", time.Unix(0, 0)), Word("w", "1"), Word("w", "2\xff"))
	r, err := Chain(e, 1, time.Unix(0, 0), nil)
	const want = `{"address":"192.0.2.1","at":"1970-01-01T00:00:00Z","device":"<equipo>","environment":"production",` +
		`"field":"client_secret","hash":"ab","purpose":"copy","step":"secret","w":"2` + "\ufffd" + `"}`
	if err != nil || r.Detail != want || r.Person != "CC 9999000001 Ana" || r.DetailOf("field") != "client_secret" || r.DetailOf("none") != "" {
		t.Errorf("got %+v, %v", r, err)
	}
	if (Record{Detail: "broken"}).DetailOf("x") != "" {
		t.Error("a broken detail says something")
	}
}

// The hashes of trails already written stand on these bytes.
func TestChain_golden(t *testing.T) {
	first := By(access.Viewer{Account: "a", Entity: "NI-999100005", Person: access.Person{Name: "Ana <Ñ>", Document: access.Document{Type: "CC", Number: "9999000001"}}},
		KeyRevealed, "key-1", "req-1")
	first.Detail = Details(Field(access.FieldSecret), Word("w", "a & \"b\""))
	var prev []byte
	for i, want := range []string{
		"92314631dd059554ae8392c8dc4b7f8350fef651cb29abed6d26b9dc878898d0",
		"627476141b9201d334ac89abb668bc7e0e280fc6aebe1bd856c60d5361fad3b4",
	} {
		e := first
		if i == 1 {
			e = ByServer(RequestDone, "request-1", "")
		}
		r, err := Chain(e, int64(i+1), time.Unix(1_700_000_000, 123_456_789), prev)
		if err != nil || hex.EncodeToString(r.Hash) != want {
			t.Errorf("record %d: %x, %v", i+1, r.Hash, err)
		}
		prev = r.Hash
	}
}

// Whatever the words, a record checks and its detail is JSON.
func FuzzChain(f *testing.F) {
	f.Add("Ana", "detalle", "valor")
	f.Add("\xff", "\x00", `"\u2028`)
	f.Fuzz(func(t *testing.T, person, name, value string) {
		e := ByServer(SignIn, value, access.EntityID(name))
		e.Person.Name, e.Detail = person, Details(Word(name, value))
		r, err := Chain(e, 1, time.Unix(0, 0), nil)
		if errors.Is(err, ErrSecret) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal([]byte(r.Detail), &m); err != nil || len(m) != 1 {
			t.Fatalf("detail %q: %v", r.Detail, err)
		}
		if sum, err := r.Sum(); err != nil || !bytes.Equal(sum, r.Hash) {
			t.Fatalf("hash %x, made as %x (%v)", sum, r.Hash, err)
		}
	})
}
