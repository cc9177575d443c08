package remote

// LimitError is the error of a plugin that exceeded a limit, of time or memory.
type LimitError struct{ Text string }

func (e *LimitError) Error() string { return e.Text }

// Limit marks the error for the border of a worker, which it crosses as a status.
func (e *LimitError) Limit() bool { return true }
