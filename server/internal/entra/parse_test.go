package entra

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-3": 0, "soon": 0, "1.5": 0,
		"99999999999": longestWait, "99999": longestWait,
		now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):       0,
		now.AddDate(1, 0, 0).Format(http.TimeFormat):      longestWait,
	} {
		if got := parseRetryAfter(in, now); got != want {
			t.Errorf("parseRetryAfter(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzReadToken(f *testing.F) {
	claims := func(s string) string { return "h." + base64.RawURLEncoding.EncodeToString([]byte(s)) + ".s" }
	f.Add(claims(`{"aud":"a","appid":"b","exp":1,"roles":["x"]}`))
	f.Add(claims(`{"exp":"no"}`))
	f.Add(claims(`{"exp":1e400}`))
	f.Add("..")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		info, err := readToken(token)
		if err == nil && strings.Count(token, ".") != 2 {
			t.Errorf("took %q for a JWT: %+v", token, info)
		}
		if err != nil && len(token) > 8 && strings.Contains(err.Error(), token) {
			t.Errorf("the error repeats the token")
		}
	})
}

func FuzzGraphError(f *testing.F) {
	f.Add(400, `{"error":{"code":"Request_BadRequest","message":"Another object with the same value for property uniqueName already exists.","details":[{"code":"ObjectConflict"}]}}`)
	f.Add(503, `<html>`)
	f.Add(404, `{"error":"x"}`)
	f.Add(400, `{"error":{"code":" "}}`)
	f.Add(429, `{"error":{"code":"a b\nc"}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := graphError(call{name: "x", once: true}, &http.Response{StatusCode: status, Header: http.Header{}}, []byte(body), time.Time{})
		if e.Code == "" || e.Outcome == "" || e.Outcome == Done {
			t.Errorf("%+v: an error without code or outcome", e)
		}
		if strings.ContainsAny(e.Error(), "\n\r") {
			t.Errorf("%q breaks the log's line", e.Error())
		}
	})
}

func TestMeans(t *testing.T) {
	cases := []struct {
		e    Error
		want meaning
	}{
		{Error{Status: 400, Code: "Request_BadRequest", message: "Another object with the same value for property uniqueName already exists."}, nameTaken},
		{Error{Status: 400, Code: "Request_BadRequest", Detail: "ObjectConflict"}, nameTaken},
		{Error{Status: 409, Code: "Request_MultipleObjectsWithSameKeyValue"}, principalExists},
		{Error{Status: 400, Code: "Request_BadRequest", message: "The appId 'x' of the service principal does not reference a valid application object."}, noApplicationYet},
		{Error{Status: 400, Code: "Request_BadRequest", Detail: "NoBackingApplicationObject"}, noApplicationYet},
		{Error{Status: 400, Code: "Request_BadRequest", message: "Not a valid reference update."}, noReferenceYet},
		{Error{Status: 400, Code: "Request_BadRequest", message: "No password credential found with keyId."}, noSuchPassword},
		{Error{Status: 400, Code: "Request_BadRequest", message: "Permission being assigned already exists on the object"}, alreadyGranted},
	}
	for _, c := range cases {
		if !c.e.means(c.want) {
			t.Errorf("%+v does not mean %d", c.e, c.want)
		}
		other := c.e
		other.Code = "Authorization_RequestDenied"
		if other.means(c.want) {
			t.Errorf("%+v means %d: the text alone decided", other, c.want)
		}
	}
}
