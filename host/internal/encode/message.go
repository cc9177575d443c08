package encode

import "encoding/binary"

// messages puts data records into sets and sets into messages, as IPFIX (RFC 7011, 3.3) and NetFlow v9 (RFC 3954, 5)
// have them in common.
type messages struct {
	max    int // bytes of a message
	header int // bytes of its header
	align  int // a set is a multiple of so many bytes long

	// begin is called before the first record of a message, flush to send the message and empty it.
	begin func(at int64) error
	flush func() error

	buf    []byte // of the message
	record []byte // that put adds
	rows   int
	set    int    // where the last set of buf begins
	id     uint16 // of that set; 0: none
	at     int64  // packet time of the last record
	sent   int    // messages
}

// put adds the record to the set of a template, with messages of at most most rows; 0: any number.
func (m *messages) put(id uint16, at int64, most int) error {
	need := len(m.record) + m.align - 1
	if id != m.id {
		need += setHeader + m.align - 1
	}
	if len(m.buf) > 0 && len(m.buf)+need > m.max {
		if err := m.flush(); err != nil {
			return err
		}
	}
	if len(m.buf) == 0 {
		if err := m.begin(at); err != nil {
			return err
		}
		m.buf = append(m.buf, make([]byte, m.header)...)
		m.id = 0
	}
	if id != m.id {
		m.closeSet()
		m.set, m.id = len(m.buf), id
		m.buf = binary.BigEndian.AppendUint16(m.buf, id)
		m.buf = append(m.buf, 0, 0)
	}
	m.buf = append(m.buf, m.record...)
	m.rows++
	m.at = at
	if m.rows == most {
		return m.flush()
	}
	return nil
}

// closeSet completes the last set: padding, and its length.
func (m *messages) closeSet() {
	if m.id == 0 {
		return
	}
	for (len(m.buf)-m.set)%m.align != 0 {
		m.buf = append(m.buf, 0)
	}
	binary.BigEndian.PutUint16(m.buf[m.set+2:], uint16(len(m.buf)-m.set))
}

// clear empties the message, which was sent.
func (m *messages) clear() {
	m.buf, m.rows, m.id = m.buf[:0], 0, 0
	m.sent++
}
