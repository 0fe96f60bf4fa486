// Package account draws what a person does about their own user: registering with
// the manual's three forms, setting a password with the code of a mail, asking
// for another one, changing it. All but the last are shown without a session.
//
// Render takes one immutable snapshot; callbacks say what the person wants. UI
// goroutine only. What is typed is told at once and comes back in the next
// snapshot; passwords alone stay in their fields and are handed over once.
package account
