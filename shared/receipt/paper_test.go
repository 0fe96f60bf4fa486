package receipt

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

var update = flag.Bool("update", false, "write the golden receipt anew")

const golden = "testdata/receipt.json"

// sample is a receipt with everything in it, and awkward on purpose.
func sample(t testing.TB) Receipt {
	t.Helper()
	c := content()
	c.Kind, c.Reason = access.KindRenew, access.ReasonVendor
	c.Form.Vendor = strings.Repeat("Ñandú & Cía. ", 6) + "de Ejemplo" // 88 characters
	c.Overlaps = access.Overlaps{access.Production: begin.Add(168 * time.Hour).Truncate(time.Second), access.Preproduction: {}}
	c.Texts = []Text{{"terms", "1", strings.Repeat("ab", 32)}, {"data", "2026-09", strings.Repeat("cd", 32)}}
	body, err := c.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := c.Hash()
	if err != nil {
		t.Fatal(err)
	}
	source := func(kind string) *Snapshot {
		return &Snapshot{Kind: kind, CutOff: "2026-09-01", FileHash: strings.Repeat("0f", 32), ImportedAt: At(begin.Add(-48 * time.Hour))}
	}
	at := func(before time.Duration) Stamp { return At(begin.Add(-before)) }
	yes := true
	return Receipt{
		Number: "CON-2026-000001", Server: Server{Name: "Llavero IHCE", Version: "0.9.0"},
		Person: Signatory{
			Person: access.Person{
				Document: access.Document{Type: access.DocumentCC, Number: "9999000011"},
				Name:     "María de los Ángeles Inventada Ñáñez-Peñaranda de la Santísima Trinidad y del Buen Ejemplo", // 90
			},
			Account: "11111111-0000-4000-8000-000000000011", Login: "ADMIHCEIPS999100005",
		},
		Authentication: Authentication{Password: true, SecondFactor: true},
		Capacity: Capacity{
			Kind: CapacityDelegate, Role: access.RoleDelegate, Entity: c.Entity, EntityName: "CLÍNICA INVENTADA DEL ÑAME S.A.S.", NIT: "999100005",
			Delegation: &Delegation{Source: FromRegistry, Since: "2026-01-02", Snapshot: source("delegations")},
		},
		License: License{Code: c.Code, ProviderName: "CLÍNICA INVENTADA DEL ÑAME", Snapshot: source("reps")},
		Action:  Action{Kind: c.Kind, Reason: c.Reason, Request: c.Request, Number: c.Number, Content: string(body), Hash: hash},
		Texts: []Accepted{
			{Text: c.Texts[0], Language: "es-CO", Label: "Acepto los términos y condiciones de la solicitud de llave.", UntickedAtStart: &yes, ShownAt: at(9 * time.Minute), TickedAt: at(6 * time.Minute)},
			{Text: c.Texts[1], Language: "es-CO", Label: "Autorizo el tratamiento de mis datos personales."},
		},
		Code: Code{
			ID: "22222222-0000-4000-8000-000000000022", SentTo: "m•••@example.org", SentAt: at(4 * time.Minute), ExpiresAt: at(-6 * time.Minute),
			Sends: 2, Attempts: 3, Verified: true,
		},
		Times:  Times{AcceptedAt: at(5 * time.Minute), EnteredAt: at(0), Client: at(-37 * time.Second)},
		Client: Client{Program: "llavero 0.9.0 linux/amd64", Device: "Escritorio de ejemplo", Address: "192.0.2.7"},
		Agreement: &Prior{
			Text: Text{"signing", "1", strings.Repeat("ef", 32)}, Language: "es-CO", Label: "Acepto el acuerdo sobre el método de firma.",
			AcceptedAt: at(300 * time.Hour), Device: "Escritorio de ejemplo", Address: "192.0.2.7",
		},
		Audit: AuditLink{Seq: 1852, Hash: strings.Repeat("5a", 32)},
	}
}

func fileOf(t testing.TB, r Receipt) []byte {
	t.Helper()
	doc, err := r.Document()
	if err != nil {
		t.Fatal(err)
	}
	file, err := SignDocument(testKey(1), KindReceipt, begin, doc)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// The form is a promise: receipts already handed out are these bytes. The key is
// made from a seed at run time.
func TestReceipt_golden(t *testing.T) {
	file := fileOf(t, sample(t))
	if *update {
		if err := os.WriteFile(golden, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(file, want) {
		t.Errorf("%v\ngot  %s\nwant %s", err, file, want)
	}
	r, err := Check(file, ringOf(t, testKey(1)))
	if err != nil || r.PDF || r.Receipt == nil || r.Receipt.Person.Name != sample(t).Person.Name || len(r.FileHash) != 64 {
		t.Errorf("%+v, %v", r, err)
	}
	again, err := r.Receipt.Document()
	if err != nil || string(again) != string(mustParse(t, file).Document) {
		t.Errorf("read and written again it is another: %s, %v", again, err)
	}
}

func mustParse(t testing.TB, file []byte) Signed {
	t.Helper()
	s, err := ParseSigned(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What does not fit together is found even where the server signed it.
func TestCheck_whatDoesNotFit(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Receipt)
		what   string
	}{
		"hash":            {func(r *Receipt) { r.Action.Hash = strings.Repeat("0", 64) }, "action.contentHash"},
		"content":         {func(r *Receipt) { r.Action.Content = "{}" }, "action.content"},
		"request":         {func(r *Receipt) { r.Action.Request = "x" }, "action.request"},
		"number":          {func(r *Receipt) { r.Action.Number = "x" }, "action.number"},
		"kind":            {func(r *Receipt) { r.Action.Kind = access.KindEnroll }, "action.kind"},
		"reason":          {func(r *Receipt) { r.Action.Reason = access.ReasonExpiry }, "action.reason"},
		"code":            {func(r *Receipt) { r.License.Code = "1100199003" }, "license.code"},
		"entity":          {func(r *Receipt) { r.Capacity.Entity = "NI-1" }, "capacity.entity"},
		"a text":          {func(r *Receipt) { r.Texts[1].Hash = strings.Repeat("0", 64) }, "texts"},
		"a text gone":     {func(r *Receipt) { r.Texts = r.Texts[:1] }, "texts"},
		"not verified":    {func(r *Receipt) { r.Code.Verified = false }, "oneTimeCode.verified"},
		"too late":        {func(r *Receipt) { r.Times.EnteredAt = r.Code.ExpiresAt }, "times"},
		"before the code": {func(r *Receipt) { r.Code.SentAt = At(r.Times.EnteredAt.Add(time.Second)) }, "times"},
	} {
		r := sample(t)
		tt.change(&r)
		got, err := Check(fileOf(t, r), ringOf(t, testKey(1)))
		if err == nil || faultOf(t, err) != FaultAltered || !contains(got.Problems, tt.what) {
			t.Errorf("%s: %v, %v", name, err, got.Problems)
		}
	}
}

func contains(all []*FaultError, what string) bool {
	for _, f := range all {
		if f.What == what {
			return true
		}
	}
	return false
}

// One bit of each byte, another for each place: none is believed.
func TestCheck_everyByte(t *testing.T) {
	file, ring := fileOf(t, sample(t)), ringOf(t, testKey(1))
	for i := range file {
		for _, mask := range []byte{1 << (i % 8), 0x20, 0x80} {
			bad := bytes.Clone(file)
			bad[i] ^= mask
			if r, err := Check(bad, ring); err == nil || r.IsGood() {
				t.Fatalf("byte %d, mask %02x: believed", i, mask)
			}
		}
	}
}

// What another use of the key signed is no receipt.
func TestCheck_anotherKind(t *testing.T) {
	file, err := SignDocument(testKey(1), KindAuditHead, begin, []byte(`{"format":"llavero.audit-head.v1"}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(file, ringOf(t, testKey(1)))
	if err == nil || faultOf(t, err) != FaultForeign || r.Kind != KindAuditHead {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestReceipt_textOf(t *testing.T) {
	r := sample(t)
	body := []byte("Un texto con ñ")
	r.Texts[1].Hash = hashOf(body)
	r.Agreement.Hash = hashOf([]byte("Acuerdo"))
	for _, tt := range []struct{ body, want string }{
		{"Un texto con ñ", "data"}, {"\n Un texto con ñ\n\n", "data"}, {"Acuerdo\n", "signing"}, {"Un texto con n", ""}, {"", ""},
	} {
		if got := r.TextOf([]byte(tt.body)); got != tt.want {
			t.Errorf("%q: %q", tt.body, got)
		}
	}
}

// fakePDF is as little of a PDF as has an attachment.
func fakePDF(t testing.TB, inner []byte) []byte {
	t.Helper()
	packed := deflate(t, inner)
	head := "%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile /Length " + itoa(len(packed)) + " /Filter /FlateDecode /Params << /Size " + itoa(len(inner)) + " >> >>\nstream\n"
	return append(append([]byte(head), packed...), "\nendstream\nendobj\n%%EOF\n"...)
}

func TestPDF_everyBit(t *testing.T) {
	ring := ringOf(t, testKey(1))
	file := SignPDF(testKey(1), begin, fakePDF(t, fileOf(t, sample(t))))
	r, err := Check(file, ring)
	if err != nil || !r.PDF || r.Receipt == nil || r.Paper.KeyID != r.Signature.KeyID {
		t.Fatalf("%+v, %v", r, err)
	}
	for i := range file {
		for bit := range 8 {
			bad := bytes.Clone(file)
			bad[i] ^= 1 << bit
			if _, err := Check(bad, ring); err == nil {
				t.Fatalf("byte %d, bit %d: believed", i, bit)
			}
		}
	}
	for name, bad := range map[string][]byte{
		"cut off": file[:len(file)-1], "longer": append(bytes.Clone(file), '\n'), "unsigned": fakePDF(t, fileOf(t, sample(t))),
		"signed twice": SignPDF(testKey(2), begin, file), "another receipt inside": SignPDF(testKey(1), begin, fakePDF(t, []byte("{}"))),
		"nothing inside": SignPDF(testKey(1), begin, []byte("%PDF-1.7\n%%EOF\n")),
	} {
		if _, err := Check(bad, ring); err == nil {
			t.Errorf("%s: believed", name)
		}
	}
}

// Whatever comes in, nothing breaks and nothing but what was signed is believed.
func FuzzCheck(f *testing.F) {
	file := fileOf(f, sample(f))
	pdf := SignPDF(testKey(1), begin, fakePDF(f, file))
	f.Add(file)
	f.Add(pdf)
	f.Add(pdf[:len(pdf)/2])
	f.Add([]byte("%PDF-1.7\n" + pdfLine + "Ed25519 x 2026-01-01T00:00:00Z AAAA\n"))
	ring := ringOf(f, testKey(1))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := Check(in, ring)
		if (err == nil) != r.IsGood() {
			t.Fatalf("%v, and %v", err, r.Problems)
		}
		if err == nil && !bytes.Equal(in, pdf) && !bytes.Equal(bytes.TrimSuffix(in, []byte("\n")), bytes.TrimSuffix(file, []byte("\n"))) {
			t.Fatalf("believed %q", in)
		}
	})
}
