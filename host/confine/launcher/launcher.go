// Package launcher turns this process into another program that can do less. A
// host starts its own executable with [Variable] set; package confine decides
// what the program may do, this package only carries it out.
//
// It does so while packages are initialized, and imports nothing but syscall:
// Go initializes packages in the order of their import paths as far as their
// imports allow, so that this one comes before nearly all others, which need
// 20 times as long as it.
package launcher

// Variable is the environment variable with the number of the descriptor, a
// socket, from which the launcher reads its [Job], and to which it writes
// [Listener] with a descriptor, if asked for it, and a [Failure] if it fails.
const Variable = "T2HOST_LAUNCH"

// PID is the operand of an instruction of [Job.Filter] that the launcher replaces
// with its process number. The kernel allows no process of this number.
const PID = 0x7ffffffe

// None is the number of no descriptor.
const None = ^uint32(0)

// Listener is the message with which the filter's listener is sent.
const Listener = 'L'

// Job is what a launcher does before it executes the program.
type Job struct {
	Name    string // the program's argument 0, without NUL
	Program uint32 // descriptor of the file to execute
	Script  bool   // its descriptor remains open, for the script's interpreter
	Close   uint32 // the first descriptor that the program does not inherit
	Ruleset uint32 // descriptor of Landlock's rules, or None
	Filter  []Instruction
	Listen  bool // the host decides on some calls: the launcher sends it the filter's listener
	Limits  []Limit
}

// Instruction is one of classic BPF, as the kernel's struct sock_filter.
type Instruction struct {
	Op     uint16
	JT, JF uint8
	K      uint32
}

// Limit is a resource limit, hard and soft.
type Limit struct {
	Resource uint32 // RLIMIT_...
	Max      uint64
}

// Failure is why a launcher did not execute the program.
type Failure struct {
	Step  Step
	Errno uint32
}

// Step is something that a launcher does.
type Step uint32

// The steps, in their order.
const (
	ReadJob Step = iota + 1
	SetLimits
	DropPrivileges
	CloseFiles
	RestrictFiles
	RestrictCalls
	Execute
)

// String returns what the step does, for messages.
func (s Step) String() string {
	return [...]string{"", "read the job", "set limits", "drop privileges", "close files", "apply Landlock", "apply seccomp", "execute"}[s]
}
