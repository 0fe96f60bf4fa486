package backup

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// packed makes a container of some bytes, in blocks of a size.
func packed(t testing.TB, database []byte, block int64, sign func([]byte) ([]byte, error)) []byte {
	t.Helper()
	m := manifestOf(store.Facts{Epoch: "e1", Genesis: "00", Schema: 12, SchemaName: "0012_x", Head: 7, AuditSeq: 3, AuditHash: "ab", Rows: map[string]int64{"b": 2, "a": 1}})
	m.MadeAt, m.MadeBy, m.Cause, m.BlockBytes = time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC), "1 <&>", CauseCommand, block
	if sign == nil {
		sign = func(b []byte) ([]byte, error) { return b, nil }
	}
	var out bytes.Buffer
	if err := writeContainer(&out, bytes.NewReader(database), &m, sign); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func signer(b []byte) ([]byte, error) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	return receipt.SignDocument(key, Format, time.Unix(0, 0), b)
}

// read opens and unpacks.
func read(file []byte) ([]byte, *container, error) {
	c, err := open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	err = c.unpack(&out)
	return out.Bytes(), c, err
}

func words(n int) []byte { return []byte(strings.Repeat("llavero ", n/8+1))[:n] }

func TestContainer_roundTrip(t *testing.T) {
	for _, size := range []int{0, 1, 63, 64, 65, 128, 1000} {
		for _, sign := range []func([]byte) ([]byte, error){nil, signer} {
			file := packed(t, words(size), 64, sign)
			got, c, err := read(file)
			if err != nil || !bytes.Equal(got, words(size)) {
				t.Fatalf("%d bytes: %d came back, %v", size, len(got), err)
			}
			if (c.signed != nil) != (sign != nil) || c.size() != int64(len(file)) || c.manifest.MadeBy != "1 <&>" {
				t.Errorf("%d bytes: %+v", size, c.manifest)
			}
		}
	}
}

// One byte that changed is found, wherever it is; so is one that is missing, or
// one too many.
func TestContainer_everyByteCounts(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	for name, sign := range map[string]func([]byte) ([]byte, error){"unsigned": nil, "signed": signer} {
		file := packed(t, words(100), 64, sign)
		for i := range file {
			for _, flip := range []byte{0x01, 0x80, byte(1 + chance.IntN(255))} {
				changed := bytes.Clone(file)
				changed[i] ^= flip
				if _, _, err := read(changed); err == nil {
					t.Fatalf("%s: byte %d of %d with %#x is not found", name, i, len(file), flip)
				}
			}
			if _, _, err := read(file[:i]); err == nil {
				t.Fatalf("%s: cut to %d of %d bytes is not found", name, i, len(file))
			}
			if _, _, err := read(bytes.Join([][]byte{file[:i], file[i+1:]}, nil)); err == nil {
				t.Fatalf("%s: without byte %d is not found", name, i)
			}
			if _, _, err := read(bytes.Join([][]byte{file[:i], {file[i]}, file[i:]}, nil)); err == nil {
				t.Fatalf("%s: byte %d twice is not found", name, i)
			}
		}
	}
}

// What changed is said with its place.
func TestContainer_saysWhere(t *testing.T) {
	file := packed(t, words(300), 64, nil)
	c, err := open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	list := c.offsets[4] + c.manifest.Blocks[4].Bytes
	for _, tt := range []struct {
		at   int64
		part string
	}{
		{3, "the mark at its beginning"},
		{c.offsets[0], "block 1 of 5"},
		{c.offsets[2] + 1, "block 3 of 5"},
		{list - 1, "block 5 of 5"},
		{list + 10, "the list of blocks or the end mark"},
		{int64(len(file) - 1), "the mark at its end"},
	} {
		changed := bytes.Clone(file)
		changed[tt.at] ^= 4
		_, _, err := read(changed)
		if d, ok := errors.AsType[*DamageError](err); !ok || d.Part != tt.part || tt.at < d.From || tt.at >= d.To {
			t.Errorf("byte %d: %v", tt.at, err)
		}
	}
	if _, _, err := read([]byte("SQLite format 3\x00" + strings.Repeat("x", 200))); !errors.Is(err, ErrNotBackup) {
		t.Errorf("another file: %v", err)
	}
	newer := packed(t, words(10), 64, func(b []byte) ([]byte, error) {
		return bytes.Replace(b, []byte(Format), []byte("llavero.backup.v2"), 1), nil
	})
	if _, _, err := read(newer); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer format: %v", err)
	}
}

// A list that is whole and lies is refused before anything is unpacked.
func TestContainer_lyingLists(t *testing.T) {
	for from, to := range map[string]string{
		`"blockBytes":64`:            `"blockBytes":0`,
		`"blockBytes":64,`:           `"blockBytes":99999999999,`,
		`"database":{"bytes":300`:    `"database":{"bytes":99999999`,
		`"compression":"deflate"`:    `"compression":"none"`,
		`"epoch":"e1"`:               `"epoch":"e1","more":1`,
		`"cause":"command"`:          `"cause": "command"`,
		`"rows":{"a":1,"b":2}`:       `"rows":{"b":2,"a":1}`,
		`"format":"llavero.backup.`:  `"format":7,"x":"`,
		`"database":{"bytes":300,`:   `"database":{"bytes":-1,`,
		`"madeAt":"2026-11-28T03:00`: `"madeAt":"2026-11-28T03:0`,
	} {
		did := false
		file := packed(t, words(300), 64, func(b []byte) ([]byte, error) {
			lie := bytes.Replace(b, []byte(from), []byte(to), 1)
			did = !bytes.Equal(lie, b)
			return lie, nil
		})
		if _, _, err := read(file); err == nil || !did {
			t.Errorf("%s → %s: %v (did %t)", from, to, err, did)
		}
	}
}

// Whatever a file holds, reading it ends, bounded by what it says, and what is
// accepted is what this program would write.
func FuzzOpen(f *testing.F) {
	f.Add(packed(f, words(300), 64, nil))
	f.Add(packed(f, words(70), 64, signer))
	f.Add(packed(f, nil, 64, nil))
	f.Add([]byte(magic + endMagic))
	f.Fuzz(func(t *testing.T, file []byte) {
		// The sum of the list is given, so that what is behind it is reached.
		if n := len(file) - endBytes; n > len(magic) {
			if c, err := open(bytes.NewReader(file), int64(len(file))); err == nil && c.manifest.Database.Bytes > 1<<20 {
				return // memory is bounded by maxBlock, time by the size
			}
		}
		got, c, err := read(file)
		if err != nil {
			return
		}
		if int64(len(got)) != c.manifest.Database.Bytes || c.size() != int64(len(file)) {
			t.Fatalf("%d bytes of %d, file %d of %d", len(got), c.manifest.Database.Bytes, c.size(), len(file))
		}
	})
}

// FuzzList goes behind the sum of the list, which chance would never find.
func FuzzList(f *testing.F) {
	for _, sign := range []func([]byte) ([]byte, error){nil, signer} {
		file := packed(f, words(300), 64, sign)
		c, err := open(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			f.Fatal(err)
		}
		list := c.document
		if c.signed != nil {
			list = c.signed
		}
		f.Add(file[len(magic):len(file)-endBytes-len(list)], list)
	}
	f.Fuzz(func(t *testing.T, blocks, list []byte) {
		file := bytes.Join([][]byte{[]byte(magic), blocks, list, endOf(list)}, nil)
		c, err := open(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		if c.manifest.Database.Bytes > 1<<20 {
			return
		}
		var out bytes.Buffer
		if err := c.unpack(&out); err == nil && int64(out.Len()) != c.manifest.Database.Bytes {
			t.Fatalf("%d bytes of %d", out.Len(), c.manifest.Database.Bytes)
		}
	})
}
