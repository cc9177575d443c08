// Command events is the plugins of package events as a module for the sandbox.
package main

import (
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/testdata/events"
)

func init() { serve.Plugins(events.Plugins()...) } // a module's main never runs

func main() { serve.Run() }
