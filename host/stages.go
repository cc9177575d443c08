package host

import (
	"fmt"

	"github.com/t2host/t2host/host/pipeline"
)

// openStages opens the plugins, in their order.
func openStages(p *plan, out *outlets) ([]*pipeline.Stage, error) {
	var stages []*pipeline.Stage
	for i, l := range p.plugins {
		stage, err := l.Open(p.values[i])
		if err != nil {
			for _, s := range stages {
				_ = s.Stage.Close() // the first error is the one to show
			}
			return nil, fmt.Errorf("plugin %s: open: %w", l.Name, err)
		}
		stages = append(stages, &pipeline.Stage{
			Plugin: l.Plugin, Stage: stage,
			Send: func(n int, frame []byte) error { return out.byPlugin[i][n].Send(frame) },
			Log:  func(line string) { out.warn("plugin " + l.Name + ": " + line) },
		})
	}
	return stages, nil
}
