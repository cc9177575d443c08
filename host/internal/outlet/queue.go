package outlet

// FrameCost is what a frame counts in Config.QueueBytes beside its bytes: slice header, place in the
// list, the allocator's rounding. Without it the bound on the queue's memory would
// be none for short frames.
const FrameCost = 64

// queue keeps frames until they are delivered: those in flight, which have been
// begun on the present connection, then those that wait.
type queue struct {
	limit        int // bytes
	flight, wait list
	acked        int64 // bytes of the frames released from the present connection
}

// list is frames in order.
type list struct {
	frames [][]byte
	rows   []int // that each frame holds
	bytes  int
}

func (l *list) push(f []byte, rows int) {
	l.frames, l.rows = append(l.frames, f), append(l.rows, rows)
	l.bytes += len(f)
}

func (l *list) pop() (f []byte, rows int) {
	f, rows = l.frames[0], l.rows[0]
	l.frames[0] = nil // else the array keeps it alive
	l.frames, l.rows = l.frames[1:], l.rows[1:]
	l.bytes -= len(f)
	return f, rows
}

// count returns the number of rows, or of frames if they hold none.
func (l *list) count() uint64 {
	n := uint64(0)
	for _, rows := range l.rows {
		n += uint64(max(rows, 1))
	}
	return n
}

func (l *list) cost() int { return l.bytes + FrameCost*len(l.frames) }

// push adds a frame and returns what was dropped for it: the oldest of those that
// wait, or the frame itself if that would not make room.
func (q *queue) push(f []byte, rows int) (frames, bytes uint64) {
	need := len(f) + FrameCost
	if len(f) > q.limit || len(q.flight.frames) > 0 && q.flight.cost()+need > q.limit {
		return uint64(max(rows, 1)), uint64(len(f))
	}
	for len(q.wait.frames) > 0 && q.flight.cost()+q.wait.cost()+need > q.limit {
		old, n := q.wait.pop()
		frames += uint64(max(n, 1))
		bytes += uint64(len(old))
	}
	q.wait.push(f, rows)
	return frames, bytes
}

// full reports whether a frame of n bytes has no room, and there is something to wait for.
func (q *queue) full(n int) bool {
	return q.len() > 0 && q.flight.cost()+q.wait.cost()+n+FrameCost > q.limit
}

// begin returns the next frame to write, nil if none waits or half of the queue is
// in flight. The other half is for frames that can still be dropped: else the
// kernel's buffer would swallow a short queue, and the newest would be dropped.
func (q *queue) begin() []byte {
	if len(q.wait.frames) == 0 || len(q.flight.frames) > 0 && q.flight.cost() >= q.limit/2 {
		return nil
	}
	f, rows := q.wait.pop()
	q.flight.push(f, rows)
	return f
}

// ack releases the frames that lie wholly in the first n bytes of the connection.
func (q *queue) ack(n int64) (frames, rows, bytes uint64) {
	for len(q.flight.frames) > 0 && q.acked+int64(len(q.flight.frames[0])) <= n {
		f, of := q.flight.pop()
		q.acked += int64(len(f))
		frames++
		rows += uint64(of)
		bytes += uint64(len(f))
	}
	return frames, rows, bytes
}

// rewind makes what is in flight wait again, whole: the connection is gone.
func (q *queue) rewind() {
	q.wait.frames, q.wait.rows = append(q.flight.frames, q.wait.frames...), append(q.flight.rows, q.wait.rows...)
	q.wait.bytes += q.flight.bytes
	q.flight, q.acked = list{}, 0
}

func (q *queue) len() int   { return len(q.flight.frames) + len(q.wait.frames) }
func (q *queue) bytes() int { return q.flight.bytes + q.wait.bytes }
