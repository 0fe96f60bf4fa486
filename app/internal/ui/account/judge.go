package account

import (
	"unicode/utf8"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/strength"
)

// meterLook is what the meter shows of a password.
type meterLook struct {
	Parts int // filled, 0 to kit.MeterSteps
	Level look.Level
	Word  string
	Note  string // what to do about it
}

// judge says how soon a password is guessed by who knows these words of its
// owner's. Nothing is said of an empty one.
func judge(password string, own ...string) meterLook {
	if password == "" {
		return meterLook{}
	}
	if utf8.RuneCountInString(password) < access.MinPassword {
		return meterLook{1, look.Danger, "Débil", "Use 12 caracteres o más."}
	}
	switch strength.Of(password, own) {
	case strength.LevelWeak:
		return meterLook{1, look.Danger, "Débil", "Se adivina pronto. Agregue una o dos palabras que no tengan que ver con usted."}
	case strength.LevelEnough:
		return meterLook{2, look.Warning, "Suficiente", "Se acepta. Con otra palabra es mejor."}
	case strength.LevelGood:
		return meterLook{3, look.Success, "Buena", ""}
	default:
		return meterLook{kit.MeterSteps, look.Success, "Muy buena", ""}
	}
}
