// Command httplines is the plugin httpLines: as a process, and as a module for the sandbox.
package main

import (
	"example.com/httplines"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(httplines.Plugin) } // a module's main never runs

func main() { serve.Run() }
