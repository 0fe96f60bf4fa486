package entracontract

const lagged = "POST /applications/{app}/addPassword"

// What cannot be asked of a tenant: faults, limits, policies and other times.
var faultCases = []testCase{
	{
		name: "throttled", faults: "a throttle of two writes",
		steps: []step{
			{say: "limit", call: "PATCH {control}/knobs", body: `{"throttle":{"appWrites":1,"appWindow":"10m0s","tenantWrites":0,"tenantWindow":"5m0s","noRetryAfter":false}}`, want: 200, quiet: true},
			{say: "the last that passes", call: "PATCH /applications/{app}", body: `{"notes":"x"}`, want: 204},
			{say: "429", call: "PATCH /applications/{app}", body: `{"notes":"x"}`, want: 429},
			{say: "reads go on", call: "GET /applications/{app}?$select=id", want: 200},
		},
	},
	{
		name: "failures of the service", faults: "answers that fail",
		steps: []step{
			fault(`{"kind":"status","status":503,"path":"/applications","retryAfter":3}`),
			{say: "503", call: "GET /applications/{app}", want: 503},
			fault(`{"kind":"status","status":504,"path":"/applications"}`),
			{say: "504", call: "GET /applications/{app}", want: 504},
			fault(`{"kind":"status","status":429,"path":"/applications","retryAfter":3}`),
			{say: "429", call: "GET /applications/{app}", want: 429},
			fault(`{"kind":"status","status":409,"path":"addPassword"}`),
			{say: "409 concurrency", call: lagged, body: `{}`, want: 409},
			fault(`{"kind":"status","status":401,"path":"/applications"}`),
			{say: "401 expired", call: "GET /applications/{app}", want: 401},
			fault(`{"kind":"status","status":404,"path":"/applications"}`),
			{say: "404 transient", call: "GET /applications/{app}", want: 404},
		},
	},
	{
		name: "quota", faults: "a quota of the creator",
		steps: []step{
			{say: "limit", call: "PATCH {control}/knobs", body: `{"quota":{"creator":2,"directory":0}}`, want: 200, quiet: true},
			{say: "over the creator's", call: "POST /applications", body: `{"displayName":"{prefix} over"}`, want: 403},
			{say: "limit", call: "PATCH {control}/knobs", body: `{"quota":{"creator":0,"directory":1}}`, want: 200, quiet: true},
			{say: "over the tenant's", call: "POST /applications", body: `{"displayName":"{prefix} over"}`, want: 403},
		},
	},
	{
		name: "management policy", faults: "a policy on secrets",
		steps: []step{
			{say: "limit", call: "PATCH {control}/knobs", body: `{"policy":{"noSecrets":false,"longestLife":"2160h"}}`, want: 200, quiet: true},
			{say: "too long a life", call: lagged, body: `{"passwordCredential":{"endDateTime":"{inAYear}"}}`, want: 400},
			{say: "limit", call: "PATCH {control}/knobs", body: `{"policy":{"noSecrets":true,"longestLife":"0s"}}`, want: 200, quiet: true},
			{say: "no secrets", call: lagged, body: `{}`, want: 400},
		},
	},
	{
		name: "another time", faults: "a clock that moves",
		steps: []step{
			{say: "two years on", call: "POST {control}/clock", body: `{"advance":"17600h"}`, want: 200, quiet: true},
			{say: "token expired", call: "GET /applications/{app}", want: 401},
			{say: "7000222 secret expired", call: tokenCall, want: 401, form: signIn},
		},
	},
	{
		name: "version 1 tokens of the API", faults: "the API's token version",
		steps: []step{
			{say: "version 1", call: "PATCH {control}/knobs", body: `{"token":{"life":"0s","apiVersion":1,"assignmentRequired":false}}`, want: 200, quiet: true},
			{say: "without roles", call: tokenCall, want: 200, claim: "access_token", form: signIn},
			{say: "grant", call: "POST /servicePrincipals/{apiSp}/appRoleAssignedTo", want: 201, quiet: true, body: `{"principalId":"{sp}","resourceId":"{apiSp}","appRoleId":"{role}"}`},
			{say: "with a role", call: tokenCall, want: 200, claim: "access_token", form: signIn},
		},
	},
	{
		name: "a permission over all applications", faults: "a provisioning application that holds .All",
		steps: []step{
			{say: "Graph's roles", call: "GET /servicePrincipals(appId='{graphApp}')?$select=id", want: 200, quiet: true, keep: map[string]string{"graphSp": "id"}},
			{
				say: "grant itself Application.ReadWrite.All", call: "POST /servicePrincipals/{graphSp}/appRoleAssignedTo", want: 201, quiet: true,
				body: `{"principalId":"{ownSp}","resourceId":"{graphSp}","appRoleId":"1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"}`,
			},
			{
				say: "a token that says so", call: tokenCall, want: 200, quiet: true, keep: map[string]string{"own": "access_token"},
				form: "grant_type=client_credentials&client_id={client}&client_secret={ownCredential}&scope=https://graph.microsoft.com/.default",
			},
			{say: "no backing application", call: "POST /servicePrincipals", body: `{"appId":"{unknown}"}`, want: 400},
			{say: "another's application", call: "GET /applications(appId='{api}')?$select=id", want: 200},
		},
	},
	{
		name: "keys are changed", faults: "a change of signing keys",
		steps: []step{
			{say: "change", call: "POST {control}/rotate", want: 204, quiet: true},
			{say: "held tokens verify", call: "GET /applications/{app}?$select=id", want: 200},
			{say: "new tokens too", call: tokenCall, want: 200, quiet: true, form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={graphApp}/.default", keep: map[string]string{"bareGraph": "access_token"}},
			{say: "they do", call: "GET /applications", as: "bareGraph", want: 403},
			{say: "keys", call: "GET {login}/{tenant}/discovery/v2.0/keys", want: 200},
		},
	},
}

// fault is the step that puts one fault there.
func fault(body string) step {
	return step{say: "fault", call: "POST {control}/faults", body: body, want: 201, quiet: true}
}
