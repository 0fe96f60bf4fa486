package entracontract

var eventual = map[string]string{"ConsistencyLevel": "eventual"}

// What Graph refuses, with the codes and wordings clients match.
var refusalCases = []testCase{
	{
		name: "graph refusals tokens and permissions",
		steps: []step{
			{say: "no token", call: "GET /applications", as: "-", want: 401},
			{say: "not a token", call: "GET /applications", as: "unknown", want: 401},
			{say: "a token for another API", call: "GET /applications", as: "bare", want: 401},
			{say: "no permission to read", call: "GET /applications", as: "bareGraph", want: 403},
			{say: "no permission to create", call: "POST /applications", as: "bareGraph", body: `{"displayName":"{prefix} none"}`, want: 403},
			{say: "no permission to add a secret", call: "POST /applications/{app}/addPassword", as: "bareGraph", body: `{}`, want: 403},
			{say: "no permission to grant", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", as: "bareGraph", want: 403, body: `{"principalId":"{sp}","resourceId":"{apiSp}","appRoleId":"{role}"}`},
			{say: "owned by another", call: "POST /applications(appId='{api}')/addPassword", body: `{}`, want: 403},
		},
	},
	{
		name: "graph refusals objects", needs: []string{owned},
		steps: []step{
			{say: "no such application", call: "GET /applications/{unknown}", want: 404},
			{say: "no such service principal", call: "GET /servicePrincipals/{unknown}", want: 404},
			{say: "no such object", call: "GET /directoryObjects/{unknown}", want: 404},
			{say: "a second service principal", call: "POST /servicePrincipals", body: `{"appId":"{appId}"}`, want: 409},
			{say: "service principal of nothing, caller of its own only", call: "POST /servicePrincipals", body: `{"appId":"{unknown}"}`, want: 403},
			{say: "taken unique name", call: "POST /applications", body: `{"displayName":"{prefix} twin","uniqueName":"{prefix}-main"}`, want: 400},
			{say: "no name", call: "POST /applications", body: `{}`, want: 400},
			{say: "name of 121 characters", call: "POST /applications", body: `{"displayName":"{long}"}`, want: 400},
			{say: "unknown audience", call: "POST /applications", body: `{"displayName":"{prefix} aud","signInAudience":"Everybody"}`, want: 400},
			{say: "secrets are not set", call: "PATCH /applications/{app}", body: `{"passwordCredentials":[{"displayName":"x"}]}`, want: 400},
			{say: "the client id is not set", call: "PATCH /applications/{app}", body: `{"appId":"{unknown}"}`, want: 400},
			{say: "a unique name stays", call: "PATCH /applications/{app}", body: `{"uniqueName":"{prefix}-other"}`, want: 400},
			{say: "an unknown member", call: "PATCH /applications/{app}", body: `{"favouriteColour":"blue"}`, want: 400},
			{say: "no JSON", call: "PATCH /applications/{app}", body: `{"displayName":`, want: 400},
			{say: "a secret that ended", call: "POST /applications/{app}/addPassword", body: `{"passwordCredential":{"endDateTime":"{lastYear}"}}`, want: 400},
		},
	},
	{
		name: "graph refusals roles", needs: []string{owned, grants},
		steps: []step{
			{say: "unknown role", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 400, body: `{"principalId":"{sp}","resourceId":"{apiSp}","appRoleId":"{unknown}"}`},
			{say: "unknown client", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 400, body: `{"principalId":"{unknown}","resourceId":"{apiSp}","appRoleId":"{role}"}`},
			{say: "not a GUID", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 400, body: `{"principalId":"{sp}","resourceId":"{apiSp}","appRoleId":"Consultas"}`},
			{say: "own roles", call: "PATCH /applications/{app}", want: 204, body: `{"appRoles":[{"id":"{unknown}","value":"Uno","displayName":"Uno","description":"Uno","isEnabled":true,"allowedMemberTypes":["Application"]}]}`},
			{say: "an enabled role does not go", call: "PATCH /applications/{app}", want: 400, body: `{"appRoles":[]}`},
			{say: "disabled", call: "PATCH /applications/{app}", want: 204, body: `{"appRoles":[{"id":"{unknown}","value":"Uno","displayName":"Uno","description":"Uno","isEnabled":false,"allowedMemberTypes":["Application"]}]}`},
			{say: "a disabled one goes", call: "PATCH /applications/{app}", want: 204, body: `{"appRoles":[]}`},
		},
	},
	{
		name: "graph paths and methods",
		steps: []step{
			{say: "no such segment", call: "GET /aplicaciones", want: 404},
			{say: "no such child", call: "GET /applications/{app}/secrets", want: 404},
			{say: "method not allowed", call: "PUT /applications/{app}", body: `{}`, want: 405},
			{say: "a key that is no text", call: "GET /applications(uniqueName=main)", want: 400},
		},
	},
}

// The upsert, alone and in a crowd.
var upsertCases = []testCase{
	{
		name: "upsert concurrently", needs: []string{owned}, makes: 2,
		steps: []step{
			{
				say: "five at once, one application", call: "PATCH /applications(uniqueName='{prefix}-crowd')", header: upsert, atOnce: 5, want: 201, or: []int{204, 400},
				body: `{"displayName":"{prefix} crowd","signInAudience":"AzureADMyOrg"}`, keep: map[string]string{"crowd": "id", "crowdApp": "appId"},
			},
			{say: "one of that name", call: "GET /applications?$filter=displayName eq '{prefix} crowd'&$count=true&$select=id", header: eventual, want: 200, holds: "{crowd}", again: 5},
			{
				say: "five at once, one service principal", call: "PATCH /servicePrincipals(appId='{crowdApp}')", header: upsert, atOnce: 5, want: 201, or: []int{204, 409},
				body: `{"displayName":"{prefix} crowd"}`,
			},
		},
	},
}

// Reading collections.
var queryCases = []testCase{
	{
		name: "filter",
		steps: []step{
			{say: "equal", call: "GET /applications?$filter=appId eq '{appId}'&$select=id,appId", want: 200, holds: "{app}"},
			{say: "in", call: "GET /applications?$filter=appId in ('{appId}','{callsApp}')&$select=appId", want: 200, holds: "{callsApp}"},
			{say: "starts with", call: "GET /applications?$filter=startswith(displayName,'{prefix} main')&$select=id", want: 200, holds: "{app}"},
			{say: "any of the tags", call: "GET /applications?$filter=tags/any(t:t eq '{prefix}')&$select=id", want: 200, holds: "{app}"},
			{say: "and", call: "GET /applications?$filter=startswith(displayName,'{prefix} main') and appId eq '{appId}'&$select=id", want: 200, holds: "{app}"},
			{say: "nothing", call: "GET /applications?$filter=appId eq '{unknown}'", want: 200},
			{say: "percent signs and plus signs", call: "GET /applications?%24filter=appId+eq+%27{appId}%27&%24select=id", want: 200, holds: "{app}"},
			{say: "doubled quotes", call: "GET /applications?$filter=displayName eq 'd''Oro'&$select=id", want: 200},
			{say: "service principals", call: "GET /servicePrincipals?$filter=appId eq '{appId}'&$select=id,appId", want: 200, holds: "{sp}"},
			{say: "by a name they answer to", call: "GET /servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'api://{api}')&$select=id", want: 200, holds: "{apiSp}"},
			{say: "nonsense", call: "GET /applications?$filter=displayName resembles 'x'", want: 400},
		},
	},
	{
		name: "paging", needs: []string{owned},
		steps: []step{
			{say: "first page", call: "GET /applications?$top=1&$select=id", want: 200, kinds: true, keep: map[string]string{"next": "@odata.nextLink"}},
			{say: "second page", call: "GET {next}", want: 200, kinds: true},
			{say: "page of nothing", call: "GET /applications?$top=0", want: 400},
			{say: "page too long", call: "GET /applications?$top=1000", want: 400},
			{say: "not a token of ours", call: "GET /applications?$skiptoken=nonsense", want: 400},
		},
	},
}

// What other clients send.
var clientCases = []testCase{
	{
		name: "forms of a request", needs: []string{owned},
		steps: []step{
			{say: "compressed", call: "PATCH /applications/{app}", gzip: true, body: `{"notes":"compressed"}`, want: 204},
			{say: "compressed, read back", call: "GET /applications/{app}?$select=notes", want: 200},
			{say: "an encoding nobody knows", call: "PATCH /applications/{app}", header: map[string]string{"Content-Encoding": "br"}, body: `{"notes":"x"}`, want: 415},
			{say: "beta", call: "GET /beta/applications/{app}?$select=id,appId", want: 200},
			{say: "a body with its type", call: "PATCH /applications/{app}", body: `{"@odata.type":"#microsoft.graph.application","notes":"typed"}`, want: 204},
			{say: "metadata none", call: "GET /applications/{app}?$select=id", header: map[string]string{"Accept": "application/json;odata.metadata=none"}, want: 200},
			{say: "metadata full", call: "GET /applications/{app}?$select=id,displayName", header: map[string]string{"Accept": "application/json;odata.metadata=full;IEEE754Compatible=false"}, want: 200},
			{say: "large numbers as text", call: "GET /applications/{app}?$select=id", header: map[string]string{"Accept": "application/json;IEEE754Compatible=true"}, want: 200},
			{say: "return the object", call: "PATCH /applications/{app}", header: map[string]string{"Prefer": "return=representation"}, body: `{"notes":"returned"}`, want: 204},
			{say: "organization", call: "GET /organization?$select=id,displayName", want: 200},
		},
	},
}

// Owners, both by reference and by object.
var ownerCases = []testCase{
	{
		name: "owners", needs: []string{owned},
		steps: []step{
			{say: "the creator", call: "GET /applications/{app}/owners?$select=id", want: 200, holds: "{ownSp}"},
			{say: "resolvable", call: "GET /directoryObjects/{ownSp}?$select=id", want: 200},
			{say: "add", call: "POST /applications/{app}/owners/$ref", body: `{"@odata.id":"{graph}/v1.0/directoryObjects/{sp}"}`, want: 204},
			{say: "add again", call: "POST /applications/{app}/owners/$ref", body: `{"@odata.id":"https://graph.microsoft.com/v1.0/{tenant}/directoryObjects/{sp}"}`, want: 400},
			{say: "add nobody", call: "POST /applications/{app}/owners/$ref", body: `{"@odata.id":"{graph}/v1.0/directoryObjects/{unknown}"}`, want: 404},
			{say: "remove", call: "DELETE /applications/{app}/owners/{sp}/$ref", want: 204},
			{say: "remove again", call: "DELETE /applications/{app}/owners/{sp}/$ref", want: 400},
			{say: "of a service principal", call: "GET /servicePrincipals/{sp}/owners?$select=id", want: 200, holds: "{ownSp}"},
		},
	},
}

// Deletion, which a name outlives.
var deletedCases = []testCase{
	{
		name: "deleted items", needs: []string{owned}, makes: 1,
		steps: []step{
			{
				say: "create", call: "POST /applications", want: 201, quiet: true,
				body: `{"displayName":"{prefix} gone","uniqueName":"{prefix}-gone","signInAudience":"AzureADMyOrg"}`, keep: map[string]string{"gone": "id", "goneApp": "appId"},
			},
			{say: "service principal", call: "POST /servicePrincipals", want: 201, quiet: true, body: `{"appId":"{goneApp}"}`, keep: map[string]string{"goneSp": "id"}},
			{say: "delete", call: "DELETE /applications/{gone}", want: 204},
			{say: "gone", call: "GET /applications/{gone}", want: 404, lag: "deletion"},
			{say: "and its service principal", call: "GET /servicePrincipals/{goneSp}", want: 404},
			{say: "delete again", call: "DELETE /applications/{gone}", want: 404},
			{say: "its name is held", call: "PATCH /applications(uniqueName='{prefix}-gone')", header: upsert, want: 400, omit: "details", body: `{"displayName":"{prefix} gone","signInAudience":"AzureADMyOrg"}`},
		},
	},
}
