package imagecode

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"
)

// Life is how long an image can be answered.
const Life = 5 * time.Minute

// maxLive bounds the images waiting for an answer; the oldest goes first. Each
// takes some hundred bytes: the picture itself is not kept.
const maxLive = 20_000

// Image is a drawn code.
type Image struct {
	ID        string
	PNG       []byte
	ExpiresAt time.Time
}

// Issuer makes images and judges what was read in them, once each.
type Issuer struct {
	drawer *Drawer
	random io.Reader
	fixed  string

	mu    sync.Mutex
	live  map[[sha256.Size]byte]waiting
	order []entry // oldest first; holds those that went too
}

type waiting struct {
	code  string
	until time.Time
}

type entry struct {
	id    [sha256.Size]byte
	until time.Time
}

// NewIssuer makes an Issuer that takes its chance from random. fixed is what
// every image shows, for tests; "" for chance.
func NewIssuer(random io.Reader, fixed string) (*Issuer, error) {
	d, err := NewDrawer()
	if err != nil {
		return nil, err
	}
	return &Issuer{drawer: d, random: random, fixed: fixed, live: map[[sha256.Size]byte]waiting{}}, nil
}

// New draws a new code. The image it replaces, if any, is good no more.
func (i *Issuer) New(now time.Time, replaces string, scale float64) (Image, error) {
	code := i.fixed
	if code == "" {
		var err error
		if code, err = newCode(i.random); err != nil {
			return Image{}, err
		}
	}
	var b [18]byte
	if _, err := io.ReadFull(i.random, b[:]); err != nil {
		return Image{}, fmt.Errorf("imagecode: %w", err)
	}
	pic, err := i.drawer.Draw(code, scale, i.random)
	if err != nil {
		return Image{}, err
	}
	m := Image{ID: base64.RawURLEncoding.EncodeToString(b[:]), PNG: pic, ExpiresAt: now.Add(Life)}
	id := key(m.ID)

	i.mu.Lock()
	defer i.mu.Unlock()
	if replaces != "" {
		delete(i.live, key(replaces))
	}
	i.makeRoom(now)
	i.live[id] = waiting{code: code, until: m.ExpiresAt}
	i.order = append(i.order, entry{id, m.ExpiresAt})
	return m, nil
}

// key is what an image is found by: not the id itself, whose comparison could
// be timed.
func key(id string) [sha256.Size]byte { return sha256.Sum256([]byte(id)) }

// makeRoom forgets what is too old, and the oldest when there are too many.
func (i *Issuer) makeRoom(now time.Time) {
	n := 0
	for n < len(i.order) && (len(i.order)-n >= maxLive || !now.Before(i.order[n].until)) {
		delete(i.live, i.order[n].id)
		n++
	}
	if n > 0 {
		i.order = append(i.order[:0], i.order[n:]...)
	}
}

// Check says whether that is what the image shows. It spends the image, right
// or wrong.
func (i *Issuer) Check(now time.Time, id, answer string) bool {
	k := key(id)
	i.mu.Lock()
	w, ok := i.live[k]
	delete(i.live, k)
	i.mu.Unlock()
	return ok && now.Before(w.until) && matches(w.code, answer)
}
