package store

import (
	"time"

	"llavero/shared/access"
)

// Device is from where somebody signed in, by hashes alone.
type Device struct {
	Hash    []byte // of the device and its network
	Network []byte // of the network alone
}

// KnowDevice notes that an account was signed in to from a device, now. It says
// whether the device was known, and whether any was.
func (tx *Tx) KnowDevice(id access.AccountID, d Device) (known, first bool, err error) {
	err = tx.row(`SELECT
			EXISTS (SELECT 1 FROM known_devices WHERE account = $1 AND device_hash = $2),
			NOT EXISTS (SELECT 1 FROM known_devices WHERE account = $1)`, id, d.Hash).Scan(&known, &first)
	if err != nil {
		return false, false, err
	}
	_, err = tx.exec(`INSERT INTO known_devices (account, device_hash, network_hash, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, device_hash) DO UPDATE SET seen_at = excluded.seen_at`, id, d.Hash, d.Network, micros(tx.now))
	return known, first, err
}

// IsKnownNetwork reports that somebody of a login signed in from a network before.
func (tx *Tx) IsKnownNetwork(login string, network []byte) (bool, error) {
	var known bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM accounts JOIN known_devices ON known_devices.account = accounts.id
		WHERE accounts.login = $1 AND known_devices.network_hash = $2)`, login, network).Scan(&known)
	return known, err
}

// SweepDevices forgets the devices not seen since an instant.
func (tx *Tx) SweepDevices(before time.Time) (int64, error) {
	return tx.execCount(`DELETE FROM known_devices WHERE seen_at <= $1`, micros(before))
}
