package entraemu

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const jsonType = "application/json; charset=utf-8"

// openIDConfiguration publishes the endpoints of a tenant.
func (e *Emulator) openIDConfiguration(rq *request, tenant string, v2 bool) {
	if refusal := e.checkTenant(tenant, true); refusal != nil {
		e.loginError(rq, *refusal)
		return
	}
	base := e.base(rq.r)
	named := e.cfg.Tenant
	inIssuer := named
	if low := strings.ToLower(tenant); low == "common" || low == "organizations" {
		named, inIssuer = low, "{tenantid}"
	}
	root := base + "/" + named
	issuer, mid := "https://sts.windows.net/"+inIssuer+"/", ""
	if v2 {
		issuer, mid = base+"/"+inIssuer+"/v2.0", "v2.0/"
	}
	loginHeaders(rq)
	writeJSON(rq.w, http.StatusOK, jsonType, fields{
		{"token_endpoint", root + "/oauth2/" + mid + "token"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"}},
		{"jwks_uri", root + "/discovery/" + mid + "keys"},
		{"response_modes_supported", []string{"query", "fragment", "form_post"}},
		{"subject_types_supported", []string{"pairwise"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"response_types_supported", []string{"code", "id_token", "code id_token", "id_token token"}},
		{"scopes_supported", []string{"openid", "profile", "email", "offline_access"}},
		{"issuer", issuer},
		{"request_uri_parameter_supported", false},
		{"userinfo_endpoint", "https://graph.microsoft.com/oidc/userinfo"},
		{"authorization_endpoint", root + "/oauth2/" + mid + "authorize"},
		{"device_authorization_endpoint", root + "/oauth2/" + mid + "devicecode"},
		{"http_logout_supported", true},
		{"frontchannel_logout_supported", true},
		{"end_session_endpoint", root + "/oauth2/" + mid + "logout"},
		{"claims_supported", []string{
			"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud",
			"exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
		}},
		{"kerberos_endpoint", root + "/kerberos"},
		{"mtls_endpoint_aliases", fields{{"token_endpoint", root + "/oauth2/" + mid + "token"}}},
		{"tls_client_certificate_bound_access_tokens", true},
		{"tenant_region_scope", "SA"},
		{"cloud_instance_name", "microsoftonline.com"},
		{"cloud_graph_host_name", "graph.windows.net"},
		{"msgraph_host", strings.TrimPrefix(base, "https://")},
		{"rbac_url", "https://pas.windows.net"},
	})
}

func (e *Emulator) publishedKeys(rq *request, tenant string) {
	if refusal := e.checkTenant(tenant, true); refusal != nil {
		e.loginError(rq, *refusal)
		return
	}
	loginHeaders(rq)
	writeJSON(rq.w, http.StatusOK, jsonType, e.keys.jwks(e.base(rq.r)+"/"+e.cfg.Tenant+"/v2.0"))
}

// knownClouds are the authority hosts instance discovery vouches for.
var knownClouds = []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}

// instanceDiscovery tells a client library whether an authority is genuine.
func (e *Emulator) instanceDiscovery(rq *request) {
	own := strings.TrimPrefix(e.base(rq.r), "https://")
	ask, err := url.Parse(rq.r.URL.Query().Get("authorization_endpoint"))
	if err != nil || ask.Host != own && !slices.Contains(knownClouds, ask.Host) {
		e.loginError(rq, loginRefusal{http.StatusBadRequest, "invalid_instance", 50049, "Unknown or invalid instance."})
		return
	}
	tenant, _, _ := strings.Cut(strings.Trim(ask.Path, "/"), "/")
	loginHeaders(rq)
	if rq.r.URL.Query().Get("api-version") == "1.0" {
		writeJSON(rq.w, http.StatusOK, jsonType, fields{
			{"tenant_discovery_endpoint", "https://" + own + "/" + tenant + "/.well-known/openid-configuration"},
		})
		return
	}
	writeJSON(rq.w, http.StatusOK, jsonType, fields{
		{"tenant_discovery_endpoint", "https://" + own + "/" + tenant + "/v2.0/.well-known/openid-configuration"},
		{"api-version", "1.1"},
		{"metadata", []any{
			fields{{"preferred_network", own}, {"preferred_cache", own}, {"aliases", []string{own}}},
			fields{{"preferred_network", knownClouds[0]}, {"preferred_cache", knownClouds[1]}, {"aliases", knownClouds}},
		}},
	})
}

// cloudMetadata is the resource manager's list of clouds, which some clients
// read to find the login and Graph endpoints.
func (e *Emulator) cloudMetadata(rq *request) {
	base := e.base(rq.r)
	writeJSON(rq.w, http.StatusOK, jsonType, []any{fields{
		{"name", "EntraEmulator"},
		{"resourceManager", base + "/"},
		{"microsoftGraphResourceId", base + "/"},
		{"authentication", fields{
			{"loginEndpoint", base + "/"}, {"audiences", []string{base + "/"}}, {"tenant", "common"}, {"identityProvider", "AAD"},
		}},
	}})
}
