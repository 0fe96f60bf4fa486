// Package tell turns what screens of more than one role show alike (a refusal,
// the state of a key, the lights of its test) into what the kit's widgets take:
// words and levels. Its functions are pure; it holds no widget of its own.
package tell
