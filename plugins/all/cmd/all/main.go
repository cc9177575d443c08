// Command all serves the first-party plugins, as one module or as one process.
package main

import (
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(all.Plugins()...) } // a module's main never runs

func main() { serve.Run() }
