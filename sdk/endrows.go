package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/value"
)

// EndRows are all flow ends of a batch, as columns. They are valid during the callback, in
// which each of the plugin's columns must be written once, with a value for each of the N ends.
// Values are copied.
type EndRows struct {
	*Ends
	b *Batch
}

// Moment goes on to flow end i, for tables. It must be called in ascending order.
func (r EndRows) Moment(i int) Moment { return r.b.at(r.Order[i]) }

func (r EndRows) env() *Env { return r.b.env }

// PutColumn writes the plugin's column n, of whole numbers, times or durations that are as wide
// as T.
func PutColumn[T value.Number](r EndRows, n int, values []T) {
	if v := r.column(n, bytesKind, len(values)); v != nil {
		v.Data = value.AppendNumbers(v.Data, values)
		r.fits(n, v)
	}
}

// PutIPs writes the plugin's column n, of addresses.
func (r EndRows) PutIPs(n int, values []IP) {
	if v := r.column(n, ipKind, len(values)); v != nil {
		v.Data = appendIPs(v.Data, values)
	}
}

// PutVec writes the plugin's column n, of the type of values.
func (r EndRows) PutVec(n int, values *value.Vec) {
	v := r.column(n, bytesKind, values.Len())
	switch {
	case v == nil:
	case v.Type != values.Type:
		r.env().fail(errors.New("column " + r.env().plugin.Columns[n].Name + " is " + v.Type.String() + " and is written as " + values.Type.String()))
	default:
		v.Data = append(v.Data, values.Data...)
		v.Ends = append(v.Ends, values.Ends...)
	}
}

// column is the plugin's column n if it is written in that way (bytesKind: any is) and so
// many values are all of it.
func (r EndRows) column(n int, k kind, values int) *value.Vec {
	v := r.env().column(n, k)
	if v != nil && (v.Len() > 0 || values != r.N) {
		r.env().fail(r.env().miscounted(n, v.Len()+values, r.N))
		return nil
	}
	return v
}

// fits refuses a column that was written as wider or narrower values than it has.
func (r EndRows) fits(n int, v *value.Vec) {
	if c := r.env().cells[n]; c.kind != unsignedKind && c.kind != signedKind || len(v.Data) != r.N*c.size {
		r.env().column(n, 0) // panics with the reason
	}
}
