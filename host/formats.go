package host

import (
	"path/filepath"
	"slices"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/encode"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// Format describes a format of rows.
type Format struct {
	Name, Doc string
	Ends      []string // of file names that stand for it, without the dot
	Stream    string   // whose rows it shows if the user names none
}

// Formats returns all formats in which rows leave.
func Formats() []Format {
	var list []Format
	for _, f := range encode.Formats {
		list = append(list, Format{Name: f.Name, Doc: f.Doc, Ends: slices.Clone(f.Ends), Stream: f.Stream})
	}
	return list
}

// TargetOptions returns the options that targets of rows have beside those of their drivers.
func TargetOptions() []drive.Option { return slices.Clone(target.Options) }

// RowsToFiles returns words of To that send the rows of all plugins of a run to files in dir, PLUGIN.OUTLET, as text, and their
// columns of packets to PLUGIN.packets: for tests of plugins.
func RowsToFiles(catalogue []*plugin.Artefact, requests []plugin.Request, dir string) (to []string) {
	loaded, err := plugin.Resolve(catalogue, requests)
	if err != nil {
		return nil // the run reports it
	}
	for _, l := range loaded {
		if len(l.Plugin.Packets.Columns) > 0 {
			to = append(to, "packets=text:"+filepath.Join(dir, l.Name+".packets")+"?columns=pktNo,"+l.Name+".*")
		}
		for _, o := range l.Outlets {
			if name := l.Name + "." + o.Name; o.Kind == sdk.RowOutlet {
				to = append(to, name+"=text:"+filepath.Join(dir, name))
			}
		}
	}
	return to
}
