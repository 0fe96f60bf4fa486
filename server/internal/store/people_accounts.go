package store

import "llavero/shared/access"

// AccountsOf reads the accounts of a person, disabled ones too.
func (tx *Tx) AccountsOf(d access.Document) ([]Account, error) {
	return tx.accounts(`WHERE document_type = $1 AND document_number = $2 ORDER BY created_at, id`, d.Type, d.Number)
}

// ofDelegations joins delegates' accounts with what MiSeguridadSocial told last
// of person and entity.
const ofDelegations = `JOIN delegations
	ON accounts.document_type = delegations.document_type
	AND accounts.document_number = delegations.document_number
	AND accounts.entity = 'NI-' || delegations.nit
	WHERE accounts.role = $1 AND accounts.independent = 0 `

// AccountsUnlinked reads the delegates' accounts that are enabled though their
// delegation ended. One that is only missing from the last file did not end.
func (tx *Tx) AccountsUnlinked() ([]Account, error) {
	return tx.accounts(ofDelegations+`AND accounts.disabled_at = 0 AND delegations.novelty = 'O'
		ORDER BY accounts.id`, access.RoleDelegate)
}

// AccountsLinkedAgain reads the delegates' accounts that an import disabled and
// whose delegation is in force again.
func (tx *Tx) AccountsLinkedAgain() ([]Account, error) {
	return tx.accounts(ofDelegations+`AND accounts.disabled_by = 'import' AND delegations.novelty = 'V' AND delegations.gone_at = 0
		ORDER BY accounts.id`, access.RoleDelegate)
}

// AccountsToAppoint reads the accounts without a role whose person the roster
// lists as active, and who has the officer's role nowhere else. Who lost it to an
// administrator gets it back from an administrator alone.
func (tx *Tx) AccountsToAppoint() ([]Account, error) {
	return tx.accounts(`JOIN staff
		ON accounts.document_type = staff.document_type
		AND accounts.document_number = staff.document_number
		WHERE accounts.role = '' AND accounts.entity = '' AND staff.active = 1 AND staff.gone_at = 0
		AND NOT EXISTS (SELECT 1 FROM accounts AS other
			WHERE other.document_type = accounts.document_type
			AND other.document_number = accounts.document_number
			AND other.entity = '' AND other.role = $1)
		AND NOT EXISTS (SELECT 1 FROM accounts AS other JOIN officer_acts ON officer_acts.account = other.id
			WHERE other.document_type = accounts.document_type
			AND other.document_number = accounts.document_number
			AND officer_acts.withdrawn_at <> 0)
		ORDER BY accounts.id`, access.RoleOfficer)
}

// AccountsToDismiss reads the accounts that have their role from the roster and
// whose person it lists as active no longer.
func (tx *Tx) AccountsToDismiss() ([]Account, error) {
	return tx.accounts(`LEFT JOIN staff
		ON accounts.document_type = staff.document_type
		AND accounts.document_number = staff.document_number
		AND staff.active = 1 AND staff.gone_at = 0
		WHERE accounts.role_from = 'roster' AND staff.document_number IS NULL
		ORDER BY accounts.id`)
}
