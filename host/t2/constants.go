package t2

import (
	"slices"
	"strings"
)

// Constant is a row of constants that T2's users edit and compile in.
type Constant struct {
	Names   []string
	Setting string // the one here with the constant's meaning and values; empty: no single one has
	Here    string // markdown: what replaces them here, if it is not the setting alone
}

// Constants are those of docs/from-t2.md, whose table is made of them.
var Constants = []Constant{
	{[]string{"TCPWIN_THRES"}, "tcpwin.threshold", ""},
	{[]string{"TCPWIN_MINPKTS"}, "tcpwin.min_packets", ""},
	{[]string{"TCPWIN_MAXWSCNT"}, "tcpwin.max_entries", "`tcpwin.max_entries`, and `tcpwin.when_full`: `evict` is the tutorial's round robin, `stop` is T2"},
	{[]string{"TCPWIN_SUFFIX"}, "tcpwin.suffix", ""},
	{[]string{"TCPWIN_FLWPRG"}, "tcpwin.abort_after", ""},
	{[]string{"TWS_SERVADD", "TWS_DPORT", "TWS_SOCKTYPE"}, "", "`tcpwinsink.to`: `tcp://127.0.0.1:5555`, `udp://…`, and more"},
	{[]string{"SKS_SERVADD", "SKS_DPORT", "SKS_SOCKTYPE", "SKS_CONTENT_TYPE"}, "", "`socketsink.to`: `text+tcp://127.0.0.1:6666`, `json+udp://…`, `bin+tcp://…`, and more"},
	{[]string{"NF_SERVADD", "NF_DPORT", "NF_SOCKTYPE", "NF_VER"}, "", "`netflowsink.to`: `netflow9+udp://127.0.0.1:9995`, `ipfix+tcp://…`, and more"},
	{[]string{"TWS_TMINTVL"}, "tcpwinsink.interval", ""},
	{[]string{"TWS_MAXSBUF"}, "", "none: a report has no limit; `tcpwinsink.queue` bounds what waits, `tcpwinsink.max_datagram` a datagram"},
	{[]string{"TFS_SPLIT"}, "", "`-W`, or `txtsink.split`"},
	{[]string{"TFS_GZ_COMPRESS"}, "txtsink.gzip", ""},
	{[]string{"TFS_PRI_HDR", "TFS_HDR_FILE", "TFS_PRI_HDR_FW"}, "", "their defaults: a header row in the first file, and the headers file"},
	{[]string{"FLOW_TIMEOUT"}, "", "the second of `flow.timeouts`; the others are those of tcpStates; `flow.tcp_states=false` is T2 without tcpStates"},
	{[]string{"FDURLIMIT"}, "flow.max_duration", ""},
	{[]string{"HASH_AUTOPILOT"}, "", "`flow.max_flows`: for one more a conversation ends; with `flow.evict=oldest` it is the least recently seen, as in T2"},
	{[]string{"IPV6_ACTIVATE", "ETH_ACTIVATE"}, "", "their defaults: all of IPv4, IPv6, layer 2"},
	{[]string{"MONINTTMPCP"}, "", "`monitor.clock`: packets, or wall"},
	{[]string{"MONINTV"}, "monitor.every", "`monitor.every`, or `-M`"},
	{[]string{"DIFF_REPORT"}, "", "`monitor.values`: absolute, or differences"},
	{[]string{"MACHINE_REPORT"}, "", "both: SIGUSR1 is answered by a report for people, what comes each interval is a line"},
	{[]string{"ALARM_MODE"}, "", "`output.alarms=or`, or `and`; the count is in the end report in any case, of flows that have an alarm"},
	{[]string{"FORCE_MODE"}, "", "on where a plugin declares a rule, as `tcpwin.abort_after`; the end report has the count"},
	{[]string{"REPORT_HIST", "BUF_DATA_SHFT"}, "", "none"},
	{[]string{"ENVCNTRL"}, "", "`T2HOST_GROUP__KEY`, a variable for every setting"},
	{[]string{"USE_PLLIST"}, "", "`plugins = [\"tcpwin\", …]` in `t2host.toml`, or `-p`"},
}

// ConstantNamed returns the row of a constant, nil if T2 has no such constant. Names are
// compared without case.
func ConstantNamed(name string) *Constant {
	name = strings.ToUpper(name)
	i := slices.IndexFunc(Constants, func(c Constant) bool { return slices.Contains(c.Names, name) })
	if i < 0 {
		return nil
	}
	return &Constants[i]
}

// switches are T2's values of a switch.
var switches = map[string]string{"0": "false", "no": "false", "1": "true", "yes": "true"}

// Switch returns the value here of a switch that T2's users set to text, and whether it is one.
func Switch(text string) (string, bool) {
	ours, ok := switches[strings.ToLower(text)]
	return ours, ok
}
