package entracontract

const signIn = "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={apiScope}"

// What the token endpoint refuses.
var loginCases = []testCase{
	{
		name: "token endpoint refusals",
		steps: []step{
			{say: "7000215 wrong secret", call: tokenCall, want: 401, form: "grant_type=client_credentials&client_id={appId}&client_secret={unknown}&scope={apiScope}"},
			{say: "7000216 no credential", call: tokenCall, want: 401, form: "grant_type=client_credentials&client_id={appId}&scope={apiScope}"},
			{say: "700016 no such application", call: tokenCall, want: 400, form: "grant_type=client_credentials&client_id={unknown}&client_secret={secret}&scope={apiScope}"},
			{say: "90002 no such tenant", call: "POST {login}/{unknown}/oauth2/v2.0/token", want: 400, form: signIn},
			{say: "90002 no such domain", call: "POST {login}/nobody.llavero.example/oauth2/v2.0/token", want: 400, form: signIn},
			{say: "900023 no domain at all", call: "POST {login}/not_a_tenant/oauth2/v2.0/token", want: 400, form: signIn},
			{say: "900144 no grant type", call: tokenCall, want: 400, form: "client_id={appId}&client_secret={secret}&scope={apiScope}"},
			{say: "900144 no client", call: tokenCall, want: 400, form: "grant_type=client_credentials&client_secret={secret}&scope={apiScope}"},
			{say: "900144 no scope", call: tokenCall, want: 400, form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}"},
			{say: "500011 no such API", call: tokenCall, want: 400, form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope=api://{unknown}/.default"},
			{say: "1002012 not .default", call: tokenCall, want: 400, form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope=api://{api}/read"},
			{say: "70003 another grant", call: tokenCall, want: 400, form: "grant_type=telepathy&client_id={appId}&client_secret={secret}&scope={apiScope}"},
			{say: "500011 version 1", call: "POST {login}/{tenant}/oauth2/token", want: 400, form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&resource=api://{unknown}"},
		},
	},
	{
		name: "application without a service principal", needs: []string{owned}, makes: 1,
		steps: []step{
			{
				say: "create", call: "PATCH /applications(uniqueName='{prefix}-alone')", header: upsert, want: 201, quiet: true,
				body: `{"displayName":"{prefix} alone","signInAudience":"AzureADMyOrg"}`, keep: map[string]string{"alone": "id", "aloneApp": "appId"},
			},
			{
				say: "secret", call: "POST /applications/{alone}/addPassword", want: 200, quiet: true,
				body: `{"passwordCredential":{"endDateTime":"{inAYear}"}}`, keep: map[string]string{"aloneSecret": "secretText"},
			},
			{
				say: "7000229 no service principal", call: tokenCall, want: 401, holds: "AADSTS7000229",
				form: "grant_type=client_credentials&client_id={aloneApp}&client_secret={aloneSecret}&scope={apiScope}",
			},
		},
	},
	{
		name: "disabled application and assignment required", needs: []string{owned},
		steps: []step{
			{say: "assignment required", call: "PATCH /servicePrincipals/{sp}", body: `{"appRoleAssignmentRequired":true}`, want: 204},
			{
				say: "501051 not assigned", call: tokenCall, want: 400, holds: "AADSTS501051",
				form: "grant_type=client_credentials&client_id={callsApp}&client_secret={callsSecret}&scope={appId}/.default",
			},
			{say: "not required", call: "PATCH /servicePrincipals/{sp}", body: `{"appRoleAssignmentRequired":false}`, want: 204},
			{say: "disable", call: "PATCH /servicePrincipals/{sp}", body: `{"accountEnabled":false}`, want: 204},
			{say: "7000112 disabled", call: tokenCall, want: 400, holds: "AADSTS7000112", form: signIn},
			{say: "enable", call: "PATCH /servicePrincipals/{sp}", body: `{"accountEnabled":true}`, want: 204},
			{say: "signs in again", call: tokenCall, want: 200, form: signIn},
		},
	},
	{
		name: "certificate signs in", needs: []string{owned},
		steps: []step{
			{
				say: "add the certificate", call: "PATCH /applications/{app}", want: 204,
				body: `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","displayName":"contract","key":"{certificate}"}]}`,
			},
			{say: "listed without the key", call: "GET /applications/{app}?$select=keyCredentials", want: 200, holds: "customKeyIdentifier"},
			{
				say: "PS256, named by SHA-256", call: tokenCall, want: 200, claim: "access_token",
				form: "grant_type=client_credentials&client_id={appId}&client_assertion_type={assertionType}&client_assertion={assertionPS256}&scope={apiScope}",
			},
			{
				say: "RS256, named by SHA-1", call: tokenCall, want: 200,
				form: "grant_type=client_credentials&client_id={appId}&client_assertion_type={assertionType}&client_assertion={assertionRS256}&scope={apiScope}",
			},
			{
				say: "RS256, named by SHA-1 in kid", call: tokenCall, want: 200,
				form: "grant_type=client_credentials&client_id={appId}&client_assertion_type={assertionType}&client_assertion={assertionKid}&scope={apiScope}",
			},
			{
				say: "700027 another's certificate", call: tokenCall, want: 401,
				form: "grant_type=client_credentials&client_id={appId}&client_assertion_type={assertionType}&client_assertion={assertionStranger}&scope={apiScope}",
			},
			{
				say: "no assertion at all", call: tokenCall, want: 401,
				form: "grant_type=client_credentials&client_id={appId}&client_assertion_type={assertionType}&client_assertion=x.y.z&scope={apiScope}",
			},
			{say: "take it away", call: "PATCH /applications/{app}", body: `{"keyCredentials":[]}`, want: 204},
		},
	},
}

// What is published for every client to read.
var publishedCases = []testCase{
	{
		name: "discovery",
		steps: []step{
			{say: "version 2", call: "GET {login}/{tenant}/v2.0/.well-known/openid-configuration", want: 200},
			{say: "version 1", call: "GET {login}/{tenant}/.well-known/openid-configuration", want: 200},
			{say: "no tenant in particular", call: "GET {login}/common/v2.0/.well-known/openid-configuration", want: 200},
			{say: "a question mark at the end", call: "GET {login}/{tenant}/v2.0/.well-known/openid-configuration?", want: 200},
			{say: "90002 no such tenant", call: "GET {login}/{unknown}/v2.0/.well-known/openid-configuration", want: 400},
			{say: "keys", call: "GET {login}/{tenant}/discovery/v2.0/keys", want: 200},
			{say: "keys, version 1", call: "GET {login}/{tenant}/discovery/keys", want: 200},
			{say: "keys for every tenant", call: "GET {login}/common/discovery/v2.0/keys", want: 200},
		},
	},
	{
		name: "instance discovery",
		steps: []step{
			{say: "1.1", call: "GET {login}/common/discovery/instance?api-version=1.1&authorization_endpoint={login}/{tenant}/oauth2/v2.0/authorize", want: 200, holds: "tenant_discovery_endpoint"},
			{say: "1.0", call: "GET {login}/common/discovery/instance?api-version=1.0&authorization_endpoint={login}/{tenant}/oauth2/v2.0/authorize", want: 200, holds: "tenant_discovery_endpoint"},
			{say: "50049 unknown host", call: "GET {login}/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.llavero.example/common/oauth2/v2.0/authorize", want: 400},
		},
	},
	{
		name: "clouds' metadata", faults: "a cloud's metadata as the emulator publishes it",
		steps: []step{
			{say: "endpoints", call: "GET {cloud}/metadata/endpoints?api-version=2022-09-01", as: "-", want: 200},
		},
	},
}
