package workflow

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// endings are the endings a file may keep, by what its content is; the first is
// given to a file that has none of them.
var endings = map[string][]string{
	"application/pdf":  {".pdf"},
	"image/png":        {".png"},
	"image/jpeg":       {".jpg", ".jpeg"},
	"application/json": {".json"},
	"text/xml":         {".xml"},
	"text/plain":       {".txt", ".csv", ".log", ".md", ".http", ".ndjson"},
	"application/zip":  {".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods"},
}

// magics are the first bytes of the kinds that have such.
var magics = []struct{ begins, media string }{
	{"%PDF-", "application/pdf"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"\xff\xd8\xff", "image/jpeg"},
	{"PK\x03\x04", "application/zip"},
}

// EvidenceMedia lists the types that a file of evidence may have.
func EvidenceMedia() []string { return slices.Sorted(maps.Keys(endings)) }

// mediaOf says what a file is by its content: one of those that are accepted, or
// false. Its name is not asked.
func mediaOf(body []byte) (string, bool) {
	for _, m := range magics {
		if bytes.HasPrefix(body, []byte(m.begins)) {
			return m.media, true
		}
	}
	if !isText(body) {
		return "", false
	}
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(body[:min(len(body), 512)], []byte("\ufeff"))))
	switch {
	case json.Valid(body):
		return "application/json", true
	case bytes.HasPrefix(head, []byte("<?xml")):
		return "text/xml", true
	case bytes.HasPrefix(head, []byte("<")), bytes.HasPrefix(head, []byte("%!")):
		return "", false // a page, or a program for a printer
	}
	return "text/plain", true
}

// isText reports UTF-8 without the control characters that no text has.
func isText(body []byte) bool {
	return utf8.Valid(body) && bytes.IndexFunc(body, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\n\f\r\x1b", r)
	}) < 0
}

// maxFileName is in bytes: what every file system takes.
const maxFileName = 120

// safeName makes a name that any system can save a file under, with an ending
// that fits what it is: no folder, no character a system keeps for itself, no
// hidden file.
func safeName(name, media string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	fitting := endings[media]
	ending := ""
	if i := slices.IndexFunc(fitting, func(e string) bool { return strings.HasSuffix(strings.ToLower(name), e) }); i >= 0 {
		ending = name[len(name)-len(fitting[i]):]
	} else if len(fitting) > 0 {
		ending = fitting[0]
	}
	name = strings.TrimSuffix(name, ending)
	for len(name)+len(ending) > maxFileName {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	if name == "" {
		name = "evidencia"
	}
	return name + ending
}
