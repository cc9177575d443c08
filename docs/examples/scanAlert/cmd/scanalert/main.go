// Command scanalert is the plugin scanAlert: as a process, and as a module for the sandbox.
package main

import (
	"example.com/scanalert"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(scanalert.Plugin) } // a module's main never runs

func main() { serve.Run() }
