package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/shared/secret"
)

func TestOwnCredential_secret(t *testing.T) {
	c, emu, _ := onEmulator(t, entraemu.ProfileInstant)
	app, err := c.ApplicationByClientID(t.Context(), emu.ClientID())
	if err != nil || len(app.Passwords) != 1 {
		t.Fatalf("%+v, %v", app, err)
	}
	own, err := c.OwnCredential(t.Context())
	if err != nil || own.IsCertificate || own.Ends.IsZero() || !own.Ends.Equal(app.Passwords[0].End) {
		t.Errorf("%+v, %v: want the end %v", own, err, app.Passwords[0].End)
	}
	c.cfg.Secret = secret.New("\x00\x00\x00" + emu.ClientSecret())
	if none, err := c.OwnCredential(t.Context()); err != nil || !none.Ends.IsZero() {
		t.Errorf("%+v, %v: no secret of the directory begins so", none, err)
	}
}

func TestOwnEnd(t *testing.T) {
	now := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	password := func(hint string, days int) Password { return Password{Hint: hint, End: now.AddDate(0, 0, days)} }
	for name, c := range map[string]struct {
		all  []Password
		want int // days; 0: none
	}{
		"none":                  {nil, 0},
		"another's":             {[]Password{password("xyz", 3)}, 0},
		"no hint":               {[]Password{password("", 3), password("a", 3)}, 0},
		"ours among others":     {[]Password{password("xyz", 3), password("abc", 90), password("xyz", 1)}, 90},
		"the first to end":      {[]Password{password("abc", 90), password("abc", 5), password("abc", 30)}, 5},
		"not one that ended":    {[]Password{password("abc", -5), password("abc", 30), password("abc", -1)}, 30},
		"all ended: the latest": {[]Password{password("abc", -5), password("abc", -1), password("abc", -9)}, -1},
	} {
		got := ownEnd(c.all, secret.New("abcdefgh"), now)
		if want := now.AddDate(0, 0, c.want); c.want == 0 && !got.IsZero() || c.want != 0 && !got.Equal(want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The end is that of the certificate of the key, wherever it stands in the chain.
func TestOwnCredential_certificate(t *testing.T) {
	issue := func(ends time.Time) (*x509.Certificate, *rsa.PrivateKey) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "llavero"}, NotBefore: ends.AddDate(-1, 0, 0), NotAfter: ends,
		}, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "llavero"}}, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		return cert, key
	}
	ends := time.Date(2027, 11, 24, 0, 0, 0, 0, time.UTC)
	leaf, key := issue(ends)
	issuer, _ := issue(ends.AddDate(9, 0, 0))
	c, err := New(Config{
		Authority: "https://127.0.0.1:1", GraphURL: "https://127.0.0.1:1", Tenant: "t", ClientID: "c",
		Certificate: []*x509.Certificate{issuer, leaf}, Key: key, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.OwnCredential(t.Context())
	if err != nil || !own.IsCertificate || !own.Ends.Equal(ends) {
		t.Errorf("%+v, %v", own, err)
	}
}
