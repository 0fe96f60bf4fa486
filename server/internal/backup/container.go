package backup

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"llavero/shared/receipt"
)

// The container, version 1:
//
//	head    16 bytes: magic
//	blocks  each a raw deflate stream of BlockBytes of the database, back to back
//	list    JSON: the manifest, alone or as a signed document of package receipt
//	end     56 bytes: length of the list (big endian, 8), its SHA-256 (32), endMagic (16)
//
// A reader begins at the end. Head and endMagic are compared, the list is under
// the sum of the end, the blocks under the sums of the list; they follow each
// other without a gap, so that no byte is outside.
const (
	magic    = "llavero backup1\n"
	endMagic = "llavero fin    \n"

	compression = "deflate"
	level       = flate.BestSpeed
	blockBytes  = 1 << 20

	endBytes   = 8 + sha256.Size + len(endMagic)
	maxList    = 16 << 20 // bounds what is read into memory: some 100 GiB of database
	maxBlock   = 16 << 20
	shortest   = len(magic) + endBytes + 2
	signedHead = `{"document":`
)

// writeContainer writes the database read from r, whose size and sum it takes
// down in m, and then the list as finish makes it of the manifest.
func writeContainer(w io.Writer, r io.Reader, m *Manifest, finish func(document []byte) ([]byte, error)) error {
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	whole := sha256.New()
	raw := make([]byte, m.BlockBytes)
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, level)
	if err != nil {
		return err
	}
	for {
		n, err := io.ReadFull(r, raw)
		if n > 0 {
			whole.Write(raw[:n])
			packed.Reset()
			deflate.Reset(&packed)
			_, errWrite := deflate.Write(raw[:n])
			if err := errors.Join(errWrite, deflate.Close()); err != nil {
				return err
			}
			sum := sha256.Sum256(packed.Bytes())
			m.Blocks = append(m.Blocks, Block{int64(packed.Len()), hex.EncodeToString(sum[:])})
			m.Database.Bytes += int64(n)
			if _, err := w.Write(packed.Bytes()); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	m.Database.SHA256 = hex.EncodeToString(whole.Sum(nil))
	document, err := m.document()
	if err != nil {
		return err
	}
	list, err := finish(document)
	if err != nil {
		return err
	}
	_, err = w.Write(append(list, endOf(list)...))
	return err
}

func endOf(list []byte) []byte {
	end := binary.BigEndian.AppendUint64(nil, uint64(len(list)))
	sum := sha256.Sum256(list)
	end = append(end, sum[:]...)
	return append(end, endMagic...)
}

// container is an opened backup whose list is whole; its blocks are not read yet.
type container struct {
	r        io.ReaderAt
	manifest Manifest
	document []byte // the manifest as it was written, or signed
	signed   []byte // the signed document; nil: nobody signed
	offsets  []int64
}

// open reads the list of a backup of this many bytes. What it says is checked as
// far as it goes without the blocks.
func open(r io.ReaderAt, size int64) (*container, error) {
	if size < int64(shortest) {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrNotBackup, size)
	}
	head, end := make([]byte, len(magic)), make([]byte, endBytes)
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, err
	}
	at := size - int64(endBytes)
	if _, err := r.ReadAt(end, at); err != nil {
		return nil, err
	}
	isHead, isEnd := string(head) == magic, string(end[8+sha256.Size:]) == endMagic
	switch {
	case !isHead && !isEnd:
		return nil, ErrNotBackup
	case !isHead:
		return nil, &DamageError{"the mark at its beginning", 0, int64(len(magic)), "is another"}
	case !isEnd:
		return nil, &DamageError{"the mark at its end", size - int64(len(endMagic)), size, "is another, or the file was cut short"}
	}
	length := binary.BigEndian.Uint64(end)
	if length > maxList || int64(length) > at-int64(len(magic)) {
		return nil, &DamageError{"the end mark", at, size, "it gives the list of blocks an impossible length"}
	}
	list := make([]byte, length)
	from := at - int64(length)
	if _, err := r.ReadAt(list, from); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(list); !bytes.Equal(sum[:], end[8:8+sha256.Size]) {
		return nil, &DamageError{"the list of blocks or the end mark", from, size, "the list does not have its sum"}
	}
	c := &container{r: r, document: list}
	if strings.HasPrefix(string(list), signedHead) {
		signed, err := receipt.ParseSigned(list)
		if err != nil {
			return nil, &DamageError{"the list of blocks", from, at, "its signature is not written as it must"}
		}
		c.document, c.signed = signed.Document, list
	}
	if err := c.readManifest(from, at); err != nil {
		return nil, err
	}
	return c, nil
}

// ReadManifest reads the list of a backup that is being made.
func ReadManifest(document []byte) (Manifest, error) {
	var m Manifest
	err := json.Unmarshal(document, &m)
	return m, err
}

func (c *container) readManifest(from, to int64) error {
	bad := func(why string) error { return &DamageError{"the list of blocks", from, to, why} }
	var format struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(c.document, &format); err != nil {
		return bad("is not JSON")
	}
	if format.Format != Format {
		return fmt.Errorf("%w: its format is %q and this program reads %q", ErrNewer, format.Format, Format)
	}
	d := json.NewDecoder(bytes.NewReader(c.document))
	d.DisallowUnknownFields()
	if err := d.Decode(&c.manifest); err != nil {
		return bad("does not say what it must")
	}
	m := c.manifest
	written, err := m.document()
	if err != nil || !bytes.Equal(written, c.document) {
		return bad("is not written as this program writes it")
	}
	if m.Compression != compression || m.BlockBytes < 1 || m.BlockBytes > maxBlock || m.Database.Bytes < 0 ||
		m.Database.Bytes > int64(len(m.Blocks))*m.BlockBytes || m.Database.Bytes <= int64(len(m.Blocks)-1)*m.BlockBytes {
		return bad("its sizes cannot be")
	}
	at := int64(len(magic))
	for _, b := range m.Blocks {
		if b.Bytes < 1 || b.Bytes > 2*maxBlock || b.Bytes > from-at {
			return bad("the blocks do not fill the file")
		}
		c.offsets = append(c.offsets, at)
		at += b.Bytes
	}
	if at != from {
		return bad("the blocks do not fill the file")
	}
	return nil
}

// unpack writes the database, each block checked before it is used.
func (c *container) unpack(w io.Writer) error {
	m := c.manifest
	whole := sha256.New()
	left := m.Database.Bytes
	raw := make([]byte, m.BlockBytes)
	for i, b := range m.Blocks {
		from, to := c.offsets[i], c.offsets[i]+b.Bytes
		bad := func(why string) error {
			return &DamageError{fmt.Sprintf("block %d of %d", i+1, len(m.Blocks)), from, to, why}
		}
		packed := make([]byte, b.Bytes)
		if _, err := c.r.ReadAt(packed, from); err != nil {
			return fmt.Errorf("read block %d: %w", i+1, err)
		}
		if sum := sha256.Sum256(packed); hex.EncodeToString(sum[:]) != b.SHA256 {
			return bad("it does not have its sum")
		}
		want := raw[:min(left, m.BlockBytes)]
		if err := inflate(packed, want); err != nil {
			return bad(err.Error())
		}
		left -= int64(len(want))
		whole.Write(want)
		if _, err := w.Write(want); err != nil {
			return err
		}
	}
	if hex.EncodeToString(whole.Sum(nil)) != m.Database.SHA256 {
		return &DamageError{"the database as a whole", 0, c.size(), "its blocks are whole and it does not have its sum"}
	}
	return nil
}

func (c *container) size() int64 {
	at := int64(len(magic))
	for _, b := range c.manifest.Blocks {
		at += b.Bytes
	}
	list := c.document
	if c.signed != nil {
		list = c.signed
	}
	return at + int64(len(list)) + int64(endBytes)
}

// inflate fills want from one block, and from all of it.
func inflate(packed, want []byte) error {
	in := bytes.NewReader(packed)
	r := flate.NewReader(in)
	if _, err := io.ReadFull(r, want); err != nil {
		return errors.New("it does not unpack")
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) || in.Len() != 0 {
		return errors.New("it unpacks to more than it should")
	}
	return nil
}
