package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/testdata/built"
)

// bashTry asks bash what it would offer for the words.
const bashTry = `
source /usr/share/bash-completion/bash_completion
source <(t2host completion bash)
try() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMPREPLY=()
	__start_t2host 2>/dev/null # compopt has something to say outside of a completion
	echo "${COMPREPLY[@]}"
}
`

// zshTry asks zsh's function what it would offer for the words.
const zshTry = `
compdef() { : }
source <(t2host completion zsh)
_describe() { print -r -- ${completions%%:*} }
try() { words=("$@") CURRENT=$#; _t2host }
`

// TestShells: what three shells offer.
func TestShells(t *testing.T) {
	bin := filepath.Dir(mustBuild(t, built.Program))
	for _, c := range []struct{ shell, script, want string }{
		{"bash", bashTry + "try t2host conf tcpw", "tcpwin tcpwinsink"},
		{"bash", bashTry + "try t2host conf tcpwin -D thr", "threshold="},
		{"bash", bashTry + "try t2host -p tcpwin,tcp", "tcpwin,tcpstates tcpwin,tcpwin tcpwin,tcpwinsink"},
		{"bash", bashTry + "try t2host --set tcpwinsink.ti", "tcpwinsink.time="},
		{"bash", bashTry + "try t2host upg", "upgrade-sdk"},
		{"fish", "source (t2host completion fish | psub); complete -C 't2host conf tcpw' | string split -f 1 \\t", "tcpwin\ntcpwinsink"},
		{"fish", "source (t2host completion fish | psub); complete -C 't2host conf tcpwin -D when_full=' | string split -f 1 \\t", "when_full=evict\nwhen_full=stop"},
		{"fish", "source (t2host completion fish | psub); complete -C 't2host -p tcpwin:' | string split -f 1 \\t", "tcpwin:inproc\ntcpwin:process\ntcpwin:wasm"},
		{"zsh", zshTry + "try t2host conf tcpw", "tcpwin tcpwinsink"},
		{"zsh", zshTry + "try t2host conf tcpwin -D when_full=s", "when_full=stop"},
		{"zsh", zshTry + "try t2host -p tcpwin,tcpst", "tcpwin,tcpstates"},
		{"zsh", "autoload -U compinit; compinit -u -D; source <(t2host completion zsh); print -r -- ${_comps[t2host]}", "_t2host"},
	} {
		shell, err := exec.LookPath(c.shell)
		if c.shell == "bash" && err == nil {
			_, err = os.Stat("/usr/share/bash-completion/bash_completion")
		}
		if err != nil {
			skip(t, "no "+c.shell+" with completion here")
			continue
		}
		cmd := exec.Command(shell, "-c", c.script)
		env, err := environ()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(env, "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+t.TempDir())
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%s: %s: %v\ngot  %s\nwant %s", c.shell, c.script[strings.LastIndexByte(c.script, '\n')+1:], err, got, c.want)
		}
	}
}

// skip skips a part of a test because something is missing; T2HOST_NO_SKIP=1 makes that a
// failure.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("T2HOST_NO_SKIP") == "1" {
		t.Error(why)
		return
	}
	t.Log("skipped: " + why)
}
