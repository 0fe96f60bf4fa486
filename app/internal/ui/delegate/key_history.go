package delegate

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// keyHistory is «Secretos anteriores»: folded, read when it is opened, and anew
// when the key's row moves while it is open.
type keyHistory struct {
	drawer *kit.Drawer
	list   *fyne.Container
	note   *kit.Text
	read   func(access.KeyID)

	key   access.KeyID
	asked int64 // the version of the key's row that was asked about last
	shown state.KeySecrets
	last  wire.KeyRow
	on    bool // there is a connection
}

func newKeyHistory(read func(access.KeyID)) *keyHistory {
	h := &keyHistory{list: kit.NewStack(), note: kit.NewNote(""), read: read}
	h.drawer = kit.NewDrawer(es.EarlierSecrets, kit.NewStack(h.note, h.list))
	h.drawer.OnOpen = h.ask
	return h
}

func (h *keyHistory) render(s state.Keys, k wire.KeyRow) {
	if h.key != k.ID {
		h.key, h.asked = k.ID, 0
		h.drawer.SetOpen(false)
	}
	h.last, h.on = k, s.Link.IsOnline()
	list, loaded := s.Secrets[k.ID]
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
	if h.drawer.IsOpen() {
		h.ask()
	}
}

// ask has the list read, once for each version of the key's row.
func (h *keyHistory) ask() {
	if h.on && h.key != "" && h.asked != h.last.Version {
		h.asked = h.last.Version
		kit.Call(h.read, h.key)
	}
}

func secretLine(x wire.KeySecret) fyne.CanvasObject {
	head := container.NewHBox(inset(container.NewCenter(kit.NewStatusChip(tell.KeyChip(x.State)))),
		kit.NewText("Emitido el "+es.DateTime(x.IssuedAt)).Natural())
	return container.NewStack(kit.NewFill(look.ColorSurface, look.ColorBorder, 4), kit.NewTight(head, kit.NewNote(secretText(x))))
}

// secretText says of a secret how it ended, why, and where it came from.
func secretText(x wire.KeySecret) string {
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
	return upperFirst(text)
}
