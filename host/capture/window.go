package capture

import "io"

const chunk = 256 << 10 // bytes per read(2); larger reads are not faster

// window is the part of a file that is in memory: one buffer, filled in chunks, read record by
// record. Records are used in place; only a record that a chunk's end cut is moved.
type window struct {
	src  io.Reader
	buf  []byte
	r, w int   // buf[r:w] is unread
	base int64 // offset in the file of buf[0]
	err  error // how src ended; returned after the bytes before it
}

// reset begins a new file in the same buffer.
func (w *window) reset(src io.Reader) {
	if len(w.buf) != chunk { // none yet, or grown for a huge record
		w.buf = make([]byte, chunk)
	}
	w.src, w.r, w.w, w.base, w.err = src, 0, 0, 0, nil
}

func (w *window) unread() []byte { return w.buf[w.r:w.w] }

// offset returns the offset in the file of the first unread byte.
func (w *window) offset() int64 { return w.base + int64(w.r) }

// need returns all unread bytes, at least n of them; slices of the buffer returned before are
// then invalid. Callers have checked n: the buffer grows to hold it, but never to much more
// than has arrived, so that a wrong length in a short file costs nothing.
//
// On an error nothing is consumed: after [ErrIdle] the same call may be made again.
func (w *window) need(n int) ([]byte, error) {
	for empty := 0; w.w-w.r < n; {
		if w.err != nil {
			return nil, w.err
		}
		if w.r > 0 {
			w.w = copy(w.buf, w.unread())
			w.base += int64(w.r)
			w.r = 0
		}
		if w.w == len(w.buf) {
			w.buf = append(w.buf, make([]byte, min(len(w.buf), n))...)
		}
		k, err := w.src.Read(w.buf[w.w:])
		w.w += k
		if err == ErrIdle || err == errStopped {
			if w.w-w.r < n {
				return nil, err
			}
			break
		}
		w.err = err
		if k > 0 {
			empty = 0
		} else if empty++; empty > 100 {
			w.err = io.ErrNoProgress
		}
	}
	return w.unread(), nil
}
