package stream

import (
	"slices"
	"sync"

	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk"
)

// Mirror is the last stage of a run that somebody watches. It keeps the tables that plugins export
// as they are after the last batch.
type Mirror struct {
	infos []sdk.TableInfo

	mu      sync.Mutex
	tables  []table
	changes []uint64
	taken   []watch.Table // by Tables, as they were then
}

// NewMirror returns the mirror of these tables.
func NewMirror(infos []sdk.TableInfo) *Mirror {
	m := &Mirror{infos: infos, changes: make([]uint64, len(infos))}
	for _, t := range infos {
		m.tables = append(m.tables, table{key: t.Key, row: t.Row})
	}
	return m
}

// Plugin returns what the mirror reads of a run.
func (m *Mirror) Plugin() *sdk.Plugin {
	return &sdk.Plugin{Name: "mirror", Number: 999, Version: "1.0.0", Doc: "keeps tables for who watches the run", Imports: m.infos}
}

// Batch follows the tables through a batch.
func (m *Mirror) Batch(b *sdk.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range b.Imports {
		d := &b.Imports[i]
		if err := m.tables[d.Table].apply(d); err != nil {
			return err
		}
		m.changes[d.Table]++
	}
	return nil
}

// Tables returns the tables as they are now. It may be called from any goroutine.
func (m *Mirror) Tables() []watch.Table {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.tables {
		if i < len(m.taken) && m.taken[i].Changes == m.changes[i] {
			continue
		}
		t := &m.tables[i]
		now := watch.Table{Name: m.infos[i].Name, Key: t.key, Fields: t.row, Changes: m.changes[i]}
		for k, row := range t.kept.All() {
			now.Rows = append(now.Rows, watch.Row{Key: k, Fields: row})
		}
		if i == len(m.taken) {
			m.taken = append(m.taken, now)
		} else {
			m.taken[i] = now
		}
	}
	return slices.Clone(m.taken)
}

// Close does nothing: the tables stay.
func (m *Mirror) Close() error { return nil }
