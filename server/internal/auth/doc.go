// Package auth is who may come in: accounts, passwords, the second factor,
// sessions, and the limits that make guessing slow.
//
// A sign-in goes: the puzzle of «No soy un robot», good once; the limits of the
// login and of the address, counted before the password is looked at, so that a
// thousand parallel guesses are a thousand; the password, with the same work
// and the same words whether the user exists or not; the second factor, always
// for officers; then a session, of whose token only the hash is kept.
//
// An account begins with a registration, without a password: a link to the
// address that MiSeguridadSocial has sets it, and begins a second factor where the
// role demands one. Another link recovers it. Registering and recovering answer
// and write the same whether the user exists or not.
//
// Several delegates of one entity share a login. The password tells them apart:
// no two accounts of a login may have the same one.
//
// A Service is safe for many goroutines. Tickets between the two steps, image
// codes and the key of passes live in memory: after a restart a person signs in
// from the start, or reads another image.
package auth
