package puzzle

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func issuer(t testing.TB, bits int) *Issuer {
	t.Helper()
	i, err := NewIssuer(bits, 5*time.Minute, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestSolve_verifies(t *testing.T) {
	i := issuer(t, 10)
	c, err := i.New(noon)
	if err != nil {
		t.Fatal(err)
	}
	if c.Bits != 10 || !c.ExpiresAt.Equal(noon.Add(5*time.Minute)) {
		t.Fatalf("got %+v", c)
	}
	var steps []float64
	nonce, err := Solve(t.Context(), c.Text, c.Bits, func(p float64) { steps = append(steps, p) })
	if err != nil {
		t.Fatal(err)
	}
	expires, err := i.Verify(c.Text, nonce, noon.Add(time.Minute))
	if err != nil || !expires.Equal(c.ExpiresAt) {
		t.Fatalf("Verify: %v, %v", expires, err)
	}
	for k, p := range steps {
		if p < 0 || p > 1 || (k > 0 && p < steps[k-1]) {
			t.Fatalf("progress goes %v", steps)
		}
	}
	if steps[len(steps)-1] != 1 {
		t.Fatalf("progress ends at %v, want 1", steps[len(steps)-1])
	}
}

func TestVerify_refuses(t *testing.T) {
	i, other := issuer(t, 8), issuer(t, 8)
	c, err := i.New(noon)
	if err != nil {
		t.Fatal(err)
	}
	good, err := Solve(t.Context(), c.Text, c.Bits, nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := good + 1
	for zeros(work(c.Text, wrong)) >= 8 {
		wrong++
	}
	flip := func(at int) string {
		b := []byte(c.Text)
		if b[at] == 'A' {
			b[at] = 'B'
		} else {
			b[at] = 'A'
		}
		return string(b)
	}
	tests := []struct {
		name      string
		by        *Issuer
		challenge string
		nonce     uint64
		at        time.Time
		want      error
	}{
		{"wrong nonce", i, c.Text, wrong, noon, ErrUnsolved},
		{"at its expiry", i, c.Text, good, c.ExpiresAt, ErrExpired},
		{"another server's", other, c.Text, good, noon, ErrMalformed},
		{"salt changed", i, flip(0), good, noon, ErrMalformed},
		{"tag changed", i, flip(len(c.Text) - 2), good, noon, ErrMalformed},
		{"empty", i, "", good, noon, ErrMalformed},
		{"longer", i, c.Text + "A", good, noon, ErrMalformed},
		{"not base64", i, strings.Repeat("!", len(c.Text)), good, noon, ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.by.Verify(tt.challenge, tt.nonce, tt.at); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSolve_stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := Solve(ctx, "anything", MaxBits, func(float64) {
		if calls++; calls == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want canceled", err)
	}
	for _, bits := range []int{-1, 0, MaxBits + 1, 300} {
		if _, err := Solve(t.Context(), "x", bits, nil); !errors.Is(err, ErrTooHard) {
			t.Errorf("%d bits: got %v, want ErrTooHard", bits, err)
		}
	}
}

func TestNewIssuer_refuses(t *testing.T) {
	if _, err := NewIssuer(0, time.Minute, rand.Reader); !errors.Is(err, ErrTooHard) {
		t.Errorf("no bits: %v", err)
	}
	if _, err := NewIssuer(8, time.Millisecond, rand.Reader); err == nil {
		t.Error("a life of a millisecond was accepted")
	}
	if _, err := NewIssuer(8, time.Minute, strings.NewReader("short")); err == nil {
		t.Error("a key of five bytes was accepted")
	}
}

func TestChallenges_differ(t *testing.T) {
	i := issuer(t, 8)
	seen := map[[32]byte]bool{}
	for range 100 {
		c, err := i.New(noon)
		if err != nil {
			t.Fatal(err)
		}
		if seen[ID(c.Text)] {
			t.Fatal("the same challenge twice")
		}
		seen[ID(c.Text)] = true
	}
}

func FuzzVerify(f *testing.F) {
	i := issuer(f, 4)
	c, err := i.New(noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Text, uint64(0))
	f.Add("", uint64(1))
	f.Add(strings.Repeat("A", encodedSize), uint64(7))
	f.Add(c.Text[:len(c.Text)-1]+"=", uint64(7))
	f.Fuzz(func(t *testing.T, challenge string, nonce uint64) {
		_, err := i.Verify(challenge, nonce, noon)
		if err == nil && challenge != c.Text {
			t.Fatalf("accepted %q, which it never made", challenge)
		}
		if err == nil && zeros(work(challenge, nonce)) < 4 {
			t.Fatalf("accepted nonce %d, which solves nothing", nonce)
		}
	})
}

func BenchmarkSolve20(b *testing.B) {
	i := issuer(b, 20)
	for b.Loop() {
		c, err := i.New(noon)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Solve(b.Context(), c.Text, c.Bits, nil); err != nil {
			b.Fatal(err)
		}
	}
}
