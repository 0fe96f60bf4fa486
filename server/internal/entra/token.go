package entra

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"llavero/shared/secret"
)

// tokens keeps the lasting MSAL client of the provisioning application.
type tokens struct {
	make    func(cred confidential.Credential) (confidential.Client, error)
	renewed func() *Identity // nil: the credential is for life

	mu     sync.Mutex
	cred   confidential.Credential
	leaf   *x509.Certificate // of cred; nil: a secret
	client confidential.Client
	last   string // the token handed out last; it tells a rejection of today's from yesterday's
}

func newTokens(cfg Config, web *wire) (*tokens, error) {
	cred, err := credential(cfg)
	if err != nil {
		return nil, err
	}
	t := &tokens{renewed: cfg.Renewed, cred: cred, leaf: (&Client{cfg: cfg}).leaf(), make: func(cred confidential.Credential) (confidential.Client, error) {
		return msalClient(cfg, web, cfg.Tenant, cfg.ClientID, cred)
	}}
	if t.client, err = t.make(cred); err != nil {
		return nil, err
	}
	return t, nil
}

// renew takes a new certificate up, and with it asks for a new token.
func (t *tokens) renew() {
	if t.renewed == nil {
		return
	}
	id := t.renewed()
	if id == nil {
		return
	}
	cred, err := confidential.NewCredFromCert([]*x509.Certificate{id.Certificate}, id.Key)
	if err != nil {
		return // the key was found to be the certificate's
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if client, err := t.make(cred); err == nil {
		t.cred, t.leaf, t.client, t.last = cred, id.Certificate, client, ""
	}
}

// Certificate is the one that the server signs in with; nil: it has a secret.
func (c *Client) Certificate() *x509.Certificate {
	c.tokens.renew()
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	return c.tokens.leaf
}

func credential(cfg Config) (confidential.Credential, error) {
	if len(cfg.Certificate) > 0 {
		cred, err := confidential.NewCredFromCert(cfg.Certificate, cfg.Key)
		if err != nil {
			return cred, fmt.Errorf("certificate: %w", err)
		}
		return cred, nil
	}
	if cfg.Secret.IsEmpty() {
		return confidential.Credential{}, errors.New("the provisioning application has neither secret nor certificate")
	}
	return confidential.NewCredFromSecret(cfg.Secret.Reveal())
}

// noRegion keeps MSAL from taking a region out of the process's environment.
const noRegion = "DisableMsalForceRegion"

func msalClient(cfg Config, web *wire, tenant, clientID string, cred confidential.Credential) (confidential.Client, error) {
	client, err := confidential.New(cfg.Authority+"/"+tenant, clientID, cred,
		confidential.WithHTTPClient(web),
		confidential.WithInstanceDiscovery(cfg.InstanceDiscovery),
		confidential.WithAzureRegion(noRegion))
	if err != nil {
		return client, fmt.Errorf("authority, tenant or client id: %w", err)
	}
	return client, nil
}

// bearer returns a token for Graph, from MSAL's cache while it is good. Its
// errors are MSAL's: they go through tokenError and nowhere else.
func (t *tokens) bearer(ctx context.Context) (string, error) {
	t.renew()
	t.mu.Lock()
	client := t.client
	t.mu.Unlock()
	result, err := client.AcquireTokenByCredential(ctx, []string{GraphScope})
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	t.last = result.AccessToken
	t.mu.Unlock()
	return result.AccessToken, nil
}

// OwnToken tells what the provisioning application's own token for Graph says:
// the permissions it was granted, however it proves itself.
func (c *Client) OwnToken(ctx context.Context) (TokenInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Retry.Timeout)
	defer cancel()
	token, err := c.tokens.bearer(ctx)
	if err != nil {
		return TokenInfo{}, tokenError(err)
	}
	info, err := readToken(token)
	if err != nil {
		return TokenInfo{}, &Error{Call: "token", Code: CodeUnexpected, Outcome: Later, err: err}
	}
	info.TLSVersion = c.web.tlsVersion()
	return info, nil
}

// reject makes the next bearer ask anew, unless that happened since.
func (t *tokens) reject(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token != t.last {
		return
	}
	if client, err := t.make(t.cred); err == nil {
		t.client, t.last = client, ""
	}
}

// TokenInfo is what a key's token says of itself. The token's signature is not
// checked: it came from the token endpoint over TLS.
type TokenInfo struct {
	Audience   string
	Issuer     string
	Tenant     string // tid
	ClientID   string // azp or appid
	Roles      []string
	ExpiresAt  time.Time
	TLSVersion string // of the answer: "TLS 1.3"

	// Token is the bearer token of a key that was tested, to go on with; empty
	// for the server's own.
	Token secret.Text
}

// TestKey signs in as a key, with a client made for this one try: an earlier
// answer is never taken for a new one. IsPropagating tells the refusals that a
// young key may meet.
func (c *Client) TestKey(ctx context.Context, tenant, clientID string, s secret.Text, scope string) (TokenInfo, error) {
	if s.IsEmpty() || clientID == "" || tenant == "" || scope == "" {
		return TokenInfo{}, &Error{Call: "token", Outcome: Refused, err: errors.New("tenant, client id, secret and scope are all needed")}
	}
	cred, err := confidential.NewCredFromSecret(s.Reveal())
	if err != nil {
		return TokenInfo{}, &Error{Call: "token", Outcome: Refused, err: err}
	}
	client, err := msalClient(c.cfg, c.web, tenant, clientID, cred)
	if err != nil {
		return TokenInfo{}, &Error{Call: "token", Outcome: Refused, err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Retry.Timeout)
	defer cancel()
	a := Attempt{Call: "token", Try: 1, At: c.cfg.Clock(), Outcome: Done, Status: http.StatusOK}
	var seen ids
	info, e := keyToken(context.WithValue(ctx, answered{}, &seen), client, scope)
	a.RequestID, a.ClientRequestID = seen.request, seen.client
	c.report(ctx, a, e)
	if e != nil {
		e.Tries = 1
		return TokenInfo{}, e
	}
	info.TLSVersion = c.web.tlsVersion()
	return info, nil
}

func keyToken(ctx context.Context, client confidential.Client, scope string) (TokenInfo, *Error) {
	result, err := client.AcquireTokenByCredential(ctx, []string{scope})
	if err != nil {
		return TokenInfo{}, tokenError(err)
	}
	info, err := readToken(result.AccessToken)
	if err != nil {
		return TokenInfo{}, &Error{Call: "token", Code: CodeUnexpected, Outcome: Later, err: err}
	}
	info.Token = secret.New(result.AccessToken)
	return info, nil
}

// readToken reads the claims of a JWT. Errors hold no part of it.
func readToken(token string) (TokenInfo, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return TokenInfo{}, errors.New("the access token is not a JWT")
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return TokenInfo{}, errors.New("the access token's claims are not base64")
	}
	var claims struct {
		Aud, Iss, Tid, Azp, Appid string
		Exp                       json.Number
		Roles                     []string
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&claims); err != nil {
		return TokenInfo{}, errors.New("the access token's claims are not what they should be")
	}
	exp, err := claims.Exp.Int64()
	if err != nil {
		return TokenInfo{}, errors.New("the access token has no expiry")
	}
	info := TokenInfo{
		Audience: claims.Aud, Issuer: claims.Iss, Tenant: claims.Tid, ClientID: claims.Azp,
		Roles: claims.Roles, ExpiresAt: time.Unix(exp, 0).UTC(),
	}
	if info.ClientID == "" {
		info.ClientID = claims.Appid
	}
	return info, nil
}

// tokenError takes one of MSAL's errors apart and drops it: its text holds the
// whole answer, and for an answer it could not read, the token itself.
func tokenError(err error) *Error {
	e := &Error{Call: "token"}
	var call msalerrors.CallErr
	var unreadable msalerrors.InvalidJsonErr
	switch {
	case errors.As(err, &call) && call.Resp != nil:
		e.readTokenAnswer(call.Resp)
		e.Outcome = classify(e.Status, e.Code, true, false)
	case errors.As(err, &unreadable):
		e.Code, e.Outcome = CodeUnexpected, Later
	default:
		e.Code, e.Outcome, e.err = CodeNoAnswer, Later, transportCause(err)
		if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
			e.Code = CodeNotSent
		}
	}
	return e
}

// answers guards the bodies of MSAL's errors: callers that waited for the same
// token get the same one.
var answers sync.Mutex

// sharedBody reads a body that others read too, and leaves it to them.
func sharedBody(resp *http.Response) ([]byte, error) {
	answers.Lock()
	defer answers.Unlock()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

func (e *Error) readTokenAnswer(resp *http.Response) {
	e.Status = resp.StatusCode
	e.RequestID = resp.Header.Get("x-ms-request-id")
	e.RetryAfter = parseRetryAfter(resp.Header.Get("Retry-After"), time.Time{})
	if resp.Request != nil {
		e.ClientRequestID = resp.Request.Header.Get("client-request-id")
	}
	body, err := sharedBody(resp)
	if err != nil {
		return
	}
	var answer struct {
		Error         string `json:"error"`
		Codes         []int  `json:"error_codes"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
	}
	if json.Unmarshal(body, &answer) != nil {
		e.Code = CodeUnexpected
		return
	}
	e.Detail = machineWord(answer.Error)
	if e.Code = e.Detail; e.Code == "" {
		e.Code = CodeUnexpected
	}
	if len(answer.Codes) > 0 {
		e.Code = "AADSTS" + strconv.Itoa(answer.Codes[0])
	}
	if answer.TraceID != "" {
		e.RequestID = machineWord(answer.TraceID)
	}
	if answer.CorrelationID != "" {
		e.ClientRequestID = machineWord(answer.CorrelationID)
	}
}
