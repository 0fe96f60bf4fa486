package servertest

import (
	"crypto/sha256"
	"encoding/hex"

	"llavero/server/internal/store"
)

// PublishText puts another version of a consent text in force, as
// `consent publish` does.
func (s *Server) PublishText(id, version, body string) {
	s.t.Helper()
	sum := sha256.Sum256([]byte(body))
	err := s.World.Server().Store().Write(s.t.Context(), func(tx *store.Tx) error {
		_, err := tx.InstallConsentText(store.ConsentText{
			ID: id, Version: version, Language: "es-CO", Label: "Acepto.", Body: body, Hash: hex.EncodeToString(sum[:]),
			Origin: store.OfPublisher,
		})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
