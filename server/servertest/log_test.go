package servertest

import (
	"bytes"
	"sync"

	"llavero/server/internal/config"
)

// withChattyLog has the server program log all it has to say.
func withChattyLog() Option { return WithSettings(func(c *config.Config) { c.LogLevel = "debug" }) }

// buffer is a log that can be read while it is written.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *buffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
