package servertest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// browser is Debian's Chromium without a window, driven over WebDriver's HTTP. It
// trusts the server's own key and no other. Finding an element waits for it.
type browser struct {
	t       *testing.T
	session string // base address of the session
}

// elementKey is what WebDriver calls an element's id.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

var driverPort = regexp.MustCompile(`started successfully on port (\d+)`)

// newBrowser starts one. A machine without it fails the test: .ci/deps build
// installs it.
func newBrowser(t *testing.T, s *Server) *browser {
	t.Helper()
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Fatalf("chromedriver is missing, run .ci/deps build: %v", err)
	}
	// Not of the test's context: that ends before the cleanup that closes the
	// browser. The group is ended whole, for the browser holds the pipe too.
	cmd := exec.Command(driver, "--port=0") //nolint:noctx // see above
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // it says that it was killed
	})
	port := ""
	lines := bufio.NewScanner(out)
	for port == "" && lines.Scan() {
		if found := driverPort.FindStringSubmatch(lines.Text()); found != nil {
			port = found[1]
		}
	}
	if port == "" {
		t.Fatalf("chromedriver does not say its port: %v", lines.Err())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the group
	b := &browser{t: t, session: "http://127.0.0.1:" + port + "/session"}
	b.begin(keyOf(t, s))
	return b
}

// begin opens the browser itself. Its profile is the driver's, gone with it.
func (b *browser) begin(key string) {
	b.t.Helper()
	var opened struct {
		SessionID string `json:"sessionId"`
	}
	b.call(http.MethodPost, "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"timeouts": map[string]int{"implicit": 10_000, "script": 10_000, "pageLoad": 20_000},
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
			"--no-proxy-server", "--lang=es-CO", "--ignore-certificate-errors-spki-list=" + key,
		}},
	}}}, &opened)
	b.session += "/" + opened.SessionID
	b.t.Cleanup(func() { // before the driver's end: it takes its profile away
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.t.Context()), 5*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodDelete, b.session, nil)
		if err != nil {
			return
		}
		if res, err := http.DefaultClient.Do(r); err == nil {
			_ = res.Body.Close()
		}
	})
}

// keyOf is the hash of the server's public key.
func keyOf(t *testing.T, s *Server) string {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL, "https://"), &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// call is one command of the driver.
func (b *browser) call(method, path string, body, into any) {
	b.t.Helper()
	doc, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.session+path, bytes.NewReader(doc))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		b.t.Fatalf("%s: %v", path, err)
	}
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %v: %s", path, body, answer.Value)
	}
	if into != nil {
		if err := json.Unmarshal(answer.Value, into); err != nil {
			b.t.Fatalf("%s: %v in %s", path, err, answer.Value)
		}
	}
}

func (b *browser) open(address string) {
	b.t.Helper()
	b.call(http.MethodPost, "/url", map[string]string{"url": address}, nil)
}

// find waits for an element.
func (b *browser) find(css string) string {
	b.t.Helper()
	var e map[string]string
	b.call(http.MethodPost, "/element", map[string]string{"using": "css selector", "value": css}, &e)
	return "/element/" + e[elementKey]
}

func (b *browser) click(css string) {
	b.t.Helper()
	b.call(http.MethodPost, b.find(css)+"/click", struct{}{}, nil)
}

// submit clicks what sends a form and waits for the page that answers.
func (b *browser) submit(css string) {
	b.t.Helper()
	b.run("document.documentElement.id = 'sent'", nil)
	b.click(css)
	b.find("html:not(#sent) footer")
}

// write empties a field and types into it.
func (b *browser) write(css, text string) {
	b.t.Helper()
	e := b.find(css)
	b.call(http.MethodPost, e+"/clear", struct{}{}, nil)
	b.call(http.MethodPost, e+"/value", map[string]string{"text": text}, nil)
}

func (b *browser) text(css string) string {
	b.t.Helper()
	var text string
	b.call(http.MethodGet, b.find(css)+"/text", struct{}{}, &text)
	return text
}

// run evaluates a script's body in the page.
func (b *browser) run(script string, into any, args ...any) {
	b.t.Helper()
	if args == nil {
		args = []any{}
	}
	b.call(http.MethodPost, "/execute/sync", map[string]any{"script": script, "args": args}, into)
}

// width sets the width of the page in CSS pixels, as a narrow window or a large
// zoom does.
func (b *browser) width(pixels int) {
	b.t.Helper()
	b.call(http.MethodPost, "/goog/cdp/execute", map[string]any{"cmd": "Emulation.setDeviceMetricsOverride", "params": map[string]any{
		"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": false,
	}}, nil)
}

// fits fails when something sticks out sideways.
func (b *browser) fits(name string) {
	b.t.Helper()
	for _, pixels := range []int{360, 1280} {
		b.width(pixels)
		var over float64
		b.run("return document.documentElement.scrollWidth - window.innerWidth", &over)
		if over > 0 {
			b.t.Errorf("%s: %v px stick out at %d px", name, over, pixels)
		}
		b.picture(fmt.Sprintf("%s-%d", name, pixels))
	}
}

// picture saves what is seen, where LLAVERO_PICTURES names a folder.
func (b *browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("LLAVERO_PICTURES")
	if dir == "" {
		return
	}
	var shot []byte // base64 in JSON
	b.call(http.MethodGet, "/screenshot", struct{}{}, &shot)
	if err := os.WriteFile(dir+"/"+name+".png", shot, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
