// Command record makes the captures in testdata that come from the kernel's own TCP: it starts itself again in a new
// user and network namespace for each scene, lets real connections run over the loopback there and writes what a packet
// socket sees into OUTDIR (default testdata). It needs Linux with user namespaces, no privilege and no other program.
//
//	go run ./testdata/record [OUTDIR]          # 40 s; the captures in the repository are the results of one run
//	go run ./testdata/record -count FILE...    # list what a capture holds
//	go vet ./testdata/record                   # ./... leaves testdata out, so name it
//	go build -o /tmp/record ./testdata/record
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "-inside":
		return inside(args[1], args[2])
	case len(args) > 1 && args[0] == "-count":
		return countFiles(args[1:])
	case len(args) > 1 || len(args) == 1 && args[0][0] == '-':
		return errors.New("usage: record [OUTDIR], or record -count FILE, with as many files as you like")
	}
	dir := "testdata"
	if len(args) == 1 {
		dir = args[0]
	}
	// One process a scene, all at the same time: each has its own network, so nothing of one shows in another.
	started := make([]*exec.Cmd, len(scenes))
	for i, s := range scenes {
		cmd, err := enter(s.file, filepath.Join(dir, s.file))
		if err != nil {
			return err
		}
		started[i] = cmd
	}
	var errs []error
	for i, cmd := range started {
		if err := cmd.Wait(); err != nil {
			errs = append(errs, fmt.Errorf("scene %s: %w", scenes[i].file, err))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, s := range scenes {
		if err := countFiles([]string{filepath.Join(dir, s.file)}); err != nil {
			return err
		}
	}
	return nil
}

// enter starts this executable for one scene in namespaces of its own. Inside, the caller is root, which is what the
// packet socket and the addresses ask for.
func enter(scene, path string) (*exec.Cmd, error) {
	cmd := exec.Command("/proc/self/exe", "-inside", scene, path)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("user and network namespace: %w", err)
	}
	return cmd, nil
}

// inside plays one scene and records it.
func inside(name, path string) error {
	for _, s := range scenes {
		if s.file != name {
			continue
		}
		if err := setUp(); err != nil {
			return err
		}
		r, err := startRecorder(path)
		if err != nil {
			return err
		}
		playErr := s.perform()
		return errors.Join(playErr, r.stop())
	}
	return fmt.Errorf("no scene %q", name)
}
