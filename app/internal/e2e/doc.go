// Package e2e holds tests only: the real core of the client (model, API client,
// feed, sealed cache, keychain) against the real server, its worker, the Entra
// emulator and a real mail drop. Only the screens are missing; package ui and
// the tour have those.
package e2e
