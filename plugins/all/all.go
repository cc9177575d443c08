// Package all lists the first-party plugins.
package all

import (
	"github.com/t2host/t2host/plugins/basicflow"
	"github.com/t2host/t2host/plugins/basicstats"
	"github.com/t2host/t2host/plugins/communityid"
	"github.com/t2host/t2host/plugins/netflowsink"
	"github.com/t2host/t2host/plugins/octets"
	"github.com/t2host/t2host/plugins/socketsink"
	"github.com/t2host/t2host/plugins/tcpstates"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/plugins/txtsink"
	"github.com/t2host/t2host/sdk"
)

// Plugins returns the first-party plugins, by number.
func Plugins() []*sdk.Plugin {
	return []*sdk.Plugin{basicflow.Plugin, basicstats.Plugin, octets.Plugin, communityid.Plugin, tcpstates.Plugin, tcpwin.Plugin, txtsink.Plugin, netflowsink.Plugin, socketsink.Plugin, tcpwinsink.Plugin}
}
