package tcpstates_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/tcpstates"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) { sdktest.Cases(t, "testdata/*.txtar", tcpstates.Plugin) }

func TestREADME(t *testing.T) { sdktest.README(t, tcpstates.Plugin, "README.md") }
