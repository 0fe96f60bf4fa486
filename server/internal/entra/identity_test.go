package entra

import (
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entraemu"
)

// How full the directory is comes from Graph's beta address, however Graph's own
// is written.
func TestUsage(t *testing.T) {
	c, emu, _ := onEmulator(t, entraemu.ProfileInstant)
	knobs, err := entraemu.KnobsOf(entraemu.ProfileInstant)
	if err != nil {
		t.Fatal(err)
	}
	knobs.Quota.Directory = 5000
	if err := emu.SetKnobs(knobs); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{emu.GraphURL(), emu.GraphURL() + "/", emu.GraphURL() + "/v1.0", emu.GraphURL() + "/v1.0/"} {
		cfg := c.cfg
		cfg.GraphURL = address
		other, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := other.Usage(t.Context()); err != nil || u.Quota != 5000 || u.Objects == 0 {
			t.Errorf("%s: %+v, %v", address, u, err)
		}
	}
	if n := emu.Journal().Count("GET", "/beta/organization"); n != 4 {
		t.Errorf("%d calls", n)
	}
}

func TestIsoDays(t *testing.T) {
	for in, want := range map[string]int{
		"P180D": 180, "P1D": 1, "PT48H": 2, "PT47H": 1, "P0D": 0, "": 0, "P": 0, "PD": 0, "PTH": 0, "P-3D": 0, "PT-48H": 0, "P+3D": 0,
		"P6M": 0, "P1Y": 0, "PT30M": 0, "p180D": 0, "P180D ": 0, "P99999999999999999999D": 0, "P36501D": 0, "P36500D": 36500,
	} {
		if got := isoDays(in); got != want {
			t.Errorf("isoDays(%q) = %d, want %d", in, got, want)
		}
	}
}

func FuzzIsoDays(f *testing.F) {
	for _, s := range []string{"P180D", "PT48H", "P", "PD", "PTH", "PT", "P-1D", "P1D1D", "P\x00D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		days := isoDays(s)
		if days < 0 || days > longestPolicy {
			t.Errorf("isoDays(%q) = %d", s, days)
		}
		if days > 0 && (s[0] != 'P' || strings.Trim(s, "PTDH0123456789") != "") {
			t.Errorf("isoDays(%q) = %d: it is no duration of days or hours", s, days)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	for _, block := range []pem.Block{
		{Type: "CERTIFICATE"},
		{Type: "PRIVATE KEY"},
		{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "x"}},
	} {
		block.Bytes = []byte{0}
		f.Add(pem.EncodeToMemory(&block))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		id, err := ParseIdentity(text, time.Time{})
		if (id == nil) == (err == nil) {
			t.Fatalf("%v and %v", id, err)
		}
		if id != nil && (id.Certificate == nil || id.Key == nil) {
			t.Errorf("half an identity: %+v", id)
		}
	})
}
