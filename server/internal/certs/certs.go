// Package certs gives the server its TLS: 1.3 and nothing older, with the
// certificate of the settings or, in development, with one that the server
// signs itself.
//
// A Pair is looked at now and then: files that were replaced are taken without a
// restart, ones that cannot be used leave the certificate before in use. The
// development authority is made on first start in a folder of its own and kept,
// so that a client which was given ca.pem goes on trusting the server. Its leaf
// is made anew when it is about to expire or when other names are asked for.
package certs
