package sdktest

import (
	"strings"
	"testing"
)

func TestPacketsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"0 10.0.0.1:1 > 10.0.0.2:2":              "not of the form SECONDS SRC > DST WHAT",
		"\n# x\n0 10.0.0.1:1 < 10.0.0.2:2 S":     "line 3: ",
		"x 10.0.0.1:1 > 10.0.0.2:2 S":            `"x" is not a number of seconds`,
		"0.0000000001 10.0.0.1:1 > 10.0.0.2:2 S": `"0.0000000001" is not a number of seconds`,
		"0 10.0.0.1 > 10.0.0.2:2 S":              "10.0.0.1",
		"0 10.0.0.1:1 > 10.0.0.2:2 SX":           "unknown TCP flag X",
		"0 10.0.0.1:1 > 10.0.0.2:2 S window=1":   "unknown key window",
		"0 10.0.0.1:1 > 10.0.0.2:2 S win=x":      "invalid syntax",
	} {
		if _, err := Packets(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestPacketsRepeat(t *testing.T) {
	one, err := Packets("0 [2001:db8::1]:1 > [2001:db8::2]:2 udp len=3 vlan=7")
	if err != nil {
		t.Fatal(err)
	}
	five, err := Packets("0 [2001:db8::1]:1 > [2001:db8::2]:2 udp len=3 vlan=7 repeat=5 step=0.000000001")
	if err != nil {
		t.Fatal(err)
	}
	if len(one) != 24+16+18+40+11 || len(five)-24 != 5*(len(one)-24) {
		t.Errorf("%d and %d bytes", len(one), len(five))
	}
}
