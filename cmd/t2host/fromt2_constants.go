package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/sdk"
)

// t2Constant is a row of constants that T2's users edit and compile in.
type t2Constant struct {
	names   []string
	setting string // has the constant's meaning and values; empty: no single one has
	here    string // markdown: what replaces them, where it is not the setting alone
}

// t2Constants are those of docs/from-t2.md, whose table is made of them.
var t2Constants = []t2Constant{
	{[]string{"TCPWIN_THRES"}, "tcpwin.threshold", ""},
	{[]string{"TCPWIN_MINPKTS"}, "tcpwin.min_packets", ""},
	{[]string{"TCPWIN_MAXWSCNT"}, "tcpwin.max_entries", "`tcpwin.max_entries`, and `tcpwin.when_full`: `evict` is the tutorial's round robin, `stop` is T2"},
	{[]string{"TCPWIN_SUFFIX"}, "tcpwin.suffix", ""},
	{[]string{"TCPWIN_FLWPRG"}, "", "none: it acts with `FORCE_MODE` only"},
	{[]string{"TWS_SERVADD", "TWS_DPORT", "TWS_SOCKTYPE"}, "", "`tcpwinsink.to`: `tcp://127.0.0.1:5555`, `udp://…`, and more"},
	{[]string{"TWS_TMINTVL"}, "tcpwinsink.interval", ""},
	{[]string{"TWS_MAXSBUF"}, "", "none: a report has no limit; `tcpwinsink.queue` bounds what waits, `tcpwinsink.max_datagram` a datagram"},
	{[]string{"TFS_SPLIT"}, "", "`-W`, or `txtsink.split`"},
	{[]string{"TFS_GZ_COMPRESS"}, "txtsink.gzip", ""},
	{[]string{"TFS_PRI_HDR", "TFS_HDR_FILE", "TFS_PRI_HDR_FW"}, "", "their defaults: a header row in the first file, and the headers file"},
	{[]string{"FLOW_TIMEOUT"}, "", "built in (182 s), as are the timeouts of tcpStates; `flow.tcp_states=false` is T2 without tcpStates"},
	{[]string{"FDURLIMIT"}, "flow.max_duration", ""},
	{[]string{"HASH_AUTOPILOT"}, "", "`flow.max_flows`: for one more the least recently seen conversation ends"},
	{[]string{"IPV6_ACTIVATE", "ETH_ACTIVATE"}, "", "their defaults: all of IPv4, IPv6, layer 2"},
	{[]string{"MONINTTMPCP", "MONINTV", "DIFF_REPORT", "MACHINE_REPORT"}, "", "not yet"},
	{[]string{"FORCE_MODE", "ALARM_MODE", "REPORT_HIST", "BUF_DATA_SHFT"}, "", "none"},
	{[]string{"ENVCNTRL"}, "", "`T2HOST_GROUP__KEY`, a variable for every setting"},
	{[]string{"USE_PLLIST"}, "", "`plugins = [\"tcpwin\", …]` in `t2host.toml`, or `-p`"},
}

// ours returns the setting that a word of conf's -D or -G names: of a constant of T2's the one
// here, which the user is told. It is an error if a constant is not a single setting.
func (c *conf) ours(flag, key string) (string, error) {
	name := strings.ToUpper(key)
	i := slices.IndexFunc(t2Constants, func(t t2Constant) bool { return slices.Contains(t.names, name) })
	switch {
	case i < 0:
		return key, nil
	case t2Constants[i].setting == "":
		return "", usagef("conf %s %s: %s", flag, key, isT2s(name, t2Constants[i].here))
	}
	fmt.Fprintf(c.stderr, "t2host: %s is %s here\n", name, t2Constants[i].setting)
	return t2Constants[i].setting, nil
}

// t2Switch holds T2's values of a switch.
var t2Switch = map[string]string{"0": "false", "no": "false", "1": "true", "yes": "true"}

// switched returns what a setting is to be where T2's users write text.
func switched(s *sdk.Setting, text string) string {
	if ours, ok := t2Switch[strings.ToLower(text)]; ok && s.Kind == sdk.BoolSetting {
		return ours
	}
	return text
}
