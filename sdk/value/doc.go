// Package value holds the values of columns: their types, how they are kept in memory and
// on the wire, and how they are shown.
//
// A guest links it, so it imports neither fmt nor reflect nor encoding.
package value
