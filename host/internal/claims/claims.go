// Package claims holds the files that a run reads and may write, and refuses a run that would
// write one of its inputs, one file twice, or what another run writes.
package claims

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/outfile"
)

// Claims are files. They are compared by identity: neither another spelling of a path nor a
// link hides that two are one. The zero Claims are none.
type Claims struct {
	inputs  []input
	outputs []output
}

// input is a file that the run reads.
type input struct {
	what string // for messages
	info fs.FileInfo
}

// Output is what one output of the run may write.
type Output struct {
	What     string // for messages: outlet tcpwin.summary
	Cure     string // for messages: how it is led to another file; may be empty
	Prefixed bool   // its names begin with the run's prefix
	Names    []Names
}

type output struct {
	Output
	read bool      // it is read instead, see ReadLater
	open *existing // not a file of its own: standard output, /dev/fd/3
}

const otherPrefix = "choose another prefix with -w"

// Read adds a file that is read. What is not there, or is a device, is no claim.
func (c *Claims) Read(what, path string) {
	if info, err := os.Stat(path); err == nil && shareable(info) {
		c.inputs = append(c.inputs, input{what + " " + path, info})
	}
}

// ReadStream adds the file that an open stream reads, if it is one.
func (c *Claims) ReadStream(what string, stream any) {
	if info := openInfo(stream); info != nil {
		c.inputs = append(c.inputs, input{what, info})
	}
}

// Write adds an output.
func (c *Claims) Write(o Output) { c.outputs = append(c.outputs, output{Output: o}) }

// ReadLater adds files that are read once they are there: nothing may write them.
func (c *Claims) ReadLater(what string, names ...Names) {
	c.outputs = append(c.outputs, output{Output: Output{What: what, Names: names}, read: true})
}

// WritePath adds an output that leads to path, which may be no file of its own but an open
// file, such as /dev/fd/3, or a device: then it has no names.
func (c *Claims) WritePath(o Output, path string) {
	out := output{Output: o}
	if outfile.Special(path) {
		out.Names = nil
		if info, err := os.Stat(path); err == nil && shareable(info) {
			out.open = &existing{path, info}
		}
	} else if info, err := os.Lstat(path); err == nil && info.Mode()&(fs.ModeDevice|fs.ModeSocket) != 0 {
		out.Names = nil
	}
	c.outputs = append(c.outputs, out)
}

// WriteStream adds the file that an open stream writes, if it is one.
func (c *Claims) WriteStream(what string, stream any) {
	if info := openInfo(stream); info != nil {
		c.outputs = append(c.outputs, output{Output: Output{What: what, Cure: "redirect it to another file"}, open: &existing{what, info}})
	}
}

// Lock returns an error if a file is claimed twice, or what is in its place prevents that it
// is made. If names begin with the prefix it locks them until unlock, and returns an error
// if another run has done so.
func (c *Claims) Lock(prefix string) (unlock func(), err error) {
	lock := c.lockName(prefix)
	all := c.outputs
	if lock != "" {
		c.Write(Output{What: "the lock of the run", Prefixed: true, Names: Exactly(lock)})
	}
	err = c.clash()
	c.outputs = all // NewLock looks at the lock
	if err != nil {
		return nil, err
	}
	unlock = func() {}
	if lock != "" {
		l, err := outfile.NewLock(lock)
		switch {
		case errors.Is(err, outfile.ErrBusy):
			return nil, fmt.Errorf("another run writes the files that begin with %s: wait for its end, or %s", prefix, otherPrefix)
		case outfile.InTheWay(err):
			return nil, fmt.Errorf("lock %s: %w", lock, cause.Of(err))
		case err == nil:
			unlock = l.Unlock
		} // else opening the outputs returns what is wrong with the folder
	}
	if err := c.blocked(); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// lockName returns the path of the lock; empty if no file begins with the prefix.
func (c *Claims) lockName(prefix string) string {
	for _, o := range c.outputs {
		if o.Prefixed && len(o.Names) > 0 {
			dir, base := filepath.Split(prefix)
			return dir + "." + base + ".lock"
		}
	}
	return ""
}

// clash returns an error if two files are one.
func (c *Claims) clash() error {
	found := make([][]existing, len(c.outputs))
	for i := range c.outputs {
		o := &c.outputs[i]
		found[i] = o.existing()
		if o.open != nil {
			found[i] = append(found[i], *o.open)
		}
		for _, file := range found[i] {
			if o.read {
				break
			}
			for _, in := range c.inputs {
				if file.info != nil && os.SameFile(file.info, in.info) {
					return o.overwrites(file.path, in.what)
				}
			}
		}
		for j := range i {
			if o.read && c.outputs[j].read {
				continue
			}
			if path := o.meets(&c.outputs[j], found[i], found[j]); path != "" {
				return o.clashes(&c.outputs[j], path)
			}
		}
	}
	return nil
}

// blocked returns an error if a file cannot be made because of what is there.
func (c *Claims) blocked() error {
	for i := range c.outputs {
		o := &c.outputs[i]
		if o.read {
			continue
		}
		for _, file := range o.existing() {
			if err := outfile.Check(file.path); err != nil {
				return fmt.Errorf("%s: open %s: %w", o.What, file.path, cause.Of(err))
			}
		}
	}
	return nil
}

func (o *output) existing() []existing {
	var list []existing
	for i := range o.Names {
		list = append(list, o.Names[i].existing()...)
	}
	return list
}

// meets returns a path that both outputs may write, or "". Files that are open
// already may be shared.
func (o *output) meets(other *output, found, others []existing) string {
	if o.open != nil && other.open != nil {
		return ""
	}
	for i := range o.Names {
		for j := range other.Names {
			if path := o.Names[i].meets(&other.Names[j]); path != "" {
				return path
			}
		}
	}
	for _, a := range found {
		for _, b := range others {
			if a.info != nil && b.info != nil && os.SameFile(a.info, b.info) {
				if o.open != nil {
					return b.path
				}
				return a.path
			}
		}
	}
	return ""
}

func (o *output) overwrites(path, input string) error {
	cure := o.Cure
	if o.Prefixed || cure == "" {
		cure = otherPrefix
	}
	if o.What == path {
		return fmt.Errorf("%s is %s that is read: %s", o.What, input, cure)
	}
	return fmt.Errorf("%s leads to %s, which is %s that is read: %s", o.What, path, input, cure)
}

func (o *output) clashes(other *output, path string) error {
	cure := o.Cure
	if cure == "" {
		cure = other.Cure
	}
	if cure == "" {
		cure = otherPrefix
	}
	return fmt.Errorf("%s and %s both lead to %s: %s", other.What, o.What, path, cure)
}

// shareable reports whether two that open the file would meet in it: it is not a
// device.
func shareable(info fs.FileInfo) bool {
	return info.Mode().IsRegular() || info.Mode()&fs.ModeNamedPipe != 0
}

// openInfo returns what a stream leads to, nil if that is nothing to be shared.
func openInfo(stream any) fs.FileInfo {
	for {
		w, ok := stream.(interface{ Unwrap() io.Writer }) // printable.Writer
		if !ok {
			break
		}
		stream = w.Unwrap()
	}
	f, ok := stream.(*os.File)
	if !ok || f == nil {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !shareable(info) {
		return nil
	}
	return info
}
