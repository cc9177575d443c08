//go:build linux && (amd64 || arm64)

package confine

import (
	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/confine/launcher"
)

// A filter is a list of the system calls that are allowed, some of them for certain arguments
// only. All others fail: with ENOSYS if a program is expected to have another way, else with
// EPERM (seccomp(2)).

// rule allows a system call.
type rule struct {
	call uintptr
	// Any of the alternatives must hold, with all its conditions.
	alternatives [][]condition
}

// condition is one on an argument, of which the kernel reads the lower 32 bits.
type condition struct {
	argument int
	test     test
	value    uint32
}

type test uint8

const (
	equal    test = iota // the argument is the value
	allClear             // no bit of the value is set
	anySet               // a bit of the value is set
)

// when returns a rule with one alternative; without conditions it always holds.
func when(call uintptr, all ...condition) rule { return rule{call, [][]condition{all}} }

// or adds an alternative.
func (r rule) or(all ...condition) rule {
	r.alternatives = append(r.alternatives, all)
	return r
}

// oneOf returns a rule for the values that an argument may have.
func oneOf(call uintptr, argument int, values ...uint32) rule {
	r := rule{call: call}
	for _, v := range values {
		r = r.or(condition{argument, equal, v})
	}
	return r
}

// The offsets in struct seccomp_data.
const (
	atCall     = 0
	atArch     = 4
	atArgument = 16
)

// The instructions that are needed, see filter.h of Linux.
const (
	load      = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	ifEqual   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	ifAtLeast = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
	ifAnySet  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	answer    = unix.BPF_RET | unix.BPF_K
)

var (
	allow  = launcher.Instruction{Op: answer, K: unix.SECCOMP_RET_ALLOW}
	refuse = launcher.Instruction{Op: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}
	ask    = launcher.Instruction{Op: answer, K: unix.SECCOMP_RET_USER_NOTIF}
	absent = launcher.Instruction{Op: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)}
)

// assemble returns the program of a filter. Each part that loads an argument ends with an
// answer, so that elsewhere the accumulator holds the number of the call.
func assemble(always []uintptr, rules []rule, asked, missing []uintptr) []launcher.Instruction {
	p := []launcher.Instruction{
		{Op: load, K: atArch},
		{Op: ifEqual, K: auditArch, JT: 1},
		refuse,
		{Op: load, K: atCall},
	}
	if foreignCalls != 0 {
		p = append(p, launcher.Instruction{Op: ifAtLeast, K: foreignCalls, JF: 1}, absent)
	}
	for _, call := range always {
		p = append(p, launcher.Instruction{Op: ifEqual, K: uint32(call), JF: 1}, allow)
	}
	for _, r := range rules {
		body := r.assemble()
		p = append(p, launcher.Instruction{Op: ifEqual, K: uint32(r.call), JF: uint8(len(body))})
		p = append(p, body...)
	}
	for _, call := range asked {
		p = append(p, launcher.Instruction{Op: ifEqual, K: uint32(call), JF: 1}, ask)
	}
	for _, call := range missing {
		p = append(p, launcher.Instruction{Op: ifEqual, K: uint32(call), JF: 1}, absent)
	}
	return append(p, refuse)
}

// assemble returns the instructions for the call's arguments, the last of which is an answer.
func (r rule) assemble() []launcher.Instruction {
	var p []launcher.Instruction
	for _, all := range r.alternatives {
		var part []launcher.Instruction
		for _, c := range all {
			part = append(part, c.assemble()...)
		}
		part = append(part, allow)
		for i := range part { // a condition that does not hold leads to the next alternative
			rest := uint8(len(part) - i - 1)
			if part[i].JT == otherwise {
				part[i].JT = rest
			}
			if part[i].JF == otherwise {
				part[i].JF = rest
			}
		}
		p = append(p, part...)
	}
	return append(p, refuse)
}

// otherwise is the distance of a jump to the next alternative, before that is known.
const otherwise = 0xff

func (c condition) assemble() []launcher.Instruction {
	low := uint32(atArgument + 8*c.argument) // the machines are little-endian
	is := launcher.Instruction{Op: load, K: low}
	switch c.test {
	case equal:
		return []launcher.Instruction{
			{Op: load, K: low + 4},
			{Op: ifEqual, K: 0, JF: otherwise},
			is,
			{Op: ifEqual, K: c.value, JF: otherwise},
		}
	case allClear:
		return []launcher.Instruction{is, {Op: ifAnySet, K: c.value, JT: otherwise}}
	}
	return []launcher.Instruction{is, {Op: ifAnySet, K: c.value, JF: otherwise}}
}
