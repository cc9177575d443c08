package pipeline

// Error is an error of a plugin; its text names the plugin. errors.Is(err, &Error{Plugin:
// name}) reports whether err is, or wraps, an error of that plugin.
type Error struct {
	Plugin string
	Err    error // nil in a target of errors.Is
}

func (e *Error) Error() string { return "plugin " + e.Plugin + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same plugin.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Plugin == e.Plugin
}
