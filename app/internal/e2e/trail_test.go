package e2e

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// An officer finds who copied a secret; the delegate sees it too, without the
// officer's rows; what each exports is checked with the public keys alone.
func TestTrail(t *testing.T) {
	s, d, o, _ := withKey(t)
	ctx := t.Context()
	d.model.ChooseKeys(code)
	d.until("both keys", func() bool { k := d.model.Keys(); return k.Entity != nil && len(k.Entity.Keys) == 2 })
	value, err := d.model.Reveal(ctx, d.model.Keys().Entity.Keys[1].ID, access.FieldSecret, access.PurposeCopy)
	must(t, err)
	must(t, o.model.OpenTrail(ctx, state.TrailForm{About: string(code), Group: trail.GroupValues}))
	if v := o.model.Trail(); v.IsOwn || len(v.Items) != 1 || v.Items[0].Detail["purpose"] != "copy" || v.Items[0].Code != code || v.Items[0].Person == "" || v.Known == nil {
		t.Fatalf("%+v", v)
	}
	must(t, d.model.OpenTrail(ctx, state.TrailForm{}))
	v := d.model.Trail()
	if !v.IsOwn || len(v.Items) == 0 || v.Known != nil {
		t.Fatalf("%+v", v)
	}
	for _, e := range v.Items {
		if e.Ministry && e.Person != "" || e.Hash != "" {
			t.Errorf("%+v", e)
		}
	}
	ring := publicKeys(t, s)
	for who, desk := range map[string]*desk{"officer": o, "delegate": d} {
		var file bytes.Buffer
		must(t, desk.model.ExportTrail(ctx, &file))
		report, err := trail.CheckExport(bytes.NewReader(file.Bytes()), ring)
		if err != nil || report.Records == 0 || report.Left == 0 {
			t.Errorf("%s: %+v, %v", who, report, err)
		}
		if bytes.Contains(file.Bytes(), []byte(value.Reveal())) {
			t.Errorf("%s: the export holds a secret", who)
		}
	}
}

// publicKeys fetches the keys that exports are checked with.
func publicKeys(t *testing.T, s *servertest.Server) receipt.KeyRing {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/signing-keys", nil)
	must(t, err)
	res, err := s.HTTPClient().Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	ring, err := receipt.ParseKeyRing(body)
	must(t, err)
	return ring
}
