package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/t2host/t2host/host/plugin"
)

// Placed is where a plugin was put, and the one of the same name that it has replaced, nil if there was none.
type Placed struct {
	Place string
	Old   *plugin.Artefact
}

// PutAll puts plugins into the store, in this order. If one of them cannot be put, those before it are taken out again, and those that
// they have replaced are put back.
func (s Store) PutAll(list []*plugin.Artefact) ([]Placed, error) {
	kept, err := os.MkdirTemp("", "t2host-store-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(kept)
	installed, err := s.Plugins()
	if err != nil {
		return nil, err
	}
	var done []Placed
	for i, a := range list {
		before, err := s.keep(installed, a, filepath.Join(kept, fmt.Sprint(i)))
		if err == nil {
			var p Placed
			if p.Place, p.Old, err = s.Put(a); err == nil {
				p.Old = before
				done = append(done, p)
				continue
			}
		}
		errs := []error{err}
		for _, p := range done {
			errs = append(errs, s.undo(p))
		}
		return nil, errors.Join(errs...)
	}
	return done, nil
}

// keep copies the plugin that is installed and will be replaced into a folder, and returns it there; nil if there is none.
func (s Store) keep(installed []*plugin.Artefact, by *plugin.Artefact, dir string) (*plugin.Artefact, error) {
	old, err := s.replaced(installed, by)
	if old == nil || err != nil {
		return nil, err
	}
	if err := os.CopyFS(dir, os.DirFS(old.From)); err != nil {
		return nil, err
	}
	return plugin.ReadFile(dir)
}

// undo puts back what was replaced, or takes out what is new.
func (s Store) undo(p Placed) error {
	if p.Old == nil {
		return os.RemoveAll(p.Place)
	}
	_, _, err := s.Put(p.Old)
	return err
}
