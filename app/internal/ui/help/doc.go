// Package help is what F1 shows, signed in or not: the steps of each screen, the
// keyboard, whom to call, the norms and the definitions of the manual in our own
// words. The words are data (sections.go, norms.go); Help draws them. UI goroutine
// only.
package help
