package entraemu

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestApplications_upsert(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	path := "/applications(uniqueName='llavero-pre-0500199001')"
	if a := h.graph(admin, "PATCH", path, newApp, false); a.status != 404 || a.code() != "Request_ResourceNotFound" {
		t.Fatalf("without Prefer: %d %s", a.status, a.raw)
	}
	first := h.graph(admin, "PATCH", path, newApp, true)
	if first.status != 201 || first.str("uniqueName") != "llavero-pre-0500199001" || first.str("id") == first.str("appId") {
		t.Fatalf("create: %d %s", first.status, first.raw)
	}
	if first.header.Get("Location") == "" || first.header.Get("request-id") == "" {
		t.Error("Location or request-id is missing")
	}
	if again := h.graph(admin, "PATCH", path, newApp, true); again.status != 204 || again.raw != "" {
		t.Fatalf("second: %d %s", again.status, again.raw)
	}
	for _, read := range []string{path, "/applications/" + first.str("id"), "/applications(appId='" + first.str("appId") + "')", "/applications%28uniqueName=%27llavero-pre-0500199001%27%29"} {
		a := h.graph(admin, "GET", read+"?$select=id,appId,passwordCredentials", "", false)
		if a.status != 200 || a.str("id") != first.str("id") || a.str("displayName") != "" || a.body["passwordCredentials"] == nil {
			t.Errorf("%s: %d %s", read, a.status, a.raw)
		}
	}
	post := h.graph(admin, "POST", "/applications", `{"displayName":"x","uniqueName":"llavero-pre-0500199001"}`, false)
	if post.status != 400 || post.str("error", "message") != "Another object with the same value for property uniqueName already exists." {
		t.Errorf("same name: %d %s", post.status, post.raw)
	}
	if n := len(h.State().Issued()); n != 1 {
		t.Errorf("%d applications", n)
	}
}

func TestApplications_upsertAtOnce(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	var all sync.WaitGroup
	status := make([]int, 8)
	for i := range status {
		all.Go(func() {
			a, err := h.tryGraph(admin, "PATCH", "/applications(uniqueName='same')", newApp, true)
			if err != nil {
				t.Error(err)
			}
			status[i] = a.status
		})
	}
	all.Wait()
	created := 0
	for _, s := range status {
		if s == 201 {
			created++
		} else if s != 204 {
			t.Errorf("status %d", s)
		}
	}
	if created != 1 || len(h.State().Issued()) != 1 {
		t.Errorf("%d created, %d applications", created, len(h.State().Issued()))
	}
}

func TestApplications_goldenFields(t *testing.T) {
	h := start(t, Config{})
	a := h.graph(h.admin(), "POST", "/applications", newApp, false)
	want := strings.Fields(`@odata.context id deletedDateTime appId applicationTemplateId disabledByMicrosoftStatus createdDateTime
		displayName description groupMembershipClaims identifierUris isDeviceOnlyAuthSupported isFallbackPublicClient
		nativeAuthenticationApisEnabled notes publisherDomain serviceManagementReference signInAudience tags tokenEncryptionKeyId
		uniqueName samlMetadataUrl defaultRedirectUri certification optionalClaims servicePrincipalLockConfiguration
		requestSignatureVerification addIns api appRoles info keyCredentials parentalControlSettings passwordCredentials
		publicClient requiredResourceAccess verifiedPublisher web spa`)
	d := json.NewDecoder(strings.NewReader(a.raw))
	var got []string
	depth := 0
	for {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 && strings.HasPrefix(a.raw[d.InputOffset():], ":") {
				got = append(got, v)
			}
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("members\n got %v\nwant %v", got, want)
	}
}

func TestApplications_refusals(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		code, message            string
	}{
		{"no name", "POST", "/applications", `{}`, 400, "Request_BadRequest", "displayName"},
		{"long name", "POST", "/applications", `{"displayName":"` + strings.Repeat("ñ", 121) + `"}`, 400, "Request_BadRequest", "Invalid value specified for property 'displayName' of resource 'Application'."},
		{"unknown member", "POST", "/applications", `{"displayName":"x","nope":1}`, 400, "Request_BadRequest", "'nope'"},
		{"passwords are not settable", "PATCH", "/applications/" + m.id, `{"passwordCredentials":[]}`, 400, "Request_BadRequest", "'passwordCredentials'"},
		{"audience", "POST", "/applications", `{"displayName":"x","signInAudience":"all"}`, 400, "Request_BadRequest", "'signInAudience'"},
		{"no JSON", "POST", "/applications", `{`, 400, "BadRequest", "Unable to read JSON request payload."},
		{"unknown application", "GET", "/applications/11111111-2222-4333-8444-555555555555", "", 404, "Request_ResourceNotFound", "Resource '11111111-2222-4333-8444-555555555555' does not exist or one of its queried reference-property objects are not present."},
		{"unknown key id", "POST", "/applications/" + m.id + "/removePassword", `{"keyId":"11111111-2222-4333-8444-555555555555"}`, 400, "Request_BadRequest", "No password credential found with keyId."},
		{"end before start", "POST", "/applications/" + m.id + "/addPassword", `{"passwordCredential":{"endDateTime":"2001-01-01T00:00:00Z"}}`, 400, "Request_BadRequest", "end date"},
		{"no application", "POST", "/servicePrincipals", `{"appId":"11111111-2222-4333-8444-555555555555"}`, 403, "Authorization_RequestDenied", "must in the local tenant"},
		{"second principal", "POST", "/servicePrincipals", `{"appId":"` + m.appID + `"}`, 409, "Request_MultipleObjectsWithSameKeyValue", "A conflicting object"},
		{"segment", "GET", "/users", "", 404, "BadRequest", "Resource not found for the segment 'users'."},
		{"method", "PUT", "/applications/" + m.id, "{}", 405, "Request_BadRequest", "method"},
		{"filter", "GET", "/applications?$filter=uniqueName%20eq%20'one'", "", 400, "Request_UnsupportedQuery", "uniqueName"},
		{"filter form", "GET", "/applications?$filter=displayName%20like%20'one'", "", 400, "Request_BadRequest", "Invalid filter clause"},
		{"path", "GET", "/applications(uniqueName=one)", "", 400, "Request_BadRequest", "quoted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := h.graph(admin, tt.method, tt.path, tt.body, false)
			if a.status != tt.status || a.code() != tt.code || !strings.Contains(a.str("error", "message"), tt.message) {
				t.Errorf("got %d %s", a.status, a.raw)
			}
			if a.str("error", "innerError", "request-id") != a.header.Get("request-id") || a.str("error", "innerError", "date") == "" {
				t.Errorf("innerError: %s", a.raw)
			}
		})
	}
}

func TestGraph_tokens(t *testing.T) {
	h := stopped(t)
	none := h.tokenOf(h.RolelessClientID(), h.ClientSecret(), graphScope)
	owned := h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	admin := h.admin()
	foreign := h.makeApp(admin, "of-the-administrator")
	api := h.tokenOf(h.ClientID(), h.ClientSecret(), h.Gateway(Prod).Scope)
	for _, tt := range []struct {
		name, token, method, path, body string
		status                          int
		code, message                   string
	}{
		{"none", "", "GET", "/applications", "", 401, "InvalidAuthenticationToken", "Access token is empty."},
		{"garbage", "x.y", "GET", "/applications", "", 401, "InvalidAuthenticationToken", "CompactToken parsing failed"},
		{"broken signature", admin[:len(admin)-8] + "AAAAAAAA", "GET", "/applications", "", 401, "InvalidAuthenticationToken", "Signature"},
		{"for another API", api, "GET", "/applications", "", 401, "InvalidAuthenticationToken", "Invalid audience"},
		{"no permission", none, "POST", "/applications", newApp, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."},
		{"no permission to read", none, "GET", "/applications", "", 403, "Authorization_RequestDenied", ""},
		{"not the owner", owned, "PATCH", "/applications/" + foreign.id, `{"displayName":"x"}`, 403, "Authorization_RequestDenied", ""},
		{"not the owner, secret", owned, "POST", "/applications/" + foreign.id + "/addPassword", "{}", 403, "Authorization_RequestDenied", ""},
		{"owned may list", owned, "GET", "/applications", "", 200, "", ""},
		{"owned may not grant", owned, "POST", "/servicePrincipals/" + foreign.sp + "/appRoleAssignments", "{}", 403, "Authorization_RequestDenied", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := h.graph(tt.token, tt.method, tt.path, tt.body, false)
			if a.status != tt.status || a.code() != tt.code || !strings.Contains(a.str("error", "message"), tt.message) {
				t.Errorf("got %d %s", a.status, a.raw)
			}
			if a.status == 401 && a.header.Get("WWW-Authenticate") == "" {
				t.Error("WWW-Authenticate is missing")
			}
		})
	}
	h.AdvanceClock(2 * time.Hour)
	if a := h.graph(admin, "GET", "/applications", "", false); a.status != 401 || a.str("error", "message") != "Lifetime validation failed, the token is expired." {
		t.Errorf("expired: %d %s", a.status, a.raw)
	}
}

func TestPasswords(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	a := h.addPassword(admin, m.id, "op-2")
	if a.str("hint") != a.str("secretText")[:3] || a.str("displayName") != "op-2" || len(a.str("endDateTime")) != len("2026-01-01T00:00:00.0000000Z") {
		t.Errorf("credential without its facts: %v", a.body["hint"])
	}
	read := h.graph(admin, "GET", "/applications/"+m.id+"?$select=passwordCredentials", "", false)
	if strings.Contains(read.raw, a.str("secretText")) || strings.Count(read.raw, `"secretText":null`) != 2 {
		t.Error("a read shows a secret, or not both credentials")
	}
	h.tokenOf(m.appID, a.str("secretText"), graphScope)
	if r := h.graph(admin, "POST", "/applications/"+m.id+"/removePassword", `{"keyId":"`+m.keyID+`"}`, false); r.status != 204 {
		t.Fatalf("remove: %d %s", r.status, r.raw)
	}
	if r := h.form(grantForm(m.appID, m.secret, graphScope)); !strings.Contains(r.raw, "AADSTS7000215") {
		t.Errorf("removed secret: %d %s", r.status, r.raw)
	}
	app, ok := h.State().ByClientID(m.appID)
	if !ok || len(app.Live()) != 1 || app.Live()[0].KeyID != a.str("keyId") {
		t.Errorf("state: %+v", app)
	}
	h.turn(func(k *Knobs) { k.Policy.LongestLife = Duration(24 * time.Hour) })
	if r := h.graph(admin, "POST", "/applications/"+m.id+"/addPassword", `{}`, false); r.code() != "CredentialInvalidLifetimeAsPerAppPolicy" {
		t.Errorf("policy: %d %s", r.status, r.raw)
	}
	h.turn(func(k *Knobs) { k.Policy.NoSecrets = true })
	if r := h.graph(admin, "POST", "/applications/"+m.id+"/addPassword", `{}`, false); r.code() != "CredentialTypeNotAllowedAsPerAppPolicy" {
		t.Errorf("policy: %d %s", r.status, r.raw)
	}
}

func TestRoles(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	api := h.Gateway(Prod)
	resource := h.graph(admin, "GET", "/servicePrincipals(appId='"+api.AppID+"')?$select=id,appRoles", "", false)
	roles, _ := resource.body["appRoles"].([]any)
	if len(roles) != len(CareRoles) {
		t.Fatalf("the API offers %d roles", len(roles))
	}
	body := func(role string) string {
		return fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, m.sp, resource.str("id"), role)
	}
	path := "/servicePrincipals/" + resource.str("id") + "/appRoleAssignedTo"
	a := h.graph(admin, "POST", path, body(api.RoleIDs["Urgencias"]), false)
	if a.status != 201 || len(a.str("id")) != 43 || a.str("principalType") != "ServicePrincipal" || a.str("resourceDisplayName") != "APP-IHCE-PROD" {
		t.Fatalf("grant: %d %s", a.status, a.raw)
	}
	if again := h.graph(admin, "POST", path, body(api.RoleIDs["Urgencias"]), false); again.status != 400 || again.str("error", "message") != "Permission being assigned already exists on the object" {
		t.Errorf("twice: %d %s", again.status, again.raw)
	}
	if unknown := h.graph(admin, "POST", path, body(h.Gateway(Sandbox).RoleIDs["Urgencias"]), false); !strings.Contains(unknown.raw, "Permission being assigned was not found on application '"+api.AppID+"'.") {
		t.Errorf("role of another API: %d %s", unknown.status, unknown.raw)
	}
	if nobody := h.graph(admin, "POST", path, strings.Replace(body(api.RoleIDs["Consultas"]), m.sp, h.TenantID(), 1), false); nobody.str("error", "message") != "Not a valid reference update." {
		t.Errorf("unknown principal: %d %s", nobody.status, nobody.raw)
	}
	if c := claimsOf(t, h.tokenOf(m.appID, m.secret, api.Scope)); fmt.Sprint(c["roles"]) != "[Urgencias]" {
		t.Errorf("roles in the token: %v", c["roles"])
	}
	list := h.graph(admin, "GET", "/servicePrincipals/"+m.sp+"/appRoleAssignments", "", false)
	if rows, _ := list.body["value"].([]any); len(rows) != 1 {
		t.Errorf("list: %s", list.raw)
	}
	if d := h.graph(admin, "DELETE", "/servicePrincipals/"+m.sp+"/appRoleAssignments/"+a.str("id"), "", false); d.status != 204 {
		t.Errorf("withdraw: %d %s", d.status, d.raw)
	}
	if d := h.graph(admin, "DELETE", "/servicePrincipals/"+m.sp+"/appRoleAssignments/"+a.str("id"), "", false); d.status != 404 {
		t.Errorf("withdraw twice: %d %s", d.status, d.raw)
	}
	if c := claimsOf(t, h.tokenOf(m.appID, m.secret, api.Scope)); c["roles"] != nil {
		t.Errorf("roles after withdrawal: %v", c["roles"])
	}
}

func TestGraph_otherReads(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	for i := range 5 {
		h.makeApp(admin, fmt.Sprintf("app-%d", i))
	}
	own := h.graph(admin, "GET", "/servicePrincipals(appId='"+h.ClientID()+"')", "", false)
	made := h.graph(admin, "GET", "/servicePrincipals/"+own.str("id")+"/createdObjects?$top=3", "", false)
	rows, _ := made.body["value"].([]any)
	if len(rows) != 3 || !strings.Contains(made.raw, `"@odata.type":"#microsoft.graph.application"`) {
		t.Fatalf("created objects: %s", made.raw)
	}
	total, next := len(rows), made.str("@odata.nextLink")
	for next != "" {
		a := h.graph(admin, "GET", strings.TrimPrefix(next, h.URL()+"/v1.0"), "", false)
		rows, _ := a.body["value"].([]any)
		total, next = total+len(rows), a.str("@odata.nextLink")
	}
	if total != 10 {
		t.Errorf("%d created objects over the pages", total)
	}
	for path, want := range map[string]string{
		"/organization":                      `"verifiedDomains"`,
		"/organization/" + h.TenantID():      `"verifiedDomains"`,
		"/directoryObjects/" + own.str("id"): "#microsoft.graph.servicePrincipal",
		"/applications?$filter=tags/any(t:t+eq+'llavero')+and+startsWith(displayName,'pre')": `"app-4"`,
		"/applications?$filter=displayName%20in%20('x','pre%200500199001')":                  `"displayName":"pre 0500199001"`,
		"/servicePrincipals?$filter=appId%20eq%20'" + graphAppID + "'":                       `"Microsoft Graph"`,
	} {
		if a := h.graph(admin, "GET", path, "", false); a.status != 200 || !strings.Contains(a.raw, want) {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	if a, err := h.do("GET", "/beta/applications/?$top=1", "", map[string]string{"Authorization": "Bearer " + admin}); err != nil || a.status != 200 {
		t.Errorf("beta: %d %v", a.status, err)
	}
}

func TestApplications_owners(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	owned := h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	other, _ := claimsOf(t, owned)["oid"].(string)
	ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + other + `"}`
	if a := h.graph(admin, "POST", "/applications/"+m.id+"/owners/$ref", ref, false); a.status != 204 {
		t.Fatalf("add: %d %s", a.status, a.raw)
	}
	if a := h.graph(admin, "POST", "/applications/"+m.id+"/owners/$ref", ref, false); !strings.Contains(a.raw, "One or more added object references already exist") {
		t.Errorf("twice: %d %s", a.status, a.raw)
	}
	if a := h.graph(owned, "PATCH", "/applications/"+m.id, `{"notes":"mine too"}`, false); a.status != 204 {
		t.Errorf("the new owner may not write: %d %s", a.status, a.raw)
	}
	if a := h.graph(admin, "DELETE", "/applications/"+m.id+"/owners/"+other+"/$ref", "", false); a.status != 204 {
		t.Errorf("remove: %d %s", a.status, a.raw)
	}
}

func TestApplications_deletionKeepsTheName(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	if a := h.graph(admin, "DELETE", "/applications/"+m.id, "", false); a.status != 204 {
		t.Fatalf("delete: %d %s", a.status, a.raw)
	}
	for range 3 {
		if a := h.graph(admin, "GET", "/servicePrincipals/"+m.sp, "", false); a.status != 404 {
			t.Errorf("service principal after deletion: %d", a.status)
		}
	}
	if a := h.graph(admin, "PATCH", "/applications(uniqueName='one')", newApp, true); a.status != 400 {
		t.Errorf("upsert over a deleted name: %d %s", a.status, a.raw)
	}
	if a := h.form(grantForm(m.appID, m.secret, graphScope)); !strings.Contains(a.raw, "AADSTS700016") {
		t.Errorf("token of a deleted application: %s", a.raw)
	}
}

func TestGraph_quota(t *testing.T) {
	h := stopped(t)
	h.turn(func(k *Knobs) { k.Quota.Creator = 2 })
	admin := h.admin()
	h.makeApp(admin, "one")
	if a := h.graph(admin, "POST", "/applications", newApp, false); a.code() != "Directory_QuotaExceeded" {
		t.Errorf("got %d %s", a.status, a.raw)
	}
}

func TestGraph_gzipBody(t *testing.T) {
	h := start(t, Config{})
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(newApp))
	_ = w.Close()
	header := map[string]string{"Authorization": "Bearer " + h.admin(), "Content-Type": "application/json", "Content-Encoding": "gzip"}
	if a := h.must("POST", "/v1.0/applications", z.String(), header); a.status != 201 {
		t.Errorf("gzip: %d %s", a.status, a.raw)
	}
	header["Content-Encoding"] = "br"
	if a := h.must("POST", "/v1.0/applications", newApp, header); a.status != 415 {
		t.Errorf("br: %d %s", a.status, a.raw)
	}
}
