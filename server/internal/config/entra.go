package config

import (
	"errors"
	"fmt"
	"net/url"

	"llavero/shared/access"
)

// EntraOf is the administrative application that makes the keys of an
// environment: its own where it has one, the common one otherwise.
func (c Config) EntraOf(env access.Environment) Entra {
	e, own := c.Entra, c.environment(env).Entra
	if own.Tenant != "" {
		e.Tenant = own.Tenant
	}
	if own.ClientID != "" {
		e.ClientID, e.ClientSecret, e.CertificateFile = own.ClientID, own.ClientSecret, own.CertificateFile
	}
	return e
}

func (c Config) environment(env access.Environment) Environment {
	if env == access.Production {
		return c.Production
	}
	return c.Preproduction
}

func (c Config) validateEntra() error {
	wrong := []error{c.Entra.validate("entra")}
	for _, env := range access.Environments() {
		own, name := c.environment(env).Entra, string(env)+".entra"
		if own == (EnvironmentEntra{}) {
			continue
		}
		if own.ClientID == "" && (!own.ClientSecret.IsEmpty() || own.CertificateFile != "") {
			wrong = append(wrong, fmt.Errorf("%s.client_id: is empty, and a secret or a certificate of its own is set", name))
			continue
		}
		wrong = append(wrong, c.EntraOf(env).validate(name))
	}
	return errors.Join(wrong...)
}

// validate checks one application; name is where it stands in the settings.
func (e Entra) validate(name string) error {
	var wrong []error
	if (e.Tenant == "") != (e.ClientID == "") {
		wrong = append(wrong, fmt.Errorf("%s: tenant and client_id go together", name))
	}
	for _, f := range []struct{ key, value string }{{"tenant", e.Tenant}, {"client_id", e.ClientID}} {
		if f.value != "" && !access.IsGUID(f.value) {
			wrong = append(wrong, fmt.Errorf("%s.%s: %q is not a GUID", name, f.key, f.value))
		}
	}
	if !e.IsSet() {
		return errors.Join(wrong...)
	}
	for _, f := range []struct{ key, value string }{{"authority", e.Authority}, {"graph_url", e.GraphURL}} {
		if u, err := url.Parse(f.value); err != nil || u.Scheme != "https" || u.Host == "" {
			wrong = append(wrong, fmt.Errorf("entra.%s: %q is not an https address", f.key, f.value))
		}
	}
	if e.ClientSecret.IsEmpty() && e.CertificateFile == "" {
		key := setting{key: name + ".client_secret"}
		wrong = append(wrong, fmt.Errorf("%s: is not set; set %s, %s_file or %s.certificate_file", key.key, key.variable(), key.key, name))
	}
	return errors.Join(wrong...)
}
