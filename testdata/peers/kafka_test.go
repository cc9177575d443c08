package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
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

func TestKafkaFaults(t *testing.T) {
	want := len(keys(t))
	faults(t, func(t *testing.T) *peer {
		cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "flows"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cluster.Close)
		refuseTenth(cluster)
		addr := cluster.ListenAddrs()[0]
		return &peer{
			addr: addr, upTo: 15_000, direct: true,
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
