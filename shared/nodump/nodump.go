// Package nodump keeps a program's memory out of files: a core dump would hold
// every secret that the program had open. What a crash prints is the journal's
// and the runtime's concern: stacks show numbers and addresses, no texts.
//
// Off is called once, first of all, by a main package.
package nodump
