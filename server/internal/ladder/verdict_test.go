package ladder

import (
	"slices"
	"testing"
)

// FuzzVerdict: whatever a gateway answers has one of the codes, and only success
// has none.
func FuzzVerdict(f *testing.F) {
	f.Add(200, "", []byte(`{"resourceType":"Bundle"}`))
	f.Add(401, `AzureApiManagementKey realm="https://x",name="k",type="header"`, []byte(`{"statusCode":401,"message":"Access denied due to missing subscription key."}`))
	f.Add(401, "", []byte(`{"statusCode":401,"message":"Access denied due to invalid subscription key."}`))
	f.Add(401, "Bearer", []byte(`{"message":7}`))
	f.Add(403, "", []byte("<html>"))
	f.Add(-1, "", []byte(nil))
	codes := []string{CodeGatewayKeyMissing, CodeGatewayKeyRefused, CodeGatewayTokenRefused, CodeGatewayRoleRefused, CodeGatewayUnexpected}
	f.Fuzz(func(t *testing.T, status int, challenge string, body []byte) {
		got := verdict(status, []string{challenge}, body)
		if (got == "") != (status >= 200 && status < 300) || got != "" && !slices.Contains(codes, got) {
			t.Errorf("%d, %q, %q: %q", status, challenge, body, got)
		}
		isKey := got == CodeGatewayKeyMissing || got == CodeGatewayKeyRefused || got == CodeGatewayTokenRefused
		if isKey != (status == 401) {
			t.Errorf("%d: %q", status, got)
		}
	})
}
