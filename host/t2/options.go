package t2

// Option is a row of options of one of T2's tools.
type Option struct {
	Tool     string
	Words    []string // with their arguments, as docs/from-t2.md shows them
	Long     []string // their other spellings, which it does not show
	Here     string   // markdown: what replaces them here
	Accepted bool     // the command here has them
}

// Options are those of docs/from-t2.md, whose tables are made of them.
var Options = []Option{
	{"t2", []string{"-r FILE", "-R LIST"}, []string{"--pcap", "--pcap-list"}, "the same", true},
	{"t2", []string{"-w PREFIX", "-W PREFIX[:SIZE][,START]"}, []string{"--output-prefix"}, "the same; `-w -` needs no `-l -m`", true},
	{"t2", []string{"--output-regex"}, nil, "`-W`, or `--output-split`", false},
	{"t2", []string{"-l"}, []string{"--logfile"}, "the same; `-q` also keeps the terminal quiet", true},
	{"t2", []string{"-p DIR"}, []string{"--plugin-folder"}, "`-P DIR`; `-p` names plugins", true},
	{"t2", []string{"-b FILE"}, []string{"--plugin-list"}, "`plugins = [\"tcpwin\", …]` in `t2host.toml`, or `-p`", false},
	{"t2", []string{"-V", "-h"}, []string{"--version", "--help"}, "the same", true},
	{"t2", []string{"-f N"}, []string{"--hash-factor"}, "`--set flow.max_flows=N`, live flows instead of a factor", false},
	{"t2", []string{"-i IF", "-B SIZE", "-S LEN"}, []string{"--interface", "--rx-bufsize", "--snaplen"}, "the same; `-B` has K, M or G and is at least 2M", true},
	{"t2", []string{"-D EXPR"}, []string{"--input-regex"}, "the same: a file is complete once the next one has begun", true},
	{"t2", []string{"-m", "-M SEC"}, []string{"--monfile", "--mon-interval"}, "the same: lines of figures by packet time, to the terminal or `PREFIX_monitoring.txt`; T2's `-M` only says how long an interval is", true},
	{"t2", []string{"-s"}, []string{"--packets"}, "the same: after `pktNo`, `time`, `flowInd` the columns of plugins at packets, then the host's, which have T2's basicFlow and basicStats under the names of fields; `--to packets=…` sends them elsewhere", true},
	{"t2", []string{"-e FILE"}, []string{"--pcapd"}, "none: it is for T2's plugin pcapd", false},
	{"t2", []string{"-x ID"}, []string{"--sensor-id"}, "the same: in lines of figures", true},
	{"t2", []string{"-c CPU"}, []string{"--cpu"}, "none: `taskset -c CPU t2host …`", false},
	{"t2", []string{"-P PRIO"}, []string{"--priority"}, "none: `nice -n PRIO t2host …`", false},
	{"t2", []string{"-F FILE", "EXPRESSION"}, []string{"--bpf-file"}, "the same", true},

	{"t2plugin", []string{"-c NAME", "-s", "-m", "-t", "-n", "-l", "-y"}, []string{"--create", "--sink", "--minimal", "--t2buf", "--number", "--list", "--yes"}, "`t2host new-plugin` with the same letters; a folder that is not empty is never deleted", true},
	{"t2plugin", []string{"--cpp", "--c++", "--rust"}, nil, "[the ABI](abi.md): any language that compiles to WebAssembly, or speaks gRPC", false},
	{"t2plugin", []string{"-N", "-H"}, nil, "`t2host plugins`, with `--json` for scripts", false},
	{"t2plugin", []string{"-?"}, nil, "`-h`", false},

	{"t2build", []string{"NAME", "-r", "-c", "-a"}, nil, "`t2host build` with a folder and the same letters; `-a` is for the folders in it", true},
	{"t2build", []string{"-e"}, nil, "`t2host build -e -y`: removes what was installed; nothing is asked, so the `-y` is required", true},
	{"t2build", []string{"-f", "-y"}, nil, "accepted, without effect: a build replaces the one before, and nothing is asked", true},
	{"t2build", []string{"-u"}, nil, "`t2host uninstall NAME`", false},
	{"t2build", []string{"-i"}, nil, "none: copy `bin/t2host` into your path", false},
	{"t2build", []string{"-l"}, nil, "`t2host plugins`", false},
	{"t2build", []string{"-b FILE", "-I FILE", "-R", "--no-sink"}, nil, "`t2host build DIR...` with the folders", false},
	{"t2build", []string{"-p DIR"}, nil, "`t2host build DIR`, and `-P DIR/build` in the run", false},
	{"t2build", []string{"-U"}, nil, "`t2host upgrade-sdk DIR`", false},
	{"t2build", []string{"-d", "-P", "-O N", "--lto", "-L", "-B BACKEND"}, nil, "none: there is one way to build", false},
	{"t2build", []string{"-k", "-K"}, nil, "none: `tar` makes an archive of the folder", false},
	{"t2build", []string{"-1", "-X"}, nil, "none: folders are built one after the other, without a lock", false},
	{"t2build", []string{"-D"}, nil, "`README.md` of the plugin, whose tables `go test -update .` writes", false},

	{"t2conf", []string{"NAME -D", "-G", "--reset", "-a", "-g", "-C FILE"}, nil, "`t2host conf` with the same letters, also for [T2's constants](#constants-and-their-settings): [settings](settings.md)", true},
	{"t2conf", []string{"-I", "-E", "-e"}, nil, "`t2host conf NAME`: all settings, and where their values come from", false},
	{"t2conf", []string{"-L"}, nil, "`t2host conf -D plugins=NAMES`", false},
	{"t2conf", []string{"-S"}, nil, "`t2host conf -G plugins`", false},
	{"t2conf", []string{"--patch FILE", "--rpatch FILE"}, nil, "`-C FILE` on every command that reads settings: a file is a preset", false},
	{"t2conf", []string{"--gui", "-m", "--t2"}, nil, "none: `t2host conf -g` writes a settings file to edit", false},
	{"t2conf", []string{"--dual", "--ip4", "--ip6"}, nil, "none: IPv4 and IPv6 are both read", false},
	{"t2conf", []string{"-s", "-r"}, nil, "a copy of `t2host.toml`, read with `-C FILE`", false},
	{"t2conf", []string{"-0", "-9", "-q", "-y"}, nil, "none: nothing is asked", false},
}

// Tool is a row of T2's programs.
type Tool struct {
	Names   []string
	Command string // the one here that accepts its options; empty: none does
	Here    string // markdown: what replaces it here, if no command does
}

// Tools are those of docs/from-t2.md, whose table is made of them.
var Tools = []Tool{
	{[]string{"t2", "tranalyzer"}, "t2host", ""},
	{[]string{"t2conf"}, "t2host conf", ""},
	{[]string{"t2build", "autogen.sh"}, "t2host build", ""},
	{[]string{"t2plugin"}, "t2host new-plugin", ""},
	{[]string{"nc", "netcat"}, "", "`t2host receive tcp://127.0.0.1:5555`"},
	{[]string{"t2doc"}, "", "this book; `t2host plugins NAME`; `t2host man`"},
	{[]string{"t2test"}, "", "`t2host check`, `make test` in the plugin's folder"},
	{[]string{"tawk"}, "", "`t2host -r FILE -w - -p txtsink \\| awk …`, or `txtsink.columns` for those that you want"},
	{[]string{"t2b2t", "t2fm", "t2viz", "t2whois"}, "", "none: they read flow files, and ours are the same"},
}
