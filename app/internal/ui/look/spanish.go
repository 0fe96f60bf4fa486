package look

import (
	_ "embed"
	"fmt"

	"fyne.io/fyne/v2/lang"
)

//go:embed toolkit.es.json
var toolkitSpanish []byte

// SpeakSpanish gives the toolkit its words in Spanish, whatever language the
// system speaks. Call it once at start, before the first window.
func SpeakSpanish() error {
	if err := lang.AddTranslationsForLocale(toolkitSpanish, lang.SystemLocale()); err != nil {
		return fmt.Errorf("toolkit words: %w", err)
	}
	return nil
}
