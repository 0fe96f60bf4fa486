// Package params is what a vendor needs to connect with a key: per environment
// an ordered, open list of connection parameters, and the few values the server
// itself works with. It is checked whole at start; what is wrong is named.
//
// A Set is immutable and safe for many goroutines.
package params

import (
	"slices"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// RevealPolicy says how often a delegate may see a secret.
type RevealPolicy string

// The policies.
const (
	RevealAlways RevealPolicy = "always"
	RevealOnce   RevealPolicy = "once"
)

// Param is one connection parameter. Its value is held as secret.Text whether
// sensitive or not, so that none reaches a log.
type Param struct {
	Name      string // as vendors know it; unique in its environment
	Value     secret.Text
	Sensitive bool
}

// Environment is everything about one environment.
type Environment struct {
	Name          access.Environment
	TenantID      string // GUID
	Scope         string // "api://…/.default"
	ResourceAppID string // GUID: the IHCE API, whose roles are granted
	Permissions   []string
	Validity      time.Duration // life of a new secret
	Reveal        RevealPolicy
	Params        []Param // in the ministry's order
}

// Find returns a parameter by its name.
func (e Environment) Find(name string) (Param, bool) {
	i := slices.IndexFunc(e.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return e.Params[i], true
}

// Set holds both environments.
type Set struct {
	preproduction, production Environment
}

// New makes a Set of two environments that were checked, for tests and tools;
// the server uses Load.
func New(preproduction, production Environment) *Set {
	preproduction.Name, production.Name = access.Preproduction, access.Production
	return &Set{preproduction: preproduction, production: production}
}

// Of returns an environment; the zero Environment for one that is not valid.
// The caller does not write to its slices.
func (s *Set) Of(env access.Environment) Environment {
	switch env {
	case access.Preproduction:
		return s.preproduction
	case access.Production:
		return s.production
	}
	return Environment{}
}
