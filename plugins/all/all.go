// Package all gives the list of the first-party plugins.
package all

import (
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk"
)

// Plugins are the first-party plugins, by number.
func Plugins() []*sdk.Plugin {
	return []*sdk.Plugin{tcpwin.Plugin, tcpwinsink.Plugin}
}
