package socketsink_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/socketsink"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) {
	sdktest.Cases(t, "testdata/*.txtar", socketsink.Plugin)
}

func TestREADME(t *testing.T) { sdktest.README(t, socketsink.Plugin, "README.md") }
