package receiptpdf

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"os"
	"testing"
	"time"

	"llavero/shared/receipt"
)

var save = flag.String("save", "", "also write the PDF to this `FILE`, to look at")

// signer is the key that signed the golden receipt; it is made at run time.
func signer() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
}

func golden(t testing.TB) []byte {
	t.Helper()
	file, err := os.ReadFile("../../../shared/receipt/testdata/receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func ring(t testing.TB) receipt.KeyRing {
	t.Helper()
	public := signer().Public().(ed25519.PublicKey)
	r, err := receipt.NewKeyRing(receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var signedAt = time.Date(2026, 9, 16, 15, 5, 0, 0, time.UTC)

func paper(t testing.TB) []byte {
	t.Helper()
	pdf, err := Make(golden(t))
	if err != nil {
		t.Fatal(err)
	}
	return receipt.SignPDF(signer(), signedAt, pdf)
}

// The same JSON is the same PDF, to the byte; the JSON is inside it.
func TestMake(t *testing.T) {
	file := paper(t)
	if again := paper(t); !bytes.Equal(again, file) {
		t.Error("the same receipt became another PDF")
	}
	r, err := receipt.Check(file, ring(t))
	if err != nil || !r.PDF || r.Receipt.Number != "CON-2026-000001" {
		t.Fatalf("%+v, %v", r, err)
	}
	pdf, _, err := receipt.SplitPDF(file)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := receipt.Embedded(pdf)
	if err != nil || !bytes.Equal(inner, golden(t)) {
		t.Errorf("inside it is another: %v", err)
	}
	if i := bytes.LastIndex(file, []byte("%%EOF")); len(file)-i > 1024 {
		t.Errorf("its end is marked %d bytes before the end: readers look no further than 1024", len(file)-i)
	}
	if *save != "" {
		if err := os.WriteFile(*save, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// One bit of every byte of a real PDF; each is found offline.
func TestMake_everyByte(t *testing.T) {
	file, keys := paper(t), ring(t)
	step := 1
	if testing.Short() {
		step = 101
	}
	bad := bytes.Clone(file)
	for i := 0; i < len(file); i += step {
		bad[i] ^= 1 << (i % 8)
		if r, err := receipt.Check(bad, keys); err == nil || r.IsGood() {
			t.Fatalf("byte %d: believed", i)
		}
		bad[i] = file[i]
	}
}

func TestMake_refuses(t *testing.T) {
	for name, bad := range map[string][]byte{
		"nothing": nil, "a letter": []byte("Estimada señora"), "cut off": golden(t)[:500],
	} {
		if _, err := Make(bad); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}
