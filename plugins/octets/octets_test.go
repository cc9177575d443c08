package octets_test

import (
	"testing"

	"github.com/t2host/t2host/plugins/octets"
	"github.com/t2host/t2host/sdk/sdktest"
)

func TestCases(t *testing.T) { sdktest.Cases(t, "testdata/*.txtar", octets.Plugin) }

func TestREADME(t *testing.T) { sdktest.README(t, octets.Plugin, "README.md") }
