package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

func content() Content {
	return Content{
		Request: "5c0e1c7e-0000-4000-8000-000000000001", Number: "SOL-2026-000001", Kind: access.KindEnroll,
		Code: "0500199001", Entity: "NI-999100005",
		Form: access.RequestForm{
			Vendor: "Proveedor <de> Ejemplo & Cía", Software: "Historia Ñandú",
			Lead:    access.Contact{Name: "Líder", Email: "lider@clinica.example", Phone: "3001234567"},
			Privacy: access.Contact{Name: "Responsable", Email: "datos@clinica.example", Phone: "6011234567"},
		},
		Texts: []Text{{"terms", "1", "aa"}, {"data", "1", "bb"}},
	}
}

// The form is a promise: signatures already made are over these bytes.
func TestContent_bytes(t *testing.T) {
	const want = `{"code":"0500199001","entity":"NI-999100005","environments":["preproduction","production"],` +
		`"form":{"lead":{"email":"lider@clinica.example","name":"Líder","phone":"3001234567"},` +
		`"privacy":{"email":"datos@clinica.example","name":"Responsable","phone":"6011234567"},` +
		`"software":"Historia Ñandú","vendor":"Proveedor <de> Ejemplo & Cía"},` +
		`"format":"llavero.request.v1","kind":"enroll","number":"SOL-2026-000001","reason":"",` +
		`"request":"5c0e1c7e-0000-4000-8000-000000000001",` +
		`"texts":[{"hash":"aa","id":"terms","version":"1"},{"hash":"bb","id":"data","version":"1"}]}`
	got, err := content().Bytes()
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	hash, err := content().Hash()
	if err != nil || hash != "7c3f115f8d5ac839942823e597adffcd4e6d8f3df0006ce7bfd892189569a14e" {
		t.Errorf("hash %s, %v", hash, err)
	}
}

// Every part of the content is in the hash.
func TestContent_everyPartCounts(t *testing.T) {
	base, err := content().Hash()
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(*Content){
		"request": func(c *Content) { c.Request += "x" }, "number": func(c *Content) { c.Number += "x" },
		"kind": func(c *Content) { c.Kind = access.KindRenew }, "reason": func(c *Content) { c.Reason = access.ReasonVendor },
		"overlap": func(c *Content) {
			c.Overlaps = access.Overlaps{access.Production: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
		},
		"overlap of none":      func(c *Content) { c.Overlaps = access.Overlaps{access.Production: {}} },
		"overlap of the other": func(c *Content) { c.Overlaps = access.Overlaps{access.Preproduction: {}} },
		"code":                 func(c *Content) { c.Code = "0500199002" }, "entity": func(c *Content) { c.Entity += "1" },
		"vendor": func(c *Content) { c.Form.Vendor += "x" }, "software": func(c *Content) { c.Form.Software += "x" },
		"lead.name": func(c *Content) { c.Form.Lead.Name += "x" }, "lead.email": func(c *Content) { c.Form.Lead.Email += "x" },
		"lead.phone": func(c *Content) { c.Form.Lead.Phone += "1" }, "privacy.name": func(c *Content) { c.Form.Privacy.Name += "x" },
		"privacy.email": func(c *Content) { c.Form.Privacy.Email += "x" }, "privacy.phone": func(c *Content) { c.Form.Privacy.Phone += "1" },
		"text": func(c *Content) { c.Texts[0].Hash = "ab" }, "version": func(c *Content) { c.Texts[1].Version = "2" },
		"order": func(c *Content) { c.Texts[0], c.Texts[1] = c.Texts[1], c.Texts[0] }, "texts": func(c *Content) { c.Texts = nil },
	}
	seen := map[string]string{base: "nothing"}
	for name, change := range changes {
		c := content()
		change(&c)
		hash, err := c.Hash()
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[hash]; twice {
			t.Errorf("changing %s and changing %s give the same hash", name, other)
		}
		seen[hash] = name
	}
}

func TestContent_refusesBrokenText(t *testing.T) {
	c := content()
	c.Form.Vendor = "a\xff"
	if _, err := c.Hash(); !errors.Is(err, ErrNotCanonical) {
		t.Errorf("got %v", err)
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"b":1,"a":{"d":[1, 2,{"y":null,"x":true}],"c":""}}`, `{"a":{"c":"","d":[1,2,{"x":true,"y":null}]},"b":1}`},
		{" [ ] ", "[]"},
		{`"\u00f1\/<&>"`, `"ñ/<&>"`},
		{`1.50`, `1.50`},
		{`{}`, `{}`},
	}
	for _, tt := range tests {
		got, err := Canonical([]byte(tt.in))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v; want %s", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{
		``, `{`, `[1`, `{"a":1,"a":2}`, `1 2`, `{} {}`, "\"\xff\"", `{"a"}`, `nul`, `]`,
		strings.Repeat("[", 100) + strings.Repeat("]", 100),
	} {
		if got, err := Canonical([]byte(bad)); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%.20q: got %s, %v", bad, got, err)
		}
	}
}

func TestShort(t *testing.T) {
	if got := Short("3f9a01bcffff"); got != "3f9a 01bc" {
		t.Error(got)
	}
	if got := Short("3f"); got != "3f" {
		t.Error(got)
	}
}

// The canonical form means the same, and is its own canonical form.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":[1,"x",null],"a":{"c":true}}`, `"\ud800"`, `[1e400,-0.0]`, `{"a":1,"a":1}`, `{"\u0061":1}`, `{"a":[`, "\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		form, err := Canonical(doc)
		if err != nil {
			return
		}
		again, err := Canonical(form)
		if err != nil || !bytes.Equal(again, form) {
			t.Fatalf("%q became %q, then %q (%v)", doc, form, again, err)
		}
		if !json.Valid(doc) {
			t.Fatalf("%q is no JSON and has a canonical form", doc)
		}
		read := func(b []byte) (v any) {
			d := json.NewDecoder(bytes.NewReader(b))
			d.UseNumber()
			if err := d.Decode(&v); err != nil {
				t.Fatalf("%q: %v", b, err)
			}
			return v
		}
		a, errA := json.Marshal(read(doc))
		b, errB := json.Marshal(read(form))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Fatalf("%q became %q, which means something else", doc, form)
		}
	})
}
