// Package entracontract holds tests only: what the programs of this repository
// count on in Entra ID, Microsoft Graph and the gateway, as one list of cases
// for two targets.
//
// CONTRACT_TARGET=emulator, the default, starts the emulator over TLS for it.
// CONTRACT_TARGET=tenant runs against a real test tenant, named by CONTRACT_…
// variables; a missing one is named. A tenant run makes ten applications at
// most and purges them, provokes no throttle, names the cases it leaves out,
// and measures how long the directory takes to show what was written.
//
// A case is data: the permissions it needs, the applications it makes, the
// faults it needs, and its calls. What is compared is the shape of each answer
// (status, headers, members and their types, codes, wordings, claims) with a
// file in testdata/shapes; ids, times and secrets are never written down.
// After a look at the difference, go test -run TestContract -accept takes the
// answers over.
//
// The package speaks plain net/http and must not know the server's own Graph
// client: a member misspelt on both sides would pass. Concurrency: a run's
// cases are one after the other; only a step's atOnce calls are concurrent.
package entracontract
