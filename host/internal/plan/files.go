package plan

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/internal/claims"
	"github.com/t2host/t2host/host/internal/inputfile"
	"github.com/t2host/t2host/host/internal/keep"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// claim adds all files of the run to p.Files.
func (p *Plan) claim(c *Config) {
	p.claimInputs(c)
	undelivered := false
	for _, l := range p.Plugins {
		for i, decl := range l.Outlets {
			undelivered = undelivered || decl.Driver != nil || decl.Target.Queues()
			p.claimOutlet(l.Name, l.Plugin.Outlets[i], &decl)
		}
		if l.Record != "" {
			p.Files.WritePath(claims.Output{
				What: "--record " + l.Name, Cure: "name another file in --record " + l.Name + "=FILE", Names: claims.Exactly(l.Record),
			}, l.Record)
		}
	}
	for _, t := range p.Targets {
		if t.Word == nil {
			continue // it is an outlet above
		}
		undelivered = undelivered || t.Outlet.Driver != nil || t.Outlet.Target.Queues()
		p.claimTarget(t)
	}
	if undelivered {
		end := filepath.Ext(undeliveredEnd)
		path := c.Prefix + strings.TrimSuffix(undeliveredEnd, end)
		p.Files.Write(claims.Output{What: "the file of undelivered frames", Names: append(
			claims.Exactly(path+end, path+end+".part"), claims.Numbered(path, end, 1), claims.Numbered(path, end+".part", 1),
		)})
	}
	for _, own := range []struct {
		what string
		cfg  *outlet.Config
	}{{"the end report", p.Log}, {"-m", p.Monitor}} {
		if own.cfg != nil {
			path := own.cfg.Target.Path
			p.Files.WritePath(claims.Output{What: own.what, Prefixed: true, Names: claims.Exactly(path, path+".part")}, path)
		}
	}
	if c.Page != "" {
		p.Files.WritePath(claims.Output{What: "--save-view", Cure: "name another file", Names: claims.Exactly(c.Page)}, c.Page)
	}
	if k := p.Kept; k != nil {
		o := claims.Output{What: "--write-pcap", Cure: "name another file", Names: claims.Exactly(k.Path, k.Path+keep.Part)}
		if k.Size > 0 {
			o.Names = []claims.Names{claims.Numbered(k.Path, "", 0), claims.Numbered(k.Path, keep.Part, 0)}
			p.Files.Write(o)
		} else {
			p.Files.WritePath(o, k.Path)
		}
	}
	p.Files.WriteStream("standard output", c.Stdout)
	p.Files.WriteStream("standard error", c.Stderr)
}

func (p *Plan) claimInputs(c *Config) {
	for _, path := range c.Files {
		if path == "-" {
			p.Files.ReadStream("the capture at standard input", c.Stdin)
		} else {
			p.Files.Read("the capture", path)
		}
	}
	if c.Later != nil {
		before, after, first := c.Later()
		p.Files.ReadLater("the series of captures", claims.Numbered(before, after, first))
	}
	p.Files.Read("the list of captures", c.List)
	p.Files.Read("the settings file", c.SettingsFile)
	for _, l := range p.Plugins {
		for _, file := range l.Files {
			p.Files.Read("the input file", file.Path)
		}
		for _, file := range []plugin.File{l.Module, l.Executable} {
			if file.Path != "" {
				p.Files.Read("plugin "+l.Name+",", file.Path)
				p.Files.Read("plugin "+l.Name+",", filepath.Join(filepath.Dir(file.Path), plugin.FileName))
			}
		}
	}
}

// readFiles reads the input files that the user has named for a plugin.
func readFiles(declared *sdk.Plugin, o *sdk.Opening) (files []*inputfile.File, err error) {
	for _, f := range declared.Files {
		path := ""
		for _, v := range o.Values {
			if v.Name == f.Setting {
				path = v.Text
			}
		}
		if path == "" {
			continue
		}
		file, err := inputfile.Read(path, f.Max)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", f.Setting, err)
		}
		files = append(files, file)
		o.Files = append(o.Files, sdk.FileData{Setting: f.Setting, Data: file.Data})
	}
	return files, nil
}

// claimOutlet adds the files of an outlet that leads to any.
func (p *Plan) claimOutlet(name string, decl sdk.Outlet, cfg *outlet.Config) {
	path := cfg.Target.Path
	if path == "" {
		return
	}
	p.claimFile(claims.Output{
		What: "outlet " + cfg.Name, Prefixed: decl.Kind != sdk.StreamOutlet, Cure: "set " + name + "." + decl.Setting + " to another file",
	}, path, cfg)
}

// claimFile adds the files that an outlet makes of a path.
func (p *Plan) claimFile(o claims.Output, path string, cfg *outlet.Config) {
	end := cfg.PackedEnd(path)
	if cfg.Numbered {
		o.Names = []claims.Names{claims.Numbered(path, end, cfg.First), claims.Numbered(path, end+".part", cfg.First)}
		p.Files.Write(o)
		return
	}
	o.Names = claims.Exactly(path+end, path+end+".part")
	p.Files.WritePath(o, path+end)
}
