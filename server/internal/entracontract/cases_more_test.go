package entracontract

// moreCases is the rest of the surface that other clients use.
var moreCases []testCase
