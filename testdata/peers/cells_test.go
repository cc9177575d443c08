package peers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// certificate makes a certificate of 127.0.0.1 that signs itself, and writes it to a file.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peer"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

// sink counts the bytes that connections of a listener send.
func sink(t *testing.T, l net.Listener, err error, got *atomic.Int64) net.Listener {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				n, _ := io.Copy(io.Discard, c)
				got.Add(n)
				_ = c.Close()
			}()
		}
	}()
	return l
}

// TestCells runs each cell of the book's table of formats by places.
func TestCells(t *testing.T) {
	var got atomic.Int64
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	tcp = sink(t, tcp, err, &got)
	cert, ca := certificate(t)
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	secure = sink(t, secure, err, &got)
	path := filepath.Join(t.TempDir(), "s")
	unix, err := net.Listen("unix", path)
	sink(t, unix, err, &got)
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = udp.SetReadBuffer(4 << 20)
	t.Cleanup(func() { _ = udp.Close() })
	go func() {
		b := make([]byte, 65536)
		for {
			n, err := udp.Read(b)
			if err != nil {
				return
			}
			got.Add(int64(n))
		}
	}()
	web := free(t)
	s := serve(t, web, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		got.Add(n)
	}))
	t.Cleanup(func() { _ = s.Close() })
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "rows"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	queue := natsServer(t)
	for _, format := range []string{"text", "csv", "json", "eve", "zeek", "ecs", "ipfix", "netflow9"} {
		for place, word := range map[string]string{
			"file": format + ":f." + format, "packed": format + ":f." + format + ".zst", "stdout": format + ":-",
			"tcp": format + "+tcp://" + tcp.Addr().String(), "tls": format + "+tls://" + secure.Addr().String() + "?ca=" + ca, "unix": format + "+unix://" + path,
			"udp": format + "+udp://" + udp.LocalAddr().String(), "http": format + "+http://" + web + "/", "kafka": format + "+kafka://" + kafka.ListenAddrs()[0] + "/rows",
			"nats": format + "+nats://" + queue.addr + "/rows." + format,
		} {
			t.Run(format+"/"+place, func(t *testing.T) {
				got.Store(0)
				r, dir := run(t, captures[0], "--to", word)
				r.ok(t)
				n := got.Load()
				for range 50 { // what is on its way
					if n > 0 {
						break
					}
					time.Sleep(10 * time.Millisecond)
					n = got.Load()
				}
				switch place {
				case "file", "packed":
					name := strings.TrimPrefix(word, format+":")
					info, err := os.Stat(filepath.Join(dir, name))
					if err != nil {
						t.Fatal(err)
					}
					n = info.Size()
				case "stdout":
					n = int64(len(r.stdout))
				case "kafka":
					n = int64(len(consume(t, kafka.ListenAddrs()[0], "rows", 1)))
				case "nats":
					n = int64(len(messages(t, queue.addr)))
				}
				if n == 0 {
					t.Errorf("--to %s: nothing came", word)
				}
			})
		}
	}
	r, _ := run(t, captures[0], "--to", "json+tls://"+secure.Addr().String())
	if r.code != 1 || !strings.Contains(r.stderr, "certificate") {
		t.Errorf("an unknown certificate: exit code %d, %s", r.code, r.stderr)
	}
}

// TestReports: a sink of bytes reaches every place for bytes without a change.
func TestReports(t *testing.T) {
	r, dir := run(t, captures[0], "-p", "tcpwin,tcpwinsink", "--set", "tcpwinsink.to=file:reports")
	r.ok(t)
	want, err := os.ReadFile(filepath.Join(dir, "reports"))
	if err != nil {
		t.Fatal(err)
	}
	var bodies []byte
	web := free(t)
	s := serve(t, web, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, b...)
	}))
	t.Cleanup(func() { _ = s.Close() })
	queue := natsServer(t)
	for _, to := range []string{"http://" + web + "/", "nats://" + queue.addr + "/rows.reports"} {
		r, _ := run(t, captures[0], "-p", "tcpwin,tcpwinsink", "--set", "tcpwinsink.to="+to)
		r.ok(t)
	}
	var published []byte
	for _, m := range messages(t, queue.addr) {
		published = append(published, m...)
	}
	if string(bodies) != string(want) || string(published) != string(want) {
		t.Errorf("%d bytes posted, %d published, want %d", len(bodies), len(published), len(want))
	}
}
