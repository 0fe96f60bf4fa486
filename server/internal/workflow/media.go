package workflow

import (
	"encoding/json"
	"net/http"
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

// mediaOf says what a file is by its content: one of those that are accepted, or
// false. Its name is not asked.
func mediaOf(body []byte) (string, bool) {
	media, _, _ := strings.Cut(http.DetectContentType(body), ";")
	if media == "text/plain" {
		if !utf8.Valid(body) {
			return "", false
		}
		if json.Valid(body) {
			media = "application/json"
		}
	}
	_, ok := endings[media]
	return media, ok
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
