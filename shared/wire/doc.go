// Package wire is what goes over the line between client and server: bodies of
// the HTTP routes, frames of the feed, and the table of error codes and their
// statuses. docs/protocol.md tells the same in prose.
//
// Intents go up by HTTPS, each a repeatable request with an Idempotency-Key;
// facts come down by the feed. A reply to an intent says only that it was
// accepted and at which position of the feed its fact stands.
package wire
