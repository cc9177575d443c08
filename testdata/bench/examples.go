package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// pairs are the plain plugins of testdata/pairs; those by columns have columnsName after their names.
var pairs = []string{"octetSum", "flagCount", "sizeRange", "gapTimes", "lowWindow", "endFacts"}

const columnsName = "Cols"

// examples prints how much slower a plugin is in the sandbox that is written in the plainest way than the same by columns.
func (b *bench) examples() error {
	capture, packets, err := b.longCapture()
	if err != nil {
		return err
	}
	home := "XDG_DATA_HOME=" + b.dir
	jobs := []*job{b.of("no plugin", capture, "", "")}
	for _, name := range pairs {
		for _, n := range []string{name, name + columnsName} {
			if err := b.install(n, home); err != nil {
				return err
			}
			j := b.of(n, capture, n, "wasm", "--trust", n)
			j.env = []string{home}
			jobs = append(jobs, j)
		}
	}
	if err := turns(jobs, b.rounds, false); err != nil {
		return err
	}
	none := per(median(jobs[0].cpu), packets)
	fmt.Printf("\n| in the sandbox, ns a packet | plain | by columns | ratio of the runs | cpu of the plugin: plain | by columns |\n|---|---|---|---|---|---|\n")
	for i := 1; i < len(jobs); i += 2 {
		plain, columns := jobs[i], jobs[i+1]
		p, c := per(median(plain.wall), packets), per(median(columns.wall), packets)
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %.0f | %.0f |\n", strings.TrimSuffix(plain.name, columnsName), p, c, p/c, per(median(plain.cpu), packets)-none, per(median(columns.cpu), packets)-none)
	}
	return nil
}

// install builds one of the plugins and installs it.
func (b *bench) install(name, home string) error {
	module := b.path(name + ".wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags", "-s -w -X main.name="+name, "-o", module, "./testdata/pairs/cmd/pairs")
	build.Dir, build.Env = "../..", append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	install := exec.Command(b.program, "install", module)
	install.Env = append(os.Environ(), home)
	for _, cmd := range []*exec.Cmd{build, install} {
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("plugin %s: %w: %s", name, err, out)
		}
	}
	return nil
}
