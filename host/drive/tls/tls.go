// Package tls secures the connections of tls:// targets.
package tls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
)

// Kind secures connections with TLS 1.2 or later, by the system's certificates or by those of the options.
var Kind = &drive.Kind{Schemes: []string{"tls"}, Secure: secure}

// secure returns how tls targets connect. It reads the files of the certificates.
func secure(o drive.Certificates) (drive.Dial, error) {
	c := &tls.Config{ServerName: o.Name, MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("option ca=%s: %w", o.CA, cause.Of(err))
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("option ca=%s: holds no certificate in PEM", o.CA)
		}
	}
	switch {
	case o.Cert != "" && o.Key != "":
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, fmt.Errorf("options cert and key: %w", cause.Of(err))
		}
		c.Certificates = []tls.Certificate{pair}
	case o.Cert != "" || o.Key != "":
		return nil, errors.New("options cert and key belong together")
	}
	return func(ctx context.Context, d *net.Dialer, network, address string) (net.Conn, error) {
		return (&tls.Dialer{NetDialer: d, Config: c}).DialContext(ctx, network, address)
	}, nil
}
