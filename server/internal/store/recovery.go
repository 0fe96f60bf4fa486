package store

import "llavero/shared/access"

// ReplaceRecoveryCodes writes a new set of recovery codes, by their hashes, and
// forgets the one before.
func (tx *Tx) ReplaceRecoveryCodes(id access.AccountID, pepperSealed []byte, hashes [][]byte) error {
	if err := tx.DropRecoveryCodes(id); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO recovery_sets (account, pepper_sealed, made_at) VALUES ($1, $2, $3)`, id, pepperSealed, micros(tx.now))
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		if _, err := tx.exec(`INSERT INTO recovery_codes (account, code_hash) VALUES ($1, $2)`, id, hash); err != nil {
			return err
		}
	}
	return nil
}

// DropRecoveryCodes forgets the recovery codes of an account; none is no error.
func (tx *Tx) DropRecoveryCodes(id access.AccountID) error {
	if _, err := tx.exec(`DELETE FROM recovery_codes WHERE account = $1`, id); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM recovery_sets WHERE account = $1`, id)
	return err
}

// RecoveryPepper reads the sealed key of an account's recovery codes;
// ErrNotFound when it has none.
func (tx *Tx) RecoveryPepper(id access.AccountID) ([]byte, error) {
	var sealed []byte
	err := tx.row(`SELECT pepper_sealed FROM recovery_sets WHERE account = $1`, id).Scan(&sealed)
	return sealed, found(err)
}

// SpendRecoveryCode marks a code used. It answers false, and changes nothing,
// when the account has no such code or it was used: of two at once one is second.
func (tx *Tx) SpendRecoveryCode(id access.AccountID, hash []byte) (bool, error) {
	n, err := tx.execCount(`UPDATE recovery_codes SET used_at = $1 WHERE account = $2 AND code_hash = $3 AND used_at = 0`, micros(tx.now), id, hash)
	return n == 1, err
}

// RecoveryCodesLeft counts the codes of an account that were not used.
func (tx *Tx) RecoveryCodesLeft(id access.AccountID) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM recovery_codes WHERE account = $1 AND used_at = 0`, id).Scan(&n)
	return n, err
}
