// Package ui is the shell around the screens: the window, the header and the
// breadcrumb, the way from screen to screen, notices, shortcuts. It alone
// connects what screens ask for (their On… callbacks) to package state, and
// what state knows (snapshots) to the screens' Render.
//
// Everything here runs on the UI goroutine, save what is handed to background:
// that work runs off it, and its answer comes back through fyne.Do. Answers that
// come after the screen has changed are dropped.
package ui
