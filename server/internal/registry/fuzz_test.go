package registry

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/seed"
)

func FuzzReadREPS(f *testing.F) {
	few := slices.Values(seed.Demo().Providers[:3]) // small seeds, many tries
	for _, o := range variants() {
		for _, w := range []written{portal(f, few, o), openCSV(f, few, o)} {
			var texts [2][]byte
			for i, file := range w.files {
				texts[i], _ = io.ReadAll(file.Reader)
			}
			f.Add(texts[0], texts[1])
		}
	}
	f.Add([]byte("\"a,b\nc"), []byte(";"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		files := []File{{"a", bytes.NewReader(a)}}
		if len(b) > 0 {
			files = append(files, File{"b", bytes.NewReader(b)})
		}
		s, r, err := ReadREPS(t.Context(), files...)
		if err != nil {
			if _, ok := errors.AsType[*FileError](err); !ok || s != nil || r != nil {
				t.Fatalf("error %v with %v, %v", err, s, r)
			}
			return
		}
		for _, file := range r.Files {
			if file.Rows != file.Accepted+file.Rejected+file.LeftOut || file.Warned > file.Accepted {
				t.Fatalf("counts do not add up: %+v", file)
			}
		}
		if !slices.IsSortedFunc(s.Providers, func(a, b Provider) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
			t.Fatal("codes are not in order")
		}
		entities := map[access.EntityID]bool{}
		for _, e := range s.Entities {
			entities[e.ID()] = true
		}
		for _, p := range s.Providers {
			if _, ok := access.ParseLicenseCode(string(p.Code)); !ok || !entities[p.Entity] {
				t.Fatalf("bad provider %+v", p)
			}
			for i, site := range p.Sites {
				if _, ok := access.ParseSiteNumber(string(site.Number)); !ok || i > 0 && p.Sites[i-1].Number >= site.Number {
					t.Fatalf("bad sites %+v", p)
				}
			}
		}
	})
}
