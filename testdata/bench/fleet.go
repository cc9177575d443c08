package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// fleetCaptures is how many captures a fleet gets: copies of the small one that differ in their last byte's worth of frames.
const fleetCaptures = 60

// fleet measures captures a second: a shell's loop over t2host, and a fleet with one worker and with two, each with one task at once.
func (b *bench) fleet() error {
	dir := b.path("captures")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	data, err := os.ReadFile(b.small)
	if err != nil {
		return err
	}
	for i := range fleetCaptures {
		// The last frame is cut at another byte in each: other bytes, other keys.
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.pcap", i)), data[:len(data)-i-1], 0o644); err != nil {
			return err
		}
	}
	times := map[string][]time.Duration{}
	for range b.rounds {
		for name, measure := range map[string]func(string) (time.Duration, error){
			"a shell's loop": b.loop, "one worker": b.workers(1), "two workers": b.workers(2),
		} {
			d, err := measure(dir)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			times[name] = append(times[name], d)
		}
	}
	fmt.Println("| captures of 2,580 packets | a second | ms each |\n|---|---|---|")
	for _, name := range []string{"a shell's loop", "one worker", "two workers"} {
		d := median(times[name])
		fmt.Printf("| %s | %.1f | %.0f |\n", name, fleetCaptures/d.Seconds(), float64(d.Milliseconds())/fleetCaptures)
	}
	return nil
}

// loop runs t2host over the captures one after the other.
func (b *bench) loop(dir string) (time.Duration, error) {
	script := `for f in "$1"/*.pcap; do "$2" -q -r "$f" -p basicflow,tcpwin --to "flows=text:$3/flows.txt" -w "$3/" || exit 1; done`
	out, err := os.MkdirTemp(b.dir, "loop-")
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	text, err := exec.Command("sh", "-c", script, "sh", dir, b.program, out).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, text)
	}
	return time.Since(begun), err
}

// workers returns what measures a fleet of n workers, from the submission to the merged result.
func (b *bench) workers(n int) func(dir string) (time.Duration, error) {
	return func(dir string) (spent time.Duration, err error) {
		home, err := os.MkdirTemp(b.dir, "fleet-")
		if err != nil {
			return 0, err
		}
		command := func(args ...string) *exec.Cmd {
			cmd := exec.Command(b.program, args...)
			cmd.Dir = home
			cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+home, "T2HOST_HUB=")
			return cmd
		}
		hub := command("serve", "--listen", "127.0.0.1:0")
		said, err := hub.StdoutPipe()
		if err == nil {
			err = hub.Start()
		}
		if err != nil {
			return 0, err
		}
		stop := []*exec.Cmd{hub}
		defer func() {
			for i := len(stop) - 1; i >= 0; i-- {
				_ = stop[i].Process.Signal(syscall.SIGTERM)
				_ = stop[i].Wait()
			}
		}()
		if _, err := bufio.NewReader(said).ReadString('\n'); err != nil {
			return 0, err
		}
		for range n {
			w := command("work", "-n", "1", "--dir", filepath.Join(home, "work"))
			if err := w.Start(); err != nil {
				return 0, err
			}
			stop = append(stop, w)
		}
		time.Sleep(time.Second) // workers are there
		begun := time.Now()
		job, err := command("submit", "-p", "basicflow,tcpwin", dir).Output()
		if err != nil {
			return 0, err
		}
		text, err := command("collect", strings.TrimSpace(string(job)), "-w", "got").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return time.Since(begun), err
	}
}
