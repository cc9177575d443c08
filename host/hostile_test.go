package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/tcpwin"
)

// hostile are the modules of testdata/guests/hostile and the one error with
// which each ends a run; where a module traps or loops it says so alike in the
// host's sandbox and in a worker.
var hostile = map[string]string{
	"good":             "",
	"loop_batch":       "plugin hostile: batch 3 (packets 502 to 740): did not answer within 5s: killed",
	"loop_describe":    "hostile/loop_describe.wasm: did not answer within 5s: killed",
	"loop_initialize":  "hostile/loop_initialize.wasm: did not answer within 5s: killed",
	"loop_close":       "plugin hostile: close: did not answer within 5s: killed",
	"trap_open":        "plugin hostile: open: guest trapped: unreachable",
	"trap_batch":       "plugin hostile: batch 3 (packets 502 to 740): guest trapped: unreachable",
	"trap_close":       "plugin hostile: close: guest trapped: unreachable",
	"divide_by_zero":   "plugin hostile: batch 3 (packets 502 to 740): guest trapped: integer divide by zero",
	"stack_overflow":   "plugin hostile: batch 3 (packets 502 to 740): guest trapped: out of bounds memory access",
	"writes_outside":   "plugin hostile: batch 3 (packets 502 to 740): guest trapped: out of bounds memory access",
	"grow_forever":     "plugin hostile: batch 3 (packets 502 to 740): wants 65 MiB of memory, more than its 64: raise runtime.max_memory",
	"pointer_outside":  "plugin hostile: batch 3 (packets 502 to 740): guest answers with 64 bytes at 0x7fffffff, of ",
	"length_huge":      "plugin hostile: batch 3 (packets 502 to 740): guest answers with 4294967295 bytes at ",
	"null_answer":      "plugin hostile: batch 3 (packets 502 to 740): guest answers with 0 bytes at 0x0, of ",
	"in_outside":       "bytes: t2host_in returned 0xffff0000 of ",
	"in_zero":          "bytes: t2host_in returned 0x0 of ",
	"length_lie":       "plugin hostile: batch 3 (packets 502 to 740): malformed answer: message length is wrong",
	"count_lie":        "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 3: it counts more than it holds",
	"ends_lie":         "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 1: answer is to another number of flow ends or packets",
	"column_missing":   "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 1: the message ends too early",
	"column_extra":     "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 1: trailing bytes",
	"delta_table":      "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 2: change of a table that is not declared",
	"delta_outside":    "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 2: table is changed outside an event, or out of order",
	"delta_size":       "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 2: change of table hostile.t has a key or row of a wrong length",
	"frame_outlet":     "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 3: frame for an outlet that is not declared",
	"describe_changes": "plugin hostile: open: declaration differs from its manifest (version 1.0.0 became 1.0.1): build it again (t2host build DIR)",
	"describe_garbage": "hostile/describe_garbage.wasm: manifest: invalid character 'p' looking for beginning of value",
	"describe_unknown": `hostile/describe_unknown.wasm: manifest: unknown field "root"`,
	"frame_unfinished": "plugin hostile: batch 3 (packets 502 to 740): malformed answer: answer ends in the middle of a frame for outlet lines",
	"frames_flood":     "outlet hostile.lines: write ",
	"frame_endless":    "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 3: frame is too large",
	"piece_garbage":    "plugin hostile: batch 3 (packets 502 to 740): malformed answer: section 3: it counts more than it holds",
	"piece_outside":    "plugin hostile: batch 3 (packets 502 to 740): guest answers with a piece of 64 bytes at 0x7fffffff, of ",
	"piece_open":       "plugin hostile: open: guest answers in pieces outside a batch",
	"piece_columns":    "plugin hostile: batch 3 (packets 502 to 740): malformed answer: message has a section that is unknown, twice, out of order or not declared",
	"changes_flood":    "plugin hostile: batch 3 (packets 502 to 740): tables change by more than 16777216 bytes in a batch: change fewer rows at a flow's end",
	"report_flood":     "",
	"abi_newer":        "hostile/abi_newer.wasm: speaks ABI 3, this t2host ABI 2: the plugin is newer: install a newer t2host, or rebuild the plugin with an SDK of this version",
	"log_flood":        "",
	"log_outside":      "plugin hostile: batch 3 (packets 502 to 740): guest trapped: unreachable (last words: last)",
	"problem_huge":     "plugin hostile: batch 3 (packets 502 to 740): \\x1b\\x1b\\x1b",
	"import_outside":   "hostile/import_outside.wasm: module imports env.system, which the host does not provide: it has t2host.log, t2host.piece and the WASI functions of ABI.md",
	"import_changed":   "hostile/import_changed.wasm: module imports wasi_snapshot_preview1.sched_yield as (i32), but it is () -> i32",
	"exit_batch":       "plugin hostile: batch 3 (packets 502 to 740): guest ended itself with exit code 7",
	"no_exports":       "hostile/no_exports.wasm: module does not export t2host_abi: not a t2host plugin",
	"name_escapes":     `hostile/name_escapes.wasm: manifest: plugin hostile: setting "su\x1b[31mf": a name begins with a lower-case letter and holds`,
	"text_escapes":     "",
	"target_default":   "plugin hostile: outlet lines has no target: set one: --set hostile.to=TARGET (tcp://HOST:PORT, file:PATH, or - for standard output)",
	"suffix_folder":    `hostile/suffix_folder.wasm: manifest: plugin hostile: setting suffix: default must be the end of a file name, without / and \ and .., not "/../hostile_suffix"`,
	"slow_compile":     "hostile/slow_compile.wasm: did not answer within 5s: killed",
}

// neverEnds reports whether only the time limit ends a module.
func neverEnds(name string) bool { return strings.HasPrefix(name, "loop_") || name == "slow_compile" }

// runHostile runs a module beside tcpwin, trusted (in the host) or not (in a
// worker).
func runHostile(t *testing.T, name string, trust bool) (prefix, warnings string, err error) {
	t.Helper()
	timeout := "runtime.plugin_timeout=60"
	if neverEnds(name) {
		timeout = "runtime.plugin_timeout=5"
	}
	values, err := settings.Load(os.DevNull, nil, []string{"batch.rows=256", "output.max_file=8", resetsEndSoon, timeout})
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	c := Config{
		Files: []string{windows}, Prefix: filepath.Join(t.TempDir(), "out"), Settings: values, Stdout: &bytes.Buffer{}, Stderr: &shown,
		Carrier:   launch.Config{}.Carrier,
		Catalogue: plugin.BuiltIn(tcpwin.Plugin), Plugins: requests("../testdata/guests/hostile/"+name+".wasm", "tcpwin:inproc"),
	}
	if neverEnds(name) {
		c.Carrier = launch.Config{Start: 5 * time.Second}.Carrier
	}
	if name == "describe_changes" { // its manifest is that of good
		good := planned(t, c, "../testdata/guests/hostile/good.wasm")
		good.Module = plugin.File{Path: c.Plugins[0].Path}
		c.Catalogue, c.Plugins[0] = append(c.Catalogue, good), plugin.Request{Name: "hostile"}
	}
	if trust {
		c.Consent.Trust = []string{"hostile"}
	}
	_, err = Run(context.Background(), c)
	return c.Prefix, shown.String(), err
}

// planned is the artefact at a path, asked what it is.
func planned(t *testing.T, c Config, path string) *plugin.Artefact {
	t.Helper()
	c.Plugins = requests(path)
	p, err := planRun(&c, newNotices(&c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Carrier.Close()
	return p.Plugins[0].Artefact
}

func TestHostileModules(t *testing.T) {
	slow(t)
	found, err := filepath.Glob("../testdata/guests/hostile/*.wasm")
	if err != nil || len(found) != len(hostile) || len(found) < 25 {
		t.Fatalf("%d modules, %d in the table: %v", len(found), len(hostile), err)
	}
	for name, want := range hostile {
		for _, trust := range []bool{false, true} {
			if trust && neverEnds(name) {
				continue // nothing ends it in the host: that is what a worker is for
			}
			t.Run(fmt.Sprintf("%s/trust=%v", name, trust), func(t *testing.T) {
				if neverEnds(name) {
					t.Parallel() // most of its time is the limit
				}
				before := runtime.NumGoroutine()
				prefix, warnings, err := runHostile(t, name, trust)
				if want == "" {
					if err != nil {
						t.Errorf("error %v", err)
					}
					if n := strings.Count(warnings, "plugin hostile: flood\n"); name == "log_flood" && (n < 100 || n > 1000 || !strings.Contains(warnings, "further lines of its log are not shown")) {
						t.Errorf("%d lines of a flood are shown:\n%.300s", n, warnings)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 1200 {
					t.Errorf("error %.1000v\nwant  …%s…", err, want)
				}
				var limit *LimitError
				if is := strings.Contains(want, "did not answer within") || strings.Contains(want, "of memory, more than"); is != errors.As(err, &limit) {
					t.Errorf("the error is one of a limit: %v, want %v", !is, is)
				}
				if err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
					t.Errorf("more than one plain line: %q", err)
				}
				if name == "frames_flood" && !strings.HasSuffix(err.Error(), ": more than 8 MiB: set output.max_file higher if the plugin may write that much") {
					t.Errorf("error %v, want it to name the setting", err)
				}
				finished, _ := filepath.Glob(prefix + "*.txt")
				if len(finished) > 0 {
					t.Errorf("a run that broke has finished %v", finished)
				}
				if !neverEnds(name) {
					settles(t, before) // TestNothingIsLeft has one of the others
				}
			})
		}
	}
}
