package receipt

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

// testKey makes a key from a seed; none is ever written down.
func testKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

var begin = time.Date(2026, 9, 16, 15, 4, 5, 123456000, time.UTC)

func ringOf(t testing.TB, keys ...ed25519.PrivateKey) KeyRing {
	t.Helper()
	var all []SigningKey
	for _, k := range keys {
		public := k.Public().(ed25519.PublicKey)
		all = append(all, SigningKey{ID: KeyIDOf(public), Public: public, From: begin})
	}
	ring, err := NewKeyRing(all...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func faultOf(t *testing.T, err error) Fault {
	t.Helper()
	f, ok := errors.AsType[*FaultError](err)
	if !ok {
		t.Fatalf("%v is no *FaultError", err)
	}
	return f.Fault
}

const plain = `{"format":"llavero.receipt.v1", "who":{"name":"Ñandú & <Cía>"}, "n":[1,2.50,null,true], "b":""}`

func signedFile(t testing.TB) []byte {
	t.Helper()
	file, err := SignDocument(testKey(1), KindReceipt, begin, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSignDocument_andOpen(t *testing.T) {
	file, ring := signedFile(t), ringOf(t, testKey(2), testKey(1))
	for name, as := range map[string][]byte{"as written": file, "without its newline": bytes.TrimSuffix(file, []byte("\n"))} {
		s, err := ring.Open(as)
		if err != nil || s.Kind != KindReceipt || !s.Signature.At.Equal(begin) || s.Signature.KeyID != KeyIDOf(testKey(1).Public().(ed25519.PublicKey)) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		if want := `{"b":"","format":"llavero.receipt.v1","n":[1,2.50,null,true],"who":{"name":"Ñandú & <Cía>"}}`; string(s.Document) != want {
			t.Errorf("%s: %s", name, s.Document)
		}
	}
	whole, err := Canonical(file)
	if err != nil || string(whole)+"\n" != string(file) {
		t.Errorf("the file is not canonical: %v", err)
	}
	if _, err := SignDocument(testKey(1), KindAuditHead, begin, []byte(plain)); err == nil {
		t.Error("a receipt was signed as the head of a trail")
	}
}

// Every bit of every byte: a file with one turned over is never believed, and
// never another reading of the same.
func TestOpen_everyBit(t *testing.T) {
	file, ring := signedFile(t), ringOf(t, testKey(1))
	for i := range file {
		for bit := range 8 {
			bad := bytes.Clone(file)
			bad[i] ^= 1 << bit
			if _, err := ring.Open(bad); err == nil {
				t.Fatalf("byte %d, bit %d: believed: %s", i, bit, bad)
			}
		}
		if _, err := ring.Open(append(bytes.Clone(file[:i]), file[i+1:]...)); err == nil && i != len(file)-1 {
			t.Fatalf("byte %d left out: believed", i)
		}
		if _, err := ring.Open(append(append(bytes.Clone(file[:i]), ' '), file[i:]...)); err == nil {
			t.Fatalf("a space before byte %d: believed", i)
		}
	}
}

func TestOpen_faults(t *testing.T) {
	file, known := signedFile(t), ringOf(t, testKey(1))
	swap := func(old, next string) []byte {
		out := strings.Replace(string(file), old, next, 1)
		if out == string(file) {
			t.Fatalf("%s is not in the file", old)
		}
		return []byte(out)
	}
	early := SigningKey{ID: KeyIDOf(testKey(1).Public().(ed25519.PublicKey)), Public: testKey(1).Public().(ed25519.PublicKey), From: begin.Add(-time.Hour)}
	early.Until = begin.Add(-time.Microsecond)
	past, err := NewKeyRing(early)
	if err != nil {
		t.Fatal(err)
	}
	early.Until = begin // to the end, and no longer
	last, err := NewKeyRing(early)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := last.Open(file); err != nil {
		t.Errorf("signed at the key's last instant: %v", err)
	}
	for name, tt := range map[string]struct {
		file []byte
		ring KeyRing
		want Fault
	}{
		"a letter":               {[]byte("Estimada señora"), known, FaultForeign},
		"nothing":                {nil, known, FaultForeign},
		"other JSON":             {[]byte(`{"a":1}`), known, FaultForeign},
		"cut off":                {file[:len(file)-9], known, FaultMalformed},
		"another word":           {swap("Ñandú", "Nandú"), known, FaultAltered},
		"another key's name":     {swap(string(early.ID), "0000000000000000"), known, FaultUnknownKey},
		"another algorithm":      {swap(`"Ed25519"`, `"none"`), known, FaultAltered},
		"another time":           {swap("15:04:05", "15:04:06"), known, FaultAltered},
		"another format":         {swap("llavero.receipt.v1", "llavero.audit-head.v1"), known, FaultAltered},
		"no format":              {swap("format", "formaT"), known, FaultForeign},
		"a member's case":        {swap(`{"document"`, `{"Document"`), known, FaultAltered},
		"laid out":               {swap(`,"signature"`, `, "signature"`), known, FaultAltered},
		"escaped":                {swap("Ñandú", `\u00d1andú`), known, FaultAltered},
		"an unknown key":         {file, ringOf(t, testKey(2)), FaultUnknownKey},
		"no keys at all":         {file, KeyRing{}, FaultUnknownKey},
		"a key that had ended":   {file, past, FaultNotInForce},
		"a stranger's signature": {forged(t), known, FaultAltered},
	} {
		if _, err := tt.ring.Open(tt.file); err == nil || faultOf(t, err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// forged is signed with another key under the name of a known one.
func forged(t *testing.T) []byte {
	s, err := ParseSigned(signedFile(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Signature.Value = Sign(testKey(2), s.Kind, s.Signature.At, s.Document).Value
	return s.File()
}

// A signature for one use is none for another, at another time, or by another key.
func TestVerify_onlyWhatWasSigned(t *testing.T) {
	ring, body := ringOf(t, testKey(1), testKey(2)), []byte("body")
	s := Sign(testKey(1), KindAuditHead, begin, body)
	if err := ring.Verify(KindAuditHead, body, s); err != nil {
		t.Fatal(err)
	}
	later, other := s, s
	later.At = later.At.Add(time.Microsecond)
	other.KeyID = KeyIDOf(testKey(2).Public().(ed25519.PublicKey))
	for name, err := range map[string]error{
		"kind": ring.Verify(KindReceipt, body, s), "body": ring.Verify(KindAuditHead, []byte("bodY"), s),
		"time": ring.Verify(KindAuditHead, body, later), "key": ring.Verify(KindAuditHead, body, other),
	} {
		if err == nil || faultOf(t, err) != FaultAltered {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyRing_file(t *testing.T) {
	ring := ringOf(t, testKey(1), testKey(2))
	again, err := ParseKeyRing(ring.File())
	if err != nil || len(again.Keys()) != 2 || string(again.File()) != string(ring.File()) {
		t.Fatalf("%s, %v", again.File(), err)
	}
	good := string(ring.File())
	id := string(ring.Keys()[0].ID)
	for name, bad := range map[string]string{
		"empty": "", "list": "[]", "cut off": good[:len(good)-3], "data after it": good + "{}",
		"other format":  strings.Replace(good, "keys.v1", "keys.v2", 1),
		"unknown":       strings.Replace(good, `"format"`, `"more":1,"format"`, 1),
		"twice":         strings.Replace(good, `"format"`, `"keys":[],"format"`, 1),
		"other name":    strings.Replace(good, id, strings.Repeat("0", 16), 1),
		"same name":     strings.Replace(good, id, string(ring.Keys()[1].ID), 1),
		"algorithm":     strings.Replace(good, Algorithm, "RSA", 1),
		"local time":    strings.Replace(good, "Z\"", "-05:00\"", 1),
		"no time":       strings.Replace(good, `"from"`, `"until"`, 1),
		"too large":     good + strings.Repeat(" ", maxKeyFile),
		"public's size": strings.Replace(good, `"public": "`, `"public": "AAAA`, 1),
		"not base64":    strings.Replace(good, `"public": "`, `"public": "*`, 1),
	} {
		if bad == good {
			t.Errorf("%s: changed nothing", name)
		}
		if _, err := ParseKeyRing([]byte(bad)); !errors.Is(err, ErrKeyRing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k := ring.Keys()[0]
	k.Until = k.From.Add(-time.Second)
	if _, err := NewKeyRing(k); !errors.Is(err, ErrKeyRing) {
		t.Errorf("ends before it begins: %v", err)
	}
	k.Until = time.Time{}
	if _, err := NewKeyRing(k, k); !errors.Is(err, ErrKeyRing) {
		t.Errorf("twice: %v", err)
	}
}

// Whatever is read is believed only if it is written the same again.
func FuzzOpen(f *testing.F) {
	file := signedFile(f)
	f.Add(file)
	f.Add(file[:40])
	f.Add([]byte(`{"document":{"format":"x"},"signature":{"algorithm":"Ed25519","at":"2026-01-01T00:00:00Z","keyId":"","value":""}}`))
	f.Add([]byte(`{"document":{},"document":{}}`))
	ring := ringOf(f, testKey(1))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := ring.Open(in)
		if err != nil {
			faultOf(t, err)
			return
		}
		if got := bytes.TrimSuffix(in, []byte("\n")); !bytes.Equal(got, bytes.TrimSuffix(file, []byte("\n"))) {
			t.Fatalf("believed %q: %+v", in, s)
		}
	})
}

func FuzzParseKeyRing(f *testing.F) {
	f.Add(ringOf(f, testKey(1)).File())
	f.Add([]byte(`{"format":"llavero.keys.v1","keys":[]}`))
	f.Add([]byte(`{"format":"llavero.keys.v1","keys":[{"algorithm":"Ed25519","id":"","public":"","from":""}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		ring, err := ParseKeyRing(in)
		if err != nil {
			if !errors.Is(err, ErrKeyRing) {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseKeyRing(ring.File())
		if err != nil || string(again.File()) != string(ring.File()) || !json.Valid(ring.File()) {
			t.Fatalf("%q reads as %s, then %v", in, ring.File(), err)
		}
	})
}

func hashOf(b []byte) string { return hex.EncodeToString(sum256(b)) }

func sum256(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func itoa(n int) string { return strconv.Itoa(n) }

func deflate(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
