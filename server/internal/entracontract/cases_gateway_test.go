package entracontract

// The gateway's ladder, in the order it refuses.
var gatewayCases = []testCase{
	{
		name: "gateway ladder", gateway: true, needs: []string{owned, grants},
		steps: []step{
			{say: "no subscription key", call: "GET {gateway}/CodeSystem", as: "roled", want: 401},
			{say: "another subscription key", call: "GET {gateway}/CodeSystem", as: "roled", header: key("{unknown}"), want: 401},
			{say: "no token", call: "GET {gateway}/CodeSystem", as: "-", header: key("{subscription}"), want: 401},
			{say: "a token that does not verify", call: "GET {gateway}/CodeSystem", as: "-", header: with(key("{subscription}"), "Authorization", "Bearer x.y.z"), want: 401},
			{say: "a token for Graph", call: "GET {gateway}/CodeSystem", as: "bareGraph", header: key("{subscription}"), want: 401},
			{
				say: "a token for the other environment", call: tokenCall, want: 200, quiet: true,
				form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={otherScope}", keep: map[string]string{"otherToken": "access_token"},
			},
			{say: "is refused", call: "GET {gateway}/CodeSystem", as: "otherToken", header: key("{subscription}"), want: 401},
			{say: "no role", call: "POST {gateway}/Composition/$enviar-rda-consulta-externa", as: "bare", header: key("{subscription}"), body: `{}`, want: 403},
			{say: "a role", call: "POST {gateway}/Composition/$enviar-rda-consulta-externa", as: "roled", header: key("{subscription}"), body: `{}`, want: 200},
			{say: "the key in the query", call: "GET {gateway}/CodeSystem?subscription-key={subscription}", as: "roled", want: 200},
		},
	},
}

func key(k string) map[string]string { return map[string]string{"Ocp-Apim-Subscription-Key": k} }

func with(h map[string]string, name, value string) map[string]string {
	h[name] = value
	return h
}
