// Package server is the hub of a fleet: a server of NATS with JetStream in this program, whose state is in a folder.
package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/t2host/t2host/host/fleet"
)

// Config is where a hub is, and its state.
type Config struct {
	Address string // HOST:PORT; without TLS on this machine only
	Dir     string
	Max     int64 // bytes of the state; 0: what the disk has
}

// PlaceFile is the file in the folder that lets workers in.
const PlaceFile = "hub"

// Server is a running hub.
type Server struct {
	server *server.Server
	Place  *fleet.Place
	Here   *fleet.Place // the same from this machine, whose name may not be known to itself
	File   string       // of Place
	Line   []byte       // that File has
}

// Start starts a hub. The token, and the certificate for other machines, are made at the first start. What was acknowledged is on the
// disk, also after a power cut: jobs and results are few.
func Start(c Config) (*Server, error) {
	host, text, err := net.SplitHostPort(c.Address)
	if err != nil {
		return nil, fmt.Errorf("%s: want HOST:PORT", c.Address)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("%s: want HOST:PORT", c.Address)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	token, err := kept(filepath.Join(c.Dir, "token"), func() ([]byte, error) {
		var b [24]byte
		_, err := rand.Read(b[:])
		return []byte(base64.RawURLEncoding.EncodeToString(b[:])), err
	})
	if err != nil {
		return nil, err
	}
	options := &server.Options{
		ServerName: fleet.ServerName, Host: host, Port: port, Authorization: string(token), NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: c.Dir, SyncAlways: true, JetStreamMaxStore: c.Max, MaxPayload: 1 << 20,
	}
	place := &fleet.Place{Token: string(token)}
	scheme := "nats"
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		scheme = "tls"
		if options.TLSConfig, place.CA, err = certificate(c.Dir); err != nil {
			return nil, err
		}
		options.TLS, options.TLSTimeout = true, 5
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("%s: the server does not begin: is the port in use?", c.Address)
	}
	address := s.Addr().(*net.TCPAddr)
	named := address.IP.String()
	if address.IP.IsUnspecified() {
		if named, err = os.Hostname(); err != nil {
			named = "HOST"
		}
	}
	text = strconv.Itoa(address.Port)
	place.URL = scheme + "://" + net.JoinHostPort(named, text)
	here := *place
	if address.IP.IsUnspecified() {
		here.URL = scheme + "://" + net.JoinHostPort("127.0.0.1", text)
	}
	file := filepath.Join(c.Dir, PlaceFile)
	line, err := fleet.WritePlace(file, place)
	if err != nil {
		s.Shutdown()
		return nil, err
	}
	return &Server{s, place, &here, file, line}, nil
}

// Stop stops the hub. What it has is on the disk.
func (s *Server) Stop() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// kept returns the content of a file, which is made if it is not there.
func kept(path string, make func() ([]byte, error)) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = make(); err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
	}
	return []byte(strings.TrimSpace(string(data))), err
}

// certificate returns the hub's own certificate, which workers are given. It is valid from a week before it was made, since clocks differ.
func certificate(dir string) (*tls.Config, string, error) {
	both, err := kept(filepath.Join(dir, "certificate.pem"), func() ([]byte, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		c := &x509.Certificate{
			SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: fleet.ServerName}, DNSNames: []string{fleet.ServerName},
			NotBefore: now.AddDate(0, 0, -7), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IsCA: true, BasicConstraintsValid: true,
		}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			return nil, err
		}
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
	})
	if err != nil {
		return nil, "", err
	}
	pair, err := tls.X509KeyPair(both, both)
	if err != nil {
		return nil, "", fmt.Errorf("certificate.pem: %w", err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13}, string(public), nil
}
