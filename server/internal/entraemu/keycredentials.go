package entraemu

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1" // customKeyIdentifier is a SHA-1 thumbprint
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// keyInput is a keyCredential as bodies carry it.
type keyInput struct {
	Key         *string    `json:"key"` // base64 of the certificate; null keeps the one of keyId
	KeyID       string     `json:"keyId"`
	DisplayName string     `json:"displayName"`
	Type        string     `json:"type"`
	Usage       string     `json:"usage"`
	Start       *time.Time `json:"startDateTime"`
	End         *time.Time `json:"endDateTime"`
}

// certificate checks a credential and takes it over. Its dates may be narrower
// than the certificate's, never wider.
func (k keyInput) certificate() (certificate, bool) {
	if k.Key == nil || !strings.EqualFold(k.Usage, "Verify") || k.Type != "" && !strings.EqualFold(k.Type, "AsymmetricX509Cert") {
		return certificate{}, false
	}
	der, err := base64.StdEncoding.DecodeString(*k.Key)
	if err != nil {
		return certificate{}, false
	}
	if k.KeyID != "" && !isGUID(k.KeyID) || len(k.DisplayName) > 90 {
		return certificate{}, false
	}
	c, ok := newCertificate(der, strings.ToLower(k.KeyID), k.DisplayName)
	if !ok {
		return certificate{}, false
	}
	if k.Start != nil && k.Start.After(c.Start) {
		c.Start = k.Start.UTC()
	}
	if k.End != nil {
		if k.End.After(c.End) {
			return certificate{}, false
		}
		c.End = k.End.UTC()
	}
	return c, true
}

// newCertificate checks a certificate's bytes.
func newCertificate(der []byte, keyID, name string) (certificate, bool) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return certificate{}, false
	}
	if keyID == "" {
		keyID = randomID()
	}
	if name == "" {
		name = c.Subject.String()
	}
	return certificate{KeyID: keyID, DisplayName: name, DER: der, Start: c.NotBefore.UTC(), End: c.NotAfter.UTC()}, true
}

// setCertificates replaces the certificates by those of a body. An entry with
// the id of one that is there and no key keeps it.
func (e *entity) setCertificates(raw json.RawMessage) bool {
	var in []keyInput
	if !decode(raw, &in) {
		return false
	}
	next := []certificate{}
	for _, k := range in {
		i := slices.IndexFunc(e.Certificates, func(c certificate) bool { return strings.EqualFold(c.KeyID, k.KeyID) })
		if k.Key == nil && i >= 0 {
			next = append(next, e.Certificates[i])
			continue
		}
		c, ok := k.certificate()
		if !ok || slices.ContainsFunc(next, func(o certificate) bool { return o.KeyID == c.KeyID || bytes.Equal(o.DER, c.DER) }) {
			return false
		}
		next = append(next, c)
	}
	e.Certificates = next
	return true
}

// proofAudience is whom a proof of possession is for: the directory itself.
const proofAudience = "00000002-0000-0000-c000-000000000000"

// badProof is what Graph answers to any proof it does not believe.
func badProof() *graphError {
	return &graphError{status: http.StatusUnauthorized, code: "Authentication_MissingOrMalformed", message: "Access Token missing or malformed."}
}

// checkProof believes a JWT signed with a certificate the object has already:
// from it, for the directory, for ten minutes at most.
func (op *operation) checkProof(e *entity, proof string) *graphError {
	t, err := parseJWT(proof)
	if err != nil {
		return badProof()
	}
	var c assertionClaims
	if json.Unmarshal(t.payload, &c) != nil || !slices.Contains(c.Aud, proofAudience) || !strings.EqualFold(c.Iss, e.ID) {
		return badProof()
	}
	now := float64(op.now.Unix())
	if c.Exp-c.Nbf > 600 || now >= c.Exp || now < c.Nbf-300 {
		return badProof()
	}
	for _, have := range e.Certificates {
		parsed, err := x509.ParseCertificate(have.DER)
		if err != nil || op.now.Before(have.Start) || !op.now.Before(have.End) {
			continue
		}
		if pub, ok := parsed.PublicKey.(*rsa.PublicKey); ok && t.verify(pub) == nil {
			return nil
		}
	}
	return badProof()
}

// addKey adds a certificate to those the object proves to have.
func (op *operation) addKey(e *entity) *graphError {
	var in struct {
		Credential *keyInput `json:"keyCredential"`
		Proof      string    `json:"proof"`
	}
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	if refusal := op.checkProof(e, in.Proof); refusal != nil {
		return refusal
	}
	if in.Credential == nil {
		return badValue("keyCredential", "KeyCredential")
	}
	c, ok := in.Credential.certificate()
	if !ok {
		return badValue("keyCredential", "KeyCredential")
	}
	if slices.ContainsFunc(e.Certificates, func(o certificate) bool { return o.KeyID == c.KeyID || bytes.Equal(o.DER, c.DER) }) {
		return badRequest("Another object with the same value for property keyCredentials already exists.").detail("ObjectConflict", "keyCredentials")
	}
	next := *e
	next.Certificates = append(slices.Clone(e.Certificates), c)
	if refusal := tooBig(&next); refusal != nil {
		return refusal
	}
	e.Certificates = next.Certificates
	return op.answer(http.StatusOK, append(op.context("microsoft.graph.keyCredential"), showCertificate(c, false)...))
}

// removeKey takes a certificate away by its key id.
func (op *operation) removeKey(e *entity) *graphError {
	var in struct {
		KeyID string `json:"keyId"`
		Proof string `json:"proof"`
	}
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	if refusal := op.checkProof(e, in.Proof); refusal != nil {
		return refusal
	}
	i := slices.IndexFunc(e.Certificates, func(c certificate) bool { return strings.EqualFold(c.KeyID, in.KeyID) })
	if i < 0 {
		return badRequest("No key credential found with keyId.")
	}
	e.Certificates = slices.Delete(slices.Clone(e.Certificates), i, i+1)
	return op.noContent()
}

// showCertificates lists the certificates. Their bytes are shown only to who
// asks for them by $select.
func (op *operation) showCertificates(e *entity) []fields {
	named := slices.Contains(op.selectNames(op.query.Get("$select")), "keyCredentials")
	out := make([]fields, len(e.Certificates))
	for i, c := range e.Certificates {
		out[i] = showCertificate(c, named)
	}
	return out
}

func showCertificate(c certificate, withKey bool) fields {
	sum := sha1.Sum(c.DER) // customKeyIdentifier is a SHA-1 thumbprint
	var key any
	if withKey {
		key = base64.StdEncoding.EncodeToString(c.DER)
	}
	return fields{
		{"customKeyIdentifier", strings.ToUpper(hex.EncodeToString(sum[:]))},
		{"displayName", c.DisplayName},
		{"endDateTime", createdStamp(c.End)},
		{"key", key},
		{"keyId", c.KeyID},
		{"startDateTime", createdStamp(c.Start)},
		{"type", "AsymmetricX509Cert"},
		{"usage", "Verify"},
	}
}
