package metrics

import "llavero/shared/wire"

// isSignIn are the routes whose refusals are failed sign-ins.
var isSignIn = map[string]bool{wire.RouteSignIn: true, wire.RouteSecondFactor: true}

// calls are the names of calls to Entra. A test holds them to those that package
// entra makes.
var calls = map[string]bool{
	"addPassword": true, "enablePrincipal": true, "grantRole": true, "listApplications": true, "listAssigned": true,
	"listAssignments": true, "listDeleted": true, "listPrincipals": true, "readApplication": true, "readDeleted": true,
	"readPolicy": true, "readPrincipal": true, "readUsage": true, "removePassword": true, "rename": true, "restore": true,
	"restorePrincipal": true, "revokeRole": true, "token": true, "upsertApplication": true, "upsertPrincipal": true,
}
