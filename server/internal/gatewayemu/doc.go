// Package gatewayemu is a stand-in for the IHCE API behind its management
// gateway: what a provider's software meets once it holds a key. It checks, in
// this order, the subscription key, the bearer token and the token's roles,
// refuses as the gateway does, and answers an empty FHIR bundle. It keeps no
// patient's data and has nothing to give.
//
// Tokens are checked with the keys the tenant publishes, over HTTP: OpenID
// configuration, key set, signature, issuer, times, audience. The package knows
// nothing of the emulator that issued them.
//
// Concurrency: a handler serves any number of requests at once. The kept key
// set stands behind a lock that is held while the tenant is asked.
package gatewayemu
