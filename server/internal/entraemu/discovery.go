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
	named, inIssuer := e.tenantNames(tenant)
	root := base + "/" + named
	loginHeaders(rq)
	if v2 {
		writeJSON(rq.w, http.StatusOK, jsonType, configurationV2(base, root, base+"/"+inIssuer+"/v2.0", regionOf(named)))
		return
	}
	writeJSON(rq.w, http.StatusOK, jsonType, configurationV1(base, root, "https://sts.windows.net/"+inIssuer+"/", regionOf(named)))
}

// tenantNames are how a tenant stands in endpoints and in the issuer: those that
// are no tenant of their own keep their word, and a literal {tenantid}.
func (e *Emulator) tenantNames(tenant string) (named, inIssuer string) {
	if low := strings.ToLower(tenant); low == "common" || low == "organizations" {
		return low, "{tenantid}"
	}
	return e.cfg.Tenant, e.cfg.Tenant
}

// regionOf is tenant_region_scope: null where no tenant is named.
func regionOf(named string) any {
	if isGUID(named) {
		return "SA"
	}
	return nil
}

// configurationV2 has every member the v2 endpoint publishes, in its order.
func configurationV2(base, root, issuer string, region any) fields {
	f := fields{
		{"token_endpoint", root + "/oauth2/v2.0/token"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"}},
		{"jwks_uri", root + "/discovery/v2.0/keys"},
		{"response_modes_supported", []string{"query", "fragment", "form_post"}},
		{"subject_types_supported", []string{"pairwise"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"response_types_supported", []string{"code", "id_token", "code id_token", "id_token token"}},
		{"scopes_supported", []string{"openid", "profile", "email", "offline_access"}},
		{"issuer", issuer},
		{"request_uri_parameter_supported", false},
		{"userinfo_endpoint", "https://graph.microsoft.com/oidc/userinfo"},
		{"authorization_endpoint", root + "/oauth2/v2.0/authorize"},
		{"device_authorization_endpoint", root + "/oauth2/v2.0/devicecode"},
		{"http_logout_supported", true},
		{"frontchannel_logout_supported", true},
		{"end_session_endpoint", root + "/oauth2/v2.0/logout"},
		{"claims_supported", []string{
			"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud",
			"exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
		}},
		{"kerberos_endpoint", root + "/kerberos"},
		{"mtls_endpoint_aliases", fields{{"token_endpoint", root + "/oauth2/v2.0/token"}}},
		{"tls_client_certificate_bound_access_tokens", true},
	}
	return append(f, cloudMembers(base, region)...)
}

// configurationV1 has every member the v1 endpoint publishes, in its order.
func configurationV1(base, root, issuer string, region any) fields {
	f := fields{
		{"token_endpoint", root + "/oauth2/token"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"}},
		{"jwks_uri", root + "/discovery/keys"},
		{"response_modes_supported", []string{"query", "fragment", "form_post"}},
		{"subject_types_supported", []string{"pairwise"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"response_types_supported", []string{"code", "id_token", "code id_token", "token id_token", "token"}},
		{"scopes_supported", []string{"openid"}},
		{"issuer", issuer},
		{"microsoft_multi_refresh_token", true},
		{"authorization_endpoint", root + "/oauth2/authorize"},
		{"device_authorization_endpoint", root + "/oauth2/devicecode"},
		{"http_logout_supported", true},
		{"frontchannel_logout_supported", true},
		{"end_session_endpoint", root + "/oauth2/logout"},
		{"claims_supported", []string{
			"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud",
			"exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname",
		}},
		{"check_session_iframe", root + "/oauth2/checksession"},
		{"userinfo_endpoint", root + "/openid/userinfo"},
		{"kerberos_endpoint", root + "/kerberos"},
		{"mtls_endpoint_aliases", fields{{"token_endpoint", root + "/oauth2/token"}}},
		{"tls_client_certificate_bound_access_tokens", true},
	}
	return append(f, cloudMembers(base, region)...)
}

func cloudMembers(base string, region any) fields {
	return fields{
		{"tenant_region_scope", region},
		{"cloud_instance_name", "microsoftonline.com"},
		{"cloud_graph_host_name", "graph.windows.net"},
		{"msgraph_host", strings.TrimPrefix(base, "https://")},
		{"rbac_url", "https://pas.windows.net"},
	}
}

func (e *Emulator) publishedKeys(rq *request, tenant string) {
	if refusal := e.checkTenant(tenant, true); refusal != nil {
		e.loginError(rq, *refusal)
		return
	}
	_, inIssuer := e.tenantNames(tenant)
	loginHeaders(rq)
	writeJSON(rq.w, http.StatusOK, jsonType, e.keys.jwks(e.base(rq.r)+"/"+inIssuer+"/v2.0"))
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
