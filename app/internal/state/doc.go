// Package state holds what the screens show and what people ask for. It knows
// no toolkit and no network: the shell hands it three small interfaces (intents
// up, facts down, rows kept) and draws the snapshots it gives back.
package state
