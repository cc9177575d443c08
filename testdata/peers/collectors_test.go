package peers

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// flow is what every collector says of a flow: addresses and ports, protocol, packets, and its first and last
// millisecond.
type flow struct {
	src, dst string
	proto    string
	packets  string
	first    string
	last     string
}

// flows are those of the text file of a capture. Ports are left to others: ICMP has none.
func flows(t *testing.T, capture string) []string {
	list := records(t, capture, "basicflow,basicstats")
	src, dst := column(t, list, "srcIP"), column(t, list, "dstIP")
	sport, dport := column(t, list, "srcPort"), column(t, list, "dstPort")
	proto, packets := column(t, list, "l4Proto"), column(t, list, "pktsSnt")
	first, last := column(t, list, "timeFirst"), column(t, list, "timeLast")
	var want []string
	for i := range src {
		if src[i] == "-" {
			continue
		}
		want = append(want, fmt.Sprintf("%s:%s %s:%s %s %s %s %s", src[i], sport[i], dst[i], dport[i], proto[i], packets[i], millis(first[i]), millis(last[i])))
	}
	slices.Sort(want)
	return want
}

// millis cuts seconds after milliseconds.
func millis(s string) string { return s[:len(s)-6] }

// datagrams returns what t2host sends to a UDP socket.
func datagrams(t *testing.T, capture string, word func(addr string) string) (list [][]byte) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadBuffer(4 << 20)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			b := make([]byte, 65536)
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			list = append(list, b[:n])
		}
	}()
	r, _ := run(t, capture, "--to", word(conn.LocalAddr().String()))
	r.ok(t)
	time.Sleep(100 * time.Millisecond)
	_ = conn.SetReadDeadline(time.Now())
	<-done
	return list
}

// asCapture writes datagrams to port 2055 as a capture.
func asCapture(list [][]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 101, 0, 0, 0) // raw IP
	for _, m := range list {
		n := uint32(len(m) + 28)
		b = append(b, make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, n), n)
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
		b = append(b, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x80, 0, 0x08, 0x07)
		b = binary.BigEndian.AppendUint16(b, uint16(len(m)+8))
		b = append(append(b, 0, 0), m...)
	}
	return b
}

func TestTshark(t *testing.T) {
	tshark := program(t, "tshark")
	for _, capture := range captures {
		want := flows(t, capture)
		for _, format := range []string{"ipfix", "netflow9"} {
			list := datagrams(t, capture, func(addr string) string { return format + "+udp://" + addr })
			path := filepath.Join(t.TempDir(), "x.pcap")
			if err := os.WriteFile(path, asCapture(list), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tshark, "-r", path, "-d", "udp.port==2055,cflow", "-T", "json", "-J", "cflow", "--no-duplicate-keys")
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, cflows(t, out, bootOf(list[0]))); diff != "" {
				t.Errorf("%s of %s (-text file +tshark):\n%s", format, capture, diff)
			}
		}
	}
}

// bootOf returns when the exporter of a message of NetFlow v9 began, milliseconds since 1970.
func bootOf(m []byte) int64 {
	return int64(binary.BigEndian.Uint32(m[8:]))*1000 - int64(binary.BigEndian.Uint32(m[4:]))
}

// cflows returns the flows in tshark's JSON.
func cflows(t *testing.T, out []byte, boot int64) (list []string) {
	t.Helper()
	var packets any
	if err := json.Unmarshal(out, &packets); err != nil {
		t.Fatal(err)
	}
	var walk func(x any)
	walk = func(x any) {
		switch x := x.(type) {
		case []any:
			for _, y := range x {
				walk(y)
			}
		case map[string]any:
			src, ok := x["cflow.srcaddr"]
			dst := x["cflow.dstaddr"]
			if !ok {
				src, ok = x["cflow.srcaddrv6"]
				dst = x["cflow.dstaddrv6"]
			}
			if ok {
				first, last := times(x, boot)
				list = append(list, fmt.Sprintf("%v:%v %v:%v %v %v %s %s", src, x["cflow.srcport"], dst, x["cflow.dstport"], x["cflow.protocol"], x["cflow.packets"], first, last))
				return
			}
			for _, y := range x {
				walk(y)
			}
		}
	}
	walk(packets)
	slices.Sort(list)
	return list
}

// times returns the first and last time of a flow of tshark, as seconds with milliseconds.
func times(x map[string]any, boot int64) (first, last string) {
	var found [2]string
	var walk func(x any)
	walk = func(x any) {
		if list, ok := x.([]any); ok {
			for _, y := range list {
				walk(y)
			}
			return
		}
		m, ok := x.(map[string]any)
		if !ok {
			return
		}
		for name, y := range m {
			for i, names := range [][]string{{"cflow.abstimestart", "cflow.timestart"}, {"cflow.abstimeend", "cflow.timeend"}} {
				if s, ok := y.(string); ok && slices.Contains(names, name) && (found[i] == "" || strings.HasPrefix(name, "cflow.abs")) {
					found[i] = s
				}
			}
			walk(y)
		}
	}
	walk(x)
	for i, s := range found {
		if at, err := time.Parse("Jan _2, 2006 15:04:05.000000000 UTC", s); err == nil {
			found[i] = fmt.Sprintf("%d.%03d", at.Unix(), at.Nanosecond()/1e6)
		} else if up, err := strconv.ParseFloat(s, 64); err == nil { // seconds of uptime
			ms := boot + int64(math.Round(up*1000))
			found[i] = fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
		}
	}
	return found[0], found[1]
}

// collector starts a program that listens on a UDP port and is ended by SIGTERM.
func collector(t *testing.T, port string, path string, args ...string) (stop func() string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 100 { // until it listens
		data, _ := os.ReadFile("/proc/net/udp")
		var n int
		_, _ = fmt.Sscan(port, &n)
		if strings.Contains(string(data), fmt.Sprintf(":%04X ", n)) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return func() string {
		time.Sleep(300 * time.Millisecond)
		_ = cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		return out.String()
	}
}

func freeUDP(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	return port
}

func TestNfcapd(t *testing.T) {
	nfcapd, nfdump := program(t, "nfcapd"), program(t, "nfdump")
	for _, capture := range captures {
		want := flows(t, capture)
		for _, format := range []string{"ipfix", "netflow9"} {
			dir, port := t.TempDir(), freeUDP(t)
			stop := collector(t, port, nfcapd, "-p", port, "-b", "127.0.0.1", "-w", dir, "-I", "x")
			r, _ := run(t, capture, "--to", format+"+udp://127.0.0.1:"+port)
			log := stop()
			r.ok(t)
			if strings.Contains(log, "Sequence Errors: ") && !strings.Contains(log, "Sequence Errors: 0") {
				t.Errorf("%s of %s: sequence errors:\n%s", format, capture, log)
			}
			cmd := exec.Command(nfdump, "-R", dir, "-q", "-6", "-o", "fmt:%sa;%sp;%da;%dp;%pr;%pkt;%ts;%te", "-N")
			cmd.Env = append(os.Environ(), "TZ=UTC")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("nfdump: %v\n%s", err, out)
			}
			if diff := cmp.Diff(want, nfflows(string(out))); diff != "" {
				t.Errorf("%s of %s (-text file +nfdump):\n%s\n%s", format, capture, diff, log)
			}
		}
	}
}

// nfflows returns the flows of nfdump's lines.
func nfflows(out string) (list []string) {
	numbers := map[string]string{"TCP": "6", "UDP": "17", "ICMP": "1", "ICMP6": "58"}
	for line := range strings.Lines(out) {
		c := strings.Split(strings.TrimSpace(line), ";")
		if len(c) != 8 {
			continue
		}
		for i := range c {
			c[i] = strings.TrimSpace(c[i])
		}
		proto := c[4]
		if n := numbers[proto]; n != "" {
			proto = n
		}
		if proto == "1" || proto == "58" {
			c[3] = "0" // nfdump has the type and the code there
		}
		for i := 6; i < 8; i++ {
			if at, err := time.Parse("2006-01-02 15:04:05.000", c[i]); err == nil {
				c[i] = fmt.Sprintf("%d.%03d", at.Unix(), at.Nanosecond()/1e6)
			}
		}
		list = append(list, fmt.Sprintf("%s:%s %s:%s %s %s %s %s", c[0], c[1], c[2], c[3], proto, c[5], c[6], c[7]))
	}
	slices.Sort(list)
	return list
}

func TestGoflow2(t *testing.T) {
	if testing.Short() {
		t.Skip("builds goflow2")
	}
	path := filepath.Join(t.TempDir(), "goflow2")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/netsampler/goflow2/v2/cmd/goflow2").CombinedOutput(); err != nil {
		t.Fatalf("go build goflow2: %v\n%s", err, out)
	}
	for _, capture := range captures {
		want := flows(t, capture)
		for _, format := range []string{"ipfix", "netflow9"} {
			port, file := freeUDP(t), filepath.Join(t.TempDir(), "flows.json")
			// One worker: several would read data before the templates that were sent before.
			stop := collector(t, port, path, "-listen", "netflow://127.0.0.1:"+port+"/?count=1&workers=1", "-format", "json", "-transport", "file", "-transport.file", file, "-addr", "127.0.0.1:0", "-loglevel", "error")
			r, _ := run(t, capture, "--to", format+"+udp://127.0.0.1:"+port)
			log := stop()
			r.ok(t)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v\n%s", err, log)
			}
			var got []string
			objects := json.NewDecoder(bytes.NewReader(data)) // its threads write objects and the ends of lines apart
			for {
				var f struct {
					Src   string `json:"src_addr"`
					Dst   string `json:"dst_addr"`
					Sport int    `json:"src_port"`
					Dport int    `json:"dst_port"`
					Proto string `json:"proto"`
					N     int    `json:"packets"`
					First int64  `json:"time_flow_start_ns"`
					Last  int64  `json:"time_flow_end_ns"`
				}
				if err := objects.Decode(&f); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				numbers := map[string]string{"TCP": "6", "UDP": "17", "ICMP": "1", "IPv6-ICMP": "58"}
				if n := numbers[f.Proto]; n != "" {
					f.Proto = n
				}
				got = append(got, fmt.Sprintf("%s:%d %s:%d %s %d %d.%03d %d.%03d", f.Src, f.Sport, f.Dst, f.Dport, f.Proto, f.N,
					f.First/1e9, f.First%1e9/1e6, f.Last/1e9, f.Last%1e9/1e6))
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s of %s (-text file +goflow2):\n%s\n%s", format, capture, diff, log)
			}
		}
	}
}

// TestBiflows: a conversation is one biflow (RFC 5103), with the packets of both directions. nfdump calls those of the
// server "out", and tshark the reverse.
func TestBiflows(t *testing.T) {
	nfcapd, nfdump, tshark := program(t, "nfcapd"), program(t, "nfdump"), program(t, "tshark")
	for _, capture := range captures {
		r, _ := run(t, capture, "--to", "conversations=csv:-?columns=srcIP_A,srcPort_A,dstIP_A,dstPort_A,pktsSnt_A,pktsSnt_B&where=dir == 'AB' and srcIP_A")
		r.ok(t)
		want := strings.Split(strings.TrimSpace(r.stdout), "\n")[1:]
		slices.Sort(want)
		dir, port := t.TempDir(), freeUDP(t)
		stop := collector(t, port, nfcapd, "-p", port, "-b", "127.0.0.1", "-w", dir, "-I", "x")
		const both = "?where=dir == 'AB' and srcIP_A"
		r, _ = run(t, capture, "--to", "conversations=ipfix+udp://127.0.0.1:"+port+both)
		log := stop()
		r.ok(t)
		out, err := exec.Command(nfdump, "-R", dir, "-q", "-6", "-o", "fmt:%sa,%sp,%da,%dp,%ipkt,%opkt", "-N").CombinedOutput()
		if err != nil {
			t.Fatalf("nfdump: %v\n%s", err, out)
		}
		var got []string
		for line := range strings.Lines(string(out)) {
			c := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), " ", ""), ",")
			if len(c) != 6 {
				continue
			}
			if i := strings.IndexByte(c[3], '.'); i >= 0 {
				c[3] = "0" // of ICMP it has the type and the code
			}
			got = append(got, strings.Join(c, ","))
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-text file +nfdump):\n%s\n%s", capture, diff, log)
		}

		list := datagrams(t, capture, func(addr string) string { return "conversations=ipfix+udp://" + addr + both })
		path := filepath.Join(t.TempDir(), "x.pcap")
		if err := os.WriteFile(path, asCapture(list), 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command(tshark, "-r", path, "-d", "udp.port==2055,cflow", "-T", "pdml", "-J", "cflow").Output()
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), `name="cflow.packets"`); n != 2*len(want) { // each with its reverse
			t.Errorf("%s: tshark sees %d counts of packets, want %d", capture, n, 2*len(want))
		}
	}
}
