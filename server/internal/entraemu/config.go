package entraemu

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"
)

// Profile names a ready set of knobs.
type Profile string

// The profiles.
const (
	ProfileInstant   Profile = "instant"   // no lag, no faults
	ProfileRealistic Profile = "realistic" // lag and limits as seen in the wild
	ProfileHostile   Profile = "hostile"   // long lag, throttling, lost answers
)

// Config says how an emulator starts. The zero value listens on a free port of
// 127.0.0.1, keeps everything in memory, and is instant. New, which listens on
// nothing, leaves Listen, Proxy, CAOut, CertFile and KeyFile aside.
type Config struct {
	Listen   string // host:port on a loopback address; empty is 127.0.0.1:0
	Proxy    string // host:port of the CONNECT proxy; empty is none
	Dir      string // folder of the saved tenant; empty keeps it in memory
	CAOut    string // file for the CA's certificate; empty: in Dir, else a temporary file
	CertFile string // own server certificate, PEM; with KeyFile, no CA is made
	KeyFile  string

	ExtraHosts []string // more names for the made certificate
	PublicURL  string   // base of the URLs in answers; empty: the request's Host

	Tenant       string // GUID of the tenant; empty: from the seed
	ClientID     string // GUID of the administrator application; empty: from the seed
	ClientSecret string // its secret; empty: random (kept in Dir when there is one)

	Seed            uint64  // of ids, lags and random faults; 0 is 1
	Profile         Profile // empty is instant
	APITokenVersion int     // 1 or 2, for the IHCE APIs; 0 is 2

	Clock func() time.Time // the time before the clock knob; nil: the system's
	At    time.Time        // the clock stands there from the start; zero: it runs
	Log   *slog.Logger     // nil: none
}

// Validate reports what is wrong with a Config, naming the field as its flag.
func (c Config) Validate() error {
	_, err := c.withDefaults()
	return err
}

func (c Config) withDefaults() (Config, error) {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Seed == 0 {
		c.Seed = 1
	}
	if c.Profile == "" {
		c.Profile = ProfileInstant
	}
	if c.APITokenVersion == 0 {
		c.APITokenVersion = 2
	}
	if c.Clock == nil {
		c.Clock = time.Now //nolint:forbidigo // the clock when none is given
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Tenant == "" {
		c.Tenant = derivedID(c.Seed, "tenant")
	}
	if c.ClientID == "" {
		c.ClientID = derivedID(c.Seed, "administrator application")
	}
	c.Tenant, c.ClientID = strings.ToLower(c.Tenant), strings.ToLower(c.ClientID)
	return c, c.check()
}

func (c Config) check() error {
	for name, addr := range map[string]string{"listen": c.Listen, "proxy": c.Proxy} {
		if addr == "" {
			continue
		}
		if err := loopback(addr); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		return errors.New("cert and key: only one was given; give both, or none to have a certificate made")
	}
	if !isGUID(c.Tenant) {
		return fmt.Errorf("tenant: %q is not a GUID such as 00000000-0000-4000-8000-000000000000; leave it out to have one from the seed", c.Tenant)
	}
	if !isGUID(c.ClientID) {
		return fmt.Errorf("client-id: %q is not a GUID such as 00000000-0000-4000-8000-000000000000; leave it out to have one from the seed", c.ClientID)
	}
	if _, err := KnobsOf(c.Profile); err != nil {
		return err
	}
	if c.APITokenVersion != 1 && c.APITokenVersion != 2 {
		return fmt.Errorf("api-token-version: %d is neither 1 nor 2; leave it out for 2", c.APITokenVersion)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("public-url: %q is not an https URL such as https://entra.test:8443; leave it out to follow each request's Host", c.PublicURL)
		}
	}
	if !c.At.IsZero() && !sensible(c.At) {
		return fmt.Errorf("clock: %s is not between 2000 and 2100", c.At.Format(time.RFC3339))
	}
	for _, h := range c.ExtraHosts {
		if strings.ContainsAny(h, " /:@") && net.ParseIP(h) == nil {
			return fmt.Errorf("extra-hosts: %q is not a host name or an address; write names alone, without scheme or port", h)
		}
	}
	return nil
}

// loopback refuses any address that other machines could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q is not host:port such as 127.0.0.1:8443: %w", addr, err)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%q is not a loopback address; the emulator serves this machine only", addr)
}
