package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"llavero/assets"
)

// Icons of ours, drawn in the text's colour. Colour one with Coloured.
var (
	IconFlask       = icon("flask")  // preproduction
	IconShield      = icon("shield") // production
	IconKey         = icon("key")
	IconKeyNew      = icon("key-new")
	IconKeyChange   = icon("key-change")
	IconInbox       = icon("inbox")
	IconRoles       = icon("roles")
	IconClock       = icon("clock")
	IconCheck       = icon("check-circle")
	IconAlert       = icon("alert")
	IconStop        = icon("stop") // errors
	IconInfo        = icon("info")
	IconOffline     = icon("offline")
	IconOnline      = icon("online")
	IconUser        = icon("user")
	IconLock        = icon("lock")
	IconEye         = icon("eye")
	IconEyeOff      = icon("eye-off")
	IconCopy        = icon("copy")
	IconSearch      = icon("search")
	IconHospital    = icon("hospital")
	IconBack        = icon("arrow-back")
	IconChevron     = icon("chevron-right")
	IconChevronDown = icon("chevron-down")
	IconClose       = icon("close")
	IconCircle      = icon("circle") // not yet
	IconDots        = icon("dots")   // under way
	IconHelp        = icon("help")
	IconRefresh     = icon("refresh")
	IconDownload    = icon("download")
)

// Mark is the ring with a key, for the deep-blue bar.
var Mark fyne.Resource = fyne.NewStaticResource("mark.svg", assets.Read("mark.svg"))

// AppIcon is the program's icon.
var AppIcon fyne.Resource = fyne.NewStaticResource("icon.svg", assets.Read("icon.svg"))

func icon(name string) fyne.ThemedResource {
	return theme.NewThemedResource(fyne.NewStaticResource(name+".svg", assets.Read("icons/"+name+".svg")))
}

// Coloured draws an icon in a theme colour.
func Coloured(r fyne.Resource, name fyne.ThemeColorName) fyne.Resource {
	if r == nil {
		return nil
	}
	return theme.NewColoredResource(r, name)
}

// LevelIcon is the icon that goes with a level when nothing says more.
func LevelIcon(l Level) fyne.Resource {
	switch l {
	case Success:
		return IconCheck
	case Warning:
		return IconAlert
	case Danger:
		return IconStop
	case Preproduction:
		return IconFlask
	case Production:
		return IconShield
	case Info:
		return IconInfo
	default:
		return IconCircle
	}
}
