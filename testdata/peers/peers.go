// Package peers tests the drivers and formats of t2host against the programs that people use: its
// tests start them. It is a module of its own, since these are large.
package peers
