package tell

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Secrets is «Secretos anteriores»: folded, read when it is opened, and anew
// when the key's row moves while it is open.
type Secrets struct {
	Drawer *kit.Drawer
	list   *fyne.Container
	note   *kit.Text
	read   func(access.KeyID)

	key   access.KeyID
	asked int64 // the version of the key's row that was asked about last
	shown state.KeySecrets
	last  wire.KeyRow
	on    bool // there is a connection
}

// NewSecrets makes it closed; read has the list of a key read.
func NewSecrets(read func(access.KeyID)) *Secrets {
	h := &Secrets{list: kit.NewStack(), note: kit.NewNote(""), read: read}
	h.Drawer = kit.NewDrawer(es.EarlierSecrets, kit.NewStack(h.note, h.list))
	h.Drawer.OnOpen = h.ask
	return h
}

// Render shows a key's list; loaded: it was read.
func (h *Secrets) Render(link state.Link, list state.KeySecrets, loaded bool, k wire.KeyRow) {
	if h.key != k.ID {
		h.key, h.asked = k.ID, 0
		h.Drawer.SetOpen(false)
	}
	h.last, h.on = k, link.IsOnline()
	switch {
	case !loaded && !h.on:
		kit.Put(h.note, "La lista se ve con conexión.")
	case !loaded:
		kit.Put(h.note, "Cargando secretos…")
	case len(list.Items) == 0:
		kit.Put(h.note, "Esta llave no ha tenido otros secretos.")
	default:
		kit.Put(h.note, "")
	}
	if !slices.Equal(h.shown.Items, list.Items) {
		h.shown = list
		h.list.RemoveAll()
		for _, x := range list.Items {
			h.list.Add(secretLine(x))
		}
	}
	if h.Drawer.IsOpen() {
		h.ask()
	}
}

// ask has the list read, once for each version of the key's row.
func (h *Secrets) ask() {
	if h.on && h.key != "" && h.asked != h.last.Version {
		h.asked = h.last.Version
		kit.Call(h.read, h.key)
	}
}

func secretLine(x wire.KeySecret) fyne.CanvasObject {
	head := container.NewHBox(Inset(container.NewCenter(kit.NewStatusChip(KeyChip(x.State)))),
		kit.NewText("Emitido el "+es.DateTime(x.IssuedAt)).Natural())
	return container.NewStack(kit.NewFill(look.ColorSurface, look.ColorBorder, 4), kit.NewTight(head, kit.NewNote(SecretText(x))))
}

// SecretText says of a secret how it ended, why, and where it came from.
func SecretText(x wire.KeySecret) string {
	text := es.SecretEnd(x.State, x.EndsAt, x.EndedAt, x.ExpiresAt)
	if x.Reason != "" {
		text += " · Motivo: " + es.Reason(x.Reason)
	}
	if x.Request != "" {
		text += " · " + x.Request
	}
	if x.ByHand {
		text += " · escrito a mano por el Ministerio"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Lines counts the secrets that are listed.
func (h *Secrets) Lines() int { return len(h.list.Objects) }
