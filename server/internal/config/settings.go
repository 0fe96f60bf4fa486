package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"llavero/shared/secret"
)

// setting is one leaf of a Config, with the name it has in TOML.
type setting struct {
	key   string // "mail.password"
	value reflect.Value
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[secret.Text]()
)

// settingsOf lists the leaves of c in the order they are declared. Connection
// parameters are not among them.
func settingsOf(c *Config) []setting { return walk("", reflect.ValueOf(c).Elem()) }

func walk(prefix string, v reflect.Value) []setting {
	var list []setting
	for f, value := range v.Fields() {
		name := f.Tag.Get("toml")
		if s := f.Tag.Get("secret"); s != "" {
			name = s
		}
		key := prefix + name
		switch {
		case f.Type == secretType, f.Type.Kind() != reflect.Struct:
			if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
				continue
			}
			list = append(list, setting{key, value})
		default:
			list = append(list, walk(key+".", value)...)
		}
	}
	return list
}

func (s setting) isSecret() bool { return s.value.Type() == secretType }

// variable is the setting's name in the environment: LLAVERO_MAIL_PASSWORD.
func (s setting) variable() string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// parameterVariable names the variable of a connection parameter's value.
func parameterVariable(env, name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	return Prefix + strings.ToUpper(env) + "_PARAMETER_" + clean
}

// parse sets the value from text. Lists are separated by commas.
func (s setting) parse(text string) error {
	switch {
	case s.isSecret():
		s.value.Set(reflect.ValueOf(secret.New(text)))
	case s.value.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is no duration such as 30s or 8h", text)
		}
		s.value.SetInt(int64(d))
	case s.value.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		s.value.SetBool(b)
	case s.value.Kind() == reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
		s.value.SetInt(int64(n))
	case s.value.Kind() == reflect.String:
		s.value.SetString(text)
	case s.value.Kind() == reflect.Slice:
		var list []string
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		s.value.Set(reflect.ValueOf(list))
	default:
		return errors.New("cannot be set by a variable")
	}
	return nil
}

// Line is one setting as it may be printed.
type Line struct{ Key, Value string }

// Lines lists every setting as it may be printed at start: secrets masked or
// "(not set)".
func (c Config) Lines() []Line {
	var lines []Line
	for _, s := range settingsOf(&c) {
		value := fmt.Sprint(s.value.Interface())
		if t, ok := s.value.Interface().(secret.Text); ok && t.IsEmpty() {
			value = "(not set)"
		}
		lines = append(lines, Line{s.key, value})
	}
	parameters := func(env string, list []Parameter) {
		for _, p := range list {
			value := p.Value
			if p.Sensitive || !p.Secret.IsEmpty() {
				value = secret.Mask
			}
			lines = append(lines, Line{env + ".parameter." + p.Name, value})
		}
	}
	parameters("preproduction", c.Preproduction.Parameters)
	parameters("production", c.Production.Parameters)
	return lines
}

// String prints the settings, a line each, redacted.
func (c Config) String() string {
	var b strings.Builder
	for _, l := range c.Lines() {
		fmt.Fprintf(&b, "%s = %s\n", l.Key, l.Value)
	}
	return b.String()
}
