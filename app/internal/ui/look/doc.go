// Package look is how Llavero IHCE looks: the theme (light and dark), its
// colours and their contrast, sizes, type, icons, and the toolkit's own words in
// Spanish. It knows no screen and holds no state; its values are read only, so
// it is safe on any goroutine.
//
// Type: Work Sans for text, Montserrat for titles, JetBrains Mono for codes and
// secrets. The toolkit names faces by style, so the bold italic slot, which the
// product never uses as such, carries Montserrat: see TitleStyle.
package look
