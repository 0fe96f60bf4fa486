package e2e

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// needle is one way a secret may stand in bytes.
type needle struct {
	secret string // its name, never its value
	form   string // how it is written
	bytes  []byte
	// alone: six digits count only when no digit or letter touches them; clocks
	// and numbers are full of such sequences.
	alone bool
}

// hunt looks for secrets in bytes, however they are written.
type hunt struct {
	needles []needle
	seen    map[string]bool // values known already

	indexed int              // how many needles the next two know
	begins  map[uint32][]int // by their first three bytes
	starts  []uint64         // bits of those
}

// shortest is the length below which a secret is found by accident.
const shortest = 6

// add puts a secret on the list. The same value twice is once.
func (h *hunt) add(t *testing.T, name, value string) {
	t.Helper()
	if len(value) < shortest {
		t.Fatalf("%s has %d bytes: it would be found by accident", name, len(value))
	}
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	if h.seen[value] {
		return
	}
	h.seen[value] = true
	forms := writtenAs(value)
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		h.needles = append(h.needles, needle{
			secret: name, form: form, bytes: forms[form], alone: len(value) == shortest && strings.Trim(value, "0123456789") == "" && (form == "raw"),
		})
	}
}

// writtenAs are the forms a value is searched in.
func writtenAs(value string) map[string][]byte {
	forms := map[string][]byte{"raw": []byte(value)}
	for name, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
		for at := range 3 {
			forms[fmt.Sprintf("%s at %d", name, at)] = []byte(stable(enc, value, at))
		}
	}
	forms["hex"] = []byte(hex.EncodeToString([]byte(value)))
	forms["HEX"] = []byte(strings.ToUpper(hex.EncodeToString([]byte(value))))
	var little, big []byte
	for _, u := range utf16.Encode([]rune(value)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	forms["UTF-16LE"], forms["UTF-16BE"] = little, big
	forms["in a query"], forms["in a path"] = []byte(url.QueryEscape(value)), []byte(url.PathEscape(value))
	if quoted, err := json.Marshal(value); err == nil {
		forms["JSON"] = quoted[1 : len(quoted)-1]
	}
	forms["quoted"] = []byte(strings.Trim(fmt.Sprintf("%q", value), `"`))
	unique := map[string]bool{value: true}
	for _, name := range slices.Sorted(maps.Keys(forms)) { // what is the same in two forms is looked for once
		if unique[string(forms[name])] && name != "raw" {
			delete(forms, name)
			continue
		}
		unique[string(forms[name])] = true
	}
	return forms
}

// stable is what base64 makes of a value that begins at a third of a group,
// without the characters that its neighbours share: with padding or without.
func stable(enc *base64.Encoding, value string, at int) string {
	text := enc.EncodeToString(append(make([]byte, at), value...))
	return text[(at*8+5)/6 : (at+len(value))*8/6]
}

// find says which secrets stand in some bytes, and in what is compressed in them.
func (h *hunt) find(data []byte) []needle {
	found := map[int]bool{}
	for _, layer := range layers(data) {
		h.scan(layer, found)
	}
	var all []needle
	for _, i := range slices.Sorted(maps.Keys(found)) {
		all = append(all, h.needles[i])
	}
	return all
}

// scan goes once through some bytes. Each needle is looked for where its first
// three bytes stand; a field of bits says quickly where none begins.
func (h *hunt) scan(data []byte, found map[int]bool) {
	if h.indexed != len(h.needles) {
		h.begins, h.starts, h.indexed = map[uint32][]int{}, make([]uint64, 1<<24/64), len(h.needles)
		for i, n := range h.needles {
			key := uint32(n.bytes[0])<<16 | uint32(n.bytes[1])<<8 | uint32(n.bytes[2])
			h.begins[key] = append(h.begins[key], i)
			h.starts[key/64] |= 1 << (key % 64)
		}
	}
	key := uint32(0)
	for at, c := range data {
		key = (key<<8 | uint32(c)) & 0xffffff
		if at < 2 || h.starts[key/64]&(1<<(key%64)) == 0 {
			continue
		}
		for _, i := range h.begins[key] {
			if n := h.needles[i]; !found[i] && n.begins(data, at-2) {
				found[i] = true
			}
		}
	}
}

// begins reports that the needle stands at a place.
func (n needle) begins(data []byte, at int) bool {
	to := at + len(n.bytes)
	if !bytes.HasPrefix(data[at:], n.bytes) {
		return false
	}
	return !n.alone || !touches(data, at-1, at-2) && !touches(data, to, to+1)
}

// touches says that the byte at an index belongs to the same number or word: a
// letter or digit, or a dot with a digit behind it.
func touches(data []byte, at, behind int) bool {
	isWord := func(i int) bool {
		if i < 0 || i >= len(data) {
			return false
		}
		c := data[i]
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	return isWord(at) || at >= 0 && at < len(data) && data[at] == '.' && isWord(behind)
}

// layers are some bytes and what unpacks of them: gzip members, and zlib streams
// as PDF has them.
func layers(data []byte) [][]byte {
	const most = 16 << 20
	all := [][]byte{data}
	unpack := func(at int, open func(io.Reader) (io.ReadCloser, error)) {
		r, err := open(bytes.NewReader(data[at:]))
		if err != nil {
			return
		}
		plain, _ := io.ReadAll(io.LimitReader(r, most)) // as far as it goes
		if len(plain) > 0 {
			all = append(all, plain)
		}
	}
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte{0x1f, 0x8b, 8})
		if i < 0 {
			break
		}
		at += i
		unpack(at, func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) })
	}
	for at := 0; ; at++ {
		i := bytes.IndexByte(data[at:], 0x78)
		if i < 0 || at+i+1 >= len(data) {
			break
		}
		at += i
		if second := data[at+1]; second == 0x01 || second == 0x5e || second == 0x9c || second == 0xda {
			unpack(at, zlib.NewReader)
		}
	}
	return all
}

// The hunt finds what is there: each form at each place of some bytes, packed or
// not; and six digits only as a number of their own.
func TestHunt_finds(t *testing.T) {
	values := map[string]string{
		"a client secret": "Pq3" + "8Q~" + strings.Repeat("z.", 17), "a code": "493817", "a password": "grapa verde, ñandú & «más»",
		"a seed": "JBSWY3DPEHPK3PXP", "bare bytes": "\x00\xff\x10\x80\x7f\xfe\x01\x02",
	}
	for name, value := range values {
		var h hunt
		h.add(t, name, value)
		h.add(t, name, value) // once
		for form, text := range writtenAs(value) {
			for _, data := range [][]byte{text, around(text, "antes ", " después"), around(text, "\x00\x01", "\x00")} {
				if len(h.find(data)) == 0 {
					t.Errorf("%s, %s: not found", name, form)
				}
				for how, packed := range map[string][]byte{"gzip": packs(t, data, true), "zlib": packs(t, data, false)} {
					if len(h.find(around(packed, "%PDF stream\n", "\nendstream"))) == 0 {
						t.Errorf("%s, %s in %s: not found", name, form, how)
					}
				}
			}
		}
		// base64 of a longer text that holds the value, wherever it begins, padded or not.
		for lead := range 7 {
			text := strings.Repeat("x", lead) + value + strings.Repeat("y", lead%4)
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
				if len(h.find([]byte(enc.EncodeToString([]byte(text))))) == 0 {
					t.Errorf("%s behind %d bytes in base64: not found", name, lead)
				}
			}
		}
		if got := h.find([]byte("nothing of the kind, and 4938170 and 1.493817 and f493817")); len(got) > 0 {
			t.Errorf("%s: found %+v in nothing", name, got)
		}
	}
}

func around(text []byte, before, after string) []byte {
	return slices.Concat([]byte(before), text, []byte(after))
}

func packs(t *testing.T, data []byte, asGzip bool) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&b)
	if asGzip {
		w = gzip.NewWriter(&b)
	}
	_, err := w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}
