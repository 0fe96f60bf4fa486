package entracontract

// moreCases is the rest of the surface that other clients use.
var moreCases = []testCase{
	{
		name: "advanced queries",
		steps: []step{
			{say: "not equal needs more", call: "GET /applications?$filter=displayName ne 'x'&$select=id", want: 400},
			{say: "ends with needs more", call: "GET /applications?$filter=endswith(displayName,'main')&$select=id", want: 400},
			{say: "ends with", call: "GET /applications?$filter=endswith(displayName,'{prefix} main')&$count=true&$select=id", header: eventual, want: 200, holds: "{app}"},
			{say: "search", call: `GET /applications?$search="displayName:{prefix} main"&$select=id`, header: eventual, want: 200, holds: "{app}"},
			{say: "search needs more", call: `GET /applications?$search="displayName:main"&$select=id`, want: 400},
			{say: "count", call: "GET /applications?$filter=startswith(displayName,'{prefix} main')&$count=true&$select=id", header: eventual, want: 200, holds: "@odata.count"},
			{say: "order", call: "GET /applications?$filter=startswith(displayName,'{prefix} c')&$orderby=displayName desc&$count=true&$select=displayName&$top=1", header: eventual, want: 200, holds: "nextLink"},
			{say: "count by itself", call: "GET /applications/$count?$filter=startswith(displayName,'{prefix} main')", header: eventual, want: 200, holds: "1"},
			{say: "count by itself needs more", call: "GET /applications/$count", want: 400},
		},
	},
	{
		name: "batch", needs: []string{owned},
		steps: []step{
			{
				say: "two reads and a refusal", call: "POST /$batch", want: 200,
				body: `{"requests":[{"id":"1","method":"GET","url":"/applications/{app}?$select=id"},{"id":"2","method":"GET","url":"/servicePrincipals/{sp}?$select=id"},{"id":"3","method":"GET","url":"/applications/{unknown}"}]}`,
			},
			{
				say: "one after the other", call: "POST /$batch", want: 200,
				body: `{"requests":[{"id":"1","method":"PATCH","url":"/applications/{app}","headers":{"Content-Type":"application/json"},"body":{"notes":"batch"}},{"id":"2","dependsOn":["1"],"method":"GET","url":"/applications/{app}?$select=notes"}]}`,
			},
			{say: "no requests", call: "POST /$batch", body: `{}`, want: 400},
		},
	},
	{
		name: "references and paths",
		steps: []step{
			{say: "the tenant in the path", call: "GET /{tenant}/applications/{app}?$select=id", want: 200},
			{say: "references", call: "GET /applications/{app}/owners/$ref", want: 200, holds: "{ownSp}"},
			{say: "assignments by resource", call: "GET /servicePrincipals/{callsSp}/appRoleAssignments?$filter=resourceId eq {apiSp}", want: 200, holds: "{grant}"},
		},
	},
	{
		name: "deleted items are restored and purged", needs: []string{owned},
		steps: []step{
			{say: "among the deleted", call: "GET /directory/deletedItems/{gone}?$select=id,displayName,deletedDateTime", want: 200},
			{say: "listed by kind", call: "GET /directory/deletedItems/microsoft.graph.application?$filter=displayName eq '{prefix} gone'&$select=id,deletedDateTime", want: 200, holds: "{gone}"},
			{say: "restore", call: "POST /directory/deletedItems/{gone}/restore", want: 200},
			{say: "back", call: "GET /applications/{gone}?$select=id,uniqueName", want: 200},
			{say: "delete once more", call: "DELETE /applications/{gone}", want: 204},
			{say: "purge", call: "DELETE /directory/deletedItems/{gone}", want: 204},
			{say: "no trace", call: "GET /directory/deletedItems/{gone}", want: 404},
			{say: "purge again", call: "DELETE /directory/deletedItems/{gone}", want: 404},
		},
	},
}
