package journal

import (
	"log/slog"
	"testing"
)

// One line of a request, as the server writes it at debug level.
func BenchmarkJournal(b *testing.B) {
	log := slog.New(New(nil))
	for b.Loop() {
		log.Info("request", "requestId", "0b0e8d3c-3c1f-4a57-9f5f-0c3a1d6c5a11", "method", "POST", "pattern", "POST /v1/key-requests/{id}/sign", "status", 200)
	}
}
