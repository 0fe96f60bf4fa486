package account

import (
	"image"
	"image/color"
	"image/draw"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"github.com/pquerna/otp"

	"llavero/app/internal/ui/kit"
)

// qrSize is the side of the QR, in pixels at scale 1.
const qrSize = 200

// newQR draws an otpauth address for an authenticator's camera, dark on white in
// every theme; nil for one that is no such address.
func newQR(address string) fyne.CanvasObject {
	key, err := otp.NewKeyFromURL(address)
	if err != nil || !strings.HasPrefix(address, "otpauth://") || key.Secret() == "" {
		return nil
	}
	picture, err := key.Image(4*qrSize, 4*qrSize)
	if err != nil {
		return nil
	}
	plain := image.NewNRGBA(picture.Bounds())
	draw.Draw(plain, plain.Bounds(), picture, picture.Bounds().Min, draw.Src)
	img := canvas.NewImageFromImage(plain)
	img.FillMode, img.ScaleMode = canvas.ImageFillContain, canvas.ImageScalePixels
	img.SetMinSize(fyne.NewSquareSize(qrSize))
	return container.NewHBox(container.NewStack(canvas.NewRectangle(color.White), kit.NewPadded(12, img)))
}
