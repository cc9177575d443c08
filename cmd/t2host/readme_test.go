package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADME: the targets of make that the README names are there, and it is short. TestBook
// runs its other commands and compares what they print.
func TestREADME(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	targets := regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)").FindAllStringSubmatch(string(text), -1)
	if len(targets) < 5 {
		t.Errorf("only %d targets of make are named", len(targets))
	}
	for _, target := range targets {
		if !strings.Contains(string(makefile), "\n"+target[1]+":") {
			t.Errorf("make %s: no such target", target[1])
		}
	}
	for _, word := range []string{"wasm", "sandbox", "process", "go-plugin", "gopacket", "wazero"} {
		if !strings.Contains(string(text), word) {
			t.Errorf("the README does not contain the word %s", word)
		}
	}
	if n := strings.Count(string(text), "\n"); n > 120 {
		t.Errorf("the README has %d lines: it is to be read at one go", n)
	}
}
