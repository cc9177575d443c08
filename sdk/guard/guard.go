// Package guard turns the panics of a plugin into errors, the same in each runtime.
package guard

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
)

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
