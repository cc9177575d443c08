// Package kafka produces rows to a topic of Kafka.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/t2host/t2host/host/drive"
)

// Kind is the driver of kafka.
var Kind = &drive.Kind{
	Schemes: []string{"kafka"}, Form: "kafka://BROKER[,BROKER]/TOPIC", Doc: "produces each row as a record to a topic of Kafka",
	Messages: true,
	Once:     "exactly once within a run, by an idempotent producer; at least once after a restart. A record's header t2host is its batch's key and its place in it",
	Check:    func(c *drive.Config) error { _, _, err := parse(c); return err },
	Open:     open,
}

// driver is an open target.
type driver struct {
	client *kgo.Client
	topic  string
	format string

	batch   uint64        // that is being delivered
	left    []*kgo.Record // of it, without an acknowledgement
	pending chan kgo.ProduceResults
}

func parse(c *drive.Config) (brokers []string, topic string, err error) {
	address, path, ok := strings.Cut(strings.TrimPrefix(c.Address, "//"), "/")
	if !ok || address == "" || path == "" || strings.Contains(path, "/") {
		return nil, "", fmt.Errorf("want %s", c.Kind.Form)
	}
	return strings.Split(address, ","), path, nil
}

func open(ctx context.Context, c *drive.Config) (drive.Driver, error) {
	brokers, topic, err := parse(c)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...), kgo.DefaultProduceTopic(topic), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ClientID("t2host"),
		kgo.ProducerLinger(0), kgo.ProducerBatchMaxBytes(1_000_000), kgo.RecordPartitioner(kgo.StickyPartitioner()), kgo.DialTimeout(5*time.Second),
		kgo.UnknownTopicRetries(2),
		// A partition whose leader moved waits for the next metadata, and a lost answer is known after both timeouts:
		// that is to be well below the stall of a target.
		kgo.MetadataMinAge(250*time.Millisecond), kgo.ProduceRequestTimeout(4*time.Second), kgo.RequestTimeoutOverhead(4*time.Second),
	)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("connect to %s: %w", strings.Join(brokers, ","), err)
	}
	return &driver{client: client, topic: topic, format: c.Format}, nil
}

// Deliver produces the records of a batch that are not there yet: each is acknowledged on its own. A record that was
// begun is never taken back, since it may be there: who calls again waits for the same answer.
func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	if d.batch != b.Number || d.left == nil {
		d.batch, d.left = b.Number, nil
		for i, m := range b.Messages(d.format) {
			d.left = append(d.left, &kgo.Record{
				Value: m, Timestamp: time.Unix(0, b.At),
				Headers: []kgo.RecordHeader{{Key: "t2host", Value: []byte(b.Key() + "/" + strconv.Itoa(i))}},
			})
		}
	}
	if d.pending == nil {
		d.pending = make(chan kgo.ProduceResults, 1)
		go func(to chan<- kgo.ProduceResults, records []*kgo.Record) {
			to <- d.client.ProduceSync(context.Background(), records...)
		}(d.pending, d.left)
	}
	var results kgo.ProduceResults
	select {
	case results = <-d.pending:
		d.pending = nil
	case <-ctx.Done():
		return fmt.Errorf("the broker does not answer: %w", ctx.Err())
	}
	var failed []*kgo.Record
	var why error
	for _, r := range results {
		if r.Err != nil {
			failed, why = append(failed, r.Record), r.Err
		}
	}
	if d.left = failed; len(failed) == 0 {
		return nil
	}
	err := fmt.Errorf("%d of the batch's records: %w", len(failed), why)
	var k *kerr.Error
	if errors.As(why, &k) && !k.Retriable && k != kerr.UnknownTopicOrPartition {
		d.left = nil
		return &drive.Refused{Err: err}
	}
	return err
}

func (d *driver) Close(bool) error {
	d.client.Close()
	return nil
}
