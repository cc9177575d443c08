// Package process takes an executable and gives a peer: the plugins it holds,
// served by a process of their own.
package process
