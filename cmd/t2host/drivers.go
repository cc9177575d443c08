package main

import (
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/drive/hub"
	"github.com/t2host/t2host/host/drive/kafka"
	"github.com/t2host/t2host/host/drive/nats"
	"github.com/t2host/t2host/host/drive/parquet"
	"github.com/t2host/t2host/host/drive/postgres"
	"github.com/t2host/t2host/host/drive/sqlite"
	"github.com/t2host/t2host/host/drive/tls"
	"github.com/t2host/t2host/host/drive/webhook"
)

// drivers are what delivers to places, and secures connections.
func drivers() []*drive.Kind { return append(places(), tls.Kind) }

// places are the drivers that t2host has.
func places() []*drive.Kind {
	return []*drive.Kind{sqlite.Kind, parquet.Kind, postgres.Kind, webhook.Kind, kafka.Kind, nats.Kind, hub.Kind}
}
