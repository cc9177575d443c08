package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// flood sends frames while a program captures them: RATE DURATION FILE PROGRAM [ARG...].
func flood(args []string) error {
	if len(args) < 4 {
		return errors.New("usage: network -flood RATE DURATION FILE PROGRAM [ARG...]")
	}
	rate, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	lasts, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	frames, err := framesOf(args[2])
	if err != nil {
		return err
	}
	if err := ip("link add out type veth peer name in"); err != nil {
		return err
	}
	for _, name := range []string{"out", "in"} {
		_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0) // it would speak by itself
		if err := ip("link set " + name + " up arp off"); err != nil {
			return err
		}
	}
	program, err := begin(args[3:])
	if err != nil {
		return err
	}
	half := time.AfterFunc(lasts/2, func() { fmt.Fprintln(os.Stderr, "network: first half:", has(program)) })
	sent, err := send("out", frames, rate, lasts)
	half.Stop()
	fmt.Fprintln(os.Stderr, "network: second half:", has(program))
	time.Sleep(200 * time.Millisecond)
	err = errors.Join(err, program.Process.Signal(os.Interrupt), program.Wait())
	fmt.Fprintf(os.Stderr, "network: sent %d frames in %v, cpu of the program %v\n", sent, lasts, program.ProcessState.UserTime()+program.ProcessState.SystemTime())
	return err
}

// framesOf returns the frames of a capture (pcap, little-endian) that fit into Ethernet's.
func framesOf(path string) (frames [][]byte, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	const header, record, most = 24, 16, 1514
	for at := header; at+record <= len(data); {
		n := int(binary.LittleEndian.Uint32(data[at+8:]))
		if at+record+n > len(data) {
			break
		}
		if n <= most {
			frames = append(frames, data[at+record:at+record+n])
		}
		at += record + n
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("%s: no frame", path)
	}
	return frames, nil
}

// message is struct mmsghdr (linux/socket.h).
type message struct {
	header unix.Msghdr
	sent   uint32
}

// send sends frames again and again.
func send(name string, frames [][]byte, rate int, lasts time.Duration) (sent int, err error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
		return 0, err
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: i.Index}); err != nil {
		return 0, err
	}
	const batch = 64
	messages, pieces := make([]message, batch), make([]unix.Iovec, batch)
	next := 0
	for begun := time.Now(); time.Since(begun) < lasts; {
		for k := range messages {
			f := frames[next%len(frames)]
			next++
			pieces[k].Base = &f[0]
			pieces[k].SetLen(len(f))
			messages[k].header.Iov, messages[k].header.Iovlen = &pieces[k], 1
		}
		for done := 0; done < batch; {
			n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[done])), uintptr(batch-done), 0, 0, 0)
			if errno != 0 && errno != unix.ENOBUFS {
				return sent, errno
			}
			if errno == 0 {
				done += int(n)
			}
		}
		if sent += batch; rate > 0 {
			if early := time.Duration(float64(sent)/float64(rate)*1e9) - time.Since(begun); early > time.Millisecond {
				time.Sleep(early)
			}
		}
	}
	return sent, nil
}

// has returns what a process has: memory in MiB, descriptors and threads.
func has(program *exec.Cmd) string {
	dir := "/proc/" + strconv.Itoa(program.Process.Pid)
	memory, _ := os.ReadFile(dir + "/statm")
	descriptors, _ := filepath.Glob(dir + "/fd/*")
	threads, _ := filepath.Glob(dir + "/task/*")
	resident := 0
	if f := strings.Fields(string(memory)); len(f) > 1 {
		resident, _ = strconv.Atoi(f[1])
	}
	return fmt.Sprintf("%d MiB, %d descriptors, %d threads", resident*os.Getpagesize()>>20, len(descriptors), len(threads))
}
