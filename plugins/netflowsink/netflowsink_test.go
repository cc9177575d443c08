package netflowsink_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/netflowsink"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) {
	sdktest.Cases(t, "testdata/*.txtar", netflowsink.Plugin)
}

func TestREADME(t *testing.T) { sdktest.README(t, netflowsink.Plugin, "README.md") }
