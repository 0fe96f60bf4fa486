// Package entraclients holds tests only: other people's Entra and Graph
// clients, unmodified, against the emulator as a program of its own. Each makes
// an application, a service principal, a secret and a role, signs in with it,
// changes the secret and deletes it all.
//
// Who they are: azidentity with azcore, hamilton, @azure/identity and
// @azure/msal-node with @microsoft/microsoft-graph-client. hamilton brings
// old versions of what it stands on; go.mod raises those.
//
// It is a module of its own so that what these clients bring along stays out of
// the product's go.mod. Nothing of this repository is imported: the emulator is
// built, started and reached through the KEY=VALUE lines it prints, as anybody
// would. go test runs the Go clients; CLIENTS_NODE names the folder that
// `make clients` and .ci/run put the npm packages in, and adds the Node ones.
// CLIENTS_PROFILES says which manners of the tenant they meet (instant when
// unset; "instant realistic" is all).
//
// Concurrency: the tests share one emulator and run one after the other.
package entraclients
