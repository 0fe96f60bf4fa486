package entraemu

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// addPassword makes a secret, and shows its text this once.
func (op *operation) addPassword(key objectKey) *graphError {
	a, refusal := op.ownApplication(key)
	if refusal != nil {
		return refusal
	}
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
	if c := body.Credential; c != nil {
		if c.DisplayName != nil {
			p.DisplayName = *c.DisplayName
		}
		if c.Start != nil {
			p.Start = c.Start.UTC()
		}
		if c.End != nil {
			p.End = c.End.UTC()
		}
	}
	if p.End.IsZero() {
		p.End = p.Start.AddDate(2, 0, 0)
	}
	if refusal := op.checkPassword(a, p); refusal != nil {
		return refusal
	}
	text := newSecretText()
	p.Hint, p.Hash = text[:3], hashSecret(text)
	p.Seen = op.e.spread(op.now, op.e.knobs.Lag.Secret)
	a.Passwords = append(a.Passwords, p)
	op.wrote()
	return op.answer(http.StatusOK, append(fields{op.context("microsoft.graph.passwordCredential")}, showPassword(p, text)...))
}

func (op *operation) checkPassword(a *application, p *password) *graphError {
	if !p.End.After(p.Start) || !p.End.After(op.now) {
		return badRequest("Password credential end date must be later than its start date and than now.").detail("InvalidValue", "endDateTime")
	}
	policy := op.e.knobs.Policy
	refuse := func(code, message string) *graphError {
		return &graphError{status: http.StatusBadRequest, code: code, message: message}
	}
	if policy.NoSecrets {
		return refuse("CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed as per assigned policy 'Default app management policy'.")
	}
	if l := time.Duration(policy.LongestLife); l > 0 && p.End.Sub(p.Start) > l {
		return refuse("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy 'Default app management policy'.")
	}
	if a.Audience == "AzureADandPersonalMicrosoftAccount" || a.Audience == "PersonalMicrosoftAccount" {
		if len(a.Passwords) >= 2 {
			return badRequest("The number of password credentials is beyond the limit of the sign-in audience.").detail("InvalidValue", "passwordCredentials")
		}
	}
	// An application is one object of bounded size: some 500 secrets fill it.
	if len(a.Passwords) >= 500 {
		g := denied()
		g.code, g.message = "Directory_ResourceSizeExceeded", "The size of the object has exceeded its limit. Please reduce the number of values and retry your request."
		return g
	}
	return nil
}

// removePassword takes a secret away by its key id.
func (op *operation) removePassword(key objectKey) *graphError {
	a, refusal := op.ownApplication(key)
	if refusal != nil {
		return refusal
	}
	var body struct {
		KeyID string `json:"keyId"`
	}
	if refusal := op.read(&body); refusal != nil {
		return refusal
	}
	i := slices.IndexFunc(a.Passwords, func(p *password) bool { return strings.EqualFold(p.KeyID, body.KeyID) })
	if i < 0 {
		return badRequest("No password credential found with keyId.")
	}
	a.Passwords = slices.Delete(a.Passwords, i, i+1)
	op.wrote()
	return op.noContent()
}

// read decodes a body into a struct; a member of the wrong kind is refused.
func (op *operation) read(into any) *graphError {
	if _, refusal := op.object(); refusal != nil {
		return refusal
	}
	if err := json.Unmarshal(op.body, into); err != nil {
		return badRequest("Invalid value specified in the request body.")
	}
	return nil
}
