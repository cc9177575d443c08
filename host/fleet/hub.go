package fleet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/t2host/t2host/host/cause"
)

// Place is a hub's address, and what it takes to be let in: the one line of the file that `t2host serve` writes.
type Place struct {
	URL   string `json:"url"`
	Token string `json:"token,omitempty"`
	CA    string `json:"ca,omitempty"` // certificate of the server, PEM; empty: those of the system, or no TLS
	// Of a cluster that is there: the file with the credentials, and on how many servers each stream is; 0: one.
	Creds    string `json:"creds,omitempty"`
	Replicas int    `json:"replicas,omitempty"`

	Now func() time.Time `json:"-"` // the clock by which a certificate is valid; nil: the system's
}

// ReadPlace reads the file of a hub.
func ReadPlace(path string) (*Place, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("hub %s: %w", path, cause.Of(err))
	}
	p := &Place{}
	if err := json.Unmarshal(data, p); err != nil || p.URL == "" {
		return nil, fmt.Errorf("hub %s: want the line that t2host serve prints: {\"url\":\"nats://HOST:PORT\",…}", path)
	}
	return p, nil
}

// WritePlace writes the file of a hub, which nobody else may read, and returns its line.
func WritePlace(path string, p *Place) ([]byte, error) {
	line, err := json.Marshal(p)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, append(line, '\n'), 0o600)
	}
	return line, err
}

// Names in JetStream.
const (
	tasksStream = "t2host_tasks"
	taskSubject = "t2host.tasks."
	workers     = "workers"
	results     = "t2host_results" // by key: the first result, an outcome
	jobsBucket  = "t2host_jobs"
	objects     = "t2host_objects" // captures and modules by checksum, packed results
	hubBucket   = "t2host_hub"     // version, workers
	marksBucket = "t2host_marks"   // how tasks of jobs have ended, and the words of failed attempts
)

// ackWait is after how long without a sign of life a task goes to another worker.
const ackWait = 10 * time.Second

// How long jobs, results and what they are of stay: objects are there as long as what names them.
const (
	resultAge = 30 * 24 * time.Hour
	objectAge = resultAge + 2*freshFor
	freshFor  = 24 * time.Hour // an object that is older is sent again
)

// tableAge is for how long the last table of a sensor that is silent counts.
const tableAge = 7 * 24 * time.Hour

// Hub is a connection to a hub.
type Hub struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	results jetstream.KeyValue
	jobs    jetstream.KeyValue
	about   jetstream.KeyValue
	marks   jetstream.KeyValue
	objects jetstream.ObjectStore
}

// OtherVersion is the error for a program of another version than the hub's: the same task might give other bytes.
type OtherVersion struct{ Own, Hub string }

func (e *OtherVersion) Error() string {
	return fmt.Sprintf("this is %s, the hub has %s: all machines of a fleet need the same version", e.Own, e.Hub)
}

// Connect connects to a hub, in which it makes what is missing. version is that of this program; if the hub has another one, the error is an OtherVersion.
func Connect(ctx context.Context, p *Place, version string) (*Hub, error) {
	return connect(ctx, p, version, false)
}

// Own connects as the hub itself, whose version is that of the fleet from now on.
func Own(ctx context.Context, p *Place, version string) (*Hub, error) {
	return connect(ctx, p, version, true)
}

func connect(ctx context.Context, p *Place, version string, own bool) (*Hub, error) {
	options := []nats.Option{
		nats.Name("t2host"), nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond), nats.ReconnectBufSize(-1), nats.Timeout(5 * time.Second),
	}
	if p.Token != "" {
		options = append(options, nats.Token(p.Token))
	}
	if p.Creds != "" {
		options = append(options, nats.UserCredentials(p.Creds))
	}
	if p.CA != "" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM([]byte(p.CA)) {
			return nil, errors.New("hub: its certificate is no PEM")
		}
		options = append(options, nats.Secure(&tls.Config{RootCAs: pool, ServerName: ServerName, MinVersion: tls.VersionTLS13, Time: p.Now}))
	}
	conn, err := nats.Connect(p.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to the hub %s: %w", p.URL, err)
	}
	h := &Hub{conn: conn}
	if err := h.open(ctx, version, own, p.Replicas); err != nil {
		conn.Close()
		return nil, err
	}
	return h, nil
}

// ServerName is the name in the certificate of a hub: who connects knows the certificate, and asks for no other name.
const ServerName = "t2host-hub"

func (h *Hub) open(ctx context.Context, version string, own bool, replicas int) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if h.js, err = jetstream.New(h.conn); err != nil {
		return err
	}
	if err := h.equip(ctx, replicas); err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	if own {
		_, err = h.about.PutString(ctx, "version", version)
		return err
	}
	if _, err = h.about.Create(ctx, "version", []byte(version)); err == nil {
		return nil
	}
	entry, err := h.about.Get(ctx, "version")
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	if other := string(entry.Value()); other != version {
		return &OtherVersion{version, other}
	}
	return nil
}

// Close ends the connection.
func (h *Hub) Close() { h.conn.Close() }

// patience is how long an answer may take, before the question is asked again.
const patience = 5 * time.Second

// patiently calls f until it is done, ctx ends, or its error is none of the connection: a hub may be away for a while, and a question or
// an answer be lost with it.
func patiently(ctx context.Context, f func(ctx context.Context) error) error {
	return patientlyFor(ctx, 0, f)
}

// slowest is the rate below which an object is asked for again, bytes per second.
const slowest = 256 << 10

// patientlyFor is patiently for so many bytes of an object.
func patientlyFor(ctx context.Context, size uint64, f func(ctx context.Context) error) error {
	for {
		within, cancel := context.WithTimeout(ctx, patience+time.Duration(size/slowest)*time.Second)
		err := f(within)
		cancel()
		if !away(err) || ctx.Err() != nil {
			return err
		}
		if pause(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// away reports whether an error is that of a hub that does not answer.
func away(err error) bool {
	for _, e := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionClosed, nats.ErrReconnectBufExceeded, nats.ErrDisconnected,
		nats.ErrConnectionReconnecting, jetstream.ErrNoStreamResponse, jetstream.ErrJetStreamNotEnabled, jetstream.ErrNoHeartbeat,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
