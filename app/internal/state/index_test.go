package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "bogota": "bogota", "Bogotá": "bogota", "BOGOTA\u0301": "bogota", "Ñuñoa": "nunoa",
		"Øre Łódź Đuro Straße": "ore lodz duro strasse", "ÁÉÍÓÚÜ": "aeiouu", "12-3": "12-3", "\xff": "\ufffd",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, not %q", in, got, want)
		}
	}
}

// A letter folds the same by itself as in a text of other alphabets.
func TestFold_latin(t *testing.T) {
	for r := range rune(0x200) {
		if got, want := Fold("Ω"+string(r)), "ω"+Fold(string(r)); got != want {
			t.Errorf("%U: %q beside another alphabet, %q by itself", r, got, want)
		}
	}
}

func TestFilter(t *testing.T) {
	x := NewIndex([]string{"Clínica Ñandú 0500100001", "Hospital de Bogotá\n1100100002", "Médico Bogotá", ""})
	for query, want := range map[string][]int{
		"": {0, 1, 2, 3}, "  ": {0, 1, 2, 3}, "bogota": {1, 2}, "BOGOTÁ méd": {2}, "nandu": {0}, "00001": {0},
		"0000": {0, 1}, "nada": {}, "bogota 1100": {1}, "1100 clinica": {}, "00011100": {},
	} {
		if got := x.Filter(query); !slices.Equal(got, want) {
			t.Errorf("Filter(%q) = %v, not %v", query, got, want)
		}
	}
	var none *Index
	if none.Len() != 0 || len(none.Filter("x")) != 0 {
		t.Error("an index of nothing finds")
	}
}

// FuzzFilter holds the search against the plain way of doing it.
func FuzzFilter(f *testing.F) {
	f.Add("Bogotá|Ñandú 12|a\nb", "bog")
	f.Add("a|aa|aaa||", "a a")
	f.Add("\xff|é", "\xff e")
	f.Fuzz(func(t *testing.T, joined, query string) {
		texts := strings.Split(joined, "|")
		var want []int
		for i, text := range texts {
			isThere := true
			for word := range strings.FieldsSeq(Fold(query)) {
				isThere = isThere && strings.Contains(foldRow(text), word)
			}
			if isThere {
				want = append(want, i)
			}
		}
		if got := NewIndex(texts).Filter(query); !slices.Equal(got, want) {
			t.Errorf("Filter(%q) of %q = %v, not %v", query, texts, got, want)
		}
	})
}

// country makes as many rows as there are license codes.
func country(n int) []wire.RequestRow {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"Clínica", "Hospital", "Fundación", "Niño", "San José", "Odontología", "Peñón", "Río", "Salud", "Integral"}
	rows := make([]wire.RequestRow, n)
	for i := range rows {
		kind := access.KindEnroll
		if r.IntN(4) == 0 {
			kind = access.KindRenew
		}
		rows[i] = wire.RequestRow{
			ID: access.RequestID(fmt.Sprintf("%08d", i)), Number: fmt.Sprintf("SOL-2026-%06d", i), Kind: kind, Status: access.StatusPending,
			Code: access.LicenseCode(fmt.Sprintf("%010d", r.IntN(1e9))), NIT: access.NIT(fmt.Sprint(999_000_000 + r.IntN(1e6))),
			Provider: words[r.IntN(len(words))] + " " + words[r.IntN(len(words))] + " " + words[r.IntN(len(words))],
			Place:    "Antioquia-MEDELLÍN", RequestedAt: time.Unix(r.Int64N(1e9), 0), SignedAt: time.Unix(r.Int64N(1e9), 0), Version: 1,
		}
	}
	return rows
}

// BenchmarkFilter is one keystroke in the search of a country's list.
func BenchmarkFilter(b *testing.B) {
	rows := country(61_177)
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = requestText(r)
	}
	x := NewIndex(texts)
	queries := []string{"c", "cl", "clinica", "medellin", "clinica rio", "0001", "san jose nino", "zzz"}
	for i := 0; b.Loop(); i++ {
		x.Filter(queries[i%len(queries)])
	}
}

// BenchmarkOneChange is what one live change costs a country's list.
func BenchmarkOneChange(b *testing.B) {
	s := newRowSet()
	rows := country(61_177)
	for _, r := range rows {
		p, err := parse(change(r, 0))
		if err != nil {
			b.Fatal(err)
		}
		s.apply(p)
	}
	s.build()
	for i := 0; b.Loop(); i++ {
		r := rows[i%len(rows)]
		r.Version++
		p, err := parse(change(r, 1))
		if err != nil {
			b.Fatal(err)
		}
		s.apply(p)
		s.build()
	}
}
