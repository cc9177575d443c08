package plugin

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
)

func TestGrant(t *testing.T) {
	for _, c := range []struct {
		needs string // separated by spaces
		words string
		want  string // empty: no error
	}{
		{"", "", ""},
		{"children", "children", ""},
		{"children", "", "plugin x needs children: --grant x=children allows it"},
		{"", "children", "--grant x=children: the plugin does not ask for it: it asks for nothing"},
		{"net", "net:db:5432", ""},
		{"net", "net:[2001:db8::1]:5432 net:other:1", ""},
		{"net:db:5432", "net:db:5432", ""},
		{"net:db:5432", "net:db:5433", "plugin x needs net:db:5432: --grant x=net:db:5432 allows it"},
		{"net:db:5432", "net:db:5432 net:db:5433", "--grant x=net:db:5433: the plugin does not ask for it: it asks for net:db:5432"},
		{"net", "", "plugin x needs net: --grant x=net:HOST:PORT allows it"},
		{"read", "read:/usr/share/geo", ""},
		{"read:/usr/share/geo/", "read:/usr/share/geo", ""},
		{"read:/usr/share/geo", "read:/usr/share", "plugin x needs read:/usr/share/geo: --grant x=read:/usr/share/geo allows it"},
		{"read children", "", "plugin x needs read and children: --grant x=read:/PATH,children allows it"},
		{"", "net", "net is none of children, net:HOST:PORT and read:/PATH"},
		{"", "children:", "children: is none of children, net:HOST:PORT and read:/PATH"},
		{"", "net:db:0", "net:db:0 is not net:HOST:PORT, with a port from 1 to 65535"},
		{"", "net:db:65536", "net:db:65536 is not net:HOST:PORT, with a port from 1 to 65535"},
		{"", "net::5", "net::5 is not net:HOST:PORT, with a port from 1 to 65535"},
		{"", "read:", "read: is not read:/PATH: the path must be absolute"},
		{"", "read:../x", "read:../x is not read:/PATH: the path must be absolute"},
	} {
		var g Grant
		var err error
		for _, word := range strings.Fields(c.words) {
			if err = g.Add(word); err != nil {
				break
			}
		}
		if err == nil {
			err = g.Check("x", strings.Fields(c.needs))
		}
		if got := text(err); got != c.want {
			t.Errorf("needs %q, granted %q: %q, want %q", c.needs, c.words, got, c.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCheckNeeds(t *testing.T) {
	needy := &Artefact{Plugin: &sdk.Plugin{Name: "x", Needs: []string{"children"}}}
	modest := &Artefact{Plugin: &sdk.Plugin{Name: "x"}}
	all := Grant{Children: true}
	for _, c := range []struct {
		a    *Artefact
		r    Runtime
		g    Grant
		want string
	}{
		{needy, Process, all, ""},
		{needy, Process, Grant{}, "plugin x needs children: --grant x=children allows it"},
		{needy, Worker, all, "plugin x needs children and would run as worker: only a process can be granted that: -p x:process"},
		{needy, Wasm, Grant{}, "plugin x needs children and would run as wasm: only a process can be granted that: -p x:process"},
		{modest, Worker, Grant{}, ""},
		{modest, Worker, all, "--grant x=children: the plugin runs as worker, where it has no use: -p x:process"},
	} {
		if got := text(c.a.CheckNeeds(c.r, c.g)); got != c.want {
			t.Errorf("needs %q in %s with %v: %q, want %q", c.a.Needs, c.r, c.g, got, c.want)
		}
	}
}
