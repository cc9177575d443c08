// Command mysink is the plugin mySink: as a process, and as a module for the sandbox.
package main

import (
	"example.com/mysink"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(mysink.Plugin) } // a module's main never runs

func main() { serve.Run() }
