// Package guard turns the panics of a plugin into errors, the same in each runtime.
package guard

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
)

// Refused is the error of an Open that returned one and did not panic: the plugin cannot run with
// these settings, or beside these plugins.
type Refused struct{ Err error }

// Error returns the text of the error of Open.
func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap returns the error of Open.
func (r *Refused) Unwrap() error { return r.Err }

// Open calls f as Call does. An error that f returned is a [*Refused].
func Open(f func() error) error {
	returned := false
	err := Call(func() error {
		err := f()
		returned = true
		return err
	})
	if err != nil && returned {
		return &Refused{err}
	}
	return err
}

// Call calls f and returns its error. If f panics, the error has the panic's value and the file
// and line where it happened.
func Call(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("panic: " + panicText(r) + " (" + panicPlace() + ")")
		}
	}()
	return f()
}

func panicText(r any) string {
	switch r := r.(type) {
	case error:
		return r.Error()
	case string:
		return r
	case int:
		return strconv.Itoa(r)
	case interface{ String() string }:
		return r.String()
	}
	return "a value that is neither an error nor a text"
}

// panicPlace returns the line that panicked: that of the first frame below the runtime's
// panic that is not in the runtime.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	below := false
	for {
		f, more := frames.Next()
		inRuntime := strings.HasPrefix(f.Function, "runtime.")
		if below && !inRuntime {
			return f.File[strings.LastIndexByte(f.File, '/')+1:] + ":" + strconv.Itoa(f.Line)
		}
		below = below || f.Function == "runtime.gopanic"
		if !more {
			return "place unknown"
		}
	}
}
