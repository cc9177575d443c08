// Command longshut is the plugin longShut: as a process, and as a module for the sandbox.
package main

import (
	"example.com/longshut"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(longshut.Plugin) } // a module's main never runs

func main() { serve.Run() }
