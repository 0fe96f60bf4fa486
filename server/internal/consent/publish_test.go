package consent

import (
	"strings"
	"testing"
)

const official = "---\nid: terms\nversion: 2026-10\nlanguage: es-CO\nlabel: Acepto los términos: todos.\n---\n\nTérminos ñ\n\n1. Uno\t(a).\n\n"

func TestParseFile(t *testing.T) {
	for name, file := range map[string]string{
		"as it is": official, "Windows": "\ufeff" + strings.ReplaceAll(official, "\n", "\r\n"),
		"another order": strings.Replace(official, "id: terms\nversion: 2026-10\n", "version: 2026-10\nid: terms\n", 1),
	} {
		got, err := ParseFile([]byte(file))
		const body = "Términos ñ\n\n1. Uno\t(a)."
		if err != nil || got != (Text{ID: Terms, Version: "2026-10", Language: "es-CO", Label: "Acepto los términos: todos.", Body: body, Hash: HashOf(body)}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, tt := range map[string]struct{ file, why string }{
		"empty":             {"", "line 1"},
		"no head":           {"Términos", "line 1"},
		"open head":         {"---\nid: terms\n", "second line"},
		"unknown id":        {strings.Replace(official, "terms", "termos", 1), `"termos"`},
		"unknown name":      {strings.Replace(official, "label:", "etiqueta:", 1), "line 5"},
		"no colon":          {strings.Replace(official, "version: 2026-10", "version 2026-10", 1), "line 3"},
		"twice":             {strings.Replace(official, "label:", "id: data\nlabel:", 1), "id stands twice"},
		"no version":        {strings.Replace(official, "version: 2026-10\n", "", 1), "version"},
		"bad version":       {strings.Replace(official, "2026-10", "2026 10", 1), "version"},
		"bad language":      {strings.Replace(official, "es-CO", "español", 1), "language"},
		"no label":          {strings.Replace(official, "label: Acepto los términos: todos.\n", "", 1), "label"},
		"empty label":       {strings.Replace(official, "Acepto los términos: todos.", " ", 1), "line 5"},
		"empty body":        {official[:strings.LastIndex(official, "---")] + "---\n \n", "body is empty"},
		"not UTF-8":         {official + "\xff", "UTF-8"},
		"a hidden turn":     {official + "a\u202eb", "line 12"},
		"a control":         {official + "a\x00b", "line 12"},
		"larger than shown": {official + strings.Repeat("a", maxTextFile), "larger"},
	} {
		if got, err := ParseFile([]byte(tt.file)); err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte(official))
	f.Add([]byte("---\n---\n"))
	f.Add([]byte("---\nid:\n---\r\nx"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := ParseFile(file)
		if err != nil {
			return
		}
		again, err := ParseFile([]byte("---\nid: " + got.ID + "\nversion: " + got.Version + "\nlanguage: " + got.Language + "\nlabel: " + got.Label + "\n---\n" + got.Body))
		if err != nil || again != got {
			t.Fatalf("%q reads as %+v, written again as %+v, %v", file, got, again, err)
		}
	})
}
