package entracontract

var fullMetadata = map[string]string{"Accept": "application/json;odata.metadata=full"}

// also is full metadata and one more header.
func also(name, value string) map[string]string {
	return map[string]string{"Accept": fullMetadata["Accept"], name: value}
}

// Owners named in the creation itself, by references on either host.
var bindCases = []testCase{
	{
		name: "owners bound at creation", needs: []string{owned}, makes: 1,
		steps: []step{
			{say: "to nobody", call: "POST /applications", want: 404, body: `{"displayName":"{prefix} bound","owners@odata.bind":["{graph}/v1.0/directoryObjects/{unknown}"]}`},
			{say: "to no reference", call: "POST /applications", want: 400, body: `{"displayName":"{prefix} bound","owners@odata.bind":["nonsense"]}`},
			{
				say: "application", call: "POST /applications", want: 201, keep: map[string]string{"bound": "id", "boundApp": "appId"},
				body: `{"displayName":"{prefix} bound","signInAudience":"AzureADMyOrg","owners@odata.bind":["https://graph.microsoft.com/v1.0/{tenant}/directoryObjects/{sp}"]}`,
			},
			{say: "its owners", call: "GET /applications/{bound}/owners?$select=id", want: 200, holds: "{sp}", lag: "application"},
			{
				say: "service principal", call: "POST /servicePrincipals", want: 201, keep: map[string]string{"boundSp": "id"},
				body: `{"appId":"{boundApp}","owners@odata.bind":["{graph}/v1.0/directoryObjects/{sp}"]}`,
			},
			{say: "its owners too", call: "GET /servicePrincipals/{boundSp}/owners?$select=id", want: 200, holds: "{sp}", lag: "service principal"},
		},
	},
}

// What was once seen stays so: by each of the directory's servers in turn.
var steadyCases = []testCase{
	{
		name: "consecutive reads agree", needs: []string{owned}, makes: 1,
		steps: []step{
			{
				say: "create", call: "POST /applications", want: 201, quiet: true,
				body: `{"displayName":"{prefix} steady","signInAudience":"AzureADMyOrg"}`, keep: map[string]string{"steady": "id"},
			},
			{say: "found, six times running", call: "GET /applications/{steady}?$select=id", want: 200, again: 5, lag: "application"},
			{say: "listed, six times running", call: "GET /applications?$filter=displayName eq '{prefix} steady'&$select=id", want: 200, holds: "{steady}", again: 5},
			{say: "delete", call: "DELETE /applications/{steady}", want: 204, quiet: true},
			{say: "404, six times running", call: "GET /applications/{steady}?$select=id", want: 404, again: 5, lag: "deletion"},
			{say: "not listed, six times running", call: "GET /applications?$filter=displayName eq '{prefix} steady'&$select=id", want: 200, holds: "value: []", again: 5},
		},
	},
}

// The lag's end, which only a clock in hand can show to the second.
var lagEndCases = []testCase{
	{
		name: "servers disagree until the lag ends", faults: "a directory that lags by the clock in hand", makes: 1,
		steps: []step{
			{
				say: "lag", call: "PATCH {control}/knobs", want: 200, quiet: true,
				body: `{"replicas":3,"lag":{"application":{"min":"10m0s","max":"10m0s"},"delete":{"min":"10m0s","max":"10m0s"}}}`,
			},
			{say: "create", call: "POST /applications", want: 201, quiet: true, body: `{"displayName":"{prefix} late"}`, keep: map[string]string{"late": "id"}},
			{say: "later than one server's lag", call: "POST {control}/clock", body: `{"advance":"6m0s"}`, want: 200, quiet: true},
			{say: "found by one of three", call: "GET /applications/{late}?$select=id", want: 200, atOnce: 3, or: []int{404}},
			{say: "after the lag", call: "POST {control}/clock", body: `{"advance":"4m1s"}`, want: 200, quiet: true},
			{say: "found by all", call: "GET /applications/{late}?$select=id", want: 200, again: 5},
			{say: "delete", call: "DELETE /applications/{late}", want: 204, quiet: true},
			{say: "later than one server's lag", call: "POST {control}/clock", body: `{"advance":"6m0s"}`, want: 200, quiet: true},
			{say: "missed by one of three", call: "GET /applications/{late}?$select=id", want: 404, atOnce: 3, or: []int{200}},
			{say: "after the lag", call: "POST {control}/clock", body: `{"advance":"4m1s"}`, want: 200, quiet: true},
			{say: "by all", call: "GET /applications/{late}?$select=id", want: 404, again: 5},
		},
	},
}

// Tags of revisions, for clients that ask for them.
var tagCases = []testCase{
	{
		name: "conditional requests", faults: "revision tags, which Entra does not send for these objects",
		steps: []step{
			{say: "the tag", call: "GET /applications/{app}?$select=id", header: fullMetadata, want: 200, keep: map[string]string{"tag": "@odata.etag"}},
			{say: "nothing new", call: "GET /applications/{app}?$select=id", header: also("If-None-Match", "{tag}"), want: 304},
			{say: "change what was read", call: "PATCH /applications/{app}", header: also("If-Match", "{tag}"), body: `{"notes":"one"}`, want: 204},
			{say: "change what has changed since", call: "PATCH /applications/{app}", header: also("If-Match", "{tag}"), body: `{"notes":"two"}`, want: 412},
			{say: "delete what has changed since", call: "DELETE /applications/{app}", header: also("If-Match", "{tag}"), want: 412},
			{say: "whatever it is", call: "PATCH /applications/{app}", header: also("If-Match", "*"), body: `{"notes":"three"}`, want: 204},
			{say: "something new", call: "GET /applications/{app}?$select=id,notes", header: also("If-None-Match", "{tag}"), want: 200, keep: map[string]string{"newTag": "@odata.etag"}},
			{say: "of several tags one holds", call: "PATCH /applications/{app}", header: also("If-Match", "{tag}, {newTag}"), body: `{"notes":"four"}`, want: 204},
			{say: "none asked for, none sent", call: "GET /applications/{app}?$select=id", want: 200},
		},
	},
}
