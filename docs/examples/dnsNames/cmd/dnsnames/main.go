// Command dnsnames is the plugin dnsNames: as a process, and as a module for the sandbox.
package main

import (
	"example.com/dnsnames"

	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(dnsnames.Plugin) } // a module's main never runs

func main() { serve.Run() }
