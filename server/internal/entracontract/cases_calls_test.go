package entracontract

// The calls the server makes (T and 1 to 10), as it makes them.

const tokenCall = "POST {login}/{tenant}/oauth2/v2.0/token"

var callCases = []testCase{
	{
		name: "calls 1 and 2 application", needs: []string{owned}, makes: 1,
		steps: []step{
			{say: "nothing of that name", call: "GET /applications(uniqueName='{prefix}-calls')", want: 404},
			{say: "no create without Prefer", call: "PATCH /applications(uniqueName='{prefix}-calls')", body: `{"displayName":"{prefix} calls"}`, want: 404},
			{
				say: "create", call: "PATCH /applications(uniqueName='{prefix}-calls')", header: upsert, want: 201,
				body: `{"displayName":"{prefix} calls","signInAudience":"AzureADMyOrg","tags":["llavero"]}`,
				keep: map[string]string{"calls": "id", "callsApp": "appId"},
			},
			{say: "found by unique name", call: "GET /applications(uniqueName='{prefix}-calls')", want: 200, lag: "application"},
			{say: "found by client id", call: "GET /applications(appId='{callsApp}')?$select=id,appId,displayName,uniqueName,passwordCredentials", want: 200},
			{say: "found by id", call: "GET /applications/{calls}?$select=id,uniqueName", want: 200},
			{say: "found by id in parentheses", call: "GET /applications('{calls}')?$select=id", want: 200},
			{say: "again", call: "PATCH /applications(uniqueName='{prefix}-calls')", header: upsert, want: 204, body: `{"displayName":"{prefix} calls","signInAudience":"AzureADMyOrg","tags":["llavero"]}`},
			{say: "plain update", call: "PATCH /applications/{calls}", body: `{"tags":["llavero","seen"]}`, want: 204},
		},
	},
	{
		name: "calls 3 and 4 service principal", needs: []string{owned},
		steps: []step{
			{say: "nothing of that client id", call: "GET /servicePrincipals(appId='{callsApp}')", want: 404},
			{say: "no create without Prefer", call: "PATCH /servicePrincipals(appId='{callsApp}')", body: `{"displayName":"{prefix} calls"}`, want: 404},
			{
				say: "create", call: "PATCH /servicePrincipals(appId='{callsApp}')", header: upsert, want: 201,
				body: `{"displayName":"{prefix} calls"}`, keep: map[string]string{"callsSp": "id"},
			},
			{say: "found", call: "GET /servicePrincipals(appId='{callsApp}')", want: 200, lag: "service principal"},
			{say: "again", call: "PATCH /servicePrincipals(appId='{callsApp}')", header: upsert, want: 204, body: `{"displayName":"{prefix} calls"}`},
			{say: "the API and its roles", call: "GET /servicePrincipals(appId='{api}')?$select=id,appId,displayName,appRoles", want: 200},
		},
	},
	{
		name: "calls 5 and 6 secret", needs: []string{owned},
		steps: []step{
			{
				say: "add", call: "POST /applications/{calls}/addPassword", want: 200,
				body: `{"passwordCredential":{"displayName":"op-1","endDateTime":"{inAYear}"}}`,
				keep: map[string]string{"callsSecret": "secretText", "callsKey": "keyId"},
			},
			{say: "listed without its text", call: "GET /applications/{calls}?$select=passwordCredentials", want: 200, holds: "hint"},
			{say: "no name, no end", call: "POST /applications/{calls}/addPassword", body: `{}`, want: 200, keep: map[string]string{"secondKey": "keyId"}},
			{say: "remove", call: "POST /applications/{calls}/removePassword", body: `{"keyId":"{secondKey}"}`, want: 204},
			{say: "remove again", call: "POST /applications/{calls}/removePassword", body: `{"keyId":"{secondKey}"}`, want: 400},
			{say: "remove one that never was", call: "POST /applications/{calls}/removePassword", body: `{"keyId":"{unknown}"}`, want: 400},
		},
	},
	{
		name: "calls 7 to 9 role", needs: []string{owned, grants, reads},
		steps: []step{
			{say: "none yet", call: "GET /servicePrincipals/{callsSp}/appRoleAssignments", want: 200},
			{
				say: "grant", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 201,
				body: `{"principalId":"{callsSp}","resourceId":"{apiSp}","appRoleId":"{role}"}`, keep: map[string]string{"grant": "id"},
			},
			{say: "listed", call: "GET /servicePrincipals/{callsSp}/appRoleAssignments", want: 200, holds: "appRoleId", lag: "role"},
			{say: "by itself", call: "GET /servicePrincipals/{callsSp}/appRoleAssignments/{grant}", want: 200},
			{say: "grant again", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 400, body: `{"principalId":"{callsSp}","resourceId":"{apiSp}","appRoleId":"{role}"}`},
			{say: "revoke", call: "DELETE /servicePrincipals/{callsSp}/appRoleAssignments/{grant}", want: 204},
			{say: "gone", call: "GET /servicePrincipals/{callsSp}/appRoleAssignments/{grant}", want: 404, lag: "deletion"},
			{say: "revoke again", call: "DELETE /servicePrincipals/{callsSp}/appRoleAssignments/{grant}", want: 404},
			{
				say: "grant from the client's side", call: "POST /servicePrincipals/{callsSp}/appRoleAssignments", want: 201,
				body: `{"principalId":"{callsSp}","resourceId":"{apiSp}","appRoleId":"{role}"}`, keep: map[string]string{"grant": "id"},
			},
		},
	},
	{
		name: "call 10 created objects", needs: []string{owned},
		steps: []step{
			{say: "both kinds", call: "GET /servicePrincipals/{ownSp}/createdObjects?$select=id,displayName", want: 200, holds: "#microsoft.graph.servicePrincipal", kinds: true},
		},
	},
	{
		name: "call T tokens", needs: []string{owned, grants},
		steps: []step{
			{
				say: "with a role", call: tokenCall, want: 200, holds: "roles", lag: "role", claim: "access_token",
				form: "grant_type=client_credentials&client_id={callsApp}&client_secret={callsSecret}&scope={apiScope}", keep: map[string]string{"roled": "access_token"},
			},
			{
				say: "without roles", call: tokenCall, want: 200, claim: "access_token",
				form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={apiScope}",
			},
			{
				say: "for Graph, version 1 whatever the endpoint", call: tokenCall, want: 200, claim: "access_token",
				form: "grant_type=client_credentials&client_id={callsApp}&client_secret={callsSecret}&scope=https://graph.microsoft.com/.default",
			},
			{
				say: "version 1 endpoint", call: "POST {login}/{tenant}/oauth2/token", want: 200, claim: "access_token",
				form: "grant_type=client_credentials&client_id={callsApp}&client_secret={callsSecret}&resource={api}",
			},
			{
				say: "reserved scopes, claims and client_info are tolerated", call: tokenCall + "?client-request-id={unknown}", want: 200,
				form: "grant_type=client_credentials&client_id={callsApp}&client_secret={callsSecret}&scope={apiScope}+openid+offline_access+profile&client_info=1",
			},
			{
				say: "credentials in a Basic header", call: tokenCall, header: map[string]string{"Authorization": "Basic {basic}"}, want: 200,
				form: "grant_type=client_credentials&scope={apiScope}",
			},
		},
	},
}

// lagCases measure, in a tenant, what the directory takes to show (§1.3): more
// samples of what costs no application.
var lagCases = []testCase{
	{
		name: "a secret and how long it takes", needs: []string{owned},
		steps: slicesOf(3,
			step{
				say: "one more secret", call: "POST /applications/{app}/addPassword", want: 200,
				body: `{"passwordCredential":{"displayName":"lag","endDateTime":"{inAYear}"}}`,
				keep: map[string]string{"lagSecret": "secretText", "lagKey": "keyId"},
			},
			step{
				say: "signs in", call: tokenCall, want: 200, lag: "secret",
				form: "grant_type=client_credentials&client_id={appId}&client_secret={lagSecret}&scope={apiScope}",
			},
			step{say: "and goes", call: "POST /applications/{app}/removePassword", body: `{"keyId":"{lagKey}"}`, want: 204},
			step{
				say: "refused from then on", call: tokenCall, want: 401, lag: "deletion",
				form: "grant_type=client_credentials&client_id={appId}&client_secret={lagSecret}&scope={apiScope}",
			},
		),
	},
	{
		name: "a role and how long it takes", needs: []string{owned, grants},
		steps: slicesOf(2,
			step{
				say: "grant", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 201,
				body: `{"principalId":"{sp}","resourceId":"{apiSp}","appRoleId":"{role}"}`, keep: map[string]string{"lagGrant": "id"},
			},
			step{
				say: "in a new token", call: tokenCall, want: 200, holds: "roles", lag: "role", claim: "access_token",
				form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={apiScope}",
			},
			step{say: "revoke", call: "DELETE /servicePrincipals/{sp}/appRoleAssignments/{lagGrant}", want: 204},
			step{say: "gone", call: "GET /servicePrincipals/{sp}/appRoleAssignments/{lagGrant}", want: 404, lag: "deletion"},
		),
	},
}

// slicesOf repeats steps.
func slicesOf(n int, steps ...step) []step {
	var out []step
	for range n {
		out = append(out, steps...)
	}
	return out
}
