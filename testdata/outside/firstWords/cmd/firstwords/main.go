// Command firstwords is the plugin firstWords: as a process, and as a module for the sandbox.
package main

import (
	"example.com/firstwords"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(firstwords.Plugin) } // a module's main never runs

func main() { serve.Run() }
