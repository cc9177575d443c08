package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// job is a command that is measured.
type job struct {
	name string
	args []string
	env  []string

	wall, cpu []time.Duration // of each round
	peak      int64           // bytes, of it and its children together
}

// once runs the command.
func (j *job) once() error {
	cmd := j.command()
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return j.failed(cmd, err)
	}
	j.wall = append(j.wall, time.Since(start))
	j.cpu = append(j.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	return nil
}

func (j *job) command() *exec.Cmd {
	cmd := exec.Command(j.args[0], j.args[1:]...)
	cmd.Env = append(os.Environ(), j.env...)
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

func (j *job) failed(cmd *exec.Cmd, err error) error {
	why, _, _ := strings.Cut(fmt.Sprint(cmd.Stderr), "\n")
	return fmt.Errorf("%s: %w: %s", j.name, err, why)
}

// turns runs the jobs in turns, so that what disturbs the machine disturbs all of them, and each once more, for its memory.
func turns(jobs []*job, rounds int, memory bool) error {
	for range rounds {
		for _, j := range jobs {
			if err := j.once(); err != nil {
				return err
			}
		}
	}
	if memory {
		for _, j := range jobs {
			if err := j.watch(); err != nil {
				return err
			}
		}
	}
	return nil
}

// watch runs the command and asks for its memory every few milliseconds: pages that processes share count once.
func (j *job) watch() error {
	cmd := j.command()
	if err := cmd.Start(); err != nil {
		return j.failed(cmd, err)
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			j.peak = max(j.peak, memory(cmd.Process.Pid))
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	err := cmd.Wait()
	close(done)
	wait.Wait()
	if err != nil {
		return j.failed(cmd, err)
	}
	return nil
}

// memory returns the proportional set size of a process and its children; 0 after its end, and where there is no /proc.
func memory(pid int) (size int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			size = n << 10
		}
	}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for child := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				size += memory(n)
			}
		}
	}
	return size
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}
