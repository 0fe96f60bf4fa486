package workflow

import (
	"errors"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// Why an import changed an account, in the audit trail.
const (
	whyDelegationEnded = "delegation_ended"
	whyDelegationBack  = "delegation_back"
	whyRoster          = "roster"
	whyAddress         = "registered_address"
)

// settleDelegates shuts out the delegates whose delegation ended, and lets in
// again those an import had shut out and whose delegation is back.
func settleDelegates(tx *store.Tx, imp Import) (AccountsDiff, error) {
	var d AccountsDiff
	ended, err := tx.AccountsUnlinked()
	if err != nil {
		return d, err
	}
	back, err := tx.AccountsLinkedAgain()
	if err != nil {
		return d, err
	}
	for _, a := range ended {
		if err := errors.Join(tx.DisableAccount(a.ID, store.OriginImport), tellAccount(tx, imp, audit.AccountDisabled, a, whyDelegationEnded)); err != nil {
			return d, err
		}
	}
	for _, a := range back {
		if err := errors.Join(tx.EnableAccount(a.ID), tellAccount(tx, imp, audit.AccountEnabled, a, whyDelegationBack)); err != nil {
			return d, err
		}
	}
	d.Disabled, d.Enabled = len(ended), len(back)
	return d, nil
}

// settleStaff gives the officer's role to registered people of the roster, and
// takes it from those who have it from there and are on it no longer. A role
// that the command line gave stays.
func settleStaff(tx *store.Tx, imp Import) (AccountsDiff, error) {
	var d AccountsDiff
	out, err := tx.AccountsToDismiss()
	if err != nil {
		return d, err
	}
	in, err := tx.AccountsToAppoint()
	if err != nil {
		return d, err
	}
	for _, a := range out {
		_, errEnd := tx.EndSessions(a.ID)
		err := errors.Join(errEnd, tx.SetRole(a.ID, access.RoleNone, ""),
			tellAccount(tx, imp, audit.AccountChanged, a, whyRoster, audit.Word("role", string(access.RoleNone))))
		if err != nil {
			return d, err
		}
	}
	for _, a := range in {
		err := errors.Join(tx.SetRole(a.ID, access.RoleOfficer, store.OriginRoster),
			tellAccount(tx, imp, audit.AccountChanged, a, whyRoster, audit.Word("role", string(access.RoleOfficer))))
		if err != nil {
			return d, err
		}
	}
	d.Dismissed, d.Appointed = len(out), len(in)
	return d, nil
}

// settleAddresses makes the registered address of accounts what MiSeguridadSocial
// says of their person. An address that it never gave stays when it has none.
func settleAddresses(tx *store.Tx, imp Import, changed []store.NewAddress) (AccountsDiff, error) {
	var d AccountsDiff
	for _, c := range changed {
		accounts, err := tx.AccountsOf(c.Document)
		if err != nil {
			return d, err
		}
		for _, a := range accounts {
			if a.Email == c.New || c.New == "" && a.Email != c.Old {
				continue
			}
			err := errors.Join(tx.SetEmail(a.ID, c.New), tellAccount(tx, imp, audit.AccountChanged, a, whyAddress,
				audit.Word("from", access.MaskEmail(a.Email)), audit.Word("to", access.MaskEmail(c.New))))
			if err != nil {
				return d, err
			}
			d.Addresses++
		}
	}
	return d, nil
}

// tellAccount writes what an import did to an account into the trail.
func tellAccount(tx *store.Tx, imp Import, kind audit.Kind, a store.Account, why string, more ...audit.Attr) error {
	e := imp.entry(kind, string(a.ID), a.Entity)
	e.Detail = audit.Details(audit.Word("why", why), audit.Word("person", audit.PersonText(a.Person))).With(more...)
	return tx.Audit(e)
}
