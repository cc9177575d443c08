//go:build !wasip1

package serve

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/t2host/t2host/sdk"
)

// served is what the process holds, between the command's init and its main.
var served []*sdk.Plugin

// Plugins sets the plugins that Run serves. Call it in the command's init.
func Plugins(plugins ...*sdk.Plugin) { served = plugins }

// Run serves the plugins until the host ends the process. If no host started it, Run tells the
// user what it is and exits with code 2.
func Run() {
	if !Called() {
		fmt.Fprintf(os.Stderr, "this is a t2host plugin (%s), which t2host starts: t2host -r FILE -p PATH-OF-THIS-FILE\n", names(served))
		os.Exit(2)
	}
	Process(NewServer(served...))
}

func names(plugins []*sdk.Plugin) string {
	var list []string
	for _, p := range plugins {
		list = append(list, p.Name+" "+p.Version)
	}
	return strings.Join(list, ", ")
}

// Called reports whether a host started this process as a plugin.
func Called() bool { return os.Getenv(Handshake.MagicCookieKey) == Handshake.MagicCookieValue }

// Process serves h in a process that a host started, until the host ends it or is gone.
func Process(h Handler) {
	holdLifeline()
	// The host decides when its plugins end: a Ctrl-C at the terminal, or a
	// supervisor's SIGTERM to the whole group, lets them finish.
	signal.Ignore(notOurs...)
	stdout, stderr := os.Stdout, os.Stderr
	s := &server{
		Handler: h,
		// go-plugin sends what is printed through gRPC, and what is printed
		// right before the end is lost. The host reads the pipes themselves.
		connected: sync.OnceFunc(func() { os.Stdout, os.Stderr = stdout, stderr }),
	}
	s.serveRing()
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: Handshake,
		Plugins:         plugin.PluginSet{Name: &Link{server: s}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.ForceServerCodecV2(Codec{}),
				grpc.InitialWindowSize(Window), grpc.InitialConnWindowSize(Window),
				grpc.ReadBufferSize(Buffer), grpc.WriteBufferSize(Buffer))...)
		},
		Logger: hclog.NewNullLogger(),
	})
}

// holdLifeline ends the process when the host is gone, however it went.
func holdLifeline() {
	fd, err := strconv.Atoi(os.Getenv(Lifeline))
	if err != nil {
		return
	}
	pipe := os.NewFile(uintptr(fd), "lifeline")
	go func() {
		_, _ = pipe.Read(make([]byte, 1)) // the host writes nothing: it returns at the end
		os.Exit(1)
	}()
}
