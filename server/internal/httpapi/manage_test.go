package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// keep puts a code's two keys in the database, as if they had been issued.
func (b *bench) keep(code access.LicenseCode, entity access.Document) map[access.Environment]*store.Key {
	b.t.Helper()
	keys := map[access.Environment]*store.Key{}
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k := &store.Key{UniqueName: uuid.NewString(), Key: access.Key{
				ID: access.KeyID(uuid.NewString()), Code: code, Entity: access.EntityOf(entity), Environment: env, Name: "LLAVE-" + string(env),
				ClientID: uuid.NewString(), State: access.KeyActive, IssuedAt: tx.Now(), ExpiresAt: tx.Now().Add(24 * time.Hour),
			}}
			if err := tx.InsertKey(k); err != nil {
				return err
			}
			keys[env] = k
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return keys
}

// TestManage is the officer's way through a code's keys, by HTTPS alone.
func TestManage(t *testing.T) {
	b := newBench(t)
	keys := b.keep(myCode, mine)
	pro := keys[access.Production]
	base := "/v1/codes/" + string(myCode)

	form := wire.AmendKeys{Production: &wire.AmendKey{Version: 1, ClientID: uuid.NewString(), ExpiresAt: time.Now().Add(48 * time.Hour)}}
	if p := b.bad(b.send(http.MethodPut, b.officer, base+"/keys", form), 422); len(p.Errors) != 1 || p.Errors[0].Field != "production.secret" {
		t.Errorf("no secret there to keep: %+v", p) // these keys never had one
	}
	if p := b.bad(b.send(http.MethodPut, b.officer, base+"/keys", wire.AmendKeys{Production: &wire.AmendKey{Version: 9}}), http.StatusConflict); p.Hint != access.HintStale || p.Version != 1 {
		t.Errorf("stale: %+v", p)
	}

	var validity wire.Validity
	b.good(b.send(http.MethodPut, b.officer, "/v1/validity/production", wire.SetValidity{Days: 100, Why: "x"}), &validity)
	var again wire.Validity
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/validity", token: b.officer}), &again)
	if validity.Items[0].Days != 100 || fmt.Sprint(again) != fmt.Sprint(validity) {
		t.Errorf("%+v, then %+v", validity, again)
	}
	var done wire.AcceptedKey
	b.good(b.send(http.MethodPut, b.officer, "/v1/keys/"+string(pro.ID)+"/validity", wire.SetValidity{Days: 10, Why: "x"}, wire.HeaderIfMatch, quote(1)), &done)
	if done.ID != pro.ID || done.Version != 2 || done.Seq == 0 {
		t.Errorf("answered %+v", done)
	}

	file := bytes.Repeat([]byte("línea de prueba\n"), wire.MaxEvidence/17)
	b.good(b.post(b.officer, base+"/evidence", wire.NewEvidence{Kind: access.EvidenceFile, Note: "x", Name: "Prueba ñ.txt", File: file}), &done)
	if p := b.bad(b.post(b.officer, base+"/evidence", wire.NewEvidence{Kind: access.EvidenceFile, File: make([]byte, 2*wire.MaxEvidence)}), 413); p.Hint != access.HintTooLarge {
		t.Errorf("too large: %+v", p)
	}
	var list wire.EvidenceList
	b.good(b.do(ask{method: http.MethodGet, path: base + "/evidence", token: b.officer}), &list)
	sum := sha256.Sum256(file)
	if len(list.Items) != 1 || list.Items[0].Hash != hex.EncodeToString(sum[:]) {
		t.Fatalf("list %+v", list)
	}
	resp := b.do(ask{method: http.MethodGet, path: "/v1/evidence/" + list.Items[0].ID + "/file", token: b.officer})
	how, args, err := mime.ParseMediaType(resp.head.Get("Content-Disposition"))
	if resp.status != http.StatusOK || !bytes.Equal(resp.body, file) || err != nil || how != "attachment" || args["filename"] != "Prueba ñ.txt" ||
		resp.head.Get("Content-Type") != "text/plain" || resp.head.Get("X-Content-Type-Options") != "nosniff" || resp.head.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", resp.status, resp.head)
	}

	var history wire.KeyHistory
	b.good(b.do(ask{method: http.MethodGet, path: base + "/history", token: b.officer}), &history)
	if len(history.Entries) != 3 || history.Entries[0].Act != "evidence.read" || history.Entries[2].Act != "key.validity_set" {
		t.Errorf("history %+v", history.Entries)
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/codes/" + string(theirOne) + "/history", token: b.officer}), http.StatusNotFound)
}

// TestPermissionsPath is what an officer asks of permissions, by HTTPS alone.
func TestPermissionsPath(t *testing.T) {
	b := newBench(t)
	pro := b.keep(myCode, mine)[access.Production]
	if p := b.bad(b.do(ask{method: http.MethodGet, path: "/v1/permissions", token: b.officer}), http.StatusServiceUnavailable); p.Code != access.CodeUnavailable {
		t.Errorf("before they were read: %+v", p)
	}
	err := b.flow.RecordCatalogue(t.Context(), workflow.Catalogue{Resource: b.flow.CatalogueResource(), Offer: wire.Permissions{
		Application: "APP-IHCE-PROD", Items: []wire.Permission{{Value: "ConsultaExterna", Label: "Consulta Externa"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var offer wire.Permissions
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/permissions", token: b.officer}), &offer)
	if offer.Application != "APP-IHCE-PROD" || len(offer.Items) != 1 || offer.Items[0].Label != "Consulta Externa" {
		t.Errorf("offer %+v", offer)
	}
	path := "/v1/keys/" + string(pro.ID) + "/permissions"
	grant := wire.ChangePermissions{Grant: []string{"ConsultaExterna"}}
	for name, c := range map[string]struct {
		in     wire.ChangePermissions
		status int
		hint   access.Hint
		field  string
	}{
		"no proof":  {grant, http.StatusConflict, access.HintNoEvidence, ""},
		"nothing":   {wire.ChangePermissions{}, 422, access.HintNothing, ""},
		"unknown":   {wire.ChangePermissions{Grant: []string{"Todo"}}, 422, "", "grant"},
		"no reason": {wire.ChangePermissions{Remove: []string{"ConsultaExterna"}}, 422, "", "why"},
	} {
		p := b.bad(b.post(b.officer, path, c.in, wire.HeaderIfMatch, quote(1)), c.status)
		if p.Hint != c.hint || c.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != c.field) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	var done wire.AcceptedKey
	b.good(b.post(b.officer, "/v1/codes/"+string(myCode)+"/evidence", wire.NewEvidence{Kind: access.EvidenceTest, Note: "x"}), &done)
	b.good(b.post(b.officer, path, grant, wire.HeaderIfMatch, quote(done.Version)), &done)
	if done.ID != pro.ID || done.Version != 3 {
		t.Errorf("answered %+v", done)
	}
	var waiting wire.Refreshing
	b.good(b.post(b.officer, "/v1/permissions/refresh", nil), &waiting)
	if waiting.Keys != 2 {
		t.Errorf("all: %+v", waiting)
	}
	b.good(b.post(b.officer, "/v1/permissions/refresh", wire.RefreshPermissions{Keys: []access.KeyID{pro.ID}}), &waiting)
	if waiting.Keys != 1 {
		t.Errorf("one: %+v", waiting)
	}
}
