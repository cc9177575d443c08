package wire

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

const rowsHeader = 8

// appendRows appends rows of outlets: a head, the flow ends if they are picked, and the outlet's own
// columns.
func appendRows(b []byte, start int, rows []answer.Rows) []byte {
	for i := range rows {
		r := &rows[i]
		flags := uint16(0)
		if r.OfEnds {
			flags = flagOfEnds
		}
		if r.Ends != nil {
			flags |= flagPicked
		}
		b = pad(b, start, 8)
		b = little.AppendUint16(little.AppendUint16(b, r.Outlet), flags)
		b = little.AppendUint32(b, uint32(r.N))
		b = appendColumn(b, start, r.Ends)
		for i := range r.Columns {
			b = columnVec(b, start, &r.Columns[i])
		}
	}
	return b
}

// rows reads the rows of outlets, of an answer to a batch with ends flow ends.
func (c *cursor) rows(rows []answer.Rows, outlets []sdk.Outlet, ends int) []answer.Rows {
	for range c.list(tagRows, rowsHeader) {
		c.align(8)
		r := answer.Rows{Outlet: c.u16()}
		flags, n := c.u16(), int64(c.u32())
		if int(r.Outlet) >= len(outlets) || !outlets[r.Outlet].HasRows() {
			c.fail("rows for an outlet that has none")
		}
		r.OfEnds = flags&flagOfEnds != 0
		picked, own := flags&flagPicked != 0, outletColumns(outlets, r.Outlet)
		switch {
		case flags&^(flagOfEnds|flagPicked) != 0, picked && !r.OfEnds, n == 0:
			c.fail("rows are malformed")
		case r.OfEnds && !picked && n != int64(ends), picked && n > int64(ends):
			c.fail("rows are of another number of flow ends")
		case !r.OfEnds && (len(own) == 0 || n > int64(c.limit)): // each has a byte, or a length
			c.fail("rows without a value")
		}
		if c.err != nil {
			return rows
		}
		r.N = int(n)
		if picked {
			r.Ends = readColumn[uint32](c, r.N)
			for i, end := range r.Ends {
				if int64(end) >= int64(ends) || i > 0 && end <= r.Ends[i-1] {
					c.fail("rows are of flow ends that do not ascend")
				}
			}
		}
		r.Columns = make([]value.Vec, len(own))
		for i := range own {
			c.vec(&r.Columns[i], own[i].Type, r.N)
		}
		if c.err != nil {
			return rows
		}
		rows = append(rows, r)
	}
	c.leave()
	return rows
}

// outletColumns returns the own columns of an outlet, none if it is not declared.
func outletColumns(outlets []sdk.Outlet, i uint16) []sdk.ColumnInfo {
	if int(i) >= len(outlets) {
		return nil
	}
	return outlets[i].Columns
}
