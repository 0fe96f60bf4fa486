// Package tell turns what screens of more than one role show alike (a refusal,
// the state of a key, the lights of its test) into what the kit's widgets take:
// words and levels; and the few parts that those screens share whole: the question
// before an act on a key, its test, its earlier secrets. UI goroutine only.
package tell
