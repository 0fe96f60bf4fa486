package ministry

import (
	"llavero/app/internal/state"
	"llavero/shared/es"
)

// linkNote says why what needs a connection is off; empty with one.
func linkNote(l state.Link) string {
	switch l.Phase {
	case state.LinkOnline:
		return ""
	case state.LinkOffline:
		return es.NeedsLink
	default:
		return "Conectando…"
	}
}
