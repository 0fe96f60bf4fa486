// Package auth is who may come in: accounts, passwords, the second factor,
// sessions, and the limits that make guessing slow.
//
// A sign-in goes: the puzzle of «No soy un robot», good once; the limits of the
// login and of the address, counted before the password is looked at, so that a
// thousand parallel guesses are a thousand; the password, with the same work
// and the same words whether the user exists or not; the second factor, always
// for officers; then a session, of whose token only the hash is kept.
//
// Several delegates of one entity share a login. The password tells them apart:
// no two accounts of a login may have the same one.
//
// A Service is safe for many goroutines. Tickets between the two steps live in
// memory: after a restart a person signs in from the start.
package auth
