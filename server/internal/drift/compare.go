package drift

import (
	"slices"
	"strings"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// observed is what Entra showed of one key's application.
type observed struct {
	app       *entra.Application // nil: not there
	deleted   bool               // it is among the deleted, and can be restored
	principal *entra.Principal   // nil: not there
	held      []string           // values of the API's roles that it was granted
	rolesRead bool
}

// roleKinds need the permissions of both sides.
var roleKinds = []access.DriftKind{access.DriftExtraRole, access.DriftMissingRole}

// inApp are the kinds that cannot be looked at without the application.
var inApp = append([]access.DriftKind{
	access.DriftMissingPrincipal, access.DriftMissingSecret, access.DriftUnknownSecret, access.DriftExpiry, access.DriftName,
}, roleKinds...)

// comparison gathers what differs about one key.
type comparison struct {
	workflow.Compared
	rec  workflow.DriftKey
	seen observed
	now  time.Time
}

func (c *comparison) found(kind access.DriftKind, thing, detail string) {
	c.Differences = append(c.Differences, workflow.Difference{Kind: kind, Thing: thing, Detail: detail})
}

// compare tells in what the records and Entra differ about one key. It is a pure
// function: two looks that show the same find the same.
func compare(rec workflow.DriftKey, seen observed, now time.Time) workflow.Compared {
	k := rec.Key
	c := &comparison{rec: rec, seen: seen, now: now, Compared: workflow.Compared{
		Environment: k.Environment, Key: k.ID, Version: k.Version, Code: k.Code, Name: k.Name, ObjectID: k.ObjectID, ClientID: k.ClientID,
	}}
	isNeeded := k.State != access.KeyRevoked
	switch {
	case seen.app == nil && isNeeded && seen.deleted:
		c.found(access.DriftDeletedApp, "", "")
	case seen.app == nil && isNeeded:
		c.found(access.DriftMissingApp, "", "")
	}
	if seen.app == nil {
		c.Unlooked = inApp
		return c.Compared
	}
	c.secrets(isNeeded)
	if !isNeeded { // of a revoked key only a secret matters
		return c.Compared
	}
	if seen.app.UniqueName == k.UniqueName && seen.app.Name != k.Name {
		c.found(access.DriftName, "", seen.app.Name)
	}
	switch {
	case seen.principal == nil:
		c.found(access.DriftMissingPrincipal, "", "")
		c.Unlooked = roleKinds
	case seen.principal.IsDisabled():
		c.found(access.DriftMissingPrincipal, "", "disabled")
		c.roles()
	default:
		c.roles()
	}
	return c.Compared
}

// roles compares the permissions, where both sides are known.
func (c *comparison) roles() {
	if !c.rec.RolesKnown || !c.seen.rolesRead {
		c.Unlooked = roleKinds
		return
	}
	for _, v := range c.seen.held {
		if !slices.Contains(c.rec.Key.Permissions, v) {
			c.found(access.DriftExtraRole, v, v)
		}
	}
	for _, v := range c.rec.Key.Permissions {
		if !slices.Contains(c.seen.held, v) {
			c.found(access.DriftMissingRole, v, v)
		}
	}
}

// sameEnd is how far two ends of a secret may lie apart: a typed one is a day
// and an hour, Entra's has seconds.
const sameEnd = time.Minute

// secrets compares the application's secrets with those that should work.
func (c *comparison) secrets(isNeeded bool) {
	isOurs := true // all its secrets were made here
	known := map[string]bool{}
	for _, s := range c.rec.Secrets {
		isLive := s.State == store.SecretActive || s.State == store.SecretOverlap && s.EndsAt.After(c.now)
		if s.Typed && isLive {
			isOurs = false
		}
		if !isLive {
			continue
		}
		i := slices.IndexFunc(c.seen.app.Passwords, func(p entra.Password) bool { return isSecret(s, p) })
		if i >= 0 {
			p := c.seen.app.Passwords[i]
			known[p.KeyID] = true
			if apart := p.End.Sub(s.ExpiresAt); s.State == store.SecretActive && !s.Typed && isNeeded && (apart > sameEnd || apart < -sameEnd) {
				c.found(access.DriftExpiry, p.KeyID, p.End.UTC().Format(time.RFC3339))
			}
			continue
		}
		if isNeeded && s.ExpiresAt.After(c.now) && (s.EntraKeyID != "" || s.Hint != "") {
			c.found(access.DriftMissingSecret, s.ID, secretDetail(s.Hint, s.EntraKeyID))
		}
	}
	if !isOurs { // who typed it may have made others too
		c.Unlooked = append(c.Unlooked, access.DriftUnknownSecret)
		return
	}
	for _, p := range c.seen.app.Passwords {
		if !known[p.KeyID] && p.End.After(c.now) {
			c.found(access.DriftUnknownSecret, p.KeyID, secretDetail(p.Hint, p.KeyID))
		}
	}
}

// isSecret reports that a secret of ours is one of the application's: by its key
// id, or when an officer typed it, by how it begins.
func isSecret(s store.Secret, p entra.Password) bool {
	if s.EntraKeyID != "" {
		return strings.EqualFold(s.EntraKeyID, p.KeyID)
	}
	return s.Typed && s.Hint != "" && s.Hint == p.Hint
}

// secretDetail names a secret to people: how it begins, and Entra's id of it.
func secretDetail(hint, keyID string) string {
	if hint == "" {
		return keyID
	}
	return strings.TrimSpace(hint + "… " + keyID)
}

// values are the API's words for the roles of assignments.
func values(api entra.Principal, all []entra.Assignment) []string {
	var held []string
	for _, a := range all {
		i := slices.IndexFunc(api.Roles, func(r entra.AppRole) bool { return r.ID == a.RoleID })
		if i >= 0 && a.Resource == api.ID && !slices.Contains(held, api.Roles[i].Value) {
			held = append(held, api.Roles[i].Value)
		}
	}
	return held
}
