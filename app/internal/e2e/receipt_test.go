package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"llavero/app/internal/desktop"
	"llavero/app/internal/signkeys"
	"llavero/server/servertest"
	"llavero/shared/es"
	"llavero/shared/seed"
	"llavero/shared/verify"
)

// A delegate signs, saves the receipt in both forms, which the program checked, and
// without asking the server anything the program's own command finds them good, and one byte that
// was changed.
func TestReceipt_savedAndVerifiedOffline(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	ctx := t.Context()
	d.until("signed", func() bool { r := d.request(code); return r != nil && !r.SignedAt.IsZero() })
	d.model.ChooseKeys(code)
	must(t, d.model.LoadReceipt(ctx))
	shown := d.model.Keys().Receipt
	if shown.Ref == nil {
		t.Fatalf("no receipt is shown: %+v", shown)
	}
	folder, data := t.TempDir(), t.TempDir()
	must(t, signkeys.In(data).Save(s.URL, d.model.SigningKeys().Ring))
	ring := d.model.SigningKeys().Ring
	files := map[string][]byte{}
	for _, isPDF := range []bool{false, true} {
		f, err := d.model.FetchReceipt(ctx, d.request(code).ID, isPDF)
		must(t, err)
		if f.KeyID != shown.Ref.KeyID || f.Name == "" {
			t.Errorf("believed by %s, %s is shown", f.KeyID, shown.Ref.KeyID)
		}
		files[f.Name] = f.Body
	}
	verificar := func(path string) int {
		return desktop.Main([]string{"verificar", "--data", data, path}, "test", nil)
	}
	for name, body := range files {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, body, 0o600))
		r, err := verify.File(path, ring)
		if err != nil || es.Verified(r).Word != es.Matches || verificar(path) != 0 {
			t.Errorf("%s: %v, %+v", name, err, es.Verified(r))
		}
		body[len(body)/2] ^= 1
		must(t, os.WriteFile(path, body, 0o600))
		r, err = verify.File(path, ring)
		if err != nil || es.Verified(r).Word != es.MatchesNot || verificar(path) != 3 {
			t.Errorf("%s changed: %v, %+v", name, err, es.Verified(r))
		}
	}
}
