// Command tcpwinsink is the plugin tcpWinSink: as a process, and as a module for the sandbox.
package main

import (
	"example.com/tcpwinsink"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(tcpwinsink.Plugin) } // a module's main never runs

func main() { serve.Run() }
