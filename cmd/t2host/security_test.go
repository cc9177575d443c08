package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promises are the beginnings of SECURITY.md's promises, and what tests them: PACKAGE:TEST, or
// the name of a script in testdata/script.
var promises = []struct{ begin, tests string }{
	{"No plugin chooses where its bytes go", "host:TestHostileModules target_foreign suffix_folder outputs_clash"},
	{"No plugin chooses which file it reads", "host:TestInputFile sdk:TestValidate host/internal/inputfile:TestRead"},
	{"Nothing found by chance runs", "settings_chance settings_trust search_owner host/plugin/wasm:TestACacheThatOthersCanWrite"},
	{"What was checked is what runs", "host/internal/owned:TestOpen host/plugin/process:TestTheCheckedFileRuns plugin_altered search_owner"},
	{"Each text of a plugin is shown on one line", "text_escaped host/printable:FuzzLine"},
	{"What a plugin adds to a run is bounded", "host:TestHostileModules sdk/wire:TestRefusedAnswers"},
	{"A plugin that crashes, hangs or answers nonsense", "host:TestHostileModules host/plugin/process:TestRoles cmd/t2host:TestFatalEscapes"},
	{"A pack that is cut", "host/pack:TestRefused host/pack:TestSign pack cmd/t2host:TestInstallFromServer"},
	{"With `--locked` a run loads", "lock host/lock:TestDiffers"},
	{"Outputs are never written over an input", "outputs_inputs outputs_links outputs_clash"},

	{"A module gets the columns that it declares", "host/plugin/wasm:TestABI host/internal/batch:TestEachPluginSeesWhatItDeclared"},
	{"It may import a closed list of functions", "host/plugin/wasm:TestModulesThatAreNoPlugins"},
	{"Its memory is bounded by what it declares", "host/plugin:TestMemory memory_limit"},
	{"A module that did not come with t2host runs in a worker", "runtimes_same host:TestHostileModules"},

	{"It reads its own executable", "cmd/t2host:TestEscapes"},
	{"It writes to a private folder", "cmd/t2host:TestEscapes cmd/t2host:TestFatalEscapes cache_worker"},
	{"It changes no file's owner", "cmd/t2host:TestEscapes"},
	{"It runs nothing but its executable", "cmd/t2host:TestFatalEscapes"},
	{"It serves one Unix socket", "cmd/t2host:TestEscapes host/confine:TestFilter"},
	{"It starts no process", "cmd/t2host:TestEscapes host/confine:TestFilter"},
	{"It cannot signal, trace or read another process", "cmd/t2host:TestEscapes"},
	{"It inherits no descriptor", "cmd/t2host:TestEscapes"},
	{"Its memory, its files and its descriptors", "cmd/t2host:TestFatalEscapes host/confine:TestLimits"},
	{"It ends with t2host", "host/plugin/process:TestAKilledHostLeavesNothing host/plugin/process:TestLifeline host:TestAKilledHost"},
	{"What it needs beyond this it declares", "cmd/t2host:TestGrants host/plugin:TestGrant"},
	{"Children that are granted end with it", "cmd/t2host:TestGrants host/plugin/process:TestRoles"},
	{"A peer that is granted is the only one", "cmd/t2host:TestGrants"},
	{"What the kernel does not confine is said", "host/launch:TestConfined host/confine:TestMissing"},

	{"A live capture keeps no right", "host/live:TestDrop cmd/t2host:TestLiveAsAnotherUser"},
	{"Other processes of the user cannot read its memory", "cmd/t2host:TestHidden"},
	{"The page of a run", "host/view:TestWhoMayAsk host/view:TestSave host/view:TestEvents serving"},
	{"A hub lets in who knows its token", "host/fleet:TestSecureHub cmd/t2host:TestFleetContains"},
	{"A worker runs no executable that is sent", "cmd/t2host:TestFleetContains"},
	{"No capture, settings file, manifest, answer or peer crashes it", "host/capture:FuzzPcap host/capture:FuzzPcapng host/internal/decode:FuzzDecode " +
		"host/settings:FuzzEdit host/plugin/manifest:FuzzManifest sdk/wire:FuzzAnswer host/internal/outlet:TestTalkingPeer cmd/t2host:TestAnySettings"},
}

// TestSecurityIsTested: each promise of SECURITY.md has tests, and they exist.
func TestSecurityIsTested(t *testing.T) {
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	var begins []string
	promised := false
	for line := range strings.Lines(string(text)) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			promised = strings.HasPrefix(heading, "Promised")
		}
		if sentence, ok := strings.CutPrefix(line, "- "); ok && promised {
			begins = append(begins, sentence)
		}
	}
	for _, sentence := range begins {
		if !slices.ContainsFunc(promises, func(p struct{ begin, tests string }) bool { return strings.HasPrefix(sentence, p.begin) }) {
			t.Errorf("nothing tests: %s", sentence)
		}
	}
	for _, p := range promises {
		if !slices.ContainsFunc(begins, func(s string) bool { return strings.HasPrefix(s, p.begin) }) {
			t.Errorf("not promised any more: %s", p.begin)
		}
		for name := range strings.FieldsSeq(p.tests) {
			if !exists(t, name) {
				t.Errorf("%s: there is no test %s", p.begin, name)
			}
		}
	}
}

// exists reports whether there is a test of that name, see promises.
func exists(t *testing.T, name string) bool {
	t.Helper()
	pkg, test, isGo := strings.Cut(name, ":")
	if !isGo {
		_, err := os.Stat(filepath.Join("testdata/script", name+".txtar"))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + test + `\(`)
	return slices.ContainsFunc(files, func(path string) bool {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return declared.Match(data)
	})
}
