// Package entra asks Microsoft Entra ID for what a key is made of: an
// application, its service principal, its permissions and its secret.
//
// MSAL obtains the tokens; the few Graph calls are written by hand over one
// function, do, because no library has the rules that keep a lost answer from
// making a twin:
//
//   - A call is either repeatable, and then do repeats it after a cut, a
//     timeout, 408, 429 or 5xx, or it happens once (addPassword), and then do
//     repeats it only when the act certainly did not take place.
//   - Retry-After is a floor under the back-off, and a 429 pauses the whole
//     bucket, not only the call that met it.
//   - What was made moments ago may look absent for a while. A call on a fresh
//     object repeats the refusals that mean "not visible yet", and no others.
//   - Every failure is an *Error that says whether the act was refused, may be
//     tried later, or has an unknown outcome.
//
// Bodies of token and password answers are never logged nor kept in an error;
// MSAL's own errors hold them, so they are taken apart and dropped.
//
// A Client is safe for concurrent use. It keeps one MSAL client, whose cache
// holds the token, and replaces it when Graph rejects that token.
package entra
