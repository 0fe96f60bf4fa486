// Package kit holds the parts that screens are made of: texts, buttons, fields,
// chips, tables, masked secrets, notices. Every part is built by NewX, changed
// by its setters, works by keyboard with a visible focus ring, and says what a
// person wants through On… callbacks. None knows a screen, the network or a
// noun of the domain: words and levels come in, events go out.
//
// Everything here belongs to the UI goroutine. Count-downs tick on a timer and
// come back to it through fyne.Do.
package kit
