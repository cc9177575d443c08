// Package wasm takes a WebAssembly module and gives a peer: the plugins it holds,
// in a sandbox.
package wasm
