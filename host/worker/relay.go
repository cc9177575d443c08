package worker

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
)

var errNoModule = errors.New("worker was not asked for its manifest first")

// relay passes the host's messages on to the module of a worker. It opens the
// module at the first message, so that what is wrong with it reaches the host.
type relay struct{ peer remote.Peer }

func (r *relay) Describe() ([]byte, error) {
	if r.peer == nil {
		peer, err := open()
		if err != nil {
			return nil, err
		}
		r.peer = peer
	}
	return r.peer.Describe()
}

func (r *relay) Open(msg []byte) ([]byte, error) { return r.pass(msg, remote.Peer.Open) }

func (r *relay) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	return r.pass(msg, func(p remote.Peer, msg []byte) ([]byte, error) { return p.Batch(msg, piece) })
}

func (r *relay) Close() ([]byte, error) {
	if r.peer == nil {
		return nil, errNoModule
	}
	return r.peer.Close()
}

func (r *relay) pass(msg []byte, call func(remote.Peer, []byte) ([]byte, error)) ([]byte, error) {
	if r.peer == nil {
		return nil, errNoModule
	}
	room, err := r.peer.Room(len(msg))
	if err != nil {
		return nil, err
	}
	return call(r.peer, append(room, msg...))
}

// open makes the sandbox that the environment describes.
func open() (remote.Peer, error) {
	j, err := readJob()
	if err != nil {
		return nil, err
	}
	log := func(line string) { fmt.Fprintln(os.Stderr, line) }
	e := wasm.New(wasm.Config{
		CacheDir: j.CacheDir, Seed: j.Seed,
		Note: func(string) {}, // the host has told the user
		Warn: log,
	})
	if j.Module == "" {
		code, _, _ := wasm.BuiltIn()
		return e.Connect(context.Background(), OwnModule, code, j.MaxMemory, log)
	}
	code, err := wasm.ReadFile(os.NewFile(moduleDescriptor, j.Module), j.SHA256)
	if err != nil {
		return nil, err
	}
	return e.Connect(context.Background(), j.Module, code, j.MaxMemory, log)
}
