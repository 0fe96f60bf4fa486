// Package shape holds tests on the shape of the code: who may reach whom, on the
// real dependencies rather than on written imports, and habits that no compiler
// checks. It has no code of its own.
package shape
