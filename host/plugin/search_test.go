package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFolders(t *testing.T) {
	for _, c := range []struct {
		name  string
		named []string
		env   map[string]string
		want  string
	}{
		{"nothing", nil, nil, ""},
		{"home", nil, map[string]string{"HOME": "/h"}, "/h/.local/share/t2host/plugins"},
		{"data folder", nil, map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/d"}, "/d/t2host/plugins"},
		{"data folder without home", nil, map[string]string{"XDG_DATA_HOME": "/d"}, "/d/t2host/plugins"},
		{"relative data folder", nil, map[string]string{"HOME": "/h", "XDG_DATA_HOME": "d"}, "/h/.local/share/t2host/plugins"},
		{
			"all, in their order",
			[]string{"b", "a"},
			map[string]string{"HOME": "/h", "T2HOST_PLUGINS": "d" + string(filepath.ListSeparator) + string(filepath.ListSeparator) + "c"},
			"b(-P) a(-P) d(T2HOST_PLUGINS) c(T2HOST_PLUGINS) /h/.local/share/t2host/plugins",
		},
	} {
		var got []string
		for _, f := range Folders(c.named, func(name string) string { return c.env[name] }) {
			text := f.Path
			if f.By != "" {
				text += "(" + f.By + ")"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, " "), c.want)
		}
	}
}

// plant makes a tree: a line "PATH NAME VERSION" is the folder of a plugin, "PATH"
// an empty file, "PATH/" a folder, "PATH -> TARGET" a link.
func plant(t *testing.T, tree string) (root string) {
	t.Helper()
	root = t.TempDir()
	for line := range strings.Lines(tree) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		path := filepath.Join(root, f[0])
		dir := filepath.Dir(path)
		if len(f) == 3 && f[1] != "->" || strings.HasSuffix(f[0], "/") {
			dir = path
		}
		err := os.MkdirAll(dir, 0o755)
		switch {
		case err != nil || strings.HasSuffix(f[0], "/"):
		case len(f) == 1:
			err = os.WriteFile(path, nil, 0o644)
		case f[1] == "->":
			err = os.Symlink(f[2], path)
		default:
			p := catalogue("100 " + f[1] + " " + f[2])[0]
			err = WriteFile(path, &Artefact{Plugin: p, Module: File{"x.wasm", strings.Repeat("0", 64)}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestSearch(t *testing.T) {
	for _, c := range []struct{ name, tree, folders, want string }{
		{"one in its folder", "p/a a 1.0.0", "-P:p", "a 1.0.0 p/a; tcpWin 1.0.0 built in"},
		{"the folder itself", "a a 1.0.0", "-P:a", "a 1.0.0 a; tcpWin 1.0.0 built in"},
		{
			"the first of a name counts", "p/a aB 1.0.0 \n q/x ab 2.0.0 \n q/y c 1.0.0 \n r/z c 3.0.0", "-P:p V:q :r",
			"aB 1.0.0 p/a; c 1.0.0 q/y; tcpWin 1.0.0 built in | ab 2.0.0 q/x; c 3.0.0 r/z",
		},
		{"before the built-in one", "p/a tcpwin 0.1.0", ":p", "tcpwin 0.1.0 p/a | tcpWin 1.0.0 built in"},
		{"twice in one folder", "p/a a 1.0.0 \n p/b a 2.0.0", ":p", "error: plugin a is twice in folder p: version 1.0.0 in p/a, 2.0.0 in p/b: remove one"},
		{"twice but for case", "p/a aB 1.0.0 \n p/b ab 1.0.0", "-P:p", "error: plugin ab is twice in folder p: version 1.0.0 in p/a, 1.0.0 in p/b: remove one"},
		{"the same version twice in two folders", "p/a a 1.0.0 \n q/a a 1.0.0", "-P:p -P:q", "a 1.0.0 p/a; tcpWin 1.0.0 built in | a 1.0.0 q/a"},
		{"other things lie there", "p/a a 1.0.0 \n p/file \n p/folder/ \n p/deep/er/b b 1.0.0 \n p/gone -> nowhere", "-P:p", "a 1.0.0 p/a; tcpWin 1.0.0 built in"},
		{"an unfinished build", "p/a a 1.0.0 \n p/.new-1 a 1.0.0", "-P:p", "a 1.0.0 p/a; tcpWin 1.0.0 built in"},
		{"a linked folder", "x a 1.0.0 \n p/a -> ../x", "-P:p", "a 1.0.0 p/a; tcpWin 1.0.0 built in"},

		{"nobody's folder is not there", "", ":p", "tcpWin 1.0.0 built in"},
		{"nobody's folder is empty", "p/", ":p", "tcpWin 1.0.0 built in"},
		{"nobody's folder in a file", "p", ":p/q", "tcpWin 1.0.0 built in"},
		{"nobody's folder is a file", "p", ":p", "error: plugin folder p is a file: remove it"},
		{"a named folder is not there", "", "-P:p", "error: plugin folder p (-P): no such folder"},
		{"a named folder is a file", "p", "V:p", "error: plugin folder p (V) is a file: name the folder that holds it, or name a module or an executable by -p ./PATH"},
		{"a named folder holds none", "p/a/", "V:p", "error: plugin folder p (V) holds no plugin: one has a plugin.json, which t2host build makes"},
		{"a source's folder", "p/build/a a 1.0.0", "-P:p", "error: plugin folder p (-P) holds no plugin: use p/build"},

		{"plugin.json is empty", "p/a/plugin.json", ":p", "error: p/a/plugin.json: is empty: build the plugin again (t2host build DIR)"},
		{"plugin.json is a folder", "p/a/plugin.json/", ":p", "error: p/a/plugin.json: is a directory: build the plugin again (t2host build DIR)"},
		{"plugin.json is gone", "p/a/plugin.json -> nowhere", ":p", "error: p/a/plugin.json: no such file or directory: build the plugin again (t2host build DIR)"},
		{"plugin.json leads to itself", "p/a/plugin.json -> plugin.json", ":p", "error: p/a/plugin.json: too many levels of symbolic links: build the plugin again (t2host build DIR)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := plant(t, c.tree)
			var folders []Folder
			for _, word := range strings.Fields(c.folders) {
				by, path, _ := strings.Cut(word, ":")
				folders = append(folders, Folder{filepath.Join(root, path), by})
			}
			found, err := Search(folders, BuiltIn(catalogue("150 tcpWin 1.0.0")...))
			got := ""
			switch {
			case err != nil:
				got = "error: " + err.Error()
			case found.Shadowed != nil:
				got = listed(found.Catalogue) + " | " + listed(found.Shadowed)
			default:
				got = listed(found.Catalogue)
			}
			got = strings.ReplaceAll(got, root+string(filepath.Separator), "")
			if diff := cmp.Diff(c.want, filepath.ToSlash(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func listed(list []*Artefact) string {
	var words []string
	for _, a := range list {
		words = append(words, a.Name+" "+a.Version+" "+a.From)
	}
	return strings.Join(words, "; ")
}

// TestSearchUnreadable: what may not be read could be what was looked for. To root
// nothing is unreadable.
func TestSearchUnreadable(t *testing.T) {
	for _, c := range []struct{ shut, want string }{
		{"p/a/plugin.json", "p/a/plugin.json: permission denied: t2host must be able to read it"},
		{"p/a", "p/a/plugin.json: permission denied: t2host must be able to read it"},
		{"p", "plugin folder p: permission denied: t2host must be able to read it"},
	} {
		root := plant(t, "p/a a 1.0.0")
		shut := filepath.Join(root, c.shut)
		if err := os.Chmod(shut, 0); err != nil {
			t.Fatal(err)
		}
		_, err := Search([]Folder{{filepath.Join(root, "p"), ""}}, nil)
		if err := os.Chmod(shut, 0o755); err != nil { // or TempDir cannot be removed
			t.Fatal(err)
		}
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), root+string(filepath.Separator), "")
		}
		if os.Geteuid() == 0 {
			c.want = ""
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.shut, got, c.want)
		}
	}
}
