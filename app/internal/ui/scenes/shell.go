package scenes

// shellScenes are the frame around the screens.
func shellScenes() []Scene { return nil }
