package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"llavero/shared/access"
)

// passLife is how long a pass stands for an image.
const passLife = 10 * time.Minute

// pass stands for a right answer to an image, for one form and no other, until
// an instant. It is that instant and a keyed hash over it and the form: nothing
// is kept, and nobody else can make one.
func (s *Service) pass(form access.Registration, until time.Time) (string, error) {
	var b [8 + sha256.Size]byte
	binary.BigEndian.PutUint64(b[:8], uint64(until.UnixMicro()))
	sum, err := s.passSum(form, b[:8])
	if err != nil {
		return "", err
	}
	copy(b[8:], sum)
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// isPass says whether a pass is good for a form now.
func (s *Service) isPass(text string, form access.Registration, now time.Time) (bool, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 8+sha256.Size {
		return false, nil //nolint:nilerr // what is no pass is refused as one, without more words
	}
	sum, err := s.passSum(form, b[:8])
	if err != nil {
		return false, err
	}
	until := time.UnixMicro(int64(binary.BigEndian.Uint64(b[:8])))
	return hmac.Equal(sum, b[8:]) && now.Before(until), nil
}

func (s *Service) passSum(form access.Registration, until []byte) ([]byte, error) {
	doc, err := json.Marshal(form)
	if err != nil {
		return nil, fmt.Errorf("auth: pass: %w", err)
	}
	h := hmac.New(sha256.New, s.passKey[:])
	h.Write([]byte("llavero.registration-pass.v1\n"))
	h.Write(until)
	h.Write(doc)
	return h.Sum(nil), nil
}
