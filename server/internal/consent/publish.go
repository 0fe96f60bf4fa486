package consent

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"llavero/shared/access"
)

// maxTextFile bounds the file of a text, in bytes.
const maxTextFile = 256 << 10

var (
	versionShape  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)
	languageShape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)
)

// ParseFile reads the file of an official text: between two lines of three hyphens
// its id, version, language and label, a line each, then the body. Line ends of two
// characters become one and empty lines around the body drop out; what is left is
// what is shown and hashed. The error says what is wrong, and where.
func ParseFile(file []byte) (Text, error) {
	switch {
	case len(file) > maxTextFile:
		return Text{}, fmt.Errorf("the file is larger than %d bytes", maxTextFile)
	case !utf8.Valid(file):
		return Text{}, errors.New("the file is not UTF-8")
	}
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(string(file), "\ufeff"), "\r\n", "\n"), "\n")
	if lines[0] != "---" {
		return Text{}, errors.New("line 1: a text begins with a line of three hyphens, then id, version, language and label")
	}
	end := slices.Index(lines[1:], "---")
	if end < 0 {
		return Text{}, errors.New("the second line of three hyphens, before the body, is missing")
	}
	t, err := parseHead(lines[1 : 1+end])
	if err != nil {
		return Text{}, err
	}
	t.Body = strings.TrimSpace(strings.Join(lines[end+2:], "\n"))
	if t.Body == "" {
		return Text{}, errors.New("the body is empty")
	}
	for i, line := range lines[end+2:] {
		if !access.IsLine(strings.ReplaceAll(line, "\t", " ")) {
			return Text{}, fmt.Errorf("line %d: a character that is not shown as it is stored", end+3+i)
		}
	}
	t.Hash = HashOf(t.Body)
	return t, nil
}

func parseHead(lines []string) (Text, error) {
	var t Text
	into := map[string]*string{"id": &t.ID, "version": &t.Version, "language": &t.Language, "label": &t.Label}
	for i, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		at, known := into[name]
		switch value = strings.TrimSpace(value); {
		case !ok || !known:
			return t, fmt.Errorf("line %d: not one of id, version, language, label", i+2)
		case *at != "":
			return t, fmt.Errorf("line %d: %s stands twice", i+2, name)
		case access.LineHint(value) != "":
			return t, fmt.Errorf("line %d: %s is empty, too long or no line of text", i+2, name)
		}
		*at = value
	}
	switch {
	case !slices.Contains([]string{Terms, Data, Pledge, Signing}, t.ID):
		return t, fmt.Errorf("id %q is none of %s, %s, %s, %s", t.ID, Terms, Data, Pledge, Signing)
	case !versionShape.MatchString(t.Version):
		return t, fmt.Errorf("version %q is not 1 to 32 letters, digits, points and hyphens", t.Version)
	case !languageShape.MatchString(t.Language):
		return t, fmt.Errorf("language %q is not such as es-CO", t.Language)
	case t.Label == "":
		return t, errors.New("label is missing: what stands beside the box")
	}
	return t, nil
}
