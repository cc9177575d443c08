//! Adds up the TCP payload that was sent to each port, and writes a file with a line for each.

use std::fmt::Write;
use t2host::fields::{packets, starts};
use t2host::{count, Answer, Batch, Manifest, Opening, Plugin};

struct Ports {
    ports: Vec<u16>,          // by slot: where the flow leads
    packets: Vec<(u64, u64)>, // by port: packets, bytes
}

impl Plugin for Ports {
    fn manifest() -> Manifest {
        Manifest::new("mySink", 900, "0.1.0", "adds up the TCP payload that was sent to each port")
            .text("suffix", "_ports.txt", "the file is the output prefix and this")
            .starts(&[starts::DST_PORT.read()])
            .tcp(&[packets::L7_LEN.read()])
            .file("ports", "suffix")
            .state(2)
    }

    fn open(_: &Opening) -> Result<Self, String> {
        Ok(Ports { ports: Vec::new(), packets: vec![(0, 0); 1 << 16] })
    }

    fn batch(&mut self, b: &Batch, answer: &mut Answer) -> Result<(), String> {
        let port = b.starts.get(&starts::DST_PORT);
        for i in 0..b.starts.len() {
            let slot = b.starts.slot(i);
            self.ports.resize(self.ports.len().max(slot + 1), 0);
            self.ports[slot] = port.get(i);
        }
        let length = b.packets.get(&packets::L7_LEN);
        for i in 0..b.packets.len() {
            let to = &mut self.packets[self.ports[b.packets.slot(i)] as usize];
            to.0 += 1;
            to.1 += length.get(i) as u64;
        }
        if b.last {
            self.report(answer);
        }
        Ok(())
    }
}

impl Ports {
    fn report(&self, answer: &mut Answer) {
        let mut text = String::from("# port\tpackets\tbytes\n");
        let used = self.packets.iter().enumerate().filter(|p| p.1 .0 > 0);
        for (port, (packets, bytes)) in used.clone() {
            writeln!(text, "{}\t{}\t{}", port, packets, bytes).unwrap(); // a string has room
        }
        answer.send("ports", text);
        answer.summary(format!("TCP ports that packets were sent to: {}", count(used.count() as u64)));
    }
}

t2host::export!(Ports);
