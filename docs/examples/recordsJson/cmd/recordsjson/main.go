// Command recordsjson is the plugin recordsJson: as a process, and as a module for the sandbox.
package main

import (
	"example.com/recordsjson"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(recordsjson.Plugin) } // a module's main never runs

func main() { serve.Run() }
