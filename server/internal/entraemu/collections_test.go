package entraemu

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// graphWith calls Graph with more headers.
func (h *harness) graphWith(token, method, path, body string, header map[string]string) answer {
	h.t.Helper()
	all := map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"}
	for k, v := range header {
		all[k] = v
	}
	return h.must(method, "/v1.0"+path, body, all)
}

var eventually = map[string]string{"ConsistencyLevel": "eventual"}

func TestQuery(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	for i := range 3 {
		body := fmt.Sprintf(`{"displayName":"O'Hara %d","tags":["t%d"]}`, i, i)
		if a := h.graph(admin, "POST", "/applications", body, false); a.status != 201 {
			t.Fatalf("create: %d %s", a.status, a.raw)
		}
	}
	for _, tt := range []struct {
		path   string
		header map[string]string
		status int
		want   string
	}{
		{"/applications/$count", eventually, 200, "8"},
		{"/applications/$count", nil, 400, "$count is not currently supported."},
		{"/applications?$count=true&$top=1", eventually, 200, `"@odata.count":8`},
		{"/applications?$filter=displayName%20eq%20%27O%27%27Hara%201%27", nil, 200, "O'Hara 1"},
		{"/applications?%24filter=displayName+eq+'O''Hara+1'", nil, 200, "O'Hara 1"},
		{"/applications?$filter=displayName+ne+'x'", nil, 400, "Request_UnsupportedQuery"},
		{"/applications?$filter=displayName+ne+'x'&$count=true", eventually, 200, `"@odata.count":8`},
		{"/applications?$filter=(tags/any(t:t+eq+'t0')+or+tags/any(t:t+eq+'t2'))+and+startswith(displayName,'o')&$count=true", eventually, 200, `"@odata.count":2`},
		{"/applications?$filter=uniqueName+eq+null", nil, 400, "uniqueName"},
		{"/applications?$search=\"displayName:hara\"", nil, 400, "ConsistencyLevel: eventual"},
		{"/applications?$search=%22displayName:O'Hara%22&$count=true", eventually, 200, `"@odata.count":3`},
		{"/applications?$orderby=displayName+desc&$top=1&$select=displayName", nil, 200, "O'Hara 2"},
		{"/applications?$select=nope", nil, 400, "Could not find a property named 'nope' on type 'microsoft.graph.application'."},
		{"/applications?$skip=1", nil, 400, "$skip"},
		{"/applications?$top=1000", nil, 400, "Invalid page size"},
		{"/applications?$skiptoken=abc", nil, 400, "Directory_ExpiredPageToken"},
		{"/servicePrincipals?$filter=accountEnabled+eq+true+and+displayName+eq+'Microsoft+Graph'", nil, 200, graphAppID},
		{"/servicePrincipals(appId='" + h.ClientID() + "')?$expand=appRoleAssignments($select=appRoleId),owners", nil, 200, `"appRoleAssignments":[{"appRoleId"`},
		{"/" + h.TenantID() + "/applications?$top=1&$count=true", map[string]string{"ConsistencyLevel": "eventual", "Accept": "application/json;odata.metadata=none;IEEE754Compatible=true"}, 200, `"@odata.count":"8"`},
	} {
		a := h.graphWith(admin, "GET", tt.path, "", tt.header)
		if a.status != tt.status || !strings.Contains(strings.ReplaceAll(a.raw, `\u0027`, "'"), tt.want) {
			t.Errorf("%s: %d %s", tt.path, a.status, a.raw)
		}
	}
	seen, path := 0, "/applications?$orderby=displayName&$top=3&$select=id"
	for path != "" {
		a := h.graph(admin, "GET", path, "", false)
		rows, _ := a.body["value"].([]any)
		seen += len(rows)
		path = strings.TrimPrefix(a.str("@odata.nextLink"), h.URL()+"/v1.0")
	}
	if seen != 8 {
		t.Errorf("%d applications over the pages of a sorted list", seen)
	}
}

func TestMetadata_full(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	full := map[string]string{"Accept": "application/json;odata.metadata=full"}
	a := h.graphWith(admin, "GET", "/applications/"+m.id, "", full)
	if a.str("@odata.type") != "#microsoft.graph.application" || a.str("@odata.id") == "" || !strings.Contains(a.header.Get("Content-Type"), "metadata=full") {
		t.Fatalf("full: %s", a.raw)
	}
	if own := h.graphWith(admin, "GET", strings.TrimPrefix(a.str("@odata.id"), h.URL()+"/v1.0"), "", nil); own.str("id") != m.id {
		t.Errorf("@odata.id leads nowhere: %d %s", own.status, own.raw)
	}
	tag := a.header.Get("ETag")
	if b := h.graphWith(admin, "GET", "/applications/"+m.id, "", map[string]string{"If-None-Match": tag}); b.status != 304 || b.raw != "" {
		t.Errorf("unchanged: %d %s", b.status, b.raw)
	}
	if b := h.graphWith(admin, "PATCH", "/applications/"+m.id, `{"notes":"x"}`, map[string]string{"If-Match": tag}); b.status != 204 {
		t.Errorf("matching: %d %s", b.status, b.raw)
	}
	if b := h.graphWith(admin, "PATCH", "/applications/"+m.id, `{"notes":"y"}`, map[string]string{"If-Match": tag}); b.status != 412 {
		t.Errorf("stale: %d %s", b.status, b.raw)
	}
	if plain := h.graphWith(admin, "GET", "/applications/"+m.id, "", nil); plain.header.Get("ETag") != "" || plain.str("@odata.type") != "" {
		t.Errorf("minimal: %s", plain.raw)
	}
}

func TestBatch(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	h.fault(Fault{Surface: SurfaceGraph, Path: "/organization", Kind: FaultStatus, Status: 429, RetryAfter: 7})
	a := h.graph(admin, "POST", "/$batch", `{"requests":[
		{"id":"1","method":"POST","url":"/applications","headers":{"Content-Type":"application/json"},"body":{"displayName":"in a batch"}},
		{"id":"2","method":"GET","url":"/organization"},
		{"id":"3","method":"GET","url":"/applications?$top=1","dependsOn":["2"]},
		{"id":"4","method":"GET","url":"applications/$count","headers":{"ConsistencyLevel":"eventual"},"dependsOn":["1"]}]}`, false)
	rows, _ := a.body["responses"].([]any)
	if a.status != 200 || len(rows) != 4 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	for i, want := range []float64{201, 429, 424, 200} {
		row, _ := rows[i].(map[string]any)
		if row["status"] != want || row["id"] != fmt.Sprint(i+1) {
			t.Errorf("step %d: %v", i+1, row)
		}
	}
	if !strings.Contains(a.raw, `"Retry-After":"7"`) || !strings.Contains(a.raw, `"Location":"`+h.URL()+"/v1.0/applications/") {
		t.Errorf("headers of the steps: %s", a.raw)
	}
	step := `{"id":"%d","method":"GET","url":"/applications"}`
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf(step, i))
	}
	for name, body := range map[string]string{
		"too many":        `{"requests":[` + strings.Join(many, ",") + `]}`,
		"empty":           `{}`,
		"no content type": `{"requests":[{"id":"1","method":"POST","url":"/applications","body":{}}]}`,
		"another host":    `{"requests":[{"id":"1","method":"GET","url":"https://x.example/v1.0/applications"}]}`,
		"twice":           `{"requests":[` + many[0] + "," + many[0] + `]}`,
	} {
		if a := h.graph(admin, "POST", "/$batch", body, false); a.status != 400 || a.code() != "BadRequest" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
}

func TestDeletedItems(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	api := h.Gateway(Prod)
	resource := derivedID(1, nameProd+" principal")
	grant := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, m.sp, resource, api.RoleIDs["Urgencias"])
	if a := h.graph(admin, "POST", "/servicePrincipals/"+m.sp+"/appRoleAssignments", grant, false); a.status != 201 {
		t.Fatalf("grant: %d %s", a.status, a.raw)
	}
	h.graph(admin, "DELETE", "/applications/"+m.id, "", false)
	for kind, id := range map[string]string{"application": m.id, "servicePrincipal": m.sp} {
		if a := h.graph(admin, "GET", "/directory/deletedItems/microsoft.graph."+kind, "", false); !strings.Contains(a.raw, id) {
			t.Errorf("bin of %s: %s", kind, a.raw)
		}
	}
	one := h.graph(admin, "GET", "/directory/deletedItems/"+m.id, "", false)
	if one.str("@odata.type") != "#microsoft.graph.application" || one.str("deletedDateTime") == "" {
		t.Errorf("one: %d %s", one.status, one.raw)
	}
	owned := h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	if a := h.graph(owned, "POST", "/directory/deletedItems/"+m.id+"/restore", "", false); a.status != 403 {
		t.Errorf("restored by another: %d %s", a.status, a.raw)
	}
	if a := h.graph(admin, "POST", "/directory/deletedItems/"+m.sp+"/restore", "", false); a.status != 400 {
		t.Errorf("service principal before its application: %d %s", a.status, a.raw)
	}
	for _, id := range []string{m.id, m.sp} {
		if a := h.graph(admin, "POST", "/directory/deletedItems/"+id+"/restore", "", false); a.status != 200 || a.body["deletedDateTime"] != nil {
			t.Fatalf("restore: %d %s", a.status, a.raw)
		}
	}
	if c := claimsOf(t, h.tokenOf(m.appID, m.secret, api.Scope)); fmt.Sprint(c["roles"]) != "[Urgencias]" {
		t.Errorf("roles after the restoration: %v", c["roles"])
	}
	h.graph(admin, "DELETE", "/applications/"+m.id, "", false)
	if a := h.graph(admin, "DELETE", "/directory/deletedItems/"+m.id, "", false); a.status != 204 {
		t.Fatalf("purge: %d %s", a.status, a.raw)
	}
	if a := h.graph(admin, "PATCH", "/applications(uniqueName='one')", newApp, true); a.status != 201 {
		t.Errorf("a purged name is not free: %d %s", a.status, a.raw)
	}
	h.graph(admin, "DELETE", "/applications(uniqueName='one')", "", false)
	h.AdvanceClock(31 * 24 * time.Hour)
	if a := h.graph(h.admin(), "PATCH", "/applications(uniqueName='one')", newApp, true); a.status != 201 {
		t.Errorf("the name is held for more than 30 days: %d %s", a.status, a.raw)
	}
}

func TestOwners_references(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	other := derivedID(1, nameOwnedBy+" principal")
	bound := h.graph(admin, "POST", "/applications", `{"displayName":"x","owners@odata.bind":["`+h.URL()+"/v1.0/directoryObjects/"+other+`"]}`, false)
	path := "/applications/" + bound.str("id") + "/owners"
	if a := h.graph(admin, "GET", path, "", false); strings.Count(a.raw, `"@odata.type":"#microsoft.graph.servicePrincipal"`) != 2 {
		t.Fatalf("owners: %s", a.raw)
	}
	for _, ref := range []string{
		"https://graph.microsoft.com/v1.0/" + h.TenantID() + "/directoryObjects/" + other,
		h.URL() + "/beta/servicePrincipals/" + other,
		"https://graph.microsoft.com/v2/" + h.TenantID() + "/directoryObjects/" + other + "/Microsoft.DirectoryServices.ServicePrincipal",
		"directoryObjects('" + other + "')",
	} {
		if a := h.graph(admin, "DELETE", path+"/"+other+"/$ref", "", false); a.status != 204 {
			t.Fatalf("remove: %d %s", a.status, a.raw)
		}
		if a := h.graph(admin, "POST", path+"/$ref", `{"@odata.id":"`+ref+`"}`, false); a.status != 204 {
			t.Errorf("%s: %d %s", ref, a.status, a.raw)
		}
	}
	for ref, want := range map[string]int{"https://x.example/v1.0/directoryObjects/" + other: 400, "directoryObjects/" + h.TenantID(): 404, "directoryObjects/" + bound.str("id"): 400} {
		if a := h.graph(admin, "POST", path+"/$ref", `{"@odata.id":"`+ref+`"}`, false); a.status != want {
			t.Errorf("%s: %d %s", ref, a.status, a.raw)
		}
	}
	byIDs := h.graph(admin, "POST", "/directoryObjects/getByIds", `{"ids":["`+other+`","`+bound.str("id")+`"],"types":["application"]}`, false)
	if rows, _ := byIDs.body["value"].([]any); len(rows) != 1 {
		t.Errorf("getByIds: %s", byIDs.raw)
	}
}

func TestPermissions(t *testing.T) {
	h := stopped(t)
	owned := h.tokenOf(h.OwnedByClientID(), h.ClientSecret(), graphScope)
	own := "/servicePrincipals(appId='" + h.OwnedByClientID() + "')"
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", own + "/appRoleAssignments", 403},
		{"GET", own + "/createdObjects", 403},
		{"GET", "/organization", 403},
		{"GET", "/policies/defaultAppManagementPolicy", 403},
		{"GET", own + "/owners", 200},
		{"POST", "/directoryObjects", 404},
		{"PUT", "/organization", 405},
		{"GET", "/applications/" + h.TenantID() + "/nope", 404},
	} {
		if a := h.graph(owned, tt.method, tt.path, "{}", false); a.status != tt.status || a.status >= 400 && a.code() == "" {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, a.status, a.raw)
		}
	}
}
