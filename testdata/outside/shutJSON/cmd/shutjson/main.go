// Command shutjson is the plugin shutJSON: as a process, and as a module for the sandbox.
package main

import (
	"example.com/shutjson"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(shutjson.Plugin) } // a module's main never runs

func main() { serve.Run() }
