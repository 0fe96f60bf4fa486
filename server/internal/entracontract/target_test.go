package entracontract

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// Kinds of target.
const (
	kindEmulator = "emulator"
	kindTenant   = "tenant"
)

// target is where the cases run and how to sign in there. Its secrets are only
// ever sent, never printed.
type target struct {
	kind  string
	login string // base URL of the token endpoint's host, no slash at its end
	graph string // base URL of Graph, without a version
	cloud string // base URL of the clouds' metadata
	hc    *http.Client

	tenant, client string
	secret         string
	cert           *tls.Certificate // instead of a secret

	api, apiScope         string // the IHCE API: application id and scope
	otherScope            string // the other environment's scope; empty: unknown
	gateway, subscription string // empty: no gateway to try
	control, controlKey   string // the emulator's own; empty for a tenant
	patience, pause       time.Duration
}

// variable is one setting of a tenant run.
type variable struct {
	name     string
	required bool
	meaning  string
}

// tenantVariables are what a tenant run is told by its environment.
var tenantVariables = []variable{
	{"CONTRACT_TENANT_ID", true, "the test tenant's GUID"},
	{"CONTRACT_CLIENT_ID", true, "the provisioning application's client id"},
	{"CONTRACT_API_APP_ID", true, "application id of the IHCE API (or of a stand-in with app roles)"},
	{"CONTRACT_CLIENT_SECRET", false, "its secret; this or the certificate"},
	{"CONTRACT_CLIENT_CERTIFICATE", false, "PEM file with its certificate and key; this or the secret"},
	{"CONTRACT_API_SCOPE", false, "the API's scope; api://<application id>/.default when unset"},
	{"CONTRACT_OTHER_API_SCOPE", false, "scope of the other environment's API, for the gateway"},
	{"CONTRACT_AUTHORITY_HOST", false, "https://login.microsoftonline.com when unset"},
	{"CONTRACT_GRAPH_URL", false, "without a version; https://graph.microsoft.com when unset"},
	{"CONTRACT_METADATA_URL", false, "https://management.azure.com when unset"},
	{"CONTRACT_GATEWAY_URL", false, "…/ihce of the gateway; unset leaves its cases out"},
	{"CONTRACT_SUBSCRIPTION_KEY", false, "of the gateway"},
	{"CONTRACT_CA_FILE", false, "PEM file of the authority to trust; the system's when unset"},
	{"CONTRACT_PAUSE", false, "between two looks at what lags; 2s when unset"},
}

// tenantFrom reads a tenant's target out of the environment, and names what is
// missing in it.
func tenantFrom(getenv func(string) string) (*target, error) {
	v := func(name, otherwise string) string {
		if s := strings.TrimSpace(getenv(name)); s != "" {
			return strings.TrimRight(s, "/")
		}
		return otherwise
	}
	var missing []string
	for _, x := range tenantVariables {
		if x.required && v(x.name, "") == "" {
			missing = append(missing, x.name+" ("+x.meaning+")")
		}
	}
	if v("CONTRACT_CLIENT_SECRET", "") == "" && v("CONTRACT_CLIENT_CERTIFICATE", "") == "" {
		missing = append(missing, "CONTRACT_CLIENT_SECRET or CONTRACT_CLIENT_CERTIFICATE (the provisioning application's secret, or a PEM file with its certificate and key)")
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("CONTRACT_TARGET=tenant needs, and did not find:\n  %s", strings.Join(missing, "\n  "))
	}
	t := &target{
		kind: kindTenant, login: v("CONTRACT_AUTHORITY_HOST", "https://login.microsoftonline.com"),
		graph: v("CONTRACT_GRAPH_URL", "https://graph.microsoft.com"), cloud: v("CONTRACT_METADATA_URL", "https://management.azure.com"),
		tenant: strings.ToLower(v("CONTRACT_TENANT_ID", "")), client: strings.ToLower(v("CONTRACT_CLIENT_ID", "")),
		secret: strings.TrimSpace(getenv("CONTRACT_CLIENT_SECRET")), api: strings.ToLower(v("CONTRACT_API_APP_ID", "")),
		otherScope: v("CONTRACT_OTHER_API_SCOPE", ""),
		gateway:    v("CONTRACT_GATEWAY_URL", ""), subscription: v("CONTRACT_SUBSCRIPTION_KEY", ""),
		patience: 5 * time.Minute,
	}
	t.apiScope = v("CONTRACT_API_SCOPE", "api://"+t.api+"/.default")
	var err error
	if t.pause, err = time.ParseDuration(v("CONTRACT_PAUSE", "2s")); err != nil || t.pause <= 0 {
		return nil, errors.New("CONTRACT_PAUSE: want a duration such as 2s")
	}
	if file := v("CONTRACT_CLIENT_CERTIFICATE", ""); file != "" {
		pair, err := tls.LoadX509KeyPair(file, file)
		if err != nil {
			return nil, fmt.Errorf("CONTRACT_CLIENT_CERTIFICATE: %w", err)
		}
		t.cert = &pair
	}
	t.hc, err = clientTrusting(v("CONTRACT_CA_FILE", ""))
	return t, err
}

// clientTrusting is an HTTP client that trusts a file's authority, or the
// system's when there is no file. It takes what Microsoft offers: 1.2 or better.
func clientTrusting(file string) (*http.Client, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("CONTRACT_CA_FILE: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("CONTRACT_CA_FILE: %s holds no certificate", file)
		}
	}
	return &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: cfg, ForceAttemptHTTP2: true,
		},
	}, nil
}

// emulatorAt is the target that an emulator's KEY=VALUE lines describe.
func emulatorAt(lines []string, pem []byte) (*target, error) {
	v := map[string]string{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, "=")
		v[name] = value
	}
	scope := v["IHCE_SANDBOX_SCOPE"]
	base := strings.TrimRight(v["ENTRA_AUTHORITY_HOST"], "/")
	t := &target{
		kind: kindEmulator, login: base, graph: strings.TrimRight(v["ENTRA_GRAPH_URL"], "/"), cloud: base,
		tenant: v["ENTRA_TENANT_ID"], client: v["ENTRA_CLIENT_ID"], secret: v["ENTRA_CLIENT_SECRET"],
		api: strings.TrimSuffix(strings.TrimPrefix(scope, "api://"), "/.default"), apiScope: scope,
		otherScope: v["IHCE_PROD_SCOPE"],
		gateway:    strings.TrimRight(v["IHCE_SANDBOX_URL"], "/"), subscription: v["IHCE_SANDBOX_SUBSCRIPTION_KEY"],
		control: strings.TrimRight(v["ENTRA_CONTROL_URL"], "/"), controlKey: v["ENTRA_CONTROL_KEY"],
		pause: 10 * time.Millisecond,
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("the emulator's authority is no certificate")
	}
	t.hc = &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: true}}
	return t, nil
}

// variables are the names a step's texts may use, before any call. The unknown
// ones are ids that no tenant has.
func (t *target) variables(prefix string) map[string]string {
	v := map[string]string{
		"login": t.login, "graph": t.graph, "cloud": t.cloud, "tenant": t.tenant, "client": t.client,
		"api": t.api, "apiScope": t.apiScope, "otherScope": t.otherScope,
		"gateway": t.gateway, "subscription": t.subscription, "control": t.control,
		"prefix": prefix, "graphApp": "00000003-0000-0000-c000-000000000000",
		"unknown": "11111111-2222-4333-8444-555555555555",
	}
	for _, u := range []string{t.login, t.graph, t.cloud, t.gateway} {
		if _, host, ok := strings.Cut(u, "://"); ok {
			name := []string{"loginHost", "graphHost", "cloudHost", "gatewayHost"}[slices.Index([]string{t.login, t.graph, t.cloud, t.gateway}, u)]
			host, _, _ = strings.Cut(host, "/")
			v[name] = host
		}
	}
	return v
}

// keyAndChain returns a certificate's own DER and key, for an assertion.
func keyAndChain(c *tls.Certificate) (der []byte, key any) { return c.Certificate[0], c.PrivateKey }

// pemOf writes a certificate and its key as one PEM text.
func pemOf(der, pkcs8 []byte) []byte {
	return slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	)
}
