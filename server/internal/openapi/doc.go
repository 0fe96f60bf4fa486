// Package openapi writes the OpenAPI 3.1 document of the HTTP API and holds every
// exchange of the tests against it. It is for tests alone: the server embeds the
// written document and links nothing of this.
//
// Build makes the document out of operations, one a route, and of Go types by
// reflection; the words of types, fields and values are the comments in their
// source, so that document and code are one. A Checker reads the document back
// and says what of an exchange is not in it: a path, a status, a header, a media
// type, a body, a member of a body. It takes the answers of this server as they
// are written, no more and no less, where a client is to overlook a member that
// it does not know.
//
// Build keeps nothing. A Checker is safe for many goroutines.
package openapi
