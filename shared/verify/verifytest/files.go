// Package verifytest makes a good file of each kind that package verify knows, and
// spoils them, for tests.
package verifytest

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"fmt"
	"os"
	"testing"
	"time"

	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// Set is signed files and the ring that believes them.
type Set struct {
	Ring  receipt.KeyRing
	Files map[string][]byte // by name: constancia.json, constancia.pdf, bitacora.jsonl, cierre.json
}

var noon = time.Date(2026, 9, 16, 17, 0, 0, 0, time.UTC)

// Make makes them with a key of the seed that the golden receipt, in the file of
// this path (shared/receipt/testdata/receipt.json), was signed with.
func Make(t testing.TB, golden string) Set {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	ring, err := receipt.NewKeyRing(receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	must(t, err)
	paper, err := os.ReadFile(golden)
	must(t, err)
	sign := func(kind receipt.Kind, doc []byte) ([]byte, error) { return receipt.SignDocument(key, kind, noon, doc) }
	export, head := trailFiles(t, sign)
	return Set{Ring: ring, Files: map[string][]byte{
		"constancia.json": paper, "constancia.pdf": receipt.SignPDF(key, noon, pdf(t, paper)), "bitacora.jsonl": export, "cierre.json": head,
	}}
}

// pdf is the least that has a receipt inside.
func pdf(t testing.TB, inside []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, err := w.Write(inside)
	must(t, err)
	must(t, w.Close())
	return fmt.Appendf(nil, "%%PDF-1.7\n1 0 obj\n<</Type /EmbeddedFile /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n%%%%EOF\n", z.Len(), z.Bytes())
}

func trailFiles(t testing.TB, sign func(receipt.Kind, []byte) ([]byte, error)) (export, head []byte) {
	t.Helper()
	var out bytes.Buffer
	e, err := trail.NewExporter(&out, noon, trail.Scope{}, 1, nil)
	must(t, err)
	var last trail.Record
	for i := range 5 {
		last, err = trail.Record{
			Seq: int64(i + 1), At: noon.Add(time.Duration(i) * time.Minute), Kind: "key.revealed", Account: "a-1",
			Person: "CC 9999000001 Persona Inventada", Entity: "NI-999100005", Subject: "key-1", Detail: `{"field":"client_secret"}`, RequestID: "r",
		}.Follow(last.Hash)
		must(t, err)
		must(t, e.Add(last))
	}
	doc, err := trail.DayHead{Day: "2026-09-16", Seq: last.Seq, Hash: last.Hash, Entries: last.Seq}.Document()
	must(t, err)
	head, err = sign(receipt.KindAuditHead, doc)
	must(t, err)
	must(t, e.Head(head))
	must(t, e.End(sign))
	return out.Bytes(), head
}

// Flip returns a copy with one bit of the byte at i changed.
func Flip(file []byte, i int) []byte {
	bad := bytes.Clone(file)
	bad[i] ^= 1
	return bad
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
