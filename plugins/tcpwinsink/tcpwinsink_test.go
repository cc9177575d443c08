package tcpwinsink_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) {
	sdktest.Cases(t, "testdata/*.txtar", tcpwin.Plugin, tcpwinsink.Plugin)
}

func TestREADME(t *testing.T) { sdktest.README(t, tcpwinsink.Plugin, "README.md") }
