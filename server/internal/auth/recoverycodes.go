package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Recovery codes: ten of 80 random bits, in four groups of four.
const (
	recoveryCodes = 10
	recoveryBytes = 10
	recoveryChars = 16
)

// recoveryIdentity binds the sealed pepper of recovery codes to its account.
func recoveryIdentity(id access.AccountID) string { return "recovery:" + string(id) }

// newRecoveryCodes makes an account's set, and ends the one before. What is kept
// of it are keyed hashes, and the key is sealed: a copied database cannot even
// try codes.
func (s *Service) newRecoveryCodes(tx *store.Tx, id access.AccountID) (wire.RecoveryCodes, error) {
	var pepper [32]byte
	if _, err := io.ReadFull(s.rand, pepper[:]); err != nil {
		return wire.RecoveryCodes{}, fmt.Errorf("auth: recovery codes: %w", err)
	}
	sealed, err := s.box.Seal(secret.New(hex.EncodeToString(pepper[:])), recoveryIdentity(id))
	if err != nil {
		return wire.RecoveryCodes{}, fmt.Errorf("auth: seal recovery codes: %w", err)
	}
	var made wire.RecoveryCodes
	var hashes [][]byte
	for range recoveryCodes {
		var b [recoveryBytes]byte
		if _, err := io.ReadFull(s.rand, b[:]); err != nil {
			return wire.RecoveryCodes{}, fmt.Errorf("auth: recovery codes: %w", err)
		}
		plain := base32.StdEncoding.EncodeToString(b[:])
		made.Codes = append(made.Codes, secret.New(grouped(plain)))
		hashes = append(hashes, recoveryHash(pepper[:], id, plain))
	}
	return made, tx.ReplaceRecoveryCodes(id, sealed, hashes)
}

func recoveryHash(pepper []byte, id access.AccountID, plain string) []byte {
	h := hmac.New(sha256.New, pepper)
	h.Write([]byte("llavero.recovery-code.v1\x00" + string(id) + "\x00" + plain))
	return h.Sum(nil)
}

// grouped writes a base32 text in groups of four.
func grouped(plain string) string {
	var groups []string
	for i := 0; i < len(plain); i += 4 {
		groups = append(groups, plain[i:min(i+4, len(plain))])
	}
	return strings.Join(groups, "-")
}

// parseRecoveryCode takes what stands between letters and digits out of a code as
// somebody typed it, in any case, with the digits that look like one of its
// letters. ok is false for what can be none.
func parseRecoveryCode(typed string) (plain string, ok bool) {
	if len(typed) > 4*recoveryChars {
		return "", false
	}
	plain = access.PlainToken(typed)
	return plain, len(plain) == recoveryChars
}

// spendRecoveryCode spends a code of an account; false when it has no such one,
// or it was used.
func (s *Service) spendRecoveryCode(tx *store.Tx, id access.AccountID, plain string) (bool, error) {
	sealed, err := tx.RecoveryPepper(id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	text, err := s.box.Open(sealed, recoveryIdentity(id))
	if err != nil {
		return false, fmt.Errorf("open recovery codes of account %s: %w", id, err)
	}
	pepper, err := hex.DecodeString(text.Reveal())
	if err != nil {
		return false, fmt.Errorf("recovery codes of account %s: %w", id, err)
	}
	return tx.SpendRecoveryCode(id, recoveryHash(pepper, id, plain))
}
