package openapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func source(t *testing.T) *Source {
	t.Helper()
	src, err := ReadSource("../../../shared/wire", "../../../shared/access")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// sample is a small API of every kind of route.
func sample() []Operation {
	return []Operation{
		{ID: "about", Summary: "Says what it is.", Method: "GET", Path: "/v1/about", Status: 200, Out: wire.About{}},
		{
			ID: "sign", Summary: "Signs.", Method: "POST", Path: "/v1/key-requests/{id}/sign", Who: "delegates", In: wire.Sign{},
			Keyed: true, Versioned: true, Status: 202, Out: wire.Accepted{}, Problems: []int{410},
		},
		{ID: "take", Summary: "Takes.", Method: "POST", Path: "/v1/key-requests/{id}/take", Who: "officers", In: wire.Take{}, InOptional: true, Keyed: true, Status: 202, Out: wire.Accepted{}},
		{ID: "signOut", Summary: "Ends.", Method: "DELETE", Path: "/v1/session", Who: "all", Status: 204},
		{ID: "reveal", Summary: "Reveals.", Method: "POST", Path: "/v1/keys/{id}/reveal", Who: "delegates", In: wire.Reveal{}, Keyed: true, Status: 200, Out: wire.RevealReply{}},
		{ID: "file", Summary: "Opens.", Method: "GET", Path: "/v1/evidence/{id}/file", Who: "officers", Status: 200, Media: []string{"application/pdf"}},
		{
			ID: "search", Summary: "Searches.", Method: "GET", Path: "/v1/audit", Who: "officers", Status: 200, Out: wire.KeyHistory{},
			Query: []Query{{Name: "after", Of: int64(0), Text: "From where on."}},
		},
		{ID: "feed", Summary: "Opens the feed.", Method: "GET", Path: "/v1/feed", Who: "all", Status: 101, Upgrade: true, Problems: []int{422}},
	}
}

func built(t *testing.T) []byte {
	t.Helper()
	doc, err := Build(source(t), sample())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// at reads what a pointer names in a document.
func at(t *testing.T, doc []byte, pointer string) any {
	t.Helper()
	var c Checker
	if err := json.Unmarshal(doc, &c.doc); err != nil {
		t.Fatal(err)
	}
	return c.at(pointer)
}

func TestBuild_saysWhatTheCodeSays(t *testing.T) {
	doc := built(t)
	for pointer, want := range map[string]string{
		"/openapi": `"3.1.0"`,
		"/components/schemas/Sign/additionalProperties":                   `false`,
		"/components/schemas/Sign/required":                               `["code","contentHash"]`,
		"/components/schemas/Take/required":                               `null`,
		"/components/schemas/Accepted/additionalProperties":               `null`,
		"/components/schemas/Accepted/required":                           `["seq","id","version"]`,
		"/components/schemas/About/properties/demo/description":           `"demonstration data: the client says so on every screen"`,
		"/components/schemas/About/properties/time/format":                `"date-time"`,
		"/components/schemas/Purpose/enum":                                `["show","copy","export","hand_over"]`,
		"/components/schemas/Code/enum/0":                                 `"invalid"`,
		"/components/schemas/Hint/enum":                                   `null`,
		"/components/schemas/Hint/x-extensible-enum/0":                    `"required"`,
		"/components/schemas/RevealReply/properties/value/type":           `"string"`,
		"/paths/~1v1~1key-requests~1{id}~1sign/post/operationId":          `"sign"`,
		"/paths/~1v1~1key-requests~1{id}~1sign/post/security/0":           `{"session":[]}`,
		"/paths/~1v1~1about/get/security":                                 `[]`,
		"/paths/~1v1~1key-requests~1{id}~1take/post/requestBody/required": `false`,
		"/paths/~1v1~1key-requests~1{id}~1sign/post/responses/409":        `{"$ref":"#/components/responses/conflict"}`,
		"/paths/~1v1~1about/get/responses/401":                            `null`,
	} {
		got, err := json.Marshal(at(t, doc, pointer))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, want %s (%v)", pointer, got, want, err)
		}
	}
	if text, _ := at(t, doc, "/components/schemas/Purpose/description").(string); !strings.Contains(text, "- `export`: «Copiar todo», files") {
		t.Errorf("a value's comment is not told: %q", text)
	}
}

// Types that the generator cannot describe truly are refused, with what to do.
func TestBuild_refuses(t *testing.T) {
	type secretInside struct {
		Value secret.Text `json:"value"`
	}
	type untagged struct{ Name string }
	type pointer struct {
		At *time.Time `json:"at"`
	}
	type uncommented struct {
		Name string `json:"name"`
	}
	type channel struct {
		C chan int `json:"c"`
	}
	for name, tt := range map[string]struct {
		change func(*Operation)
		want   string
	}{
		"no summary":             {func(o *Operation) { o.Summary = "" }, `says("`},
		"no sentence":            {func(o *Operation) { o.Summary = "Says" }, "full stop"},
		"no answer":              {func(o *Operation) { o.Status = 0 }, ".answers(body)"},
		"no verb":                {func(o *Operation) { o.ID = "func1" }, "no method with a verb's name"},
		"an id twice":            {func(o *Operation) { o.ID = "sign" }, "have one id"},
		"a pattern twice":        {func(o *Operation) { o.Method, o.Path = "DELETE", "/v1/session" }, "twice"},
		"a secret":               {func(o *Operation) { o.Out = secretInside{} }, "openapi.given"},
		"no JSON name":           {func(o *Operation) { o.Out = untagged{} }, "json tag"},
		"a pointer that is null": {func(o *Operation) { o.Out = pointer{} }, "omitempty"},
		"no JSON type":           {func(o *Operation) { o.Out = channel{} }, "no words for a chan int"},
		"a name in the path":     {func(o *Operation) { o.Path = "/v1/{colour}" }, "openapi.pathParam"},
		"a type without comment": {func(o *Operation) { o.Out = uncommented{} }, "no comment"},
	} {
		all := sample()
		tt.change(&all[0])
		if _, err := Build(source(t), all); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadSource(t *testing.T) {
	if _, err := ReadSource(t.TempDir()); err == nil {
		t.Error("an empty folder is taken for a package")
	}
	if got := source(t).values["access.Purpose"]; len(got) != 4 || got[2].text != string(access.PurposeExport) {
		t.Errorf("purposes: %+v", got)
	}
}
