package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/outfile"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// claims are all files that a run reads or may write. They are compared by identity:
// neither another spelling of a path nor a link hides that two are one.
type claims struct {
	inputs  []input
	outputs []output
}

// input is a file that the run reads.
type input struct {
	what string // for messages
	info fs.FileInfo
}

// output is what one output of the run may write.
type output struct {
	what   string // for messages: outlet tcpwin.summary
	prefix bool   // its path begins with the run's prefix
	cure   string // where another output leads to the same file; may be empty
	names  []names
	open   *existing // not a file of its own: standard output, /dev/fd/3
}

const otherPrefix = "choose another prefix with -w"

// claimFiles refuses with a UsageError a run that would write one of its inputs, one
// file twice, through a link, or what another run writes. It locks the prefix until
// unlock.
func claimFiles(c *Config, p *plan, configs [][]outlet.Config) (unlock func(), err error) {
	var all claims
	all.addInputs(c, p)
	all.addOutlets(c, p, configs)
	all.addOwn(c)
	lock := all.lockName(c.Prefix)
	if lock != "" {
		all.outputs = append(all.outputs, output{what: "the lock of the run", prefix: true, names: exactly(lock)})
	}
	if err := all.clash(); err != nil {
		return nil, &UsageError{err}
	}
	unlock = func() {}
	if lock != "" {
		all.outputs = all.outputs[:len(all.outputs)-1] // NewLock looks at it
		l, err := outfile.NewLock(lock)
		switch {
		case errors.Is(err, outfile.ErrBusy):
			return nil, &UsageError{fmt.Errorf("another run writes the files that begin with %s: wait for its end, or %s", c.Prefix, otherPrefix)}
		case outfile.InTheWay(err):
			return nil, &UsageError{fmt.Errorf("lock %s: %w", lock, cause.Of(err))}
		case err == nil:
			unlock = l.Unlock
		} // else opening the outputs returns what is wrong with the folder
	}
	if err := all.blocked(); err != nil {
		unlock()
		return nil, &UsageError{err}
	}
	return unlock, nil
}

// lockName returns the path of the lock; empty if no file begins with the prefix.
func (c *claims) lockName(prefix string) string {
	for _, o := range c.outputs {
		if o.prefix && len(o.names) > 0 {
			dir, base := filepath.Split(prefix)
			return dir + "." + base + ".lock"
		}
	}
	return ""
}

func (c *claims) addInputs(cfg *Config, p *plan) {
	add := func(what, path string) {
		if info, err := os.Stat(path); err == nil && shareable(info) {
			c.inputs = append(c.inputs, input{what + " " + path, info})
		}
	}
	for _, path := range cfg.Files {
		if path != "-" {
			add("the capture", path)
		} else if info := openInfo(cfg.Stdin); info != nil {
			c.inputs = append(c.inputs, input{"the capture at standard input", info})
		}
	}
	add("the list of captures", cfg.List)
	add("the settings file", cfg.SettingsFile)
	for _, l := range p.plugins {
		for _, file := range []plugin.File{l.Module, l.Executable} {
			if file.Path != "" {
				add("plugin "+l.Name+",", file.Path)
				add("plugin "+l.Name+",", filepath.Join(filepath.Dir(file.Path), plugin.FileName))
			}
		}
	}
}

func (c *claims) addOutlets(cfg *Config, p *plan, configs [][]outlet.Config) {
	undelivered := false
	for i, l := range p.plugins {
		for n, decl := range l.Outlets {
			oc := &configs[i][n]
			undelivered = undelivered || strings.HasPrefix(oc.Target, "tcp:") || strings.HasPrefix(oc.Target, "unix:")
			path, ok := strings.CutPrefix(oc.Target, "file:")
			if !ok {
				continue
			}
			end := ""
			if oc.Gzip {
				end = ".gz"
			}
			o := output{
				what: "outlet " + oc.Name, prefix: decl.Kind != sdk.StreamOutlet,
				cure: "set " + l.Name + "." + decl.Setting + " to another file",
			}
			if oc.Numbered {
				o.names = []names{namesOf(path, end, true, oc.First), namesOf(path, end+".part", true, oc.First)}
				c.outputs = append(c.outputs, o)
				continue
			}
			o.names = exactly(path+end, path+end+".part")
			c.add(o, path+end)
		}
		if path, ok := cfg.Record[plugin.Key(l.Name)]; ok {
			c.add(output{what: "--record " + l.Name, cure: "name another file in --record " + l.Name + "=FILE", names: exactly(path)}, path)
		}
	}
	if undelivered {
		path := cfg.Prefix + "_undelivered"
		c.outputs = append(c.outputs, output{what: "the file of undelivered frames", names: []names{
			namesOf(path, ".bin", false, 0), namesOf(path, ".bin", true, 1),
			namesOf(path, ".bin.part", false, 0), namesOf(path, ".bin.part", true, 1),
		}})
	}
}

// addOwn adds what the host writes itself.
func (c *claims) addOwn(cfg *Config) {
	if cfg.writesLog() {
		path := cfg.Prefix + "_log.txt"
		c.add(output{what: "the end report", prefix: true, names: exactly(path, path+".part")}, path)
	}
	for _, stream := range []struct {
		what string
		to   any
	}{{"standard output", cfg.Stdout}, {"standard error", cfg.Stderr}} {
		if info := openInfo(stream.to); info != nil {
			c.outputs = append(c.outputs, output{
				what: stream.what, cure: "redirect it to another file", open: &existing{stream.what, info},
			})
		}
	}
}

// add adds an output that leads to path, which may be no file of its own: an open
// file, or a device.
func (c *claims) add(o output, path string) {
	if outfile.Special(path) {
		o.names = nil
		if info, err := os.Stat(path); err == nil && shareable(info) {
			o.open = &existing{path, info}
		}
	} else if info, err := os.Lstat(path); err == nil && info.Mode()&(fs.ModeDevice|fs.ModeSocket) != 0 {
		o.names = nil
	}
	c.outputs = append(c.outputs, o)
}

// clash returns an error if two files are one.
func (c *claims) clash() error {
	found := make([][]existing, len(c.outputs))
	for i := range c.outputs {
		o := &c.outputs[i]
		found[i] = o.existing()
		if o.open != nil {
			found[i] = append(found[i], *o.open)
		}
		for _, file := range found[i] {
			for _, in := range c.inputs {
				if file.info != nil && os.SameFile(file.info, in.info) {
					return o.overwrites(file.path, in.what)
				}
			}
		}
		for j := range i {
			if path := o.meets(&c.outputs[j], found[i], found[j]); path != "" {
				return o.clashes(&c.outputs[j], path)
			}
		}
	}
	return nil
}

// blocked returns an error if a file cannot be made because of what is there.
func (c *claims) blocked() error {
	for i := range c.outputs {
		o := &c.outputs[i]
		for _, file := range o.existing() {
			if err := outfile.Check(file.path); err != nil {
				return fmt.Errorf("%s: open %s: %w", o.what, file.path, cause.Of(err))
			}
		}
	}
	return nil
}

func (o *output) existing() []existing {
	var list []existing
	for i := range o.names {
		list = append(list, o.names[i].existing()...)
	}
	return list
}

// meets returns a path that both outputs may write, or "". Files that are open
// already may be shared.
func (o *output) meets(other *output, found, others []existing) string {
	if o.open != nil && other.open != nil {
		return ""
	}
	for i := range o.names {
		for j := range other.names {
			if path := o.names[i].meets(&other.names[j]); path != "" {
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
	cure := o.cure
	if o.prefix || cure == "" {
		cure = otherPrefix
	}
	if o.what == path {
		return fmt.Errorf("%s is %s that is read: %s", o.what, input, cure)
	}
	return fmt.Errorf("%s leads to %s, which is %s that is read: %s", o.what, path, input, cure)
}

func (o *output) clashes(other *output, path string) error {
	cure := o.cure
	if cure == "" {
		cure = other.cure
	}
	if cure == "" {
		cure = otherPrefix
	}
	return fmt.Errorf("%s and %s both lead to %s: %s", other.what, o.what, path, cure)
}

// shareable reports whether two that open the file would meet in it: it is not a
// device.
func shareable(info fs.FileInfo) bool {
	return info.Mode().IsRegular() || info.Mode()&fs.ModeNamedPipe != 0
}

// openInfo returns what a stream leads to, nil if that is nothing to be shared.
func openInfo(stream any) fs.FileInfo {
	if w, ok := stream.(interface{ Unwrap() io.Writer }); ok { // printable.Writer
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
