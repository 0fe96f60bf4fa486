package entraemu

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// credentials serves the four actions on secrets and certificates.
func (op *operation) credentials(c collection, key objectKey, action string) *graphError {
	it, refusal := op.own(c, key)
	if refusal != nil {
		return refusal
	}
	e := it.core()
	switch action {
	case "addpassword":
		refusal = op.addPassword(e, c)
	case "removepassword":
		refusal = op.removePassword(e)
	case "addkey":
		refusal = op.addKey(e)
	case "removekey":
		refusal = op.removeKey(e)
	}
	if refusal == nil {
		op.touched(it)
	}
	return refusal
}

// addPassword makes a secret, and shows its text this once.
func (op *operation) addPassword(e *entity, c collection) *graphError {
	var body struct {
		Credential *struct {
			DisplayName *string
			Start       *time.Time `json:"startDateTime"`
			End         *time.Time `json:"endDateTime"`
		} `json:"passwordCredential"`
	}
	if refusal := op.read(&body); refusal != nil {
		return refusal
	}
	p := &password{KeyID: guidOf(op.random()), Start: op.now, CreatedBy: op.caller.client()}
	if in := body.Credential; in != nil {
		if in.DisplayName != nil {
			p.DisplayName = *in.DisplayName
		}
		if in.Start != nil {
			p.Start = in.Start.UTC()
		}
		if in.End != nil {
			p.End = in.End.UTC()
		}
	}
	if p.End.IsZero() {
		p.End = p.Start.AddDate(2, 0, 0)
	}
	if refusal := op.checkPassword(e, c, p); refusal != nil {
		return refusal
	}
	text := newSecretText()
	p.Hint, p.Hash = text[:3], hashSecret(text)
	p.Seen = op.e.spread(op.now, op.e.knobs.Lag.Secret)
	e.Passwords = append(e.Passwords, p)
	return op.answer(http.StatusOK, append(op.context("microsoft.graph.passwordCredential"), showPassword(p, text)...))
}

func (op *operation) checkPassword(e *entity, c collection, p *password) *graphError {
	if !p.End.After(p.Start) || !p.End.After(op.now) {
		return badRequest("Password credential end date must be later than its start date and than now.").detail("InvalidValue", "endDateTime")
	}
	policy := op.e.knobs.Policy
	if policy.NoSecrets {
		return againstPolicy("CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed as per assigned policy '"+policyName+"'.")
	}
	if l := time.Duration(policy.LongestLife); l > 0 && p.End.Sub(p.Start) > l {
		return againstPolicy("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy '"+policyName+"'.")
	}
	if a, ok := c.find(op.e.dir, objectKey{"id", e.ID}).(*application); ok && personal(a.Audience) && len(e.Passwords) >= 2 {
		return badRequest("The number of password credentials is beyond the limit of the sign-in audience.").detail("InvalidValue", "passwordCredentials")
	}
	next := *e
	next.Passwords = append(slices.Clone(e.Passwords), p)
	return tooBig(&next)
}

// personal reports whether an audience takes personal Microsoft accounts.
func personal(audience string) bool {
	return audience == "AzureADandPersonalMicrosoftAccount" || audience == "PersonalMicrosoftAccount"
}

// removePassword takes a secret away by its key id.
func (op *operation) removePassword(e *entity) *graphError {
	var body struct {
		KeyID string `json:"keyId"`
	}
	if refusal := op.read(&body); refusal != nil {
		return refusal
	}
	i := slices.IndexFunc(e.Passwords, func(p *password) bool { return strings.EqualFold(p.KeyID, body.KeyID) })
	if i < 0 {
		return badRequest("No password credential found with keyId.")
	}
	e.Passwords = slices.Delete(slices.Clone(e.Passwords), i, i+1)
	return op.noContent()
}

// showPasswords lists the secrets this replica knows, never their text.
func (op *operation) showPasswords(e *entity) []fields {
	out := []fields{}
	for _, p := range e.Passwords {
		if reached(p.Seen, op.replica, op.now) {
			out = append(out, showPassword(p, nil))
		}
	}
	return out
}

func showPassword(p *password, text any) fields {
	return fields{
		{"customKeyIdentifier", nil},
		{"displayName", orNull(p.DisplayName)},
		{"endDateTime", stamp(p.End)},
		{"hint", p.Hint},
		{"keyId", p.KeyID},
		{"secretText", text},
		{"startDateTime", stamp(p.Start)},
	}
}
