// Package nats publishes rows to a JetStream of NATS.
package nats

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/t2host/t2host/host/drive"
)

// Kind is the driver of nats.
var Kind = &drive.Kind{
	Schemes: []string{"nats"}, Form: "nats://HOST/SUBJECT", Doc: "publishes each batch as a message to a JetStream of NATS, which must be there",
	Bytes: 500_000, // of a message, which a server limits to 1 MiB
	Once:  "exactly once within the stream's duplicate window (2 minutes unless it says otherwise): a message's Nats-Msg-Id is the batch's key",
	Options: []drive.Option{
		{Name: "creds", Doc: "the file with the credentials"},
	},
	Check: func(c *drive.Config) error { _, _, err := parse(c); return err },
	Open:  open,
}

// driver is an open target.
type driver struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	subject string
}

func parse(c *drive.Config) (server, subject string, err error) {
	u, err := url.Parse(c.Scheme + ":" + c.Address)
	if err != nil || u.Host == "" || len(u.Path) < 2 {
		return "", "", fmt.Errorf("want %s", c.Kind.Form)
	}
	subject = u.Path[1:]
	if strings.ContainsAny(subject, " \t*>") || strings.Contains(subject, "..") {
		return "", "", fmt.Errorf("subject %q: want words with dots between them", subject)
	}
	u.Path = ""
	return u.String(), subject, nil
}

func open(ctx context.Context, c *drive.Config) (drive.Driver, error) {
	server, subject, err := parse(c)
	if err != nil {
		return nil, err
	}
	options := []nats.Option{nats.Name("t2host"), nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond), nats.ReconnectBufSize(-1)}
	if file := c.Option("creds"); file != "" {
		options = append(options, nats.UserCredentials(file))
	}
	conn, err := nats.Connect(server, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", hostOf(server), err)
	}
	d := &driver{conn: conn, subject: subject}
	if d.js, err = jetstream.New(conn); err == nil {
		err = d.lookUp(ctx, hostOf(server))
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return d, nil
}

// lookUp returns an error if no stream keeps what is published. A question or its answer is lost with its connection:
// it is asked again on the next one.
func (d *driver) lookUp(ctx context.Context, host string) error {
	const tries, patience = 5, 2 * time.Second
	var err error
	for range tries {
		within, cancel := context.WithTimeout(ctx, patience)
		_, err = d.js.StreamNameBySubject(within, d.subject)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return fmt.Errorf("no stream of the server has the subject %s: make one: nats stream add", d.subject)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("connect to %s: JetStream did not answer within %v: is it enabled (nats-server -js)?", host, tries*patience)
	}
	return err
}

// hostOf is a server's address without user and password.
func hostOf(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return "the server"
	}
	return u.Host
}

func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // an answer that never comes
	defer cancel()
	_, err := d.js.Publish(ctx, d.subject, b.Data, jetstream.WithMsgID(b.Key()), jetstream.WithRetryAttempts(0))
	if errors.Is(err, nats.ErrMaxPayload) {
		return &drive.Refused{Err: fmt.Errorf("%d bytes: %w: set bytes lower", len(b.Data), err)}
	}
	return err
}

func (d *driver) Close(bool) error {
	d.conn.Close()
	return nil
}
