package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// equip opens all that a hub has, and makes what is missing. What is there stays as it is: a cluster's administrator may have changed it.
func (h *Hub) equip(ctx context.Context, replicas int) error {
	lazily := jetstream.AsyncPersistMode // a sensor sends its tables again and again: that the server's death loses the last ones costs a minute
	if replicas > 1 {
		lazily = jetstream.DefaultPersistMode // the other is for one server
	}
	for _, c := range []jetstream.StreamConfig{
		// A task leaves the stream when it is acknowledged.
		{Name: tasksStream, Subjects: []string{taskSubject + ">"}, Retention: jetstream.WorkQueuePolicy, MaxMsgSize: MaxTask, Duplicates: 2 * time.Minute},
		{Name: tablesStream, Subjects: []string{tableSubject + ">"}, MaxMsgsPerSubject: 1, MaxAge: tableAge, PersistMode: lazily},
		{Name: rowsStream, Subjects: []string{rowsSubject + ">"}, MaxAge: rowsAge, MaxBytes: rowsBytes, Duplicates: rowsOnce, Compression: jetstream.S2Compression},
	} {
		c.Replicas = replicas
		_, err := h.js.Stream(ctx, c.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = h.js.CreateOrUpdateStream(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	_, err := h.js.Consumer(ctx, tasksStream, workers)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		_, err = h.js.CreateOrUpdateConsumer(ctx, tasksStream, jetstream.ConsumerConfig{
			Durable: workers, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxDeliver: -1, MaxAckPending: 10_000,
		})
	}
	if err != nil {
		return err
	}
	for _, b := range []struct {
		to   *jetstream.KeyValue
		name string
		age  time.Duration
	}{{&h.results, results, resultAge}, {&h.jobs, jobsBucket, resultAge}, {&h.marks, marksBucket, resultAge}, {&h.about, hubBucket, 0}} {
		*b.to, err = h.js.KeyValue(ctx, b.name)
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			*b.to, err = h.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: b.name, History: 1, TTL: b.age, Replicas: replicas})
		}
		if err != nil {
			return err
		}
	}
	h.objects, err = h.js.ObjectStore(ctx, objects)
	if errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		h.objects, err = h.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: objects, TTL: objectAge, Replicas: replicas})
	}
	return err
}
