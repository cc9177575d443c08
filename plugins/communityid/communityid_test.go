package communityid

import (
	stdsha1 "crypto/sha1"
	"encoding/base64"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest"
)

func ip(t *testing.T, s string) sdk.IP {
	t.Helper()
	a := netip.MustParseAddr(s)
	if a.Is4() {
		return sdk.IPv4([16]byte(append(a.AsSlice(), make([]byte, 12)...)))
	}
	return sdk.IPv6(a.As16())
}

// TestVectors are those of the specification, with the seeds 0 and 1.
func TestVectors(t *testing.T) {
	for _, c := range []struct {
		proto        uint8
		src, dst     string
		sport, dport uint16
		want0, want1 string
	}{
		{6, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
		{6, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
		{6, "10.0.0.1", "10.0.0.2", 10, 11569, "1:SXBGMX1lBOwhhoDrZynfROxnhnM=", "1:HmBRGR+fUyXF4t8WEtal7Y0gEAo="},
		{17, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
		{17, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
		{1, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
		{1, "192.168.0.1", "192.168.0.89", 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
		{1, "192.168.0.89", "192.168.0.1", 20, 0, "1:3o2RFccXzUgjl7zDpqmY7yJi8rI=", "1:lCXHHxavE1Vq3oX9NH5ladQg02o="},
		{1, "192.168.0.89", "192.168.0.1", 20, 1, "1:tz/fHIDUHs19NkixVVoOZywde+I=", "1:Ie3wmFyxiEyikbsbcO03d2nh+PM="},
		{58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="},
		{58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:507:0:1:260:97ff:fe07:69ea", 3, 0, "1:/OGBt9BN1ofenrmSPWYicpij2Vc=", "1:Ij4ZxnC87/MXzhOjvH2vHu7LRmE="},
		{132, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", ""},
	} {
		f := tuple{src: ip(t, c.src), dst: ip(t, c.dst), proto: c.proto, sport: c.sport, dport: c.dport}
		if c.proto == 1 || c.proto == 58 {
			f.icmp(uint8(c.sport), uint8(c.dport))
		}
		if got := f.id(0); got != c.want0 {
			t.Errorf("%d %s:%d %s:%d: got %s, want %s", c.proto, c.src, c.sport, c.dst, c.dport, got, c.want0)
		}
		if got := f.id(1); c.want1 != "" && got != c.want1 {
			t.Errorf("%d %s:%d %s:%d, seed 1: got %s, want %s", c.proto, c.src, c.sport, c.dst, c.dport, got, c.want1)
		}
	}
	if got := (&tuple{proto: 6}).id(0); got != "" {
		t.Errorf("without addresses: %s", got)
	}
}

// TestHash compares with the standard library's.
func TestHash(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 56 {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		if got, want := sha1(data), stdsha1.Sum(data); got != want {
			t.Errorf("%d bytes: got %x, want %x", n, got, want)
		}
		if got, want := string(appendBase64(nil, data)), base64.StdEncoding.EncodeToString(data); got != want {
			t.Errorf("%d bytes: got %s, want %s", n, got, want)
		}
	}
}

func TestCases(t *testing.T) { sdktest.Cases(t, "testdata/*.txtar", Plugin) }

func TestREADME(t *testing.T) { sdktest.README(t, Plugin, "README.md") }
