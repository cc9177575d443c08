package t2

// Value is a setting's value with which results are T2's.
type Value struct {
	Group, Key string
	Value      string
}

// Values are what --t2 sets: every setting that changes a result and has a value that is T2's.
// docs/from-t2.md names them in its table of differences.
var Values = []Value{
	{"flow", "evict", "oldest"},
	{"flow", "direction", "ports"},
	{"flow", "times", "packets"},
	{"basicstats", "time_back", "wrap"},
	{"flow", "new_syn", "joins"},
	{"flow", "timeouts", "610,182,120,10,0.1"},
	{"flow", "expire", "packets"},
	{"flow", "icmp_errors", "together"},
	{"flow", "vlan", "key"},
	{"capture", "link_types", "first"},
	{"capture", "decode", "t2"},
	{"capture", "lengths", "wrap"},
	{"output", "folder", "capture"},
	{"tcpwin", "when_full", "stop"},
	{"tcpwin", "every", "0"},
	{"tcpwinsink", "final_report", "false"},
	{"tcpwinsink", "when", "flow_end"},
}
