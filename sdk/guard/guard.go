// Package guard turns the panics of a plugin into errors, the same in each runtime.
package guard

import (
	"errors"
	"runtime"
	"slices"
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
// and line of the author where it happened, with those that called it.
func Call(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			text, place := panicText(r), "place unknown"
			if s := stack("runtime.gopanic"); len(s) > 0 {
				_, bounds := r.(runtime.Error)
				if what := undeclared(s); what != "" && bounds {
					text = what
				}
				place = lines(s[author(s):])
			}
			err = errors.New("panic: " + text + " (" + place + ")")
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

// Author returns the file and line of the author's that called the SDK.
func Author() string {
	s := stack("")
	if len(s) == 0 {
		return "place unknown"
	}
	return line(s[author(s)])
}

// stack returns the frames of the plugin, innermost first: those outside the runtime that follow a
// function, up to Call.
func stack(after string) []runtime.Frame {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	var list []runtime.Frame
	for below := after == ""; ; {
		f, more := frames.Next()
		switch {
		case f.Function == module+"guard.Call":
			return list
		case below && !strings.HasPrefix(f.Function, "runtime."):
			list = append(list, f)
		}
		below = below || f.Function == after
		if !more {
			return list
		}
	}
}

// module is the path of the SDK's packages below it.
const module = "github.com/t2host/t2host/sdk/"

// author returns the index of the innermost frame that is not the SDK's own (its tests are), or 0
// if all are.
func author(stack []runtime.Frame) int {
	return max(0, slices.IndexFunc(stack, func(f runtime.Frame) bool { return !own(f) }))
}

// own reports whether a frame is the SDK's, and no author's.
func own(f runtime.Frame) bool {
	in := strings.HasPrefix(f.Function, module) || strings.HasPrefix(f.Function, module[:len(module)-1]+".")
	return in && !strings.HasSuffix(f.File, "_test.go")
}

// undeclared returns what an author did not declare and reads, if the stack is that of a row's method.
func undeclared(stack []runtime.Frame) string {
	for _, f := range stack[:min(2, len(stack))] {
		for row, in := range map[string]string{"PacketRow": "Packets", "StartRow": "Starts", "EndRow": "Ends"} {
			field, ok := strings.CutPrefix(f.Function, module[:len(module)-1]+"."+row+".")
			switch {
			case ok && field == "Vec":
				return "a field of Vec is read but not declared: add it to " + in
			case ok && field != "Bytes":
				return "field." + field + " is read but not declared: add it to " + in
			}
		}
	}
	return ""
}

// lines returns the lines of an author's frames, the innermost first: "boom.go:41 <- boom.go:12".
func lines(stack []runtime.Frame) string {
	var list []string
	for _, f := range stack {
		if len(list) == 0 || !own(f) && len(list) < 8 {
			list = append(list, line(f))
		}
	}
	return strings.Join(list, " <- ")
}

func line(f runtime.Frame) string {
	return f.File[strings.LastIndexByte(f.File, '/')+1:] + ":" + strconv.Itoa(f.Line)
}
