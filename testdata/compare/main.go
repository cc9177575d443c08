// Command compare reads two flow files by column name and counts, for each column, the cells that agree between
// T2's file and t2host's.
//
//	go run ./testdata/compare WANT GOT                 # two files, plain or .xz
//	go run ./testdata/compare -dir WANTDIR GOTDIR      # all pairs: CAPTURE.flows.txt or CAPTURE_flows.txt
//	go run ./testdata/compare -least 100 -examples 10 WANT GOT
//
// Lines are paired in their order, so a flow that is missing or in another place spoils what follows it. Exit code 1: a
// column of WANT that agrees in less than -least percent of its cells, or is not in GOT. Exit code 2: a file that cannot be read.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() {
		fmt.Fprintln(errs, "usage: compare [-least PERCENT] [-examples N] WANT GOT\n       compare [-least PERCENT] [-examples N] -dir WANTDIR GOTDIR")
		flags.PrintDefaults()
	}
	dir := flags.Bool("dir", false, "compare all flow files of two folders")
	least := flags.Float64("least", 99.9, "percent of its cells in which a column must agree")
	examples := flags.Int("examples", 3, "cells to show of each column that do not agree")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() != 2 {
		flags.Usage()
		return 2
	}
	pairs := []pair{{want: flags.Arg(0), got: flags.Arg(1)}}
	if *dir {
		var err error
		if pairs, err = pairsOf(flags.Arg(0), flags.Arg(1)); err != nil {
			fmt.Fprintln(errs, "compare:", err)
			return 2
		}
	}
	t := newTally(*examples)
	for _, p := range pairs {
		if err := t.add(p); err != nil {
			fmt.Fprintln(errs, "compare:", err)
			return 2
		}
	}
	t.print(out)
	if below := t.below(*least); len(below) > 0 {
		for _, line := range below {
			fmt.Fprintln(out, line)
		}
		return 1
	}
	return 0
}
