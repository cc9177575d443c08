package sdk

// InputFile declares a file that the user names and the plugin reads: t2host reads it at the start,
// unpacks gzip and zstd, and hands the bytes to Open ([Env.File]), in every runtime. A plugin opens
// no path.
type InputFile struct {
	Setting string // the name of the text setting that holds its path; its default is "", no file
	Max     int64  // bytes of it, unpacked: 1 to MaxFile
	Doc     string // one sentence: what is in it
}

// MaxFile is the largest size of a plugin's input files in bytes, all of them together.
const MaxFile = 16 << 20

// FileData is an input file that the user has named.
type FileData struct {
	Setting string
	Data    []byte
}

// File returns the bytes of the input file whose path that setting holds, or nil if the user named
// none. They are valid in Open, and must not be written.
func (e *Env) File(setting string) []byte {
	for _, f := range e.Opening.Files {
		if f.Setting == setting {
			return f.Data
		}
	}
	return nil
}
