package trail

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/shared/receipt"
)

// signer is a key made here, and its ring.
type signer struct {
	key  ed25519.PrivateKey
	ring receipt.KeyRing
}

var noon = time.Date(2026, 9, 16, 17, 0, 0, 0, time.UTC)

func newSigner(t testing.TB, n byte) signer {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	ring, err := receipt.NewKeyRing(receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: noon.Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, ring}
}

func (s signer) sign(kind receipt.Kind, doc []byte) ([]byte, error) {
	return receipt.SignDocument(s.key, kind, noon, doc)
}

// headOf signs the head of a day that ends with a record.
func (s signer) headOf(t testing.TB, day string, r Record, entries int64) []byte {
	t.Helper()
	doc, err := DayHead{Day: day, Seq: r.Seq, Hash: r.Hash, Entries: entries}.Document()
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.sign(receipt.KindAuditHead, doc)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// trailWith makes n records; the words in them are awkward on purpose.
func trailWith(t testing.TB, n int) []Record {
	t.Helper()
	var all []Record
	var prev []byte
	for i := range n {
		r, err := Record{
			Seq: int64(i + 1), At: noon.Add(time.Duration(i) * time.Minute), Kind: "key.revealed", Account: "a-1", Person: "CC 9999000001 Ñandú <&> \u2028",
			Entity: "NI-999100005", Subject: "key-1", Detail: fmt.Sprintf(`{"field":"client_secret","n":"%d"}`, i), RequestID: "r",
		}.Follow(prev)
		if err != nil {
			t.Fatal(err)
		}
		all, prev = append(all, r), r.Hash
	}
	return all
}

// exportOf writes records from..to of a trail, with the head of a day after the
// fourth, leaving out those that hide says.
func exportOf(t testing.TB, s signer, all []Record, hide func(Record) bool) []byte {
	t.Helper()
	var out bytes.Buffer
	e, err := NewExporter(&out, noon, Scope{Entity: "NI-999100005"}, all[0].Seq, all[0].PrevHash)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range all {
		var err error
		if hide != nil && hide(r) {
			err = e.Skip(r.Seq, r.Hash)
		} else {
			err = e.Add(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			for _, day := range []string{"2026-09-16", "2026-09-17"} {
				if err := e.Head(s.headOf(t, day, r, 4)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := e.End(s.sign); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCheckExport(t *testing.T) {
	s := newSigner(t, 1)
	all := trailWith(t, 9)
	for name, tt := range map[string]struct {
		from    int
		hide    func(Record) bool
		records int64
		left    int64
	}{
		"all":                  {0, nil, 9, 0},
		"from the third":       {2, nil, 7, 0},
		"some":                 {0, func(r Record) bool { return r.Seq == 2 || r.Seq == 4 || r.Seq > 5 && r.Seq < 8 }, 5, 4},
		"but the first":        {1, func(r Record) bool { return r.Seq == 2 }, 7, 1},
		"but the last":         {0, func(r Record) bool { return r.Seq == 9 }, 8, 1},
		"none of what's there": {0, func(Record) bool { return true }, 0, 9},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := CheckExport(bytes.NewReader(exportOf(t, s, all[tt.from:], tt.hide)), s.ring)
			if err != nil || got.Records != tt.records || got.Left != tt.left || got.Last != 9 || !bytes.Equal(got.LastHash, all[8].Hash) {
				t.Errorf("%+v, %v", got, err)
			}
			if len(got.Heads) != 2 || got.Header.Scope.Entity != "NI-999100005" || got.Signed.KeyID == "" {
				t.Errorf("heads %+v, header %+v, signed %+v", got.Heads, got.Header, got.Signed)
			}
		})
	}
	var out bytes.Buffer
	e, err := NewExporter(&out, noon, Scope{}, 0, nil)
	if err = errors.Join(err, e.End(s.sign)); err != nil {
		t.Fatal(err)
	}
	if got, err := CheckExport(&out, s.ring); err != nil || got.Records+got.Left != 0 {
		t.Errorf("an export of nothing: %+v, %v", got, err)
	}
}

// rehashed is a record changed and given the hash that fits, as one would who
// knows how.
func rehashed(t *testing.T, r Record, change func(*Record)) Record {
	t.Helper()
	change(&r)
	r, err := r.Follow(r.PrevHash)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lineOf(t *testing.T, r Record) string {
	t.Helper()
	b, err := canonical(recordLine{Hash: fmt.Sprintf("%x", r.Hash), Prev: fmt.Sprintf("%x", r.PrevHash), Record: r.paper()})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What somebody does to an export is found where they did it. Lines: 1 header,
// 2–5 records 1–4, 6 and 7 the heads, 8–12 records 5–9, 13 the end.
func TestCheckExport_findsThePlace(t *testing.T) {
	s := newSigner(t, 1)
	all := trailWith(t, 9)
	whole := string(exportOf(t, s, all, nil))
	swapped := func(l []string, i, j int) []string { l[i-1], l[j-1] = l[j-1], l[i-1]; return l }
	for name, tt := range map[string]struct {
		tamper func(l []string) []string // lines with their newline
		line   int
		seq    int64
		fault  Fault
	}{
		"removed":               {func(l []string) []string { return slices.Delete(l, 3, 4) }, 4, 3, FaultMissing},
		"first removed":         {func(l []string) []string { return slices.Delete(l, 1, 2) }, 2, 1, FaultMissing},
		"last removed":          {func(l []string) []string { return slices.Delete(l, 11, 12) }, 12, 9, FaultMissing},
		"removed before a head": {func(l []string) []string { return slices.Delete(l, 4, 5) }, 5, 4, FaultMissing},
		"changed":               {func(l []string) []string { l[8] = strings.Replace(l[8], "client_secret", "client_id", 1); return l }, 9, 6, FaultChanged},
		"changed and hashed anew": {func(l []string) []string {
			l[8] = lineOf(t, rehashed(t, all[5], func(r *Record) { r.Person = "Otra" }))
			return l
		}, 10, 7, FaultChain},
		"last changed, hashed anew": {func(l []string) []string {
			l[11] = lineOf(t, rehashed(t, all[8], func(r *Record) { r.Person = "Otra" }))
			return l
		}, 13, 0, FaultCounts},
		"the day's last, hashed anew": {func(l []string) []string {
			l[4] = lineOf(t, rehashed(t, all[3], func(r *Record) { r.Person = "Otra" }))
			return l
		}, 6, 4, FaultHead},
		"added twice": {func(l []string) []string { return slices.Insert(l, 4, l[3]) }, 5, 3, FaultAdded},
		"added at the end": {func(l []string) []string {
			return slices.Insert(l, 12, lineOf(t, rehashed(t, all[8], func(r *Record) { r.Seq, r.PrevHash = 10, r.Hash })))
		}, 14, 0, FaultCounts},
		"reordered": {func(l []string) []string { return swapped(l, 4, 5) }, 4, 3, FaultOrder},
		"renumbered after a removal": {func(l []string) []string {
			l = slices.Delete(l, 3, 4)
			l[3] = strings.Replace(l[3], `"seq":4`, `"seq":3`, 1)
			return l
		}, 4, 3, FaultChanged},
		"head removed":    {func(l []string) []string { return slices.Delete(l, 5, 6) }, 12, 0, FaultCounts},
		"heads reordered": {func(l []string) []string { return swapped(l, 6, 7) }, 7, 4, FaultOrder},
		"head of another's key": {func(l []string) []string {
			l[5] = string(headLine(newSigner(t, 2).headOf(t, "2026-09-16", all[3], 4)))
			return l
		}, 6, 4, FaultUnknown},
		"head elsewhere":                  {func(l []string) []string { return slices.Insert(l, 9, l[5]) }, 10, 6, FaultOrder},
		"header's scope":                  {func(l []string) []string { l[0] = strings.Replace(l[0], "NI-999100005", "NI-999100006", 1); return l }, 1, 0, FaultHeader},
		"header's first":                  {func(l []string) []string { l[0] = strings.Replace(l[0], `"first":1`, `"first":2`, 1); return l }, 1, 0, FaultMalformed},
		"header removed":                  {func(l []string) []string { return l[1:] }, 1, 0, FaultMalformed},
		"cut off within a line":           {func(l []string) []string { l[9] = l[9][:40]; return l[:10] }, 10, 7, FaultTruncated},
		"cut off between lines":           {func(l []string) []string { return l[:9] }, 10, 7, FaultTruncated},
		"cut off before the end":          {func(l []string) []string { return l[:12] }, 13, 10, FaultTruncated},
		"empty":                           {func([]string) []string { return nil }, 1, 0, FaultTruncated},
		"a line after the end":            {func(l []string) []string { return append(l, l[12]) }, 14, 0, FaultAdded},
		"the end of another export":       {func(l []string) []string { return append(l[:12], lines(exportOf(t, s, all[1:], nil))[11]) }, 1, 0, FaultHeader},
		"the end signed by somebody else": {func(l []string) []string { return append(l[:12], lines(exportOf(t, newSigner(t, 2), all, nil))[12]) }, 13, 0, FaultUnknown},
		"spaced out":                      {func(l []string) []string { l[2] = strings.Replace(l[2], `,"record"`, `, "record"`, 1); return l }, 3, 2, FaultMalformed},
		"windows' line ends":              {func(l []string) []string { l[2] = strings.Replace(l[2], "\n", "\r\n", 1); return l }, 3, 2, FaultMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			file := strings.Join(tt.tamper(lines([]byte(whole))), "")
			_, err := CheckExport(strings.NewReader(file), s.ring)
			got, ok := errors.AsType[*BreakError](err)
			if !ok || got.Line != tt.line || got.Seq != tt.seq || got.Fault != tt.fault {
				t.Errorf("got %v, want line %d, record %d: %s", err, tt.line, tt.seq, tt.fault)
			}
		})
	}
}

func lines(file []byte) []string {
	all := strings.SplitAfter(string(file), "\n")
	return all[:len(all)-1] // nothing comes after the last newline
}

// A filtered export: what is left out cannot be given another extent or hash.
func TestCheckExport_leftOut(t *testing.T) {
	s := newSigner(t, 1)
	whole := string(exportOf(t, s, trailWith(t, 9), func(r Record) bool { return r.Seq == 2 || r.Seq == 6 || r.Seq == 7 }))
	for name, change := range map[string][2]string{
		"longer": {`"from":6,`, `"from":5,`}, "shorter": {`"to":7}`, `"to":6}`}, "backwards": {`"to":7}`, `"to":5}`},
	} {
		file := strings.Replace(whole, change[0], change[1], 1)
		if _, err := CheckExport(strings.NewReader(file), s.ring); file == whole || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One byte turned over anywhere is found, and never far from where it is: at its
// line, or at the line that tells of it.
func TestCheckExport_everyByte(t *testing.T) {
	s := newSigner(t, 1)
	file := exportOf(t, s, trailWith(t, 4), func(r Record) bool { return r.Seq == 2 })
	if _, err := CheckExport(bytes.NewReader(file), s.ring); err != nil {
		t.Fatal(err)
	}
	line := 1
	for i := range file {
		for _, mask := range []byte{1 << (i % 8), 0xff}[:1+(i+1)%4/3] {
			bad := bytes.Clone(file)
			bad[i] ^= mask
			_, err := CheckExport(bytes.NewReader(bad), s.ring)
			got, ok := errors.AsType[*BreakError](err)
			if !ok {
				t.Fatalf("byte %d with %02x: %v", i, mask, err)
			}
			if got.Line < line || got.Line > line+1 {
				t.Fatalf("byte %d of line %d with %02x: found at line %d: %v", i, line, mask, got.Line, err)
			}
		}
		if file[i] == '\n' {
			line++
		}
	}
	for i := 0; i < len(file); i += 5 {
		if _, err := CheckExport(bytes.NewReader(file[:i]), s.ring); err == nil {
			t.Fatalf("cut off after %d bytes: believed", i)
		}
	}
	if _, err := CheckExport(bytes.NewReader(file[:len(file)-1]), s.ring); err == nil {
		t.Fatal("without its last newline: believed")
	}
}

// The exporter refuses what does not follow, so that no broken trail goes out as
// a whole one.
func TestExporter_refusesABrokenTrail(t *testing.T) {
	all := trailWith(t, 4)
	for name, tt := range map[string]struct {
		next Record
		want Fault
	}{
		"gap": {all[2], FaultMissing}, "twice": {all[0], FaultMissing},
		"changed": {func() Record { r := all[1]; r.Person = "x"; return r }(), FaultChanged},
		"other":   {rehashed(t, all[1], func(r *Record) { r.PrevHash = bytes.Repeat([]byte{1}, 32) }), FaultChain},
	} {
		e, err := NewExporter(&bytes.Buffer{}, noon, Scope{}, 1, nil)
		if err = errors.Join(err, e.Add(all[0])); err != nil {
			t.Fatal(err)
		}
		if got, ok := errors.AsType[*BrokenError](e.Add(tt.next)); !ok || got.Fault != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whatever file comes, the check ends, and what it believes was signed as it is.
func FuzzCheckExport(f *testing.F) {
	s := newSigner(f, 1)
	file := exportOf(f, s, trailWith(f, 5), func(r Record) bool { return r.Seq == 2 })
	f.Add(file)
	f.Add(file[:200])
	f.Add(bytes.ReplaceAll(file, []byte(`"seq":3`), []byte(`"seq":99999999999999999999`)))
	f.Add([]byte("{\"header\":{}}\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, err := CheckExport(bytes.NewReader(doc), s.ring)
		if err == nil && !bytes.Equal(doc, file) {
			t.Fatalf("believed: %q", doc)
		}
		if _, ok := errors.AsType[*BreakError](err); err != nil && !ok {
			t.Fatalf("%v is no *BreakError", err)
		}
	})
}
