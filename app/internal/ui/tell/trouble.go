package tell

import (
	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Trouble words a trouble for a banner: what happened and what to do, the
// reference, the detail folded. The actions stand below where trying again may
// help. Nothing for nil.
func Trouble(t *state.Trouble, actions ...kit.Action) kit.Message {
	return trouble(t, es.Error, actions)
}

// KeyTrouble is Trouble of an act on a key.
func KeyTrouble(t *state.Trouble, actions ...kit.Action) kit.Message {
	return trouble(t, es.KeyError, actions)
}

func trouble(t *state.Trouble, words func(*access.Error) string, actions []kit.Action) kit.Message {
	if t == nil || t.Err == nil {
		return kit.Message{}
	}
	m := kit.Message{
		Level: look.Danger, Text: words(t.Err), Note: es.Reference(t.RequestID, t.At),
		Detail: es.Detail(t.Err, t.RequestID, t.At),
	}
	switch {
	case t.Err.Hint == access.HintCertificate:
		m.Text = es.NoCertificate // never «try again»
	case t.Err.Code == access.CodeUnavailable:
		m.Level, m.Actions = look.Warning, actions
	case t.Err.Code == access.CodeThrottled:
		m.Level = look.Warning
	case t.Err.Code == access.CodeInternal:
		m.Actions = actions
	}
	return m
}

// Retry is «Reintentar»; do may be unset.
func Retry(do func()) kit.Action {
	return kit.Action{Text: es.Retry, Do: func() { kit.Call0(do) }}
}

// LinkNote says why what needs a connection is off; empty with one.
func LinkNote(l state.Link) string {
	switch l.Phase {
	case state.LinkOnline:
		return ""
	case state.LinkOffline:
		return es.NeedsLink
	default:
		return "Conectando…"
	}
}
