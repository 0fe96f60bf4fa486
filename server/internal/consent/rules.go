// Package consent holds what stands behind a signature: the versions of the
// texts people accept, and the rules of the one-time codes they sign with.
//
// A code signs one content: the SHA-256 of the canonical request and of the
// exact texts shown. Everything here is a pure function over values; the rows
// belong to the store, the acts to workflow.
package consent

import "time"

// Rules are the ministry's rules of one-time codes.
type Rules struct {
	Life     time.Duration    // of a code; ten minutes at most
	Live     int              // codes of one content that work at the same time
	Failures int              // wrong codes of one content, shared by all its codes
	PerHour  int              // codes sent for one request
	Waits    [3]time.Duration // before the second, the third and each later code
	Pause    time.Duration    // after the last failure, before a new code may be asked for
}

// DefaultRules are the rules in force: six digits that live ten minutes, three
// at a time, five failures, a new one after 30, 60 and then 120 seconds, five an
// hour.
func DefaultRules() Rules {
	return Rules{
		Life: 10 * time.Minute, Live: 3, Failures: 5, PerHour: 5,
		Waits: [3]time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}, Pause: 15 * time.Minute,
	}
}
