package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/t2host/t2host/host/aside"
	"github.com/t2host/t2host/host/cause"
)

// Rewritten is what Rewrite did to a settings file.
type Rewritten struct {
	Before  *Content // empty if there was no file
	Bytes   []byte   // what the file holds now
	Changes []Change // those that changed it; what is taken out and was not there is not among them
}

// ContentError is the error for a settings file that can be read and not be changed.
type ContentError struct{ Err error }

func (e *ContentError) Error() string { return e.Err.Error() }

func (e *ContentError) Unwrap() error { return e.Err }

// Rewrite makes all changes in a settings file in one step, or none. It follows a link, and
// creates the file if it does not exist. A file that needs no change is not written.
func Rewrite(file string, changes []Change) (*Rewritten, error) {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	before, err := Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		before, err = &Content{Mode: 0o644}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("settings file %s: %w", file, cause.Of(err))
	}
	r := &Rewritten{Before: before, Bytes: before.Bytes}
	if len(r.Bytes) > 0 { // the error has a line
		v := &Values{set: map[string]map[string]value{}}
		if err := v.parse(file, r.Bytes); err != nil {
			return nil, &ContentError{err}
		}
	}
	for _, c := range changes {
		if c.Literal != "" || Holds(r.Bytes, c) {
			r.Changes = append(r.Changes, c)
		}
	}
	if len(r.Changes) == 0 {
		return r, nil
	}
	if r.Bytes, err = Edit(before.Bytes, r.Changes); err != nil {
		return nil, &ContentError{fmt.Errorf("settings file %s: %w", file, err)}
	}
	if err := aside.WriteFile(file, r.Bytes, before.Mode); err != nil {
		return nil, fmt.Errorf("settings file %s: %w", file, err)
	}
	return r, nil
}

// ForeignError is the error of Remember for a file with settings that its user has not accepted.
type ForeignError struct {
	File string
	Held int // settings that a file which nobody named may not have
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("settings file %s holds %d settings that are not accepted", e.File, e.Held)
}

// Remember accepts a settings file that t2host has changed for its user to fresh, if the user
// has accepted all that was in it before. Only a file that can be found by chance needs it.
func Remember(environ []string, file string, before *Content, fresh []byte, groups []Group) error {
	if filepath.Base(file) != DefaultFile {
		return nil
	}
	held, err := Restricted(file, fresh, groups)
	if err != nil {
		return err
	}
	trusted, err := Trusted(environ, file, before.Bytes)
	if err != nil {
		return err
	}
	if !trusted {
		if len(held) == 0 {
			return nil
		}
		foreign, _ := Restricted(file, before.Bytes, groups) // it could be read: it was edited
		if before.Unsafe != nil || len(foreign) > 0 {
			return &ForeignError{file, len(held)}
		}
	}
	return Trust(environ, file, fresh)
}
