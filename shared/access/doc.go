// Package access holds the nouns of Llavero IHCE and the rules about them: who
// may do what, when. Server and client ask the same functions; the client to
// enable a button, the server to mean it.
//
// A provider's key (llave) belongs to a ten-digit license code and an
// environment. A request (solicitud) asks for the keys of one code in both
// environments. A request is signed with a one-time code, issued by the worker,
// and falls to the ministry's pending list when automatic issue fails.
//
// Nothing here knows SQL, HTTP or a screen. Words a person reads are in
// package es.
package access
