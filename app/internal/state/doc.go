// Package state holds what the screens show and what people ask for. It knows
// no toolkit and no network: it is handed three small interfaces (intents up:
// API; facts down: Feed, which feeds Facts; rows kept: Rows) and gives snapshots
// back, which the shell draws.
//
// The Model is the whole of it. Its acts (SubmitSignIn, Sign, OpenAttend…) are
// what people do: they block until the fact they asked for has arrived, or were
// refused, and run off the screen's goroutine. A reply to an act edits no
// screen: a pressed button stays busy until the feed brings the row. What went
// wrong stands in the snapshot as Trouble; the returned error says only whether
// to go on to the next screen.
//
// # Concurrency
//
// One mutex guards the model; no call leaves the package while it is held.
// Snapshots are immutable. Acts, getters and Facts may be called from any
// goroutine; Changed wakes one reader and carries nothing.
package state
