// Command listedhosts is the plugin listedHosts: as a process, and as a module for the sandbox.
package main

import (
	"example.com/listedhosts"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(listedhosts.Plugin) } // a module's main never runs

func main() { serve.Run() }
