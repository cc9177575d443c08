package drive

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/t2host/t2host/sdk/value"
)

// Parcel is a batch with all that is needed to deliver it later.
type Parcel struct {
	Batch
	Columns []value.Column // of a table; nil for bytes
	Format  string
}

// Append appends the parcel to b: texts with their lengths (u16), then numbers, little-endian, then the columns as
// JSON with its length (u32), then the data.
func (p *Parcel) Append(b []byte) ([]byte, error) {
	columns, err := json.Marshal(p.Columns)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{p.Run, p.Stream, p.Format} {
		b = append(binary.LittleEndian.AppendUint16(b, uint16(len(s))), s...)
	}
	b = binary.LittleEndian.AppendUint64(b, p.Number)
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Rows))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.At))
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(columns))), columns...)
	return append(b, p.Data...), nil
}

var errParcel = errors.New("not a batch of rows")

// ReadParcel reads what Append has written. The data has the memory of b.
func ReadParcel(b []byte) (*Parcel, error) {
	p := &Parcel{}
	for _, to := range []*string{&p.Run, &p.Stream, &p.Format} {
		if len(b) < 2 || len(b)-2 < int(binary.LittleEndian.Uint16(b)) {
			return nil, errParcel
		}
		n := 2 + int(binary.LittleEndian.Uint16(b))
		*to, b = string(b[2:n]), b[n:]
	}
	const fixed = 8 + 4 + 8 + 4
	if len(b) < fixed {
		return nil, errParcel
	}
	p.Number, p.Rows = binary.LittleEndian.Uint64(b), int(binary.LittleEndian.Uint32(b[8:]))
	p.At = int64(binary.LittleEndian.Uint64(b[12:]))
	n := binary.LittleEndian.Uint32(b[20:])
	if b = b[fixed:]; uint64(n) > uint64(len(b)) {
		return nil, errParcel
	}
	if json.Unmarshal(b[:n], &p.Columns) != nil {
		return nil, errParcel
	}
	for _, c := range p.Columns {
		if !c.Type.Valid() {
			return nil, errParcel
		}
	}
	p.Data = b[n:]
	return p, nil
}
