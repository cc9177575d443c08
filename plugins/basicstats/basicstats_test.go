package basicstats_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/basicstats"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) { sdktest.Cases(t, "testdata/*.txtar", basicstats.Plugin) }

func TestREADME(t *testing.T) { sdktest.README(t, basicstats.Plugin, "README.md") }
