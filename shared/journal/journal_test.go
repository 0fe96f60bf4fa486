package journal

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"llavero/shared/secret"
)

func TestJournal_strikesOut(t *testing.T) {
	// The value is put together here so that no text of that shape is in the file.
	entra := "abc" + "8Q~" + strings.Repeat("x", 34)
	jwt := "eyJ" + strings.Repeat("a", 20) + "." + strings.Repeat("b", 20) + "." + strings.Repeat("c", 20)
	const planted = "planted-value-9"
	var out bytes.Buffer
	j := New(slog.NewJSONHandler(&out, nil))
	log := slog.New(j)
	log.Info("x", "clientSecret", planted, "password", planted, "accessToken", planted, "totpSeed", planted)
	log.Info("x", "error", fmt.Errorf("call: %w", errors.New("got "+entra)), "body", "client_secret="+planted+"&a=b")
	log.Info("x", "header", "Bearer "+jwt, "text", secret.New(planted), "any", struct{ S string }{entra})
	log.With("sessionToken", planted).WithGroup("g").Info("x", slog.Group("in", "otpCode", planted, "note", jwt))
	log.Info("message with " + entra) //nolint:sloglint // a message put together is just what is tested
	for _, text := range []string{out.String(), strings.Join(j.Lines(), "\n")} {
		for _, leak := range []string{planted, entra, jwt} {
			if strings.Contains(text, leak) {
				t.Errorf("%q was written:\n%s", leak, text)
			}
		}
	}
}

func TestJournal_keepsWhatIsHarmless(t *testing.T) {
	j := New(nil)
	slog.New(j).Info("step recorded", "requestId", "r-1", "attempt", 3, "environment", "production", "tokenEndpoint", "https://localhost/x")
	if got := strings.Join(j.Lines(), "\n"); !strings.Contains(got, "requestId=r-1") || !strings.Contains(got, "attempt=3") || !strings.Contains(got, "tokenEndpoint=https://localhost/x") {
		t.Errorf("got %s", got)
	}
}

func TestJournal_keepsTheLast(t *testing.T) {
	j := New(nil)
	log := slog.New(j)
	var wg sync.WaitGroup
	for i := range Kept {
		wg.Go(func() { log.Info("early", "i", i) })
	}
	wg.Wait()
	for i := range 10 {
		log.Info("late", "i", i)
	}
	lines := j.Lines()
	if len(lines) != Kept || !strings.Contains(lines[Kept-1], "i=9") || !strings.Contains(lines[Kept-10], "late") || strings.Contains(lines[Kept-11], "late") {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// What a context carries stands on every line written with it, cleaned too.
func TestWith(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(New(slog.NewTextHandler(&out, nil)))
	ctx := With(t.Context(), slog.String("requestId", "r-1"))
	inner := With(ctx, slog.String("jobId", "j-1"), slog.String("accessToken", "planted"))
	log.With("a", 1).InfoContext(inner, "one")
	log.InfoContext(ctx, "two")
	log.Info("three")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{"requestId=r-1 jobId=j-1 accessToken=" + Struck, "msg=two requestId=r-1", "msg=three"} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("%s, want %s", lines[i], want)
		}
	}
	if strings.Contains(out.String(), "planted") || strings.Contains(lines[1], "jobId") {
		t.Error(out.String())
	}
}
