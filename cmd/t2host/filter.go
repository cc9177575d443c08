package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/filter"
	"github.com/t2host/t2host/host/live"
	"github.com/t2host/t2host/sdk"
)

// readFilter compiles the filter of the remaining words, or of the file of -F.
func (o *options) readFilter(words []string) error {
	text := strings.Join(words, " ")
	if o.filterFile != "" {
		if len(words) > 0 {
			return usagef("-F and a filter in words exclude each other: use one of them (try t2host -h)")
		}
		data, err := os.ReadFile(o.filterFile)
		if err != nil {
			return usagef("-F %s: %v", o.filterFile, cause.Of(err))
		}
		text = uncommented(string(data))
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var err error
	if o.filter, err = filter.Compile(text); err != nil {
		return &host.UsageError{Err: fmt.Errorf("%w in %q", err, text)}
	}
	return nil
}

// uncommented returns the lines of a filter file without what follows a #.
func uncommented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		b.WriteString(strings.TrimRight(line, "\r\n") + "\n")
	}
	return b.String()
}

// kernelFilter returns the filter as the kernel runs it, nil if it cannot; t2host runs it again on what comes.
func (o *options) kernelFilter(link capture.LinkType, length uint32) []live.Instruction {
	p, err := o.filter.Program(link)
	if err != nil {
		return nil // the first frame reports it
	}
	code, ok := p.Kernel(length)
	if o.verbose && ok {
		o.tell("the kernel filters too: all but frames with a VLAN tag")
	} else if o.verbose {
		o.tell("the kernel cannot run this filter: all frames come to t2host, which does")
	}
	var list []live.Instruction
	for _, in := range code {
		list = append(list, live.Instruction(in))
	}
	return list
}

// filterCommand returns the command that explains a filter.
func filterCommand(o *options) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "filter EXPRESSION... [-r FILE]",
		Short: "explain a filter: its tree, its program, and how many frames of a capture pass",
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, words []string) error {
			if err := o.readFilter(words); err != nil {
				return err
			}
			if o.filter == nil {
				return usagef("filter: which one? For example: t2host filter tcp port 80")
			}
			return o.explain(file)
		},
	}
	cmd.Flags().StringVarP(&file, "pcap", "r", "", "count the frames of the capture `FILE` that pass")
	return cmd
}

func (o *options) explain(file string) error {
	if _, err := io.WriteString(o.stdout, o.filter.Tree()); err != nil {
		return err
	}
	if file == "" {
		return o.printProgram(capture.LinkTypeEthernet)
	}
	src, err := capture.Open([]string{file}, o.stdin)
	if err != nil {
		return err
	}
	defer src.Close()
	var all, passed uint64
	seen := map[capture.LinkType]bool{}
	for {
		var f capture.Frame
		err := src.Next(&f)
		if errors.Is(err, capture.ErrIdle) || errors.Is(err, capture.ErrQuiet) {
			continue
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if !seen[f.Link] {
			seen[f.Link] = true
			if err := o.printProgram(f.Link); err != nil {
				return err
			}
		}
		ok, err := o.filter.Match(&f)
		if err != nil {
			return err
		}
		if all++; ok {
			passed++
		}
	}
	_, err = fmt.Fprintf(o.stdout, "\n%s of %s frames pass\n", sdk.Count(passed), sdk.Count(all))
	return err
}

// printProgram prints the program for a link type, and whether the kernel can run it.
func (o *options) printProgram(link capture.LinkType) error {
	p, err := o.filter.Program(link)
	if err != nil {
		return &host.UsageError{Err: err}
	}
	kernel := "the kernel can run it"
	if _, ok := p.Kernel(live.DefaultSnaplen); !ok {
		kernel = "the kernel cannot run it"
	}
	_, err = fmt.Fprintf(o.stdout, "\n%v: %s\n%s", link, kernel, p)
	return err
}
