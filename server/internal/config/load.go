package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"llavero/shared/secret"
)

// Prefix begins every variable of the environment that sets something.
const Prefix = "LLAVERO_"

// maxFile bounds the settings file and each secret's file, in bytes.
const maxFile = 1 << 20

// Load reads the defaults, then the TOML file at path (none when path is
// empty), then the variables in environ (as os.Environ gives them), then the
// secrets' files, and checks the result. The error names every wrong setting.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		b, err := readFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("settings: %w", err)
		}
		if err := c.decode(b); err != nil {
			return Config{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := c.applyEnviron(environ); err != nil {
		return Config{}, err
	}
	if err := c.readSecrets(); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// decode lays a TOML text over c.
func (c *Config) decode(text []byte) error {
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(c)
	if err != nil {
		if pe, ok := errors.AsType[toml.ParseError](err); ok {
			return fmt.Errorf("line %d: %s", pe.Position.Line, pe.Message)
		}
		return err
	}
	secrets := map[string]setting{}
	for _, s := range settingsOf(c) {
		if s.isSecret() {
			secrets[s.key] = s
		}
	}
	var wrong []error
	for _, key := range meta.Undecoded() {
		name := key.String()
		if s, ok := secrets[name]; ok {
			wrong = append(wrong, fmt.Errorf("%s: secrets do not stand in the settings file; set %s, or put it in a file and name that in %s_file", name, s.variable(), name))
			continue
		}
		if name == "entra.writes_per_second" {
			wrong = append(wrong, errors.New("entra.writes_per_second: is now entra.writes_per_window, the writes in any 150 seconds; leave it out for the default, 2925"))
			continue
		}
		wrong = append(wrong, fmt.Errorf("unknown key %q", name))
	}
	for i := range c.Preproduction.Parameters {
		wrong = append(wrong, c.Preproduction.Parameters[i].refuseSecret("preproduction"))
	}
	for i := range c.Production.Parameters {
		wrong = append(wrong, c.Production.Parameters[i].refuseSecret("production"))
	}
	return errors.Join(wrong...)
}

func (p *Parameter) refuseSecret(env string) error {
	if p.Sensitive && p.Value != "" {
		p.Value = ""
		return fmt.Errorf("%s: the value of %s is sensitive and does not stand in the settings file; set %s, or put it in a file and name that in value_file",
			env, p.Name, parameterVariable(env, p.Name))
	}
	return nil
}

// applyEnviron lays LLAVERO_… variables over c.
func (c *Config) applyEnviron(environ []string) error {
	set := map[string]string{}
	for _, line := range environ {
		if name, value, ok := strings.Cut(line, "="); ok && strings.HasPrefix(name, Prefix) {
			set[name] = value
		}
	}
	var wrong []error
	for _, s := range settingsOf(c) {
		if value, ok := set[s.variable()]; ok {
			if err := s.parse(value); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", s.variable(), err))
			}
		}
	}
	for env, e := range map[string]*Environment{"preproduction": &c.Preproduction, "production": &c.Production} {
		for i := range e.Parameters {
			p := &e.Parameters[i]
			if value, ok := set[parameterVariable(env, p.Name)]; ok {
				if p.Sensitive {
					p.Secret = secret.New(value)
				} else {
					p.Value = value
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// Unknown lists LLAVERO_… variables that set nothing in c, sorted: a name
// misspelt, or another program's.
func (c Config) Unknown(environ []string) []string {
	known := map[string]bool{Prefix + "CONFIG": true}
	for _, s := range settingsOf(&c) {
		known[s.variable()] = true
	}
	for _, p := range c.Preproduction.Parameters {
		known[parameterVariable("preproduction", p.Name)] = true
	}
	for _, p := range c.Production.Parameters {
		known[parameterVariable("production", p.Name)] = true
	}
	var names []string
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, Prefix) && !known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// readSecrets takes in the files that hold one secret each; a value already set
// by a variable wins.
func (c *Config) readSecrets() error {
	var wrong []error
	take := func(key, path string, into *secret.Text) {
		if path == "" || !into.IsEmpty() {
			return
		}
		b, err := readFile(path)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", key, err))
			return
		}
		value := strings.TrimRight(string(b), "\r\n")
		if value == "" {
			wrong = append(wrong, fmt.Errorf("%s: %s is empty", key, path))
			return
		}
		*into = secret.New(value)
	}
	take("mail.password_file", c.Mail.PasswordFile, &c.Mail.Password)
	take("entra.client_secret_file", c.Entra.ClientSecretFile, &c.Entra.ClientSecret)
	take("preproduction.entra.client_secret_file", c.Preproduction.Entra.ClientSecretFile, &c.Preproduction.Entra.ClientSecret)
	take("production.entra.client_secret_file", c.Production.Entra.ClientSecretFile, &c.Production.Entra.ClientSecret)
	for i := range c.Preproduction.Parameters {
		p := &c.Preproduction.Parameters[i]
		take("preproduction: value_file of "+p.Name, p.ValueFile, &p.Secret)
	}
	for i := range c.Production.Parameters {
		p := &c.Production.Parameters[i]
		take("production: value_file of "+p.Name, p.ValueFile, &p.Secret)
	}
	return errors.Join(wrong...)
}

// readFile reads a file of bounded size. Its error names path and reason only.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(path, err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, cause(path, err)
	}
	return b, nil
}

func cause(path string, err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", path, pe.Err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
