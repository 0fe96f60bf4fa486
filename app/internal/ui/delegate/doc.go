// Package delegate draws the screens of a delegate or independent professional:
// the menu, «Inscripción Token» in its two steps, the progress of a signed
// request, and «Consultar Token».
//
// Each screen is a widget with callbacks. Render takes one immutable snapshot
// of package state and shows it; it may be called with the same snapshot as
// often as one likes. A callback says what the person wants and nothing else:
// the screen changes when the shell renders what came of it. Nothing here
// reaches the network, the clipboard or a file.
//
// All of it runs on the UI goroutine. The one exception is the second hand of
// count-downs, which only asks the toolkit to run a tick there; Close stops it.
package delegate

import (
	"llavero/shared/access"
	"llavero/shared/secret"
)

// Reveal fetches one value of a key and hands it to done on the UI goroutine.
// The act is recorded by the server before the value travels.
type Reveal func(key access.KeyID, field access.Field, purpose access.Purpose, done func(secret.Text, error))
