//go:build race

package registry

// underRace shortens what has no concurrency to show.
const underRace = true
