package sdk

import (
	"errors"
	"math"
	"strconv"

	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// kind is what writes a column's values.
type kind uint8

const (
	unsignedKind kind = iota + 1
	signedKind
	f32Kind
	f64Kind
	ipKind
	textKind
	bytesKind // PutBytes only
)

var kinds = [...]kind{
	value.Uint8: unsignedKind, value.Uint16: unsignedKind, value.Uint32: unsignedKind, value.Uint64: unsignedKind,
	value.Hex8: unsignedKind, value.Hex16: unsignedKind, value.Hex32: unsignedKind, value.Hex64: unsignedKind,
	value.Int64: signedKind, value.Time: signedKind, value.Duration: signedKind, value.Float32: f32Kind, value.Float64: f64Kind,
	value.IP: ipKind, value.MAC: bytesKind, value.Text: textKind, value.String: textKind,
}

// cell is how a value of a column is written: in a guest, where a call is dear, each
// is one call.
type cell struct {
	kind kind
	size int // bytes, 0 where values differ in width
}

func cellsOf(columns []Column) []cell {
	var list []cell
	for _, c := range columns {
		if c.Type.IsList() {
			list = append(list, cell{kind: bytesKind})
		} else {
			list = append(list, cell{kinds[c.Type], c.Type.Size()})
		}
	}
	return list
}

// PutUint writes the plugin's column n, an unsigned number of any width. Higher bits are cut.
func (r EndRow) PutUint(n int, u uint64) { r.put(n, unsignedKind, u) }

// PutInt writes the plugin's column n, a signed number, a time or a duration.
func (r EndRow) PutInt(n int, i int64) { r.put(n, signedKind, uint64(i)) }

// PutFloat writes the plugin's column n, a float of either width.
func (r EndRow) PutFloat(n int, x float64) {
	if cells := r.b.env.cells; uint(n) < uint(len(cells)) && cells[n].kind == f64Kind {
		r.put(n, f64Kind, math.Float64bits(x))
		return
	}
	r.put(n, f32Kind, uint64(math.Float32bits(float32(x))))
}

// put writes a number of at most eight bytes.
func (r EndRow) put(n int, k kind, u uint64) {
	e := r.b.env
	if uint(n) < uint(len(e.cells)) && e.cells[n].kind == k {
		v, size := &e.out.Columns[n], e.cells[n].size
		// There is room for eight bytes after each column, so they are written always.
		if at := r.i * size; len(v.Data) == at && cap(v.Data)-at >= 8 {
			little.PutUint64(v.Data[at:at+8], u)
			v.Data = v.Data[:at+size]
			e.puts++
			return
		}
	}
	if v := r.column(n, k); v != nil { // more ends than the batch has
		v.Data = little.AppendUint(v.Data, u, e.cells[n].size)
		e.puts++
	}
}

// PutIP writes the plugin's column n, an address.
func (r EndRow) PutIP(n int, ip IP) {
	if v := r.column(n, ipKind); v != nil {
		v.Data = ip.AppendWire(v.Data)
		r.b.env.puts++
	}
}

// PutBytes writes the plugin's column n, of any type, as its bytes on the wire. It copies value.
func (r EndRow) PutBytes(n int, value []byte) {
	if v := r.column(n, bytesKind); v != nil {
		if !v.Type.Whole(value) {
			r.b.env.fail(errors.New("column " + r.b.env.plugin.Columns[n].Name + " is " + v.Type.String() + " and is written with " + strconv.Itoa(len(value)) + " bytes"))
			return
		}
		v.Append(value)
		r.b.env.puts++
	}
}

// PutText writes the plugin's column n, a text or string.
func (r EndRow) PutText(n int, s string) {
	if v := r.column(n, textKind); v != nil {
		v.Data = append(v.Data, s...)
		v.Ends = append(v.Ends, uint32(len(v.Data)))
		r.b.env.puts++
	}
}

// column is the plugin's column n if it is written in that way (bytesKind: any is)
// and now.
func (r EndRow) column(n int, k kind) *value.Vec {
	e := r.b.env
	v := e.column(n, k)
	if v != nil && v.Len() != r.i {
		e.fail(e.miscounted(n, v.Len()+1, r.i+1))
		return nil
	}
	return v
}

func (e *Env) column(n int, k kind) *value.Vec {
	if uint(n) >= uint(len(e.cells)) {
		e.fail(errors.New("column " + strconv.Itoa(n) + " is written but not declared"))
		return nil
	}
	v := &e.out.Columns[n]
	if k != bytesKind && k != e.cells[n].kind {
		e.fail(errors.New("column " + e.plugin.Columns[n].Name + " is " + v.Type.String() + " and is written as another type"))
		return nil
	}
	return v
}

// complete returns an error unless every column holds n values.
func (e *Env) complete(n int) error {
	for i, c := range e.cells {
		if v := &e.out.Columns[i]; v.Len() != n || c.size*n != len(v.Data) && c.size > 0 {
			return e.miscounted(i, v.Len(), n)
		}
	}
	return nil
}

func (e *Env) miscounted(column, is, want int) error {
	return errors.New("column " + e.plugin.Columns[column].Name + " has " + strconv.Itoa(is) + " values for " + strconv.Itoa(want) + " flow ends: it must be written once at each")
}
