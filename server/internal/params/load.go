package params

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// maxValidityDays is the longest life of a secret that is accepted: two years,
// the most Entra's own portal offers.
const maxValidityDays = 730

// Load checks both environments of the settings and returns them. The error
// names every culprit, one a line: "production: TenantID is not a GUID".
// Parameters named TenantID and Scope are added in front when the list does not
// have them.
func Load(c config.Config) (*Set, error) {
	pre, errPre := load(access.Preproduction, c.Preproduction)
	pro, errPro := load(access.Production, c.Production)
	if err := errors.Join(errPre, errPro); err != nil {
		return nil, err
	}
	return New(pre, pro), nil
}

func load(name access.Environment, c config.Environment) (Environment, error) {
	var wrong []error
	bad := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %w", name, fmt.Errorf(format, args...)))
	}
	guid := func(field, value string) {
		switch {
		case value == "":
			bad("%s is missing", field)
		case !access.IsGUID(value):
			bad("%s is not a GUID", field)
		}
	}
	guid("TenantID", c.TenantID)
	guid("ResourceAppID", c.ResourceAppID)
	if !strings.HasSuffix(c.Scope, "/.default") || len(c.Scope) == len("/.default") || strings.ContainsAny(c.Scope, " \t\r\n") {
		bad("Scope must be an application's URI followed by /.default")
	}
	if c.ValidityDays < 1 || c.ValidityDays > maxValidityDays {
		bad("ValidityDays must be between 1 and %d", maxValidityDays)
	}
	reveal := RevealPolicy(c.Reveal)
	if reveal != RevealAlways && reveal != RevealOnce {
		bad("Reveal must be %q or %q", RevealAlways, RevealOnce)
	}
	for i, p := range c.Permissions {
		if strings.TrimSpace(p) == "" {
			bad("Permissions: entry %d is empty", i+1)
		}
	}

	env := Environment{
		Name: name, TenantID: c.TenantID, Scope: c.Scope, ResourceAppID: c.ResourceAppID,
		Permissions: c.Permissions, Validity: time.Duration(c.ValidityDays) * 24 * time.Hour, Reveal: reveal,
	}
	seen := map[string]bool{}
	for i, p := range c.Parameters {
		param, err := one(p, c, seen)
		if err != nil {
			bad("parameter %d: %w", i+1, err)
			continue
		}
		env.Params = append(env.Params, param)
	}
	var front []Param
	for _, own := range []Param{{Name: "TenantID", Value: secret.New(c.TenantID)}, {Name: "Scope", Value: secret.New(c.Scope)}} {
		if !seen[strings.ToLower(own.Name)] {
			front = append(front, own)
		}
	}
	env.Params = append(front, env.Params...)
	return env, errors.Join(wrong...)
}

// one checks a parameter. Values never enter the error.
func one(p config.Parameter, c config.Environment, seen map[string]bool) (Param, error) {
	value := p.Secret
	if !p.Sensitive && value.IsEmpty() {
		value = secret.New(p.Value)
	}
	name, key := p.Name, strings.ToLower(p.Name)
	switch {
	case name == "":
		return Param{}, errors.New("its name is missing")
	case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == ':' || r == 0x7f }):
		return Param{}, fmt.Errorf("the name %q holds a space, a colon or a control character", name)
	case seen[key]:
		return Param{}, fmt.Errorf("%s stands twice", name)
	}
	seen[key] = true
	text := value.Reveal()
	switch {
	case text == "":
		return Param{}, fmt.Errorf("%s has no value", name)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Param{}, fmt.Errorf("the value of %s holds a control character or a line break", name)
	case strings.TrimSpace(text) != text:
		return Param{}, fmt.Errorf("the value of %s begins or ends with a space", name)
	}
	switch key {
	case "tenantid":
		if text != c.TenantID {
			return Param{}, fmt.Errorf("%s differs from tenant_id", name)
		}
	case "scope":
		if text != c.Scope {
			return Param{}, fmt.Errorf("%s differs from scope", name)
		}
	case "endpoint":
		if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
			return Param{}, fmt.Errorf("%s is not an https address", name)
		}
	}
	return Param{Name: name, Value: value, Sensitive: p.Sensitive}, nil
}
