package divipola

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLookup(t *testing.T) {
	tests := []struct{ code, name, department, place string }{
		{"05001", "Medellín", "Antioquia", "Antioquia-MEDELLÍN"},
		{"05045", "Apartadó", "Antioquia", "Antioquia-APARTADÓ"},
		{"11001", "Bogotá, D.C.", "Bogotá, D.C.", "Bogotá, D.C.-BOGOTÁ, D.C."},
		{"54498", "Ocaña", "Norte de Santander", "Norte de Santander-OCAÑA"},
		{"76001", "Cali", "Valle del Cauca", "Valle del Cauca-CALI"},
		{"85001", "Yopal", "Casanare", "Casanare-YOPAL"},
		{"91263", "El Encanto", "Amazonas", "Amazonas-EL ENCANTO"},
		{"99773", "Cumaribo", "Vichada", "Vichada-CUMARIBO"},
	}
	for _, tt := range tests {
		m, ok := Lookup(tt.code)
		if !ok || m.Name != tt.name || m.Department != tt.department || m.Code != tt.code {
			t.Errorf("Lookup(%s) = %+v, %v", tt.code, m, ok)
		}
		if got := Place(tt.code); got != tt.place {
			t.Errorf("Place(%s) = %q, want %q", tt.code, got, tt.place)
		}
	}
}

func TestLookup_unknown(t *testing.T) {
	for _, code := range []string{"", "5001", "05", "05999", "99999", "0500100001", "medel"} {
		if m, ok := Lookup(code); ok {
			t.Errorf("Lookup(%q) found %+v", code, m)
		}
		if got := Place(code); got != code {
			t.Errorf("Place(%q) = %q", code, got)
		}
	}
}

func TestTable(t *testing.T) {
	if Len() != 1122 {
		t.Errorf("%d rows, want 1122", Len())
	}
	departments := map[string]string{}
	var codes []string
	for m := range All() {
		codes = append(codes, m.Code)
		if len(m.Code) != 5 || strings.Trim(m.Code, "0123456789") != "" {
			t.Errorf("code %q is not five digits", m.Code)
		}
		if m.Name == "" || m.Department == "" || strings.TrimSpace(m.Name) != m.Name || !utf8.ValidString(m.Name) {
			t.Errorf("bad names in %+v", m)
		}
		if d, ok := departments[m.Code[:2]]; ok && d != m.Department {
			t.Errorf("department %s is both %q and %q", m.Code[:2], d, m.Department)
		}
		departments[m.Code[:2]] = m.Department
	}
	if len(departments) != 33 {
		t.Errorf("%d departments, want 33 with Bogotá", len(departments))
	}
	if !slices.IsSorted(codes) || len(slices.Compact(codes)) != Len() {
		t.Error("codes are not sorted and unique")
	}
}
