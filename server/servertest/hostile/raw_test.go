package hostile

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"llavero/server/servertest"
	"llavero/shared/seed"
)

const (
	host  = "Host: x\r\n"
	about = "GET /v1/about HTTP/1.1\r\n" + host
)

// TestRaw: requests that no library sends, each with the statuses that it is to
// be answered with, in order, before the server closes or is left.
func TestRaw(t *testing.T) {
	s := servertest.New(t)
	post := "POST /v1/puzzles HTTP/1.1\r\n" + host
	inside := about + "\r\n"
	for name, tt := range map[string]struct {
		text string
		want []int
	}{
		"good, twice": {about + "\r\n" + about + "\r\n", []int{200, 200}},

		// Two readers of one request must not find two ends of it.
		"length and chunks":           {post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inside, []int{200, 200}},
		"length after chunks":         {post + "Transfer-Encoding: chunked\r\nContent-Length: 999\r\n\r\n0\r\n\r\n", []int{200}},
		"two lengths":                 {post + "Content-Length: 0\r\nContent-Length: 45\r\n\r\n" + inside, []int{400}},
		"two lengths in one":          {post + "Content-Length: 0, 45\r\n\r\n" + inside, []int{400}},
		"a length with a sign":        {post + "Content-Length: +2\r\n\r\n{}", []int{400}},
		"a negative length":           {post + "Content-Length: -1\r\n\r\n", []int{400}},
		"a length in hexadecimal":     {post + "Content-Length: 0x2\r\n\r\n{}", []int{400}},
		"a length that runs over":     {post + "Content-Length: 99999999999999999999\r\n\r\n", []int{400}},
		"a space before the colon":    {post + "Content-Length : 45\r\n\r\n" + inside, []int{400}},
		"chunks, misspelt":            {post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inside, []int{501}},
		"chunks twice":                {post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + inside, []int{501}},
		"two lines of chunks":         {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + inside, []int{501}},
		"chunks before a tab":         {post + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", []int{200}},
		"chunks behind a line feed":   {post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{200}},
		"chunks in HTTP/1.0":          {"POST /v1/puzzles HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inside, []int{200}},
		"a chunk that runs over":      {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}", []int{422}},
		"a chunk of no number":        {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" + inside, []int{422}},
		"a chunk of a negative size":  {post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n" + inside, []int{422}},
		"a chunk longer than it says": {post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n" + inside, []int{422}},

		"a NUL in a header":        {about + "X: a\x00b\r\n\r\n", []int{400}},
		"a NUL in the path":        {"GET /v1/about\x00 HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"a NUL in a header's name": {about + "X\x00: a\r\n\r\n", []int{400}},
		"a return in a header":     {about + "X: a\rb\r\n\r\n", []int{400}},
		"no host":                  {"GET /v1/about HTTP/1.1\r\n\r\n", []int{400}},
		"two hosts":                {about + host + "\r\n", []int{400}},
		"a host that is none":      {"GET /v1/about HTTP/1.1\r\nHost: a b\r\n\r\n", []int{400}},
		"HTTP/2.0":                 {"GET /v1/about HTTP/2.0\r\n" + host + "\r\n", []int{505}},
		"HTTP/9.9":                 {"GET /v1/about HTTP/9.9\r\n" + host + "\r\n", []int{505}},
		"HTTP/0.9":                 {"GET /v1/about\r\n\r\n", []int{400}},
		"the preface of HTTP/2":    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{404}},
		"nothing but lines":        {"\r\n\r\n\r\n", []int{400}},
		"no HTTP":                  {"\x16\x03\x01 hello\r\n\r\n", []int{400}},
		"an address, whole":        {"GET https://elsewhere.example/v1/about HTTP/1.1\r\n" + host + "\r\n", []int{200}},
		"a way through":            {"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n", []int{404}},
		"options of all":           {"OPTIONS * HTTP/1.1\r\n" + host + "\r\n", []int{404}},
		"its own echo":             {"TRACE /v1/about HTTP/1.1\r\n" + host + "X-Planted: echo\r\n\r\n", []int{405}},
		"a method in lower case":   {"get /v1/about HTTP/1.1\r\n" + host + "\r\n", []int{405}},
		"a method of no letters":   {"G(T /v1/about HTTP/1.1\r\n" + host + "\r\n", []int{400}},
		"expects what nobody does": {post + "Expect: 200-everything\r\nContent-Length: 2\r\n\r\n{}", []int{417}},

		"a long address":     {"GET /v1/about?" + strings.Repeat("a", 40<<10) + " HTTP/1.1\r\n" + host + "\r\n", []int{431}},
		"a long header":      {about + "X: " + strings.Repeat("a", 40<<10) + "\r\n\r\n", []int{431}},
		"many headers":       {about + strings.Repeat("X: y\r\n", 8<<10) + "\r\n", []int{431}},
		"an upgrade to none": {about + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []int{200}},
	} {
		t.Run(name, func(t *testing.T) {
			got := say(t, s, tt.text, len(tt.want))
			for i, want := range tt.want {
				if i >= len(got) {
					t.Fatalf("answer %d is missing, not %d", i+1, want)
				}
				if got[i].status != want {
					t.Errorf("answer %d: %d, not %d: %.200s", i+1, got[i].status, want, got[i].body)
				}
				if strings.Contains(string(got[i].body), "X-Planted") {
					t.Error("it says again what it was told")
				}
			}
			last := got[len(got)-1]
			if last.status == http.StatusBadRequest && !last.ends {
				t.Error("whoever sent what is no HTTP may go on")
			}
			if strings.HasSuffix(tt.text, inside) && len(tt.want) == 1 && !last.ends {
				t.Error("a request inside a body may be answered next")
			}
		})
	}
	served(t, s)
}

// TestPaths: an address written in another way names nothing.
func TestPaths(t *testing.T) {
	s := servertest.New(t)
	token := enter(t, s, seed.LoginDelegate)
	for _, path := range []string{
		"//v1/session", "/v1//session", "/v1/./session", "/v1/keys/../session", "/v1/session/", "/V1/SESSION", "/v1/session;a=b", "/v1/session%00",
		"/v1/session%20", "/v1/session%0d%0aX:%20y", "/v1%2fsession", "/%2e%2e/v1/session", "/v1/keys/%2e%2e/session", "/v1/..%2fsession",
		"/v1\\session", "/v1/ｓession", "/v1/s%C0%A5ssion", "/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/cuenta/../v1/session",
		"/cuenta/..%2f..%2fgo.mod", "/cuenta/files/cuenta.html", "/cuenta/%2e%2e/cuenta.html",
	} {
		got := say(t, s, "GET "+path+" HTTP/1.1\r\n"+host+"Authorization: Bearer "+token+"\r\n\r\n", 1)
		if len(got) != 1 || got[0].status != http.StatusNotFound && got[0].status != http.StatusBadRequest || got[0].head.Get("Location") != "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	served(t, s)
}

// TestMethodOverride: a method is the one of the first line, whatever a header
// says.
func TestMethodOverride(t *testing.T) {
	s := servertest.New(t)
	token := enter(t, s, seed.LoginDelegate)
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		if got := call(t, s, "GET", "/v1/session", token, nil, name, "DELETE"); got.status != http.StatusOK {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if got := call(t, s, "GET", "/v1/session", token, nil); got.status != http.StatusOK {
		t.Errorf("the session ended: %d", got.status)
	}
}

// TestEndlessBody: a body without end is cut off near the bound of its route, and
// the answer says why.
func TestEndlessBody(t *testing.T) {
	s := servertest.New(t)
	const bound = 64 << 20 // what the machine's own buffers may hold stays far below
	for name, head := range map[string]string{
		"chunks": "Transfer-Encoding: chunked\r\n\r\n", "a length": "Content-Length: 9000000000\r\n\r\n",
	} {
		c := plug(t, s)
		if _, err := io.WriteString(c, "POST /v1/sessions HTTP/1.1\r\n"+host+"Content-Type: application/json\r\n"+head); err != nil {
			t.Fatal(err)
		}
		part := strings.Repeat(" ", 32<<10)
		if name == "chunks" {
			part = "8000\r\n" + part + "\r\n"
		}
		sent, err := 0, error(nil)
		for err == nil && sent < bound {
			var n int
			n, err = io.WriteString(c, part)
			sent += n
		}
		if sent >= bound {
			t.Errorf("%s: %d bytes were taken", name, sent)
		}
		if alert := tls.AlertError(0); errors.As(err, &alert) {
			t.Errorf("%s: %v", name, err)
		}
	}
	served(t, s)
}
