package verify_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/verify"
	"llavero/shared/verify/verifytest"
)

const golden = "../receipt/testdata/receipt.json"

func check(t *testing.T, file []byte, ring receipt.KeyRing) verify.Report {
	t.Helper()
	r, err := verify.Check(bytes.NewReader(file), int64(len(file)), ring)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCheck_eachKind(t *testing.T) {
	s := verifytest.Make(t, golden)
	for name, want := range map[string]verify.Kind{
		"constancia.json": verify.KindReceipt, "constancia.pdf": verify.KindReceipt, "bitacora.jsonl": verify.KindExport, "cierre.json": verify.KindDay,
	} {
		r := check(t, s.Files[name], s.Ring)
		if !r.IsGood() || r.Kind != want || r.Err() != nil || r.Signature.KeyID != s.Ring.Keys()[0].ID {
			t.Errorf("%s: %+v", name, r)
		}
		if r := check(t, s.Files[name], receipt.KeyRing{}); r.IsGood() || r.Kind != want {
			t.Errorf("%s without keys: %+v", name, r)
		}
	}
}

// One bit changed anywhere is found: packages receipt and trail try every byte; here
// it is every byte of both ends and many between, by what the file is taken for. What is still told by a mark of ours is
// told as a document that changed, not as a stranger's.
func TestCheck_flipped(t *testing.T) {
	s := verifytest.Make(t, golden)
	for name, file := range s.Files {
		strange := 0
		for i := 0; i < len(file); i++ {
			if i > 64 && i < len(file)-300 {
				i += len(file) / 200
			}
			r := check(t, verifytest.Flip(file, i), s.Ring)
			if r.IsGood() || r.Err() == nil {
				t.Fatalf("%s, byte %d of %d: %+v", name, i, len(file), r)
			}
			if r.Kind == verify.KindNone {
				strange++
			}
		}
		if strange > 0 {
			t.Errorf("%s: %d bytes make it a stranger's", name, strange)
		}
	}
}

func TestCheck_places(t *testing.T) {
	s := verifytest.Make(t, golden)
	lines := bytes.SplitAfter(s.Files["bitacora.jsonl"], []byte("\n"))
	without := bytes.Join(append(append([][]byte{}, lines[:3]...), lines[4:]...), nil)
	if r := check(t, without, s.Ring); r.Break == nil || r.Break.Seq != 3 || r.Break.Fault != trail.FaultMissing {
		t.Errorf("a record removed: %+v", r)
	}
	if r := check(t, verifytest.Flip(s.Files["bitacora.jsonl"], 1), s.Ring); r.Kind != verify.KindExport || r.Break == nil || r.Break.Line != 1 {
		t.Errorf("the first line changed: %+v", r)
	}
}

func TestCheck_strangers(t *testing.T) {
	s := verifytest.Make(t, golden)
	for name, file := range map[string][]byte{
		"empty": nil, "a letter": []byte("Estimada señora"), "binary": bytes.Repeat([]byte{0, 0xff, 0x80}, 5000), "json": []byte(`{"a":1}`),
		"another's PDF": []byte("%PDF-1.7\n%%EOF\n"), "lines": bytes.Repeat([]byte("{}\n"), 4000), "the ring itself": s.Ring.File(),
	} {
		if r := check(t, file, s.Ring); r.Kind != verify.KindNone || r.IsGood() || r.Fault == nil || r.Fault.Fault != receipt.FaultForeign {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// huge is a file of one byte over and over, without the memory for it.
type huge struct{}

func (huge) ReadAt(p []byte, _ int64) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestCheck_huge(t *testing.T) {
	r, err := verify.Check(huge{}, 1<<40, receipt.KeyRing{})
	if err != nil || r.Kind != verify.KindNone || r.Fault == nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFile(t *testing.T) {
	s, dir := verifytest.Make(t, golden), t.TempDir()
	path := filepath.Join(dir, "c.json")
	if err := os.WriteFile(path, s.Files["constancia.json"], 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := verify.File(path, s.Ring); err != nil || !r.IsGood() {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := verify.File(dir, s.Ring); !errors.Is(err, verify.ErrNoFile) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := verify.File(filepath.Join(dir, "none"), s.Ring); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// Whatever the bytes are, a check ends and says one thing.
func FuzzCheck(f *testing.F) {
	s := verifytest.Make(f, golden)
	for _, file := range s.Files {
		f.Add(file)
	}
	f.Add([]byte(`{"header"`))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := verify.Check(bytes.NewReader(file), int64(len(file)), s.Ring)
		if err != nil {
			t.Fatal(err)
		}
		if r.IsGood() != (r.Err() == nil) {
			t.Fatalf("%+v", r)
		}
	})
}
