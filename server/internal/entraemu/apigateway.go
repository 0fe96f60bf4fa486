package entraemu

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"llavero/server/internal/gatewayemu"
)

// gatewayConfig points the gateway at this tenant. It asks for the keys over
// HTTP as any API does, in process, so that it does so without a socket too.
func (e *Emulator) gatewayConfig() gatewayemu.Config {
	made := e.Now()
	env := func(api IHCE) gatewayemu.Environment {
		g := e.Gateway(api)
		return gatewayemu.Environment{
			Audiences: []string{g.AppID, "api://" + g.AppID}, SubscriptionKey: g.SubscriptionKey, KeyMadeAt: made,
		}
	}
	return gatewayemu.Config{
		Prefix:       gatewayPath,
		Environments: map[string]gatewayemu.Environment{string(Sandbox): env(Sandbox), string(Prod): env(Prod)},
		Now:          e.Now,
		Settings: func() gatewayemu.Settings {
			k := e.Knobs().Gateway
			return gatewayemu.Settings{
				NoRoleStatus: k.NoRoleStatus, KeyDelay: time.Duration(k.KeyDelay), NoTokenSandbox: k.NoTokenSandbox,
			}
		},
		OpenIDConfiguration: func() string { return e.URL() + "/" + e.cfg.Tenant + "/v2.0/.well-known/openid-configuration" },
		Client:              &http.Client{Transport: ownCalls{e.RoundTripper(), e.own}},
		Issuer:              e.ownIssuer,
	}
}

// ownIssuer accepts this tenant's v1 issuer, and its v2 issuer under every name
// the emulator answers to: the issuer says the host the token was asked at.
func (e *Emulator) ownIssuer(issuer string) bool {
	if issuer == "https://sts.windows.net/"+e.cfg.Tenant+"/" {
		return true
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Scheme != "https" || u.Path != "/"+e.cfg.Tenant+"/v2.0" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	return slices.Contains(e.ownHosts(), u.Hostname())
}

// ownHosts are the names the emulator answers to, without a port.
func (e *Emulator) ownHosts() []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1", "login.microsoftonline.com"}, e.cfg.ExtraHosts...)
	if u, err := url.Parse(e.cfg.PublicURL); err == nil && u.Hostname() != "" {
		hosts = append(hosts, u.Hostname())
	}
	if e.cert.Leaf != nil { // its own, or one that was given; none without a socket
		hosts = append(hosts, e.cert.Leaf.DNSNames...)
	}
	return hosts
}

// ownCalls marks the emulator's calls to itself.
type ownCalls struct {
	next http.RoundTripper
	mark string
}

// RoundTrip sends a marked copy.
func (o ownCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	marked := r.Clone(r.Context())
	marked.Header.Set(ownHeader, o.mark)
	return o.next.RoundTrip(marked)
}
