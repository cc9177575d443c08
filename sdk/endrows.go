package sdk

// EndRows are all flow ends of a batch, or those up to a tick, as columns. They are valid during the callback, in which
// each of the plugin's columns must be written, by All of its writer.
type EndRows struct {
	*Ends
	b    *Batch
	from int // how many flow ends of the batch come before
}

// stretch returns flow ends [from, to) of a batch.
func (b *Batch) stretch(from, to int) EndRows {
	if from == 0 && to == b.Ends.N {
		return EndRows{&b.Ends, b, 0}
	}
	part := b.Ends.Slice(from, to, 0)
	return EndRows{&part, b, from}
}

// Moment goes on to flow end i, for tables. It must be called in ascending order.
func (r EndRows) Moment(i int) Moment { return r.b.at(r.Order[i]) }
