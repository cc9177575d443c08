// Package hub sends rows to the hub of a fleet, with the name of the sensor.
package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/version"
)

// Kind is the driver of hub.
var Kind = &drive.Kind{
	Schemes: []string{"hub"}, Form: "hub://FILE", Doc: "sends rows, as JSON, to the hub of a fleet whose line is in FILE, as those of this sensor",
	Bytes: 500_000, // of a message, which a hub limits to 1 MiB
	Once:  "exactly once, if it is sent again within an hour: a message's Nats-Msg-Id is the batch's key",
	Options: []drive.Option{
		{Name: "sensor", Doc: "the name of this sensor; by default that of the machine"},
	},
	Check: check,
	Open:  open,
}

// driver is an open target.
type driver struct {
	hub    *fleet.Hub
	sensor string
}

func check(c *drive.Config) error {
	if file(c) == "" {
		return fmt.Errorf("want %s", c.Kind.Form)
	}
	if c.Format != "json" {
		return fmt.Errorf("a hub keeps rows as json, not as %s", c.Format)
	}
	return nil
}

func file(c *drive.Config) string { return strings.TrimPrefix(c.Address, "//") }

func open(ctx context.Context, c *drive.Config) (drive.Driver, error) {
	place, err := fleet.ReadPlace(file(c))
	if err != nil {
		return nil, err
	}
	h, err := fleet.Connect(ctx, place, version.Product())
	if err != nil {
		return nil, err
	}
	return &driver{h, fleet.SensorName(c.Option("sensor"))}, nil
}

func (d *driver) Deliver(ctx context.Context, b *drive.Batch) error {
	err := d.hub.Send(ctx, &fleet.Rows{Sensor: d.sensor, Stream: b.Stream, Run: b.Run, Number: b.Number, Time: b.At, Data: b.Data})
	if errors.Is(err, fleet.ErrTooLarge) {
		return &drive.Refused{Err: fmt.Errorf("%d bytes: %w: set bytes lower", len(b.Data), err)}
	}
	return err
}

func (d *driver) Close(bool) error {
	d.hub.Close()
	return nil
}
