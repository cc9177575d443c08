package main

import (
	"fmt"
	"sync"
	"time"
)

const ms = time.Millisecond

// A scene is one capture: what happens, when, and for how long it is recorded.
type scene struct {
	file   string
	length time.Duration
	acts   []act
}

// An act is one thing that happens, seconds after the scene's begin.
type act struct {
	at float64
	do func() error
}

func (s scene) perform() error {
	var wait sync.WaitGroup
	errs := make(chan error, len(s.acts))
	begin := time.Now()
	for _, a := range s.acts {
		wait.Go(func() {
			time.Sleep(time.Duration(a.at * float64(time.Second)))
			if err := a.do(); err != nil {
				errs <- fmt.Errorf("%s at %.1f s: %w", s.file, a.at, err)
			}
		})
	}
	wait.Wait()
	time.Sleep(s.length - time.Since(begin))
	close(errs)
	return <-errs
}

// scenes are the captures. Flows end, and reports leave, at the arrival of a packet: 0.1 s of packet time after a reset,
// 10 s after FIN both ways. So some stalled receivers reset early, and small talk goes on all along.
var scenes = []scene{
	{"windows.pcap", 37 * time.Second, append([]act{
		{0.2, download{client: "192.0.2.11", server: "10.0.0.10:80", segments: 140, size: 160, pace: 2 * ms, stalls: []stall{{70, 700 * ms}, {100, 400 * ms}}, end: reset}.run},
		{0.5, download{client: "198.51.100.12", server: "10.0.0.11:443", segments: 130, size: 200, pace: 8 * ms, stalls: []stall{{55, 800 * ms}}}.run},
		{1.0, download{client: "2001:db8::13", server: "[2001:db8::1]:443", segments: 120, size: 180, pace: 5 * ms, stalls: []stall{{60, 1500 * ms}}}.run},
		{1.5, idle("203.0.113.30", "10.0.0.12:22")},
		{3.0, download{client: "203.0.113.14", server: "10.0.0.13:25", upload: true, segments: 120, size: 220, pace: 5 * ms, stalls: []stall{{55, 2500 * ms}}}.run},
		{6.3, download{client: "2001:db8::15", server: "[2001:db8::2]:80", segments: 110, size: 150, pace: 4 * ms, stalls: []stall{{58, 500 * ms}, {80, 350 * ms}}, end: reset}.run},
		{9.0, download{client: "192.0.2.16", server: "10.0.0.10:8000", segments: 130, size: 140, pace: 4 * ms, stalls: []stall{{52, 300 * ms}, {80, 300 * ms}, {100, 600 * ms}}}.run},
		{12.0, download{client: "198.51.100.17", server: "10.0.0.11:443", segments: 120, size: 170, pace: 5 * ms, stalls: []stall{{60, 1800 * ms}, {75, 400 * ms}}, end: reset}.run},
		{15.0, download{client: "2001:db8::18", server: "[2001:db8::3]:25", upload: true, segments: 110, size: 200, pace: 5 * ms, stalls: []stall{{40, 450 * ms}, {90, 900 * ms}}}.run},
		{17.0, download{client: "192.0.2.11", server: "10.0.0.12:80", segments: 120, size: 160, pace: 3 * ms, stalls: []stall{{56, 2200 * ms}, {70, 500 * ms}, {80, 400 * ms}}, end: reset}.run},
		{20.0, download{client: "192.0.2.19", server: "10.0.0.13:443", segments: 30, size: 400, pace: 10 * ms, stalls: []stall{{10, 600 * ms}}}.run},
		{22.0, download{client: "2001:db8::21", server: "[2001:db8::1]:80", segments: 120, size: 180, pace: 4 * ms, stalls: []stall{{60, 2000 * ms}}}.run},
		{25.5, download{client: "203.0.113.22", server: "10.0.0.10:443", segments: 110, size: 150, pace: 5 * ms, stalls: []stall{{58, 350 * ms}, {70, 800 * ms}}, end: reset}.run},
		{31.5, download{client: "198.51.100.23", server: "10.0.0.12:443", segments: 120, size: 190, pace: 5 * ms, stalls: []stall{{54, 1200 * ms}, {66, 300 * ms}}, end: reset}.run},
		{33.0, download{client: "192.0.2.24", server: "10.0.0.11:8000", segments: 200, size: 200, pace: 4 * ms, stalls: []stall{{60, 3500 * ms}}, end: open}.run},
		{2.2, func() error { return ping("192.0.2.31", "10.0.0.10") }},
		{13.1, func() error { return ping("2001:db8::31", "2001:db8::1") }},
		{4.4, func() error { return datagrams("192.0.2.31", "10.0.0.10:53", 3) }},
		{18.6, func() error { return datagrams("2001:db8::31", "[2001:db8::1]:53", 3) }},
		{8.2, func() error { return refused("203.0.113.33", "10.0.0.13:8080") }},
	}, smallTalk(34)...)},

	{"windows6.pcapng", 19 * time.Second, append([]act{
		{0.2, download{client: "2001:db8::11", server: "[2001:db8::1]:80", segments: 110, size: 150, pace: 3 * ms, stalls: []stall{{60, 400 * ms}, {75, 300 * ms}}, end: reset}.run},
		{0.6, download{client: "2001:db8::12", server: "[2001:db8::2]:443", segments: 120, size: 180, pace: 5 * ms, stalls: []stall{{55, 1000 * ms}}}.run},
		{4.5, download{client: "2001:db8::13", server: "[2001:db8::3]:25", upload: true, segments: 110, size: 200, pace: 5 * ms, stalls: []stall{{70, 1500 * ms}}, end: reset}.run},
		{10.0, download{client: "2001:db8::14", server: "[2001:db8::1]:443", segments: 110, size: 200, pace: 4 * ms, stalls: []stall{{56, 2200 * ms}}, end: reset}.run},
		{15.0, download{client: "2001:db8::15", server: "[2001:db8::2]:80", segments: 110, size: 160, pace: 4 * ms, stalls: []stall{{64, 700 * ms}, {72, 500 * ms}}, end: reset}.run},
		{1.1, func() error { return ping("2001:db8::31", "2001:db8::1") }},
		{2.6, func() error { return datagrams("2001:db8::31", "[2001:db8::2]:53", 3) }},
	}, smallTalk6(18)...)},

	{"plain.pcap", 4 * time.Second, []act{
		{0.1, ask("192.0.2.11", "10.0.0.10:80", 12, 900, closed)},
		{0.3, ask("2001:db8::12", "[2001:db8::1]:443", 10, 600, closed)},
		{0.6, func() error { return datagrams("192.0.2.11", "10.0.0.10:53", 2) }},
		{0.9, ask("198.51.100.13", "10.0.0.11:22", 15, 80, reset)},
		{1.5, func() error { return ping("192.0.2.11", "10.0.0.10") }},
		{2.0, ask("192.0.2.11", "10.0.0.10:80", 60, 40, closed)},
		{3.9, func() error { return datagrams("2001:db8::12", "[2001:db8::1]:53", 1) }},
	}},
}

// ask is a connection of requests 20 ms apart.
func ask(client, server string, count, size int, end ending) func() error {
	return func() error { return requests(client, server, count, size, 20*ms, end) }
}

// idle is a connection that sends once and stays open.
func idle(client, server string) func() error { return ask(client, server, 1, 60, open) }

// smallTalk are short connections over IPv4 and IPv6 in turn, every second until the end.
func smallTalk(end float64) (acts []act) {
	for n := 0; float64(n) < end; n++ {
		client, server := fmt.Sprintf("198.51.100.%d", 31+n%5), fmt.Sprintf("10.0.0.%d:%d", 20+n%3, 80)
		if n%2 == 1 {
			client, server = fmt.Sprintf("2001:db8::3%d", 1+n%5), fmt.Sprintf("[2001:db8::4]:%d", 8000+n)
		}
		acts = append(acts, act{0.35 + float64(n), ask(client, server, 2, 120, []ending{closed, closed, reset}[n%3])})
	}
	return acts
}

// smallTalk6 are the same over IPv6 only.
func smallTalk6(end float64) (acts []act) {
	for n := 0; float64(n)*0.8 < end; n++ {
		client, server := fmt.Sprintf("2001:db8::3%d", 1+n%5), fmt.Sprintf("[2001:db8::4]:%d", 80+n)
		acts = append(acts, act{0.45 + float64(n)*0.8, ask(client, server, 2, 120, []ending{closed, reset}[n%2])})
	}
	return acts
}
