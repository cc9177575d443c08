package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Names and bounds of the rows that sensors send: the newest stay.
const (
	rowsStream  = "t2host_rows"
	rowsSubject = "t2host.rows."
	rowsAge     = 7 * 24 * time.Hour
	rowsBytes   = 1 << 30
	rowsOnce    = time.Hour // a batch that comes again within it is known
)

// Headers of a message with rows.
const (
	headerRun    = "T2host-Run"
	headerNumber = "T2host-Sequence"
	headerTime   = "T2host-Time"
)

// ErrTooLarge is the error of a batch that the hub does not accept.
var ErrTooLarge = nats.ErrMaxPayload

// Rows is a batch of rows of a sensor, JSON objects with a newline after each. It is identified by run, stream and number.
type Rows struct {
	Sensor, Stream, Run string
	Number              uint64 // from 1, of the run and stream
	Time                int64  // packet time of the last row, nanoseconds since 1970 UTC
	Data                []byte
}

// Send sends rows; the hub keeps those that come twice once.
func (h *Hub) Send(ctx context.Context, r *Rows) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m := nats.NewMsg(rowsSubject + r.Sensor + "." + r.Stream)
	m.Header.Set(headerRun, r.Run)
	m.Header.Set(headerNumber, strconv.FormatUint(r.Number, 10))
	m.Header.Set(headerTime, strconv.FormatInt(r.Time, 10))
	m.Data = r.Data
	_, err := h.js.PublishMsg(ctx, m, jetstream.WithMsgID(fmt.Sprintf("%s/%s/%d", r.Run, r.Stream, r.Number)), jetstream.WithRetryAttempts(0))
	return err
}

// rowsOf returns the rows of a message, which a sensor has sent.
func rowsOf(subject string, header nats.Header, data []byte) (*Rows, error) {
	sensor, stream, ok := strings.Cut(strings.TrimPrefix(subject, rowsSubject), ".")
	number, err := strconv.ParseUint(header.Get(headerNumber), 10, 64)
	at, timeErr := strconv.ParseInt(header.Get(headerTime), 10, 64)
	if run := header.Get(headerRun); !ok || err != nil || timeErr != nil || !names.MatchString(run) || !names.MatchString(sensor) {
		return nil, errors.New("rows of a sensor without its name, run or sequence")
	}
	return &Rows{Sensor: sensor, Stream: stream, Run: header.Get(headerRun), Number: number, Time: at, Data: data}, nil
}

// Append appends the rows, each with the sensor, its run and the batch's number as first values: with its place in the batch these identify a row.
func (r *Rows) Append(to []byte) ([]byte, error) {
	prefix := fmt.Sprintf(`{"sensorName":%q,"sensorRun":%q,"sensorSequence":%d`, r.Sensor, r.Run, r.Number)
	for line := range bytes.Lines(r.Data) {
		rest, ok := bytes.CutPrefix(bytes.TrimSuffix(line, []byte("\n")), []byte("{"))
		if !ok || !bytes.HasSuffix(rest, []byte("}")) {
			return to, fmt.Errorf("sensor %s: a row is no JSON object", r.Sensor)
		}
		to = append(to, prefix...)
		if len(rest) > 1 {
			to = append(to, ',')
		}
		to = append(append(to, rest...), '\n')
	}
	return to, nil
}

// Rows calls each with all rows of a stream that the hub has now, those of a sensor in their order; it returns the number of messages that are not
// rows.
func (h *Hub) Rows(ctx context.Context, name string, each func(*Rows) error) (bad int, err error) {
	err = h.all(ctx, rowsStream, rowsSubject+"*."+name, func(m jetstream.Msg) error {
		r, err := rowsOf(m.Subject(), m.Headers(), m.Data())
		if err != nil {
			bad++
			return nil
		}
		return each(r)
	})
	return bad, err
}

// all calls each with the messages that a stream has now of a subject, in their order.
func (h *Hub) all(ctx context.Context, name, subject string, each func(jetstream.Msg) error) error {
	stream, err := h.js.Stream(ctx, name)
	if err != nil {
		return err
	}
	queue, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{FilterSubjects: []string{subject}})
	if err != nil {
		return err
	}
	messages, err := queue.Messages()
	if err != nil {
		return err
	}
	defer messages.Stop()
	left := queue.CachedInfo().NumPending
	for left > 0 {
		within, cancel := context.WithTimeout(ctx, patience)
		m, err := messages.Next(jetstream.NextContext(within))
		cancel()
		if err != nil {
			return fmt.Errorf("hub: %w", err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		left = min(left-1, meta.NumPending) // old ones may have gone
		if err := each(m); err != nil {
			return err
		}
	}
	return nil
}

// HasRows reports whether sensors have sent rows of a stream.
func (h *Hub) HasRows(ctx context.Context, name string) (bool, error) {
	list, err := h.subjects(ctx, rowsStream, rowsSubject+"*."+name)
	return len(list) > 0, err
}

// subjects returns the subjects of which a stream has messages, with how many.
func (h *Hub) subjects(ctx context.Context, name, filter string) (map[string]uint64, error) {
	stream, err := h.js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, err
	}
	return info.State.Subjects, nil
}
