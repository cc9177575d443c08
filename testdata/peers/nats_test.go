package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startNATS starts a server with a JetStream in dir.
func startNATS(t *testing.T, dir string, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true, SyncAlways: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server is not ready")
	}
	return s
}

func connectNATS(t *testing.T, addr string) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect("nats://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func natsServer(t *testing.T) *serverOf {
	dir := t.TempDir()
	addr := free(t)
	_, p, _ := net.SplitHostPort(addr)
	port, _ := strconv.Atoi(p)
	s := startNATS(t, dir, port)
	o := &serverOf{addr: addr}
	t.Cleanup(func() { s.Shutdown() })
	o.restart = func(down time.Duration) {
		s.Shutdown()
		s.WaitForShutdown()
		time.Sleep(down)
		s = startNATS(t, dir, port)
	}
	js := connectNATS(t, addr)
	if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "ROWS", Subjects: []string{"rows.>"}}); err != nil {
		t.Fatal(err)
	}
	return o
}

type serverOf struct {
	addr    string
	restart func(time.Duration)
}

// messages returns all messages of the stream.
func messages(t *testing.T, addr string) (list [][]byte) {
	t.Helper()
	ctx := context.Background()
	js := connectNATS(t, addr)
	stream, err := js.Stream(ctx, "ROWS")
	if err != nil {
		t.Fatal(err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for n := info.State.FirstSeq; n <= info.State.LastSeq && info.State.Msgs > 0; n++ {
		m, err := stream.GetMsg(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m.Data)
	}
	return list
}

func TestNATSFaults(t *testing.T) {
	faults(t, func(t *testing.T) *peer {
		o := natsServer(t)
		return &peer{
			addr: o.addr, upTo: 15_000, restart: o.restart,
			target: func(addr string) string { return "nats://" + addr + "/rows.flows" },
			rows: func() (list []string) {
				for _, m := range messages(t, o.addr) {
					for line := range strings.Lines(string(m)) {
						var row struct {
							Dir     string
							FlowInd uint64
						}
						if err := json.Unmarshal([]byte(line), &row); err != nil {
							t.Fatal(err)
						}
						list = append(list, fmt.Sprintf("%d %s", row.FlowInd, row.Dir))
					}
				}
				return list
			},
		}
	})
}

func TestNATSRefusals(t *testing.T) {
	o := natsServer(t)
	for target, want := range map[string]string{
		"nats://" + o.addr + "/elsewhere":                "no stream of the server has the subject elsewhere",
		"nats://" + o.addr + "/a.*":                      "want words with dots between them",
		"nats://" + o.addr:                               "want nats://HOST/SUBJECT",
		"parquet+nats://" + o.addr + "/rows.x":           "unknown format parquet",
		"nats://" + o.addr + "/rows.x?rows=0":            "option rows=0",
		"nats://" + o.addr + "/rows.x?colums=a":          "unknown option colums",
		"nats://" + free(t) + "/rows.x?columns=flowIndx": "option columns names flowIndx, which is not a column of flows, did you mean flowInd?",
	} {
		if r, _ := run(t, captures[0], "--to", target); r.code == 0 || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: exit code %d, %s", target, r.code, r.stderr)
		}
	}
}
