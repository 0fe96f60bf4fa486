package ladder

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// Gateway asks the IHCE gateway a harmless question with a key's token: which code
// systems changed since today. No patient is in it.
type Gateway struct {
	// HTTP carries the question: TLS 1.2 or better, verified, no redirects
	// followed; entra.NewHTTPClient makes such.
	HTTP    *http.Client
	Timeout time.Duration // of the whole question; default 10 s
	Clock   func() time.Time
	// Rest is for how long an address that did not answer is not asked again by
	// AskOnce; default 1 min.
	Rest time.Duration

	mu     sync.Mutex
	silent map[string]time.Time // addresses that did not answer, and since when
}

// maxAnswer bounds what is read of a refusal, in bytes.
const maxAnswer = 64 << 10

// AskOnce is Ask for who must not be held up: an address that did not answer
// moments ago is skipped.
func (g *Gateway) AskOnce(ctx context.Context, plan *workflow.TestPlan, token secret.Text) (access.LightResult, string) {
	if g != nil && plan.EndPoint != "" {
		g.mu.Lock()
		since, is := g.silent[plan.EndPoint]
		g.mu.Unlock()
		if is && g.Clock().Sub(since) < orTime(g.Rest, time.Minute) {
			return skipped(), ""
		}
	}
	return g.Ask(ctx, plan, token)
}

func skipped() access.LightResult {
	return access.LightResult{Light: access.LightGateway, State: access.LightSkipped}
}

func orTime(v, d time.Duration) time.Duration {
	if v == 0 {
		return d
	}
	return v
}

// Ask puts the question and says what became of the light, and the version of
// TLS of the answer. Where nothing says whom to ask, it is skipped.
func (g *Gateway) Ask(ctx context.Context, plan *workflow.TestPlan, token secret.Text) (access.LightResult, string) {
	if g == nil || plan.EndPoint == "" || plan.Subscribed.IsEmpty() || token.IsEmpty() {
		return skipped(), ""
	}
	light := access.LightResult{Light: access.LightGateway, State: access.LightFailed, Tries: 1, Code: CodeGatewayNoAnswer}
	ctx, cancel := context.WithTimeout(ctx, orTime(g.Timeout, 10*time.Second))
	defer cancel()
	resp, err := g.send(ctx, plan, token)
	light.At = g.Clock().UTC()
	g.note(plan.EndPoint, err != nil)
	if err != nil {
		return light, ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		body = nil // the status and the headers tell enough
	}
	light.Status = resp.StatusCode
	if light.Code = verdict(resp.StatusCode, resp.Header.Values("WWW-Authenticate"), body); light.Code == "" {
		light.State = access.LightOn
	}
	for _, name := range []string{"x-ms-request-id", "Request-Id", "X-Request-Id"} {
		if id := resp.Header.Get(name); id != "" && light.RequestID == "" {
			light.RequestID = id
		}
	}
	version := ""
	if resp.TLS != nil {
		version = tls.VersionName(resp.TLS.Version)
	}
	return light, version
}

func (g *Gateway) send(ctx context.Context, plan *workflow.TestPlan, token secret.Text) (*http.Response, error) {
	address, err := url.Parse(plan.EndPoint)
	if err != nil {
		return nil, err
	}
	address = address.JoinPath("CodeSystem")
	address.RawQuery = url.Values{"since": {g.Clock().UTC().Format(time.DateOnly)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Ocp-Apim-Subscription-Key", plan.Subscribed.Reveal())
	req.Header.Set("Accept", "application/fhir+json")
	return g.HTTP.Do(req)
}

// note remembers whether an address answers.
func (g *Gateway) note(address string, isSilent bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !isSilent {
		delete(g.silent, address)
		return
	}
	if g.silent == nil {
		g.silent = map[string]time.Time{}
	}
	g.silent[address] = g.Clock()
}

// verdict is the code of a gateway's answer; "" means it said yes. Status and
// header decide; of the text it is only asked whether a key arrived at all, for
// which the management gateway has one status and one header.
func verdict(status int, challenges []string, body []byte) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status == http.StatusForbidden:
		return CodeGatewayRoleRefused
	case status != http.StatusUnauthorized:
		return CodeGatewayUnexpected
	}
	message := strings.ToLower(messageOf(body))
	isKey := strings.Contains(message, "subscription key")
	for _, c := range challenges {
		isKey = isKey || strings.HasPrefix(strings.ToLower(strings.TrimSpace(c)), "azureapimanagementkey")
	}
	switch {
	case isKey && strings.Contains(message, "missing subscription key"):
		return CodeGatewayKeyMissing
	case isKey:
		return CodeGatewayKeyRefused
	}
	return CodeGatewayTokenRefused
}

// messageOf reads the management gateway's body; "" when it is another's.
func messageOf(body []byte) string {
	var answer struct {
		Message string `json:"message"`
	}
	if json.NewDecoder(bytes.NewReader(body)).Decode(&answer) != nil {
		return ""
	}
	return answer.Message
}
