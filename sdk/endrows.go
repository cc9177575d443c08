package sdk

// EndRows are all flow ends of a batch, as columns. They are valid during the callback, in which
// each of the plugin's columns must be written, by All of its writer.
type EndRows struct {
	*Ends
	b *Batch
}

// Moment goes on to flow end i, for tables. It must be called in ascending order.
func (r EndRows) Moment(i int) Moment { return r.b.at(r.Order[i]) }
