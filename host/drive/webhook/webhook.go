// Package webhook posts batches to a web server.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
)

// Kind is the driver of http and https.
var Kind = &drive.Kind{
	Schemes: []string{"http", "https"}, Form: "https://HOST/PATH", Doc: "posts each batch to a web server",
	Query: true,
	Once:  "at least once: a batch whose answer got lost is posted again, with the same header Idempotency-Key (RUN/STREAM/NUMBER); once, if the server honours it",
	Options: []drive.Option{
		{Name: "token_file", Doc: "a file with a token, which is sent as Authorization: Bearer"},
		{Name: "token_env", Doc: "the variable of the environment that holds such a token"},
	},
	Check: func(c *drive.Config) error { _, err := newDriver(c); return err },
	Open:  open,
}

// mediaTypes are those of the formats.
var mediaTypes = map[string]string{
	"text": "text/tab-separated-values", "csv": "text/csv; header=present", "json": "application/x-ndjson", "eve": "application/x-ndjson",
	"zeek": "application/x-ndjson", "ecs": "application/x-ndjson",
}

// driver is an open target.
type driver struct {
	client *http.Client
	url    string
	kind   string
	token  string
}

func newDriver(c *drive.Config) (*driver, error) {
	u, err := url.Parse(c.Scheme + ":" + c.Address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("want %s", c.Kind.Form)
	}
	u.RawQuery = c.Query()
	d := &driver{url: u.String(), kind: mediaTypes[c.Format]}
	if d.kind == "" {
		d.kind = "application/octet-stream"
	}
	if file := c.Option("token_file"); file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("option token_file=%s: %w", file, cause.Of(err))
		}
		d.token = strings.TrimSpace(string(data))
	}
	if name := c.Option("token_env"); name != "" {
		if d.token = os.Getenv(name); d.token == "" {
			return nil, fmt.Errorf("option token_env=%s: the environment has no such variable", name)
		}
	}
	return d, nil
}

func open(_ context.Context, c *drive.Config) (drive.Driver, error) {
	d, err := newDriver(c)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 30 * time.Second
	d.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return d, nil
}

// maxAnswer bounds what is shown of an answer.
const maxAnswer = 200

func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(b.Data))
	if err != nil {
		return &drive.Refused{Err: err}
	}
	r.Header.Set("Content-Type", d.kind)
	r.Header.Set("Idempotency-Key", strconv.Quote(b.Key()))
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return without(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // to use the connection again, and to show it
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	if answer.StatusCode/100 == 2 {
		return nil
	}
	err = fmt.Errorf("server answered %s: %q", answer.Status, text)
	switch answer.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusForbidden:
		return err
	}
	if answer.StatusCode < 500 {
		return &drive.Refused{Err: err}
	}
	return err
}

// without returns an error of the client without its URL, which may hold a secret.
func without(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (d *driver) Close(bool) error {
	d.client.CloseIdleConnections()
	return nil
}
