// Package trust tells a server that could not prove who it is from one that is
// not there: people are told two very different things.
package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
)

// IsBroken reports that the server could not prove who it is, or speaks no TLS
// that is good enough.
func IsBroken(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok { // it speaks no TLS
		return true
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	// An alert of TLS: the type is not exported, the operation tells.
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "remote error" || op.Op == "local error")
}
