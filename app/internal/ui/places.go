package ui

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// placeWords are the toolkit's names of folders, which it does not have
// translated, and ours.
var placeWords = map[string]string{
	"Home": "Carpeta personal", "App Files": "Archivos del programa", "Computer": "Este computador",
	"Desktop": "Escritorio", "Documents": "Documentos", "Downloads": "Descargas",
	"Music": "Música", "Pictures": "Imágenes", "Videos": "Videos",
}

// sayPlaces puts our names of folders into the question which file that lies on
// top: its list of places is drawn as before, then each label is put right.
func sayPlaces(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *widget.PopUp:
		sayPlaces(o.Content)
	case *container.Split:
		sayPlaces(o.Leading)
	case *fyne.Container:
		for _, inner := range o.Objects {
			sayPlaces(inner)
		}
	case *widget.List:
		draw := o.UpdateItem
		o.UpdateItem = func(id widget.ListItemID, item fyne.CanvasObject) {
			draw(id, item)
			translate(item)
		}
		o.Refresh()
	default: // the toolkit's own frame around what lies on top has no name here
		if frame := reflect.Indirect(reflect.ValueOf(o)); frame.Kind() == reflect.Struct {
			if content := frame.FieldByName("Content"); content.IsValid() && content.CanInterface() {
				if inner, ok := content.Interface().(fyne.CanvasObject); ok {
					sayPlaces(inner)
				}
			}
		}
	}
}

func translate(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *widget.Label:
		if word, ok := placeWords[o.Text]; ok {
			o.SetText(word)
		}
	case *fyne.Container:
		for _, inner := range o.Objects {
			translate(inner)
		}
	}
}
