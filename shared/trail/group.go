package trail

import (
	"slices"
	"strings"
)

// Group is a set of kinds that people look for together.
type Group string

// The groups, in the order in which they are offered.
const (
	GroupSessions    Group = "sessions"    // sign-in, its failures, the second factor
	GroupAccounts    Group = "accounts"    // registration, passwords, roles of people
	GroupRegistries  Group = "registries"  // imports, delegations
	GroupRequests    Group = "requests"    // from the form to the key, codes and signatures included
	GroupKeys        Group = "keys"        // made, changed, revoked, expired
	GroupValues      Group = "values"      // shown, copied, exported, handed over
	GroupPermissions Group = "permissions" // granted and withdrawn, with their evidence
	GroupEntra       Group = "entra"       // what differs, the server's own standing
	GroupConsent     Group = "consent"     // texts, agreement, receipts
	GroupSystem      Group = "system"      // backups, signing keys, the trail itself
	GroupAttempts    Group = "attempts"    // each try of each call to Entra
)

// Groups lists them.
func Groups() []Group {
	return []Group{
		GroupSessions, GroupAccounts, GroupRegistries, GroupRequests, GroupKeys, GroupValues, GroupPermissions, GroupEntra,
		GroupConsent, GroupSystem, GroupAttempts,
	}
}

// IsValid reports a group that there is.
func (g Group) IsValid() bool { return slices.Contains(Groups(), g) }

// IsAttempt reports a kind of which there are many for one thing: tries of a call.
func (k Kind) IsAttempt() bool { return strings.HasSuffix(string(k), "attempt") }

// ofKind are kinds that stand elsewhere than their family.
var ofKind = map[Kind]Group{
	"key.revealed": GroupValues, "key.handed_over": GroupValues,
	"consent.text_installed": GroupConsent,
	"key.permissions":        GroupPermissions, "key.permissions_asked": GroupPermissions, "key.permission_granted": GroupPermissions,
	"key.permission_removed": GroupPermissions, "key.permission_failed": GroupPermissions, "key.permissions_read": GroupPermissions,
}

// ofFamily are the groups of the families of kinds.
var ofFamily = map[string]Group{
	"session": GroupSessions, "account": GroupAccounts, "admin": GroupAccounts, "role": GroupAccounts,
	"officer": GroupAccounts, "administrator": GroupAccounts,
	"registry": GroupRegistries, "delegation": GroupRegistries, "contact": GroupRegistries,
	"request": GroupRequests, "issue": GroupRequests, "key": GroupKeys, "validity": GroupKeys,
	"permissions": GroupPermissions, "evidence": GroupPermissions, "drift": GroupEntra, "directory": GroupEntra,
	"consent": GroupConsent, "agreement": GroupConsent, "receipt": GroupConsent,
}

// Group says where people look for a kind; what nobody placed is the system's.
func (k Kind) Group() Group {
	if k.IsAttempt() {
		return GroupAttempts
	}
	if g, ok := ofKind[k]; ok {
		return g
	}
	family, _, _ := strings.Cut(string(k), ".")
	if g, ok := ofFamily[family]; ok {
		return g
	}
	return GroupSystem
}
