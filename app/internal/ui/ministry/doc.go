// Package ministry draws the screens of a ministry officer: the menu, the
// pending list («Asignar Token») and the form that attends one request.
//
// Each screen is a widget with callbacks. Render takes one immutable snapshot
// of package state and shows it; it may be called with the same snapshot as
// often as one likes. A callback says what the officer wants and nothing else:
// the screen changes when the fact arrives and the shell renders it. What a
// row shows is decided by the pure functions of queue_rows.go.
//
// All of it runs on the UI goroutine.
package ministry
