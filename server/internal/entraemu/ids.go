package entraemu

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// derivedID makes a version 4 shaped GUID from the seed and a name, so that a
// seed always gives the same tenant.
func derivedID(seed uint64, name string) string {
	sum := sha256.Sum256([]byte(strconv.FormatUint(seed, 10) + "/" + name))
	return guidOf(sum[:16])
}

// randomID makes a GUID for things that no replay needs to know: request ids.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return guidOf(b[:])
}

func guidOf(b []byte) string {
	var g [16]byte
	copy(g[:], b)
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	h := hex.EncodeToString(g[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// isGUID reports whether s has the 8-4-4-4-12 shape.
func isGUID(s string) bool {
	_, err := guidBytes(s)
	return err == nil
}

func guidBytes(s string) ([]byte, error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return nil, fmt.Errorf("%q is not a GUID", s)
	}
	return hex.DecodeString(strings.ReplaceAll(s, "-", ""))
}

// assignmentID has Graph's shape: 43 base64url characters of 32 bytes, the
// first 16 being the principal's GUID in Microsoft's little-endian order.
func assignmentID(principal string, nonce []byte) string {
	var b [32]byte
	copy(b[:16], littleEndianGUID(principal))
	copy(b[16:], nonce)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func littleEndianGUID(s string) []byte {
	g, err := guidBytes(s)
	if err != nil {
		return make([]byte, 16)
	}
	return []byte{
		g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6],
		g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15],
	}
}

// newSecretText makes a value of a client secret's shape: 40 characters, the
// fourth a digit, then "Q~".
func newSecretText() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const more = letters + "._~-"
	var b [40]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		set := more
		if i < 3 || i == len(b)-1 {
			set = letters
		}
		b[i] = set[int(b[i])%len(set)]
	}
	b[3], b[4], b[5] = '8', 'Q', '~'
	return string(b[:])
}

func hashSecret(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// stamp is a Graph time: UTC with seven decimals.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// createdStamp is the shorter form of createdDateTime.
func createdStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
