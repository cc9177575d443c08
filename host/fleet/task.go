// Package fleet spreads captures over machines: tasks are put into a queue of NATS JetStream, workers run t2host on them, and what they
// found is merged. A result is stored under a key that says what it is of, and the first one stays: who held a task when does not matter.
package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// Bounds of what a hub holds.
const (
	MaxTask     = 256 << 10 // bytes of a task's message
	maxWords    = 200
	maxName     = 300 // bytes
	maxFiles    = 10_000
	maxModules  = 50
	maxAttempts = 3 // deliveries of a task until it has failed
)

// Task is what a worker does: a run of t2host over a capture, or over a series of captures as one stream.
type Task struct {
	Job     string   `json:"job"`
	Number  int      `json:"number"` // in the order of submission, from 1 on
	Name    string   `json:"name"`   // of its first capture
	Files   []File   `json:"files"`
	Plugins []string `json:"plugins"` // words of -p
	Sets    []string `json:"sets,omitempty"`
	T2      bool     `json:"t2,omitempty"`
	Modules []Module `json:"modules,omitempty"`
	Version string   `json:"version"` // of t2host
}

// File is a capture: where it is, and what it must be.
type File struct {
	Path   string `json:"path,omitempty"` // on storage that all machines share; empty: it is in the object store, under SHA256
	SHA256 string `json:"sha256"`
}

// Module is a plugin that did not come with t2host: a module for the sandbox, which is in the object store. Executables are never sent.
type Module struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Key returns what a result is stored under: the checksum of all that it depends on.
func (t *Task) Key() string {
	k := *t
	k.Job, k.Number, k.Name = "", 0, ""
	k.Files = make([]File, len(t.Files))
	for i, f := range t.Files {
		k.Files[i].SHA256 = f.SHA256
	}
	data, err := json.Marshal(&k)
	if err != nil {
		panic(err) // it has texts and numbers only
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var (
	sums  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	names = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// parseTask returns the task of a message, which may be anybody's.
func parseTask(data []byte) (*Task, error) {
	if len(data) > MaxTask {
		return nil, fmt.Errorf("task of %d bytes: at most %d are allowed", len(data), MaxTask)
	}
	t := &Task{}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("task: %w", err)
	}
	switch {
	case !names.MatchString(t.Job) || t.Number < 1:
		return nil, fmt.Errorf("task: job %q, number %d", t.Job, t.Number)
	case len(t.Name) > maxName:
		return nil, fmt.Errorf("task: name of %d bytes", len(t.Name))
	case len(t.Files) == 0 || len(t.Files) > maxFiles:
		return nil, fmt.Errorf("task: %d captures", len(t.Files))
	case len(t.Plugins)+len(t.Sets) > maxWords || len(t.Modules) > maxModules:
		return nil, errors.New("task: too many plugins or settings")
	}
	for _, f := range t.Files {
		if !sums.MatchString(f.SHA256) {
			return nil, fmt.Errorf("task: checksum %q", f.SHA256)
		}
	}
	for _, m := range t.Modules {
		if !sums.MatchString(m.SHA256) || !names.MatchString(m.Name) {
			return nil, fmt.Errorf("task: module %q, checksum %q", m.Name, m.SHA256)
		}
	}
	return t, nil
}
