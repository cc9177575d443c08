package stream

import (
	"github.com/t2host/t2host/sdk"
)

// Tap is the last stage of a run. It puts flow records, conversations and tables into their
// streams.
type Tap struct {
	flows, conversations []Put
	tables               []*table
	infos                []sdk.TableInfo
	every                int64 // of its ticks: the greatest common divisor of what is asked for

	rows flowRows
	join joiner
	last int64 // packet time
}

// Add adds a receiver of a stream of the run: flows, conversations, or the table that info
// describes. every is the packet time between two states of a table in nanoseconds, whole seconds;
// 0: it is sent at the end only.
func (t *Tap) Add(stream string, info *sdk.TableInfo, every int64, put Put) {
	switch stream {
	case Flows:
		t.flows = append(t.flows, put)
		return
	case Conversations:
		t.conversations = append(t.conversations, put)
		return
	}
	t.every = divisor(t.every, every)
	for i := range t.infos {
		if t.infos[i].Name == info.Name {
			t.tables[i].puts = append(t.tables[i].puts, tablePut{every, put})
			return
		}
	}
	t.infos = append(t.infos, *info)
	t.tables = append(t.tables, &table{key: info.Key, row: info.Row, puts: []tablePut{{every, put}}})
}

// divisor returns the greatest common divisor; that of 0 and n is n.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Wanted reports whether anything was added.
func (t *Tap) Wanted() bool { return len(t.flows)+len(t.conversations)+len(t.tables) > 0 }

// Plugin returns what the tap reads of a run with these columns of plugins, named "plugin.column".
func (t *Tap) Plugin(columns []sdk.ColumnInfo) *sdk.Plugin {
	p := &sdk.Plugin{Name: "streams", Number: 999, Version: "1.0.0", Doc: "puts records and tables into streams", Imports: t.infos}
	if len(t.flows)+len(t.conversations) > 0 {
		p.Ends = sdk.EndSelect{On: true, Fields: flowFields, Columns: columns}
	}
	if t.every > 0 {
		p.Ticks = sdk.TickSelect{Every: t.every}
	}
	return p
}

// Batch puts the rows of a batch into their streams.
func (t *Tap) Batch(b *sdk.Batch) error {
	if b.Last > 0 {
		t.last = b.Time
	}
	if b.Ends.N > 0 {
		if err := t.ends(&b.Ends); err != nil {
			return err
		}
	}
	return t.states(b)
}

func (t *Tap) ends(e *sdk.Ends) error {
	rows := t.rows.of(e)
	for _, put := range t.flows {
		if err := put(rows); err != nil {
			return err
		}
	}
	if len(t.conversations) == 0 {
		return nil
	}
	rows = t.join.of(rows)
	for _, put := range t.conversations {
		if err := put(rows); err != nil {
			return err
		}
	}
	return nil
}

// states follows the tables through a batch: at a tick they are as they were after the events before it.
func (t *Tap) states(b *sdk.Batch) error {
	deltas := b.Imports
	apply := func(until uint32) error {
		for len(deltas) > 0 && deltas[0].At <= until {
			if err := t.tables[deltas[0].Table].apply(&deltas[0]); err != nil {
				return err
			}
			deltas = deltas[1:]
		}
		return nil
	}
	for i := range b.Ticks.N {
		if err := apply(b.Ticks.Order[i]); err != nil {
			return err
		}
		if err := t.send(b.Ticks.Time[i], false); err != nil {
			return err
		}
	}
	if err := apply(^uint32(0)); err != nil || !b.Final {
		return err
	}
	return t.send(t.last, true)
}

// send sends the tables that are due at a packet time.
func (t *Tap) send(at int64, final bool) error {
	for _, table := range t.tables {
		for _, p := range table.puts {
			if final || p.every > 0 && at%p.every == 0 {
				if err := table.send(p.put, at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Close does nothing: who receives the rows closes itself.
func (t *Tap) Close() error { return nil }
