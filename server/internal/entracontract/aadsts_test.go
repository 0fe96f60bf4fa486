package entracontract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// loginError is what the token endpoint says with one of its codes. In its text
// … stands for anything.
type loginError struct {
	status      int
	error, text string
}

// aadsts are the codes that the programs of this repository tell apart. A step
// whose words begin with one of them is held against it.
var aadsts = map[int]loginError{
	7000215: {401, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '…'."},
	7000222: {401, "invalid_client", "The provided client secret keys for app '…' are expired."},
	7000229: {401, "invalid_client", "The client application … is missing service principal in the tenant …"},
	7000216: {401, "invalid_client", "'client_assertion', 'client_secret' or 'request' is required…"},
	700016:  {400, "unauthorized_client", "Application with identifier '…' was not found in the directory '…'."},
	7000112: {400, "unauthorized_client", "Application '…'(…) is disabled."},
	90002:   {400, "invalid_request", "Tenant '…' not found."},
	900023:  {400, "invalid_request", "Specified tenant identifier '…' is neither a valid DNS name, nor a valid external domain."},
	900144:  {400, "invalid_request", "The request body must contain the following parameter: '…'."},
	500011:  {400, "invalid_resource", "The resource principal named … was not found in the tenant named …"},
	1002012: {400, "invalid_scope", "The provided value for scope … is not valid. Client credential flows must have a scope value with /.default suffixed…"},
	70003:   {400, "unsupported_grant_type", "The app requested an unsupported grant type '…'."},
	501051:  {400, "invalid_grant", "Application '…'(…) is not assigned to a role for the application '…'(…)."},
}

// codeOf is the code of the table that a step's words begin with, or 0.
func codeOf(say string) int {
	first, _, _ := strings.Cut(say, " ")
	code, err := strconv.Atoi(first)
	if _, known := aadsts[code]; err != nil || !known {
		return 0
	}
	return code
}

// judge says in what an answer is not this error: its status, OAuth word, code
// as a number and in the text, wording.
func (l loginError) judge(code int, a answer) error {
	var got struct {
		Error string
		Text  string `json:"error_description"`
		Codes []int  `json:"error_codes"`
	}
	if err := json.Unmarshal(a.raw, &got); err != nil {
		return err
	}
	text := "^" + strings.ReplaceAll(regexp.QuoteMeta(fmt.Sprintf("AADSTS%d: %s", code, l.text)), "…", "[^\\n]*")
	switch {
	case a.status != l.status:
		return fmt.Errorf("want status %d", l.status)
	case got.Error != l.error:
		return fmt.Errorf("want error %s", l.error)
	case !slices.Equal(got.Codes, []int{code}):
		return fmt.Errorf("want error_codes [%d]", code)
	case !regexp.MustCompile(text).MatchString(got.Text):
		return fmt.Errorf("want the wording %q", l.text)
	}
	return nil
}

// Every code of the table is provoked, and by a step that wants its status.
func TestCases_provokeEveryCode(t *testing.T) {
	missing := map[int]bool{}
	for code := range aadsts {
		missing[code] = true
	}
	for _, c := range cases() {
		for _, s := range c.steps {
			code := codeOf(s.say)
			if code == 0 {
				continue
			}
			delete(missing, code)
			if want := aadsts[code].status; s.want != want {
				t.Errorf("%s: %s wants %d, and the table %d", c.name, s.say, s.want, want)
			}
		}
	}
	for code := range missing {
		t.Errorf("no step provokes AADSTS%d", code)
	}
}

func TestLoginError(t *testing.T) {
	const good = `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'x' are expired. Trace ID: y","error_codes":[7000222]}`
	for _, tt := range []struct {
		name, body string
		status     int
		ok         bool
	}{
		{"as it must be", good, 401, true},
		{"status", good, 400, false},
		{"word", strings.Replace(good, "invalid_client", "invalid_request", 1), 401, false},
		{"code", strings.Replace(good, "[7000222]", "[7000215]", 1), 401, false},
		{"code as text", strings.Replace(good, "[7000222]", `["7000222"]`, 1), 401, false},
		{"code in the text", strings.Replace(good, "AADSTS7000222", "AADSTS7000215", 1), 401, false},
		{"wording", strings.Replace(good, "expired", "over", 1), 401, false},
		{"not JSON", "no", 401, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := aadsts[7000222].judge(7000222, answer{status: tt.status, raw: []byte(tt.body)})
			if (err == nil) != tt.ok {
				t.Errorf("judged %v", err)
			}
		})
	}
}
