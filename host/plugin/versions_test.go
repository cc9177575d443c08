package plugin

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
)

// TestPick: of plugins that are here in several versions, which a run gets.
func TestPick(t *testing.T) {
	make1 := func(name, version string, requires ...sdk.Requirement) *Artefact {
		return &Artefact{Plugin: &sdk.Plugin{Name: name, Version: version, Requires: requires}, From: "p/" + name + "@" + version}
	}
	needs := func(name, versions string) sdk.Requirement { return sdk.Requirement{Name: name, Versions: versions} }
	base := make1("base", "2.0.0")
	base.Others = []*Artefact{make1("base", "1.2.0"), make1("base", "1.1.0")}
	old := make1("user", "1.0.0", needs("base", "^1"))
	user := make1("user", "2.0.0", needs("base", "^2"))
	user.Others = []*Artefact{old}
	catalogue := []*Artefact{base, user, make1("late", "1.0.0", needs("base", "~1.1")), make1("both", "1.0.0", needs("user", ""), needs("base", "<2"))}
	for _, c := range []struct{ name, words, want string }{
		{"nothing is asked", "base", "base@2.0.0 user@2.0.0"},
		{"a version", "base@1.1", "base@1.1.0 user@2.0.0"},
		{"a range", "Base@^1", "base@1.2.0 user@2.0.0"},
		{"what another one requires", "user", "base@2.0.0 user@2.0.0"},
		{"an older one, and what that requires", "user@1", "base@1.2.0 user@1.0.0"},
		{"one that only a third fits", "late", "base@1.1.0 user@2.0.0"},
		{"two that fit one", "late,user@1", "base@1.1.0 user@1.0.0"},
		{"two that fit none: Resolve tells", "late,user", "base@2.0.0 user@2.0.0"},
		{"the user against a requirement: Resolve tells", "user,base@1.2", "base@1.2.0 user@2.0.0"},
		{"no such version", "base@3", "error: plugin base@3: no such version is here (there is 2.0.0, 1.2.0, 1.1.0): t2host install --beside keeps versions side by side"},
		{"no version", "base@1.", "error: plugin base@1.: improper constraint"},
	} {
		requests, err := ParseRequests(strings.Split(c.words, ","))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if picked, err := Pick(catalogue, requests); err != nil {
			got = "error: " + err.Error()
		} else {
			got = picked[0].Name + "@" + picked[0].Version + " " + picked[1].Name + "@" + picked[1].Version
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: -p %s: %s, want %s", c.name, c.words, got, c.want)
		}
	}
	for _, word := range []string{"base@", "@1", "base@:wasm"} {
		if q, err := ParseRequest(word); err == nil {
			t.Errorf("-p %s: %+v", word, q)
		}
	}
	if q, err := ParseRequest("base@^1.2:wasm"); err != nil || q != (Request{Name: "base", Versions: "^1.2", Runtime: Wasm}) {
		t.Errorf("%+v, %v", q, err)
	}
}
