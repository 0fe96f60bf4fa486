package consent

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"strings"
)

// The texts people accept, each with a box of its own.
const (
	Terms = "terms" // términos y condiciones
	Data  = "data"  // autorización de tratamiento de datos
	// Pledge (acuerdo de confidencialidad) is accepted when a person registers; it
	// signs no request.
	Pledge = "pledge"
	// Signing (acuerdo sobre el método de firma) is accepted once, before a person
	// signs anything; it signs no request.
	Signing = "signing"
)

// Language is that of the texts this program brings along.
const Language = "es-CO"

// Text is one version of a text.
type Text struct {
	ID       string
	Version  string
	Language string // "es-CO"
	Label    string // beside the box
	Body     string
	Hash     string // SHA-256 of Body's bytes, hex
}

//go:embed texts/*.txt
var textFiles embed.FS

// textVersion is the version of the texts this program brings along; the
// ministry's own go beside them.
const textVersion = "1"

// Texts are the texts this program brings along, in the order they are shown.
// In each file the first line is the label beside the box, the rest the body.
func Texts() ([]Text, error) {
	var all []Text
	for _, id := range []string{Terms, Data, Pledge, Signing} {
		file, err := textFiles.ReadFile("texts/" + id + ".txt")
		if err != nil {
			return nil, fmt.Errorf("consent text %s: %w", id, err)
		}
		label, body, _ := strings.Cut(string(file), "\n")
		body = strings.TrimSpace(body)
		all = append(all, Text{ID: id, Version: textVersion, Language: Language, Label: label, Body: body, Hash: HashOf(body)})
	}
	return all, nil
}

// HashOf is the hash by which a text is accepted.
func HashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
