// Command network runs a program on the router between two hosts, which talk meanwhile over the kernel's own TCP, and
// interrupts it when they are done:
//
//	go run ./testdata/network t2host -i client -p tcpwin,tcpwinsink --set tcpwinsink.to=-
//	go run ./testdata/network -flood 300000 10s FILE.pcap t2host -i in -p tcpwin
//
// The second form sends the frames of a capture, so many a second, or as fast as it can if that is 0, into the interface in, and
// prints how many it sent, and what the program had of memory, descriptors and threads in the first and in the second half.
//
// The router has the interface client to the host 10.0.1.2, and the interface server to 10.0.2.2, which lets its window be shut
// for four seconds of a transfer. All three are network namespaces of this program's own, which end with it. It needs Linux
// and ip (iproute2); without root also user namespaces. The exit code is the program's, or 77 if there can be no such network.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "network:", err)
		if errors.As(err, new(*unable)) {
			os.Exit(77)
		}
		os.Exit(1)
	}
}

// unable is the error of a system that has no such network; the exit code is 77.
type unable struct{ error }

// The roles of the program.
const (
	router = "T2HOST_NETWORK_ROUTER"
	host   = "T2HOST_NETWORK_HOST"
)

func run(args []string) error {
	switch {
	case os.Getenv(host) != "":
		return play(os.Getenv(host))
	case len(args) == 0:
		return errors.New("usage: network PROGRAM [ARG...]")
	case os.Getenv(router) != "" && args[0] == "-flood":
		return flood(args[1:])
	case os.Getenv(router) != "":
		return route(args)
	}
	flags := syscall.CLONE_NEWNET
	if os.Geteuid() != 0 {
		flags |= syscall.CLONE_NEWUSER
	}
	cmd := again(flags, router+"=1", args...)
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	if err := cmd.Start(); err != nil {
		return &unable{err}
	}
	return cmd.Wait()
}

// again returns this program in new namespaces.
func again(flags int, variable string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), variable)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: uintptr(flags), Pdeathsig: syscall.SIGKILL}
	if flags&syscall.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

// route is the router: it makes the network, runs the program and lets the hosts talk.
func route(args []string) error {
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0); err != nil {
		return err
	}
	var talk []*neighbour
	for i, name := range []string{"client", "server"} {
		n, err := start(name, i+1)
		if err != nil {
			return fmt.Errorf("host %s: %w", name, err)
		}
		talk = append(talk, n)
	}
	program, err := begin(args)
	if err != nil {
		return err
	}
	for _, name := range []int{1, 0} { // the server listens before the client talks
		if err := talk[name].say("go"); err != nil {
			return err
		}
	}
	err = talk[0].wait()
	time.Sleep(200 * time.Millisecond)
	return errors.Join(err, program.Process.Signal(os.Interrupt), program.Wait())
}

// begin starts the program, and waits until it captures.
func begin(args []string) (*exec.Cmd, error) {
	program := exec.Command(args[0], args[1:]...)
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	program.Env = os.Environ()
	for i, v := range program.Env {
		if strings.HasPrefix(v, router) {
			program.Env[i] = "T2HOST_NETWORK="
		}
	}
	program.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := program.Start()
	time.Sleep(1500 * time.Millisecond)
	return program, err
}

// neighbour is a host in a namespace of its own.
type neighbour struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	lines *bufio.Reader
}

// start starts a host and lays a cable to it: 10.0.N.1 here, 10.0.N.2 there.
func start(name string, number int) (*neighbour, error) {
	n := &neighbour{cmd: again(syscall.CLONE_NEWNET, host+"="+name)}
	var err error
	if n.input, err = n.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.lines = bufio.NewReader(out)
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	net := fmt.Sprintf("10.0.%d.", number)
	for _, command := range []string{
		"link add " + name + " type veth peer name eth0 netns " + strconv.Itoa(n.cmd.Process.Pid),
		"address add " + net + "1/24 dev " + name,
		"link set " + name + " up",
	} {
		if err := ip(command); err != nil {
			return nil, err
		}
	}
	return n, n.say(net)
}

// say tells a host something, and waits for its answer.
func (n *neighbour) say(text string) error {
	if _, err := fmt.Fprintln(n.input, text); err != nil {
		return err
	}
	return n.wait()
}

func (n *neighbour) wait() error {
	line, err := n.lines.ReadString('\n')
	if err == nil && line != "ok\n" {
		err = errors.New(strings.TrimSpace(line))
	}
	return err
}

func ip(command string) error {
	if out, err := exec.Command("ip", strings.Fields(command)...).CombinedOutput(); err != nil {
		return &unable{fmt.Errorf("ip %s: %v: %s", command, err, out)}
	}
	return nil
}

// play is a host: it is told its network, and when to begin.
func play(role string) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Scan()
	net := lines.Text()
	for _, command := range []string{"address add " + net + "2/24 dev eth0", "link set eth0 up", "route add default via " + net + "1"} {
		if err := ip(command); err != nil {
			fmt.Println(err)
			return err
		}
	}
	fmt.Println("ok")
	lines.Scan()
	err := map[string]func() error{"client": client, "server": server}[role]()
	if err != nil {
		fmt.Println(err)
		return err
	}
	fmt.Println("ok")
	_, err = io.Copy(io.Discard, os.Stdin) // until the router has ended
	return err
}

const sent = 300_000

// server accepts two connections. It does not read from the first one for a while.
func server() error {
	l, err := (&net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10) })
	}}).Listen(context.Background(), "tcp", "10.0.2.2:80")
	if err != nil {
		return err
	}
	go func() {
		for pause := 4 * time.Second; ; pause = 0 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				time.Sleep(pause)
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}()
		}
	}()
	return nil
}

// client sends the same twice, with a quiet time between.
func client() error {
	fmt.Println("ok")
	for i := range 2 {
		if i > 0 {
			time.Sleep(2500 * time.Millisecond)
		}
		c, err := net.Dial("tcp", "10.0.2.2:80")
		if err != nil {
			return err
		}
		if _, err = c.Write(make([]byte, sent)); err == nil {
			err = c.(*net.TCPConn).CloseWrite()
		}
		if err == nil {
			_, err = io.Copy(io.Discard, c)
		}
		if err = errors.Join(err, c.Close()); err != nil {
			return err
		}
	}
	return nil
}
