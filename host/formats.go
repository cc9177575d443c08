package host

import (
	"slices"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/encode"
	"github.com/t2host/t2host/host/internal/target"
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
