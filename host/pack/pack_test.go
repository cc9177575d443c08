package pack

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk/wire"
)

const platform = "linux/amd64"

// written returns a pack of two plugins: tcpwin has a module and executables for two platforms, tcpwinsink an executable for one.
func written(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b := plugin.BuiltIn(tcpwin.Plugin)[0], plugin.BuiltIn(tcpwinsink.Plugin)[0]
	a.Module.Path, a.Executable.Path = put("m", "module"), put("e", "executable")
	b.Executable.Path = put("f", "other executable")
	var pack bytes.Buffer
	err := Write(&pack, platform, []Source{
		{Artefact: a, Executables: map[string]string{"linux/arm64": put("g", "for arm64")}, Texts: []string{put("README.md", "read me"), put("LICENSE", "free")}},
		{Artefact: b},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pack.Bytes()
}

// TestPack: what is read is what was written.
func TestPack(t *testing.T) {
	data := written(t)
	if !bytes.Equal(data, written(t)) {
		t.Error("two packs of the same plugins differ")
	}
	dir := t.TempDir()
	p, err := Read(bytes.NewReader(data), platform, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Plugins) != 2 || p.Plugins[0].Name != "tcpwin" || len(p.Texts) != 2 || len(p.Files) != 6 {
		t.Fatalf("%v", p)
	}
	for path, want := range map[string]string{
		p.Plugins[0].Module.Path: "module", p.Plugins[0].Executable.Path: "executable", p.Plugins[1].Executable.Path: "other executable",
		p.Texts["tcpwin/README.md"]: "read me",
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want || !strings.HasPrefix(path, dir) {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if p, err := Read(bytes.NewReader(data), "linux/arm64", t.TempDir()); err == nil || !strings.Contains(err.Error(), "plugin tcpwinsink has executables for linux/amd64, and none for linux/arm64") {
		t.Errorf("%v, %v", p, err)
	}
}

// archived is a file of an archive that is made by hand.
type archived struct {
	tar.Header
	data string
}

// archive makes an archive. index may change what the index is of a pack that is good.
func archive(t testing.TB, index func(*index), change func([]archived) []archived) []byte {
	t.Helper()
	sum := "8b2e04f4b9f5d4e0c3c5f5d6b2d1e6b3a8f2f0d6d5c1e5f8b6f4c2d8a9e7b1c3"
	x := indexOf(t, "tcpwin/tcpwin.wasm", "module", &sum)
	if index != nil {
		index(x)
	}
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	list := []archived{{tar.Header{Name: indexName, Typeflag: tar.TypeReg}, string(text)}, {tar.Header{Name: "tcpwin/tcpwin.wasm", Typeflag: tar.TypeReg}, "module"}}
	if change != nil {
		list = change(list)
	}
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, f := range list {
		if f.Typeflag == tar.TypeReg {
			f.Size = int64(len(f.data))
		}
		f.ModTime = time.Unix(0, 0)
		if err := w.WriteHeader(&f.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// indexOf returns the index of a pack of tcpwin with one file.
func indexOf(t testing.TB, path, data string, sum *string) *index {
	t.Helper()
	from := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(from, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := described(path, from)
	if err != nil {
		t.Fatal(err)
	}
	*sum = f.SHA256
	return &index{Pack: version, Plugins: []entry{{Manifest: wire.AppendManifest(nil, tcpwin.Plugin), Module: path}}, Files: []file{f}}
}

// TestRefused: a pack that is not as it must be is refused by name, and nothing is written outside its folder.
func TestRefused(t *testing.T) {
	rename := func(to string) (func(*index), func([]archived) []archived) {
		return func(x *index) { x.Files[0].Path, x.Plugins[0].Module = to, to }, func(l []archived) []archived {
			l[1].Name = to
			return l
		}
	}
	named := func(to string) []byte { a, b := rename(to); return archive(t, a, b) }
	first := func(change func(*archived)) []byte {
		return archive(t, nil, func(l []archived) []archived { change(&l[1]); return l })
	}
	whole := archive(t, nil, nil)
	if _, err := Read(bytes.NewReader(whole), platform, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"no pack":            {[]byte("a text"), "invalid input: magic number mismatch"},
		"empty":              {nil, "it is cut"},
		"cut":                {whole[:len(whole)-20], "it is cut"},
		"cut early":          {whole[:40], "it is cut"},
		"..":                 {named("tcpwin/../../x"), `file "tcpwin/../../x": a name in a pack`},
		"absolute":           {named("/etc/passwd"), `file "/etc/passwd": a name in a pack`},
		"backslash":          {named(`tcpwin\x`), "a name in a pack"},
		"drive":              {named("c:/x"), "a name in a pack"},
		"hidden":             {named("tcpwin/.bashrc"), "a name in a pack"},
		"no folder":          {named("x"), "a name in a pack"},
		"another's folder":   {named("other/x"), `plugin tcpwin: file "other/x" is none of its own`},
		"link":               {first(func(f *archived) { f.Typeflag, f.Linkname, f.data = tar.TypeSymlink, "/etc/passwd", "" }), "is no regular file"},
		"hard link":          {first(func(f *archived) { f.Typeflag, f.Linkname, f.data = tar.TypeLink, indexName, "" }), "is no regular file"},
		"folder":             {first(func(f *archived) { f.Typeflag, f.data = tar.TypeDir, "" }), "is no regular file"},
		"device":             {first(func(f *archived) { f.Typeflag, f.data = tar.TypeChar, "" }), "is no regular file"},
		"other name":         {first(func(f *archived) { f.Name = "tcpwin/y" }), `file "tcpwin/y" where "tcpwin/tcpwin.wasm" should be`},
		"other content":      {first(func(f *archived) { f.data = "Module" }), "it was changed"},
		"longer":             {first(func(f *archived) { f.data = "modules" }), "has 7 bytes, and 6 in the index"},
		"twice in the index": {archive(t, func(x *index) { x.Files = append(x.Files, x.Files[0]) }, nil), "is there twice"},
		"twice but for case": {archive(t, func(x *index) { x.Files = append(x.Files, x.Files[0]); x.Files[1].Path = "tcpwin/TCPWIN.wasm" }, nil), "is there twice"},
		"plugin twice":       {archive(t, func(x *index) { x.Plugins = append(x.Plugins, x.Plugins[0]) }, nil), "plugin tcpwin is there twice"},
		"huge":               {archive(t, func(x *index) { x.Files[0].Size = 1 << 40 }, nil), "at most 256 MiB"},
		"negative":           {archive(t, func(x *index) { x.Files[0].Size = -1 }, nil), "at most 256 MiB"},
		"huge together":      {archive(t, func(x *index) { huge(x) }, nil), "more than 1024 MiB together"},
		"many files":         {archive(t, func(x *index) { x.Files = make([]file, maxFiles+1) }, nil), "at most 4096"},
		"other version":      {archive(t, func(x *index) { x.Pack = 2 }, nil), "a pack of version 2, and this t2host reads version 1"},
		"no plugin":          {archive(t, func(x *index) { x.Plugins = nil }, nil), "no plugin is in it"},
		"no artefact":        {archive(t, func(x *index) { x.Plugins[0].Module = "" }, nil), "neither a module nor an executable"},
		"file that is not":   {archive(t, func(x *index) { x.Plugins[0].Module = "tcpwin/none" }, nil), `file "tcpwin/none" is none of its own`},
		"not in the index": {archive(t, nil, func(l []archived) []archived {
			return append(l, archived{tar.Header{Name: "tcpwin/z", Typeflag: tar.TypeReg}, "z"})
		}), `file "tcpwin/z" is not in the index`},
		"the index is second": {archive(t, nil, func(l []archived) []archived { return []archived{l[1], l[0]} }), `file "tcpwin/tcpwin.wasm" where "pack.json" should be`},
		"other manifest":      {archive(t, func(x *index) { x.Plugins[0].Manifest = json.RawMessage(`{}`) }, nil), "pack.json: "},
	} {
		t.Run(name, func(t *testing.T) {
			around := t.TempDir()
			dir := filepath.Join(around, "in")
			_, err := Read(bytes.NewReader(c.data), platform, dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want …%s…", err, c.want)
			}
			entries, _ := os.ReadDir(around)
			for _, e := range entries {
				if e.Name() != "in" {
					t.Errorf("%s was written", e.Name())
				}
			}
		})
	}
}

func huge(x *index) {
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		x.Files = append(x.Files, file{Path: "tcpwin/" + name, Size: maxFile})
	}
}

// TestSign: only a signature by the key, of this very pack, is accepted.
func TestSign(t *testing.T) {
	dir := t.TempDir()
	pack, data := filepath.Join(dir, "a.t2p"), written(t)
	if err := os.WriteFile(pack, data, 0o644); err != nil {
		t.Fatal(err)
	}
	keys := func(name, password string) (public, secret string) {
		pub, key, err := minisign.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := key.MarshalText()
		if password != "" {
			text, err = minisign.EncryptKey(password, key)
		}
		if err != nil {
			t.Fatal(err)
		}
		shown, err := pub.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		public, secret = filepath.Join(dir, name+".pub"), filepath.Join(dir, name+".key")
		for path, text := range map[string][]byte{public: shown, secret: text} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return public, secret
	}
	public, secret := keys("mine", "")
	other, locked := keys("other", "secret")
	if err := Sign(pack, secret, ""); err != nil {
		t.Fatal(err)
	}
	signature, err := os.ReadFile(pack + SignatureEnding)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(bytes.NewReader(data), signature, public); err != nil {
		t.Error(err)
	}
	changed := bytes.Clone(data)
	changed[len(changed)/2] ^= 1
	for name, err := range map[string]error{
		"another key":     Verify(bytes.NewReader(data), signature, other),
		"changed":         Verify(bytes.NewReader(changed), signature, public),
		"cut":             Verify(bytes.NewReader(data[:100]), signature, public),
		"no signature":    Verify(bytes.NewReader(data), []byte("nonsense"), public),
		"no key":          Verify(bytes.NewReader(data), signature, secret),
		"no secret key":   Sign(pack, public, ""),
		"no file":         Sign(filepath.Join(dir, "none"), secret, ""),
		"a key that's no": Sign(pack, pack, ""),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := Sign(pack, locked, "secret"); err != nil {
		t.Error(err)
	}
}

// FuzzPack: no bytes make reading fail but by an error, nor write outside the folder.
func FuzzPack(f *testing.F) {
	for _, packed := range [][]byte{written(f), archive(f, nil, nil)} {
		z, err := zstd.NewReader(bytes.NewReader(packed))
		if err != nil {
			f.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a text"))
	f.Fuzz(func(t *testing.T, data []byte) {
		around := t.TempDir()
		_, _ = readArchive(bytes.NewReader(data), platform, filepath.Join(around, "in"))
		if entries, _ := os.ReadDir(around); len(entries) > 1 {
			t.Error(entries)
		}
	})
}
