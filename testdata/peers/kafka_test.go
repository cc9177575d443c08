package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// refuseTenth refuses every tenth request to produce.
func refuseTenth(c *kfake.Cluster) {
	var n atomic.Int64
	c.ControlKey(int16(kmsg.Produce), func(k kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if n.Add(1)%10 != 0 {
			return nil, nil, false
		}
		r := k.(*kmsg.ProduceRequest)
		answer := r.ResponseKind().(*kmsg.ProduceResponse)
		for _, topic := range r.Topics {
			to := kmsg.NewProduceResponseTopic()
			to.Topic, to.TopicID = topic.Topic, topic.TopicID
			for _, p := range topic.Partitions {
				part := kmsg.NewProduceResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, kerr.NotLeaderForPartition.Code
				to.Partitions = append(to.Partitions, part)
			}
			answer.Topics = append(answer.Topics, to)
		}
		return answer, nil, true
	})
}

// consume returns all records of a topic.
func consume(t *testing.T, addr, topic string, want int) (list []*kgo.Record) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for {
		patience := 5 * time.Second
		if len(list) >= want {
			patience = 300 * time.Millisecond // for those that should not be there
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		fetches := c.PollFetches(ctx)
		cancel()
		if fetches.NumRecords() == 0 {
			return list
		}
		list = append(list, fetches.Records()...)
	}
}

// broker is a Kafka broker that keeps its state on the disk, and can be killed.
type broker struct {
	*kfake.Cluster
	dir        string
	port       int
	advertised atomic.Pointer[string] // nil: its own address
	accepted   sync.Map               // net.Conn
}

// listener tells clients the address that is advertised, and keeps their connections to cut them.
type listener struct {
	net.Listener
	b *broker
}

type advertised string

func (advertised) Network() string  { return "tcp" }
func (a advertised) String() string { return string(a) }

func (l *listener) Addr() net.Addr {
	if addr := l.b.advertised.Load(); addr != nil {
		return advertised(*addr)
	}
	return l.Listener.Addr()
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.b.accepted.Store(c, nil)
	}
	return c, err
}

func (b *broker) start() error {
	options := []kfake.Opt{kfake.NumBrokers(1), kfake.DataDir(b.dir), kfake.SyncWrites(), kfake.SeedTopics(3, "flows"), kfake.ListenFn(func(network, address string) (net.Listener, error) {
		l, err := net.Listen(network, address)
		return &listener{l, b}, err
	})}
	if b.port > 0 {
		options = append(options, kfake.Ports(b.port))
	}
	var err error
	if b.Cluster, err = kfake.NewCluster(options...); err == nil {
		refuseTenth(b.Cluster)
	}
	return err
}

func (b *broker) advertise(addr string) {
	if b.advertised.Store(&addr); addr == "" {
		b.advertised.Store(nil)
	}
}

func TestKafkaFaults(t *testing.T) {
	want := len(keys(t))
	faults(t, func(t *testing.T) *peer {
		b := &broker{dir: t.TempDir()}
		if err := b.start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		addr := b.ListenAddrs()[0]
		_, port, _ := net.SplitHostPort(addr)
		b.port, _ = strconv.Atoi(port)
		return &peer{
			addr: addr, upTo: 3_000, advertise: b.advertise,
			restart: func(down time.Duration) {
				b.accepted.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); b.accepted.Delete(c); return true })
				b.Close()
				time.Sleep(down)
				if err := b.start(); err != nil {
					t.Error(err)
				}
			},
			target: func(addr string) string { return "kafka://" + addr + "/flows" },
			rows: func() (list []string) {
				for _, r := range consume(t, addr, "flows", want) {
					var row struct {
						Dir     string
						FlowInd uint64
					}
					if err := json.Unmarshal(r.Value, &row); err != nil {
						t.Fatal(err)
					}
					if len(r.Headers) != 1 || strings.Count(string(r.Headers[0].Value), "/") != 3 {
						t.Errorf("headers %v", r.Headers)
					}
					list = append(list, fmt.Sprintf("%d %s", row.FlowInd, row.Dir))
				}
				return list
			},
		}
	})
}
