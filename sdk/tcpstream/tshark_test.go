package tcpstream_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest"
	"github.com/t2host/t2host/sdk/tcpstream"
)

// followed is the bytes of both directions of a conversation, by who sent them.
type followed struct {
	sent map[string][]byte
	gaps bool
}

// key names a conversation by its sides.
func (f *followed) key() string { return strings.Join(slices.Sorted(maps.Keys(f.sent)), " ") }

// follower is a plugin that puts the streams of all conversations together.
func follower(into map[uint64]*followed) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "follower", Number: 300, Version: "1.0.0", Doc: "follows streams for a test",
		Starts:  sdk.Start(field.Opposite, field.FlowInd, field.SrcIP, field.SrcPort, field.DstIP, field.DstPort, field.Proto),
		Packets: tcpstream.Packets, Ends: sdk.End(), State: tcpstream.State(),
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			type side struct {
				of   *followed
				name string
			}
			var flows sdk.PerFlow[side]
			s := tcpstream.New(tcpstream.Config{
				Data: func(flow uint32, data []byte) {
					f := flows.At(flow)
					f.of.sent[f.name] = append(f.of.sent[f.name], data...)
				},
				Gap: func(flow, _ uint32) { flows.At(flow).of.gaps = true },
			})
			return &sdk.Loop{
				StartFlow: func(start sdk.StartRow) {
					s.StartFlow(start)
					if start.Proto() != 6 {
						return
					}
					f := into[start.FlowInd()]
					if f == nil {
						f = &followed{sent: map[string][]byte{}}
						into[start.FlowInd()] = f
					}
					name := fmt.Sprintf("%s:%d", start.SrcIP(), start.SrcPort())
					*flows.At(start.Flow()) = side{f, name}
					f.sent[name] = append(f.sent[name], ""...)
					f.sent[fmt.Sprintf("%s:%d", start.DstIP(), start.DstPort())] = f.sent[fmt.Sprintf("%s:%d", start.DstIP(), start.DstPort())]
				},
				Packet:  s.Packet,
				EndFlow: func(end sdk.EndRow) error { s.EndFlow(end.Flow()); return nil },
			}, nil
		},
	})
}

func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("T2HOST_NO_SKIP") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// followsDiffer are conversations of which tshark has other bytes, and why.
var followsDiffer = map[string]string{
	"sv_frag-eth-vlan-ipv6-tcp.pcap ::1:12345 ::1:8080":                  "the host does not put IP fragments together",
	"ndpi_KakaoTalk_talk_sll.pcap 10.24.82.188:48489 203.205.147.215:80": "the server sent two SYN-ACKs with other numbers: the client goes on from the first one, tshark from the second",
}

// TestStreamsAgreeWithTshark: of each conversation in our captures, and in every tenth of the shared ones (in
// make soak all), the bytes of both directions are those of tshark's follow.
func TestStreamsAgreeWithTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	shared := os.Getenv("T2HOST_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		skip(t, "tshark is not installed")
	}
	files, err := filepath.Glob("../../testdata/*.pcap*")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := filepath.Glob(filepath.Join(shared, "captures/real/*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(theirs) == 0 {
		skip(t, "shared captures are not here: set T2HOST_SHARED")
	}
	for i, file := range theirs {
		if i%10 == 1 || os.Getenv("T2HOST_MATRIX") == "1" {
			files = append(files, file)
		}
	}
	streams, differ, gaps := 0, 0, 0
	for _, file := range files {
		ours := map[uint64]*followed{}
		if _, err := sdktest.Run("-- capture --\n"+file+"\n", follower(ours)); err != nil {
			continue // damaged captures: what can be compared is not the same
		}
		byKey := map[string][]*followed{}
		for _, ind := range slices.Sorted(maps.Keys(ours)) {
			f := ours[ind]
			byKey[f.key()] = append(byKey[f.key()], f)
		}
		for key, theirs := range followedBy(t, file) {
			mine := byKey[key]
			if len(mine) != len(theirs) {
				continue // conversations that are cut otherwise: docs/from-t2.md
			}
			for _, want := range theirs { // in an order of their own
				streams++
				if _, known := followsDiffer[filepath.Base(file)+" "+key]; known {
					continue
				}
				if want.gaps || slices.ContainsFunc(mine, func(f *followed) bool { return f.gaps }) {
					gaps++
					continue
				}
				if !slices.ContainsFunc(mine, func(got *followed) bool { return maps.EqualFunc(got.sent, want.sent, bytes.Equal) }) {
					differ++
					var lengths []string
					for side, data := range want.sent {
						lengths = append(lengths, fmt.Sprintf("from %s %d, tshark has %d", side, len(mine[0].sent[side]), len(data)))
					}
					t.Errorf("%s: %s: %v", file, key, lengths)
				}
			}
		}
	}
	t.Logf("%d conversations, %d with gaps, %d differ", streams, gaps, differ)
}

// followedBy returns what tshark's follow makes of the TCP streams of a capture.
func followedBy(t *testing.T, file string) map[string][]*followed {
	t.Helper()
	out, _ := exec.Command("tshark", "-n", "-r", file, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream").Output()
	most := -1
	for line := range strings.Lines(string(out)) {
		for _, n := range strings.Split(strings.TrimSpace(line), ",") {
			if k, err := strconv.Atoi(n); err == nil {
				most = max(most, k)
			}
		}
	}
	all := map[string][]*followed{}
	for from := 0; from <= most; from += 400 {
		args := []string{"-n", "-q", "-r", file}
		for k := from; k <= min(most, from+399); k++ {
			args = append(args, "-z", fmt.Sprint("follow,tcp,raw,", k))
		}
		out, err := exec.Command("tshark", args...).Output()
		if err != nil {
			t.Fatalf("%s: tshark: %v", file, err)
		}
		for _, part := range strings.Split(string(out), "Follow: tcp,raw\n")[1:] {
			f := &followed{sent: map[string][]byte{}}
			var nodes []string
			for line := range strings.Lines(part) {
				line = strings.TrimSuffix(line, "\n")
				if node, ok := strings.CutPrefix(line, "Node "); ok {
					nodes = append(nodes, strings.NewReplacer("[", "", "]", "").Replace(node[3:]))
					f.sent[nodes[len(nodes)-1]] = nil
					continue
				}
				if strings.HasPrefix(line, "Filter") || strings.HasPrefix(line, "==") || line == "" {
					continue
				}
				side := 0
				if line[0] == '\t' {
					side, line = 1, line[1:]
				}
				data, err := hex.DecodeString(line)
				if err != nil || bytes.Contains(data, []byte("bytes missing in capture file]")) {
					f.gaps = true
					continue
				}
				f.sent[nodes[side]] = append(f.sent[nodes[side]], data...)
			}
			all[f.key()] = append(all[f.key()], f)
		}
	}
	return all
}
