// Package es holds the Spanish (es-CO, usted) of what a person reads and both
// sides share: states, errors, notices, dates, numbers, the labels of buttons
// and fields. Screens add their own titles and help lines.
//
// Everything is a pure function of its arguments: no clock, no locale of the
// system. Times come in UTC and are shown in Colombian time.
package es
