package access

import (
	"fmt"
	"io"
	"log/slog"
)

// Format keeps the secret out of what is printed, whatever the verb.
func (TypedKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "TypedKey{…}") }

// LogValue keeps the secret out of logs.
func (TypedKey) LogValue() slog.Value { return slog.StringValue("TypedKey{…}") }
