package host

import (
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/plugin/remote"
)

// Errors of Run that a caller may tell apart.
type (
	PluginError = pipeline.Error    // a plugin failed
	LimitError  = remote.LimitError // because it went beyond a limit of time or memory
)
