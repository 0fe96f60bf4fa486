package entraemu

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// tokenForm is a token request. Nothing of it is logged or kept.
type tokenForm struct {
	grantType     string
	clientID      string
	clientSecret  string
	assertionType string
	assertion     string
	scope         string
	resource      string
	has           map[string]bool
}

// parseTokenForm reads the form and, when there is one, the Basic header.
func parseTokenForm(header http.Header, body []byte) (tokenForm, *loginRefusal) {
	f := tokenForm{has: map[string]bool{}}
	ct, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(ct), "application/x-www-form-urlencoded") {
		return f, invalidRequest(900144, "The request body must contain the following parameter: 'grant_type'.")
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return f, invalidRequest(9000410, "Malformed form body.")
	}
	for name, dst := range map[string]*string{
		"grant_type": &f.grantType, "client_id": &f.clientID, "client_secret": &f.clientSecret,
		"client_assertion_type": &f.assertionType, "client_assertion": &f.assertion,
		"scope": &f.scope, "resource": &f.resource,
	} {
		if len(values[name]) > 1 {
			return f, invalidRequest(9000411, "The parameter '%s' is duplicated.", name)
		}
		*dst = values.Get(name)
		f.has[name] = values.Get(name) != ""
	}
	if basic, ok := strings.CutPrefix(header.Get("Authorization"), "Basic "); ok {
		f.takeBasic(basic)
	}
	f.clientID = strings.ToLower(strings.TrimSpace(f.clientID))
	return f, nil
}

// takeBasic fills in what the form left out.
func (f *tokenForm) takeBasic(encoded string) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return
	}
	id, secret, ok := strings.Cut(string(raw), ":")
	if !ok {
		return
	}
	unescape := func(s string) string {
		if u, err := url.QueryUnescape(s); err == nil {
			return u
		}
		return s
	}
	if !f.has["client_id"] {
		f.clientID, f.has["client_id"] = unescape(id), true
	}
	if !f.has["client_secret"] {
		f.clientSecret, f.has["client_secret"] = unescape(secret), true
	}
}

func (f *tokenForm) check(v2 bool) *loginRefusal {
	missing := func(name string) *loginRefusal {
		return invalidRequest(900144, "The request body must contain the following parameter: '%s'.", name)
	}
	if !f.has["grant_type"] {
		return missing("grant_type")
	}
	if f.grantType != "client_credentials" {
		return &loginRefusal{http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '" + f.grantType + "'."}
	}
	if !f.has["client_id"] {
		return missing("client_id")
	}
	if v2 && !f.has["scope"] {
		return missing("scope")
	}
	if !v2 && !f.has["resource"] {
		return missing("resource")
	}
	return nil
}

// reservedScopes are asked for by client libraries and mean nothing here.
var reservedScopes = map[string]bool{"openid": true, "offline_access": true, "profile": true, "email": true}

// resourceName is the API the token is for, as asked; empty when the scope is
// not one API's /.default.
func (f *tokenForm) resourceName(v2 bool) string {
	if !v2 {
		return f.resource
	}
	name := ""
	for s := range strings.FieldsSeq(f.scope) {
		if reservedScopes[strings.ToLower(s)] {
			continue
		}
		api, ok := strings.CutSuffix(s, "/.default")
		if !ok || name != "" {
			return ""
		}
		name = api
	}
	return name
}
