package entraemu

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// loginRefusal is an error of the token endpoint.
type loginRefusal struct {
	status int
	oauth  string // the OAuth word
	code   int    // AADSTS
	text   string
}

// Error is for wrapping; what travels is made by loginError.
func (l loginRefusal) Error() string { return fmt.Sprintf("AADSTS%d: %s", l.code, l.text) }

func invalidClient(code int, format string, args ...any) *loginRefusal {
	return &loginRefusal{http.StatusUnauthorized, "invalid_client", code, fmt.Sprintf(format, args...)}
}

func invalidRequest(code int, format string, args ...any) *loginRefusal {
	return &loginRefusal{http.StatusBadRequest, "invalid_request", code, fmt.Sprintf(format, args...)}
}

func (e *Emulator) loginError(rq *request, l loginRefusal) {
	at := rq.entry.At.UTC().Format("2006-01-02 15:04:05Z")
	correlation := rq.r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = rq.r.URL.Query().Get("client-request-id")
	}
	if correlation == "" {
		correlation = randomID()
	}
	rq.entry.Code = fmt.Sprintf("AADSTS%d", l.code)
	text := fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", l.code, l.text, rq.entry.RequestID, correlation, at)
	loginHeaders(rq)
	writeJSON(rq.w, l.status, "application/json; charset=utf-8", fields{
		{"error", l.oauth},
		{"error_description", text},
		{"error_codes", []int{l.code}},
		{"timestamp", at},
		{"trace_id", rq.entry.RequestID},
		{"correlation_id", correlation},
		{"error_uri", fmt.Sprintf("%s/error?code=%d", e.base(rq.r), l.code)},
	})
}

func loginHeaders(rq *request) {
	h := rq.w.Header()
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("x-ms-request-id", rq.entry.RequestID)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
}

// base is the URL that answers refer to: as the client reached us, unless a
// public one is set.
func (e *Emulator) base(r *http.Request) string {
	if e.cfg.PublicURL != "" {
		return strings.TrimRight(e.cfg.PublicURL, "/")
	}
	return "https://" + r.Host
}

// serveLogin routes the identity endpoints.
func (e *Emulator) serveLogin(rq *request) {
	path := strings.Trim(rq.r.URL.Path, "/")
	switch strings.ToLower(path) {
	case "common/discovery/instance":
		e.instanceDiscovery(rq)
		return
	case "metadata/endpoints":
		e.cloudMetadata(rq)
		return
	}
	tenant, rest, _ := strings.Cut(path, "/")
	switch strings.ToLower(rest) {
	case "v2.0/.well-known/openid-configuration":
		e.openIDConfiguration(rq, tenant, true)
	case ".well-known/openid-configuration":
		e.openIDConfiguration(rq, tenant, false)
	case "discovery/v2.0/keys", "discovery/keys":
		e.publishedKeys(rq, tenant)
	case "oauth2/v2.0/token":
		e.token(rq, tenant, true)
	case "oauth2/token":
		e.token(rq, tenant, false)
	default:
		http.Error(rq.w, "emulator: no such endpoint", http.StatusNotFound)
	}
}

// checkTenant refuses names that are not this tenant's. common and its kin are
// allowed where the caller says so.
func (e *Emulator) checkTenant(name string, shared bool) *loginRefusal {
	low := strings.ToLower(name)
	switch {
	case low == e.cfg.Tenant, low == tenantDomain:
		return nil
	case low == "common", low == "organizations":
		if shared {
			return nil
		}
		return invalidRequest(50059, "No tenant-identifying information found in either the request or implied by any provided credentials.")
	case isGUID(low), strings.Contains(low, "."):
		return invalidRequest(90002, "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.", name)
	}
	return invalidRequest(900023, "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain.", name)
}

// token answers the client credentials grant, v1 (resource) and v2 (scope).
func (e *Emulator) token(rq *request, tenant string, v2 bool) {
	if rq.r.Method != http.MethodPost {
		rq.w.Header().Set("Allow", http.MethodPost)
		http.Error(rq.w, "", http.StatusMethodNotAllowed)
		return
	}
	form, refusal := parseTokenForm(rq.r.Header, rq.body)
	rq.entry.Client = form.clientID
	if bad := e.checkTenant(tenant, false); bad != nil {
		refusal = bad
	}
	if refusal == nil {
		refusal = form.check(v2)
	}
	var g grant
	if refusal == nil {
		g, refusal = e.authorize(rq, form, v2)
	}
	if refusal != nil {
		e.loginError(rq, *refusal)
		return
	}
	signed, err := e.keys.sign(g.claims, g.v1, g.mock)
	if err != nil {
		http.Error(rq.w, "emulator: token cannot be signed", http.StatusInternalServerError)
		return
	}
	seconds := int64(g.life / time.Second)
	loginHeaders(rq)
	if v2 {
		writeJSON(rq.w, http.StatusOK, "application/json; charset=utf-8", fields{
			{"token_type", "Bearer"}, {"expires_in", seconds}, {"ext_expires_in", seconds}, {"access_token", signed},
		})
		return
	}
	text := func(n int64) string { return fmt.Sprint(n) }
	writeJSON(rq.w, http.StatusOK, "application/json; charset=utf-8", fields{
		{"token_type", "Bearer"},
		{"expires_in", text(seconds)},
		{"ext_expires_in", text(seconds)},
		{"expires_on", text(g.from.Add(g.life).Unix())},
		{"not_before", text(g.from.Add(-5 * time.Minute).Unix())},
		{"resource", form.resourceName(v2)},
		{"access_token", signed},
	})
}
