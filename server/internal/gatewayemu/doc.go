// Package gatewayemu is a stand-in for the IHCE API behind its management
// gateway: what a provider's software meets once it holds a key. It checks, in
// this order, the subscription key, the bearer token and the token's roles,
// refuses as the gateway does, and answers an empty FHIR bundle. It keeps no
// patient's data and has nothing to give.
//
// Tokens are checked by a function of the emulator that issued them; this
// package knows no cryptography and no tenant.
//
// Concurrency: a handler has no state of its own and serves any number of
// requests at once.
package gatewayemu
