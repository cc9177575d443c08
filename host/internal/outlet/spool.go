package outlet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/disk"
	"github.com/t2host/t2host/host/internal/outfile"
)

// Spool is where batches wait on the disk for a target that does not accept them, over several runs.
type Spool struct {
	Dir string // one for each target and stream; it is made
	Max int64  // bytes that may wait there
}

// spool is an open Spool.
type spool struct {
	Spool
	lock *outfile.Lock
	used int64
	base uint64 // number of the last file of earlier runs: those of this run's batches come after it
}

// spoolEnd is the ending of the files of a spool, whose names are numbers.
const spoolEnd = ".batch"

// openSpool opens a spool, and returns what waits there from earlier runs, in its order.
func openSpool(c Spool) (*spool, []*item, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the spool %s: %w", c.Dir, cause.Of(err))
	}
	lock, err := outfile.NewLock(filepath.Join(c.Dir, "lock"))
	if err != nil {
		return nil, nil, fmt.Errorf("spool %s: another run uses it: %w", c.Dir, cause.Of(err))
	}
	s := &spool{Spool: c, lock: lock}
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		lock.Unlock()
		return nil, nil, fmt.Errorf("read the spool %s: %w", c.Dir, cause.Of(err))
	}
	var items []*item
	for _, e := range entries {
		n, err := strconv.ParseUint(strings.TrimSuffix(e.Name(), spoolEnd), 10, 63)
		info, ierr := e.Info()
		if err != nil || ierr != nil || !strings.HasSuffix(e.Name(), spoolEnd) {
			continue
		}
		items = append(items, &item{path: filepath.Join(c.Dir, e.Name()), size: int(info.Size()), number: n, old: true})
		s.used += info.Size()
		s.base = max(s.base, n)
	}
	slices.SortFunc(items, func(a, b *item) int { return int(int64(a.number) - int64(b.number)) })
	return s, items, nil
}

var errSpoolFull = errors.New("spool is full")

// put writes a batch to the disk, with what is known of all batches. The item keeps none of it in memory.
func (s *spool) put(i *item, p drive.Parcel) error {
	p.Batch = *i.batch
	data, err := p.Append(nil)
	if err != nil {
		return err
	}
	if s.used+int64(len(data)) > s.Max {
		return errSpoolFull
	}
	path := filepath.Join(s.Dir, fmt.Sprintf("%020d", s.base+p.Number)+spoolEnd)
	part, err := outfile.Create(path+".part", 0o600)
	if err == nil {
		_, err = part.Write(data)
		if err == nil {
			err = part.Rename(path)
		}
		_ = part.Close()
	}
	if err != nil {
		_ = os.Remove(path + ".part")
		return fmt.Errorf("write %s: %w", path, cause.Of(err))
	}
	s.used += int64(len(data))
	i.path, i.batch, i.size = path, nil, len(data)
	return nil
}

// remove removes the file of a batch that was delivered.
func (s *spool) remove(i *item) {
	_ = os.Remove(i.path)
	_ = disk.SyncPath(s.Dir) // otherwise it comes again, and its key tells
	s.used -= int64(i.size)
}

// setAside renames the file of a batch that this run cannot deliver.
func (s *spool) setAside(i *item) {
	_ = os.Rename(i.path, i.path+".other")
	s.used -= int64(i.size)
}

func (s *spool) close() {
	if s != nil {
		s.lock.Unlock()
	}
}

// item is a batch that waits: in memory, or in a file.
type item struct {
	batch  *drive.Batch
	path   string // of the spool; empty: it is in memory
	size   int    // bytes of the file
	number uint64
	rows   int
	old    bool // of an earlier run
}

// load returns the batch. now is what the run's batches have: one with other columns cannot be delivered.
func (i *item) load(now *drive.Parcel) (*drive.Batch, error) {
	if i.batch != nil {
		return i.batch, nil
	}
	data, err := os.ReadFile(i.path)
	if err != nil {
		return nil, cause.Of(err)
	}
	p, err := drive.ReadParcel(data)
	if err != nil {
		return nil, err
	}
	same := len(p.Columns) == len(now.Columns) && p.Format == now.Format
	for k := range p.Columns {
		same = same && p.Columns[k].Name == now.Columns[k].Name && p.Columns[k].Type == now.Columns[k].Type
	}
	if !same {
		return nil, errors.New("it has other columns, or another format, than this run")
	}
	return &p.Batch, nil
}
