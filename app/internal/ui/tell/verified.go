package tell

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
)

// Verified shows what the check of a signed document found: of which file, the
// verdict, and who, what, when and which key, or why not.
type Verified struct {
	*kit.Overlay
	another *kit.Button
}

// NewVerified makes it. another chooses another document, keys the file of other
// public keys to check this one with.
func NewVerified(file string, f es.Finding, another, keys func()) *Verified {
	v := &Verified{another: kit.NewPrimary("Otro documento…", func() { kit.Call0(another) })}
	banner := kit.NewBanner()
	banner.Set(verdict(f))
	body := []fyne.CanvasObject{kit.NewStrong(file), banner}
	if len(f.Facts) > 0 {
		facts := make([]kit.Fact, len(f.Facts))
		for i, x := range f.Facts {
			facts[i] = kit.Fact{Label: x.Name, Value: x.Value}
		}
		body = append(body, kit.NewFacts(facts...))
	}
	body = append(body, kit.NewNote("Se comprobó en este computador, sin enviar el archivo."))
	shut := kit.NewQuiet(es.Close, nil, func() { v.Close() })
	v.Overlay = kit.NewOverlay(es.VerifyDocument, kit.NewStack(body...), []fyne.CanvasObject{shut},
		kit.NewButton("Otras llaves de firma…", func() { kit.Call0(keys) }), v.another)
	return v
}

// Put shows it over a canvas.
func (v *Verified) Put(c fyne.Canvas) { v.Show(c, v.another) }

func verdict(f es.Finding) kit.Message {
	m := kit.Message{Level: look.Danger, Title: f.Word, Text: f.What}
	switch f.Word {
	case es.Matches:
		m.Level = look.Success
	case es.UnknownHand:
		m.Level = look.Warning
	case es.NotOurs:
		m.Level = look.Info
	}
	if f.Why != "" {
		m.Note = f.Why
		if m.Text == "" {
			m.Text, m.Note = f.Why, ""
		}
	}
	return m
}
