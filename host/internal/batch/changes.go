package batch

import (
	"fmt"

	"github.com/t2host/t2host/sdk/answer"
)

// Changes are the changes of a plugin's tables in a batch, for the plugins after it.
type Changes struct {
	List  []answer.Delta
	arena []byte // of their keys and rows
}

// Add adds copies of changes, up to [answer.MaxChanges] bytes.
func (c *Changes) Add(list []answer.Delta) error {
	for _, d := range list {
		if len(c.arena)+len(d.Key)+len(d.Row) > answer.MaxChanges {
			return fmt.Errorf("tables change by more than %d bytes in a batch: change fewer rows at a flow's end", answer.MaxChanges)
		}
		d.Key, d.Row = c.keep(d.Key), c.keep(d.Row)
		c.List = append(c.List, d)
	}
	return nil
}

func (c *Changes) keep(b []byte) []byte {
	start := len(c.arena)
	c.arena = append(c.arena, b...)
	return c.arena[start:len(c.arena):len(c.arena)]
}

func (c *Changes) reset() { c.List, c.arena = c.List[:0], c.arena[:0] }
